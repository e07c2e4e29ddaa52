// Owns the claims about links as they are written, and about the files of profiles.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseLink } from "../overlay.ts";
import { checkProfile, ProfileError, profileNames, readProfile } from "../profile.ts";

describe("a link's profile", () => {
  test("is found by its file's name, is whole, and has a source for every number", () => {
    assert.ok(profileNames().length >= 2);
    for (const name of profileNames()) assert.equal(readProfile(name).name, name);
  });

  test("halves its round trip for each direction", () => {
    const { rttMsQuantiles } = readProfile("wifi-home");
    const { oneWayDelayMsQuantiles } = parseLink("wifi-home");
    assert.deepEqual(
      oneWayDelayMsQuantiles,
      rttMsQuantiles.map(([p, ms]) => [p, ms / 2]),
    );
    assert.equal(parseLink("wifi-home").lossPerThousand, 2);
  });

  test("is refused when its name is unknown, with the nearest and with all there are", () => {
    const all = profileNames().join(", ");
    assert.throws(() => parseLink("wifi-hoem"), {
      name: "ProfileError",
      message: `there is no link "wifi-hoem" (did you mean wifi-home?); there are ${all}`,
    });
    assert.throws(() => parseLink("../profiles/wifi-home"), /there is no link/);
    assert.throws(() => parseLink(""), { message: `there is no link ""; there are ${all}` });
  });

  test("is refused when its file is broken, for each reason by name", () => {
    const good = readProfile("wifi-home");
    const cases: readonly [object, RegExp][] = [
      [{ ...good, lossPerThousand: 1001 }, /\/lossPerThousand/],
      [{ ...good, lossPerThousand: "2" }, /\/lossPerThousand/],
      [{ ...good, speed: 1 }, /additional properties/],
      [{ ...good, queuePackets: undefined }, /queuePackets/],
      [{ ...good, name: "other" }, /calls itself other/],
      [
        {
          ...good,
          rttMsQuantiles: [
            [0, 2],
            [0.9, 12],
          ],
        },
        /from p = 0 to p = 1/,
      ],
      [
        {
          ...good,
          rttMsQuantiles: [
            [0, 2],
            [1, 1],
          ],
        },
        /from p = 0 to p = 1/,
      ],
      [{ ...good, upBitsPerSecond: 64_000 }, /no source is given for \/upBitsPerSecond/],
    ];
    for (const [file, why] of cases) assert.throws(() => checkProfile("wifi-home", file), why);
    checkProfile("wifi-home", good);
  });
});

describe("an overlay", () => {
  test("replaces the profile's own figure, and nothing else", () => {
    const plain = parseLink("wifi-home");
    const link = parseLink("wifi-home,outage=8s@25s,loss=2.5%,delay=300ms,rate=64kbit");
    assert.deepEqual(link, {
      ...plain,
      name: "wifi-home,outage=8s@25s,loss=2.5%,delay=300ms,rate=64kbit",
      outage: { durationMs: 8_000, everyMs: 25_000 },
      lossPerThousand: 25,
      oneWayDelayMsQuantiles: [
        [0, 300],
        [1, 300],
      ],
      upBitsPerSecond: 64_000,
      downBitsPerSecond: 64_000,
    });
    assert.equal(parseLink("wifi-home,loss=0%").lossPerThousand, 0);
  });

  test("that cannot be is refused, and the message says what can", () => {
    const cases: readonly [string, RegExp][] = [
      ["perfect,nat=270s", /^nat= is not modelled yet; there are outage=/],
      ["perfect,los=2%", /"los" \(did you mean loss\?\); there are outage=/],
      ["perfect,", /a link has no ""/],
      ["perfect,loss", /loss needs a value/],
      ["perfect,loss=2", /percentage from 0% to 100%/],
      ["perfect,loss=101%", /percentage from 0% to 100%/],
      ["perfect,loss=1%,loss=2%", /says loss twice/],
      ["perfect,delay=300", /delay=300: .*has no unit/],
      ["perfect,rate=64", /rate=64: .*has no unit/],
      ["perfect,rate=0kbit", /nothing would ever pass/],
      ["perfect,outage=8s", /such as outage=8s@25s/],
      ["perfect,outage=25s@25s", /shorter than its period/],
      ["perfect,outage=0s@25s", /longer than nothing/],
      ["perfect,constructor=1", /a link has no "constructor"/],
    ];
    for (const [text, why] of cases) {
      assert.throws(
        () => parseLink(text),
        (error) => error instanceof ProfileError && why.test(error.message),
        text,
      );
    }
  });
});
