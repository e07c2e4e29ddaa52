// Owns the claims about links as they are written.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseLink, readLink } from "../overlay.ts";
import { ProfileError } from "../profile.ts";
import { sourcedNumbers } from "../sources.ts";

describe("an overlay", () => {
  test("replaces the profile's own figure, and nothing else", () => {
    const plain = parseLink("wifi-home");
    const text = "wifi-home,outage=8s@25s,loss=2.5%,delay=300ms,rate=64kbit,nat=270s,tls=1.3";
    const delayMs = [
      [0, 300],
      [1, 300],
    ];
    assert.deepEqual(parseLink(text), {
      ...plain,
      name: text,
      availability: [{ where: "radio", kind: "repeated", why: "outage", durationMs: 8_000, everyMs: 25_000 }],
      lossPerThousand: 25,
      upDelayMsQuantiles: delayMs,
      downDelayMsQuantiles: delayMs,
      upBitsPerSecond: 64_000,
      downBitsPerSecond: 64_000,
      nat: { idleMs: 270_000, isSilent: true },
      tls: "1.3",
    });
  });

  test("of loss is all the loss there is", () => {
    assert.notEqual(parseLink("wifi-congested").burstLoss, null);
    const { lossPerThousand, burstLoss } = parseLink("wifi-congested,loss=0%");
    assert.deepEqual({ lossPerThousand, burstLoss }, { lossPerThousand: 0, burstLoss: null });
  });

  test("of an outage comes to those that the profile has", () => {
    const own = parseLink("starlink-obstructed").availability;
    const all = parseLink("starlink-obstructed,outage=8s@25s").availability;
    assert.deepEqual(all.slice(0, -1), own);
    assert.equal(all.length, own.length + 1);
  });

  test("of a NAT drops in silence, or answers with a reset", () => {
    assert.deepEqual(parseLink("perfect,nat=5m:rst").nat, { idleMs: 300_000, isSilent: false });
  });

  test("is the source of its numbers, and of no others", () => {
    const figures = sourcedNumbers(readLink("starlink-obstructed,loss=1%,outage=8s@25s,rate=1mbit"));
    const overlaid = figures.filter(({ source }) => source === "overlay").map(({ pointer }) => pointer);
    assert.deepEqual(overlaid.sort(), [
      "/availability/1/durationMs",
      "/availability/1/everyMs",
      "/downBitsPerSecond",
      "/lossPerThousand",
      "/upBitsPerSecond",
    ]);
    assert.ok(figures.every(({ source }) => source !== ""));
  });

  test("that cannot be is refused, and the message says what can", () => {
    const cases: readonly [string, RegExp][] = [
      ["perfect,los=2%", /"los" \(did you mean loss\?\); there are outage=/],
      ["perfect,", /a link has no ""/],
      ["perfect,loss", /loss needs a value, such as loss=2%/],
      ["perfect,nat=", /nat needs a value/],
      ["perfect,loss=2", /percentage from 0% to 100%/],
      ["perfect,loss=101%", /percentage from 0% to 100%/],
      ["perfect,loss=1%,loss=2%", /says loss twice/],
      ["perfect,delay=300", /delay=300: .*has no unit/],
      ["perfect,rate=64", /rate=64: .*has no unit/],
      ["perfect,rate=0kbit", /nothing would ever pass/],
      ["perfect,outage=8s", /such as outage=8s@25s/],
      ["perfect,outage=25s@25s", /shorter than its period/],
      ["perfect,outage=0s@25s", /longer than nothing/],
      ["perfect,nat=0s", /lasts some time/],
      ["perfect,nat=5m:fin", /:rst only/],
      ["perfect,tls=full", /tls=1\.2 or tls=1\.3/],
      ["perfect,constructor=1", /a link has no "constructor"/],
      [
        "iridium-sbd,loss=2%",
        /iridium-sbd carries messages, not packets: it takes no overlay such as loss=2%/,
      ],
      ["wifi-home,starlink", /a link has no "starlink"/],
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
