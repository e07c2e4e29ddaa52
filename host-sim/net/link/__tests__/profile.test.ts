// Owns the claims about the files of profiles.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseLink } from "../overlay.ts";
import { checkProfile, profileNames, readProfile } from "../profile.ts";
import { sourcedNumbers } from "../sources.ts";

describe("a link's profile", () => {
  test("is found by its file's name, is whole, and has a source for every number", () => {
    const names = profileNames();
    assert.ok(names.length >= 20);
    for (const name of names) {
      assert.equal(checkProfile(name, readProfile(name)).name, name);
      assert.equal(parseLink(name).name, name);
    }
  });

  test("has no source that is about nothing", () => {
    for (const name of profileNames()) {
      const file = readProfile(name);
      const pointers = sourcedNumbers(file).map(({ pointer }) => pointer);
      for (const source of Object.keys(file.sources)) {
        const isUsed = pointers.some((pointer) => `${pointer}/`.startsWith(`${source}/`));
        assert.ok(isUsed, `${name}: ${source}`);
      }
    }
  });

  test("splits its round trip between the directions as it says", () => {
    const good = readProfile("starlink");
    assert.ok(good.kind === "tcp" && good.jitter === "up");
    const { upDelayMsQuantiles, downDelayMsQuantiles } = parseLink("starlink");
    for (const [i, [p, rttMs]] of good.rttMsQuantiles.entries()) {
      assert.deepEqual(downDelayMsQuantiles[i], [p, 12.5]);
      assert.deepEqual(upDelayMsQuantiles[i], [p, rttMs - 12.5]);
    }
    const halved = readProfile("wifi-home");
    assert.ok(halved.kind === "tcp" && halved.jitter === "both");
    const halves = halved.rttMsQuantiles.map(([p, ms]) => [p, ms / 2]);
    assert.deepEqual(parseLink("wifi-home").upDelayMsQuantiles, halves);
    assert.deepEqual(parseLink("wifi-home").downDelayMsQuantiles, halves);
  });

  test("of a gateway carries messages, and has nothing that concerns packets", () => {
    const link = parseLink("iridium-sbd");
    assert.equal(link.kind, "gateway");
    assert.equal(link.gateway?.upBytes, 340);
    assert.deepEqual(link.cost, { kind: "credits", creditBytes: 50, usdPerCredit: 0.16 });
    assert.deepEqual([link.radio, link.availability, link.trace], [null, [], null]);
  });

  test("is refused when its name is unknown, with the nearest and with all there are", () => {
    const all = profileNames().join(", ");
    assert.throws(() => parseLink("wifi-hoem"), {
      name: "ProfileError",
      message: `there is no link "wifi-hoem" (did you mean wifi-home?); there are ${all}, and trace:FILE`,
    });
    assert.throws(() => parseLink("../profiles/wifi-home"), /there is no link/);
    assert.throws(() => parseLink(""), /^ProfileError: there is no link ""; there are /);
  });

  test("is refused when its file is broken, for each reason by name", () => {
    const good = readProfile("wifi-home");
    const table = (...rows: readonly (readonly [number, number])[]): object => ({
      ...good,
      rttMsQuantiles: rows,
    });
    const phase = { why: null, ms: { kind: "constant", ms: 1 } };
    const rounds = (...phases: readonly object[]): object => ({
      ...good,
      availability: [{ where: "path", kind: "rounds", phases }],
      sources: { ...good.sources, "/availability": "by definition" },
    });
    const cases: readonly [object, RegExp][] = [
      [{ ...good, lossPerThousand: 1001 }, /\/lossPerThousand/],
      [{ ...good, lossPerThousand: "2" }, /\/lossPerThousand/],
      [{ ...good, speed: 1 }, /additional properties/],
      [{ ...good, queuePackets: undefined }, /queuePackets/],
      [{ ...good, kind: "smoke" }, /kind/],
      [{ ...good, name: "other" }, /calls itself other/],
      [table([0, 2], [0.9, 12]), /from p = 0 to p = 1/],
      [table([0, 2], [1, 1]), /from p = 0 to p = 1/],
      [{ ...good, upBitsPerSecond: 64_000 }, /no source is given for \/upBitsPerSecond/],
      [rounds({ ...phase, ms: { kind: "constant", ms: 0 } }), /\/availability\/0\/phases\/0\/ms/],
      [rounds({ ...phase, ms: { kind: "weibull" } }), /\/availability\/0\/phases\/0\/ms/],
      [rounds({ ...phase, share: 0.5 }, phase), /\/availability\/0\/phases\/0 must come in each round/],
      [
        { ...good, fades: fadesWithoutRates(), sources: { ...good.sources, "/fades": "x" } },
        /\/fades needs both/,
      ],
    ];
    for (const [file, why] of cases) assert.throws(() => checkProfile("wifi-home", file), why);
    checkProfile("wifi-home", good);
    checkProfile("wifi-home", rounds(phase, { ...phase, share: 0.5 }));
  });
});

function fadesWithoutRates(): object {
  const ms = { kind: "constant", ms: 1 };
  return { why: "rain", clearMs: ms, fadeMs: ms, steps: [{ upFactor: 0, downFactor: 0 }] };
}
