// Owns the claim that at every moment of a connection every packet of a server, right or wrong in any field, flag or length, gets
// the reaction that the standards 3.1 and 3.1.1 ask for: the connection is closed for one of the faults there are, or goes on.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { faultsOf, type Said } from "./support/hostile/faults.ts";
import { BlockAt, MOMENTS, type Moment, type Version } from "./support/hostile/moments.ts";
import {
  assertClosesAtOnce,
  assertGoesOn,
  CANARY_LINE,
  closeIn,
  hear,
  isCanary,
  wrongOnes,
} from "./support/hostile/reactions.ts";
import { bytesOf, sayingsAt } from "./support/hostile/sayings.ts";
import { checkInvariants } from "./support/invariants.ts";
import { packetBytes } from "./support/notation.ts";

const core = new Core(loadModule());
const CANARY = packetBytes(CANARY_LINE);
const counts = { closing: 0, goingOn: 0 };

function check(at: BlockAt, moment: Moment, version: Version, said: Said, bytes: Buffer): void {
  const faults = faultsOf(said, moment, version);
  if (faults.size > 0) counts.closing++;
  else counts.goingOn++;
  for (const chunk of [bytes.length + CANARY.length, Math.ceil(bytes.length / 4)]) {
    const block = at.again();
    const seen = hear(block, Buffer.concat([bytes, CANARY]), chunk);
    if (faults.size > 0) assertClosesAtOnce(block, seen, faults);
    else assertGoesOn(seen, moment);
    assert.ok(block.areGuardsIntact(), "a byte outside the block was written");
  }
  checkInvariants(at.block);
}

/** The first few that got another reaction than they should have. */
function wrongReactions(moment: Moment, version: Version, sayings: readonly [Said, Buffer][]) {
  const at = new BlockAt(core, version, moment);
  const faults = (said: Said) => faultsOf(said, moment, version);
  return wrongOnes(sayings, faults, (said, bytes) => check(at, moment, version, said, bytes));
}

const asTheyAre = (moment: Moment): readonly [Said, Buffer][] =>
  sayingsAt(moment).map((said) => [said, bytesOf(said)]);
const withLongLengths = (moment: Moment): readonly [Said, Buffer][] =>
  sayingsAt(moment)
    .filter(({ body }) => body.length <= 2)
    .flatMap((said) => [2, 3, 4].map((lengthBytes): [Said, Buffer] => [said, bytesOf(said, lengthBytes)]));

// [MQTT3-4.8.0-1] [MQTT3-2.2.2-2] [MQTT3-3.3.1-4] [MQTT3-3.3.2-2] [MQTT3-3.6.1-1] [MQTT3-1.5.3-1] [MQTT3-1.5.3-2] [MQTT3-4.7.3-1]
describe("each packet of a server, right or wrong in each field, flag and length", () => {
  for (const version of [3, 4] as const) {
    for (const moment of MOMENTS) {
      it(`${moment.name}, in MQTT ${version === 3 ? "3.1" : "3.1.1"}`, () => {
        assert.deepEqual(wrongReactions(moment, version, asTheyAre(moment)), []);
      });
    }
  }
});

describe("a Remaining Length", () => {
  for (const moment of MOMENTS) {
    it(`${moment.name} may be longer than it needs to be`, () => {
      assert.deepEqual(wrongReactions(moment, 4, withLongLengths(moment)), []);
    });

    // [MQTT3-4.8.0-1]
    it(`${moment.name} of more than four bytes closes, whatever it begins`, () => {
      const at = new BlockAt(core, 4, moment);
      for (let first = 0; first < 256; first++) {
        const block = at.again();
        const seen = hear(block, Buffer.concat([Buffer.from([first, 255, 255, 255, 255]), CANARY]), 1);
        assert.ok(closeIn(seen) !== undefined && !seen.some(isCanary), `${first} goes on`);
      }
    });
  }
});

it("is tried often enough, to close and to go on", (t) => {
  const { closing, goingOn } = counts;
  t.diagnostic(`${closing} times the client had to close, ${goingOn} times to go on`);
  assert.ok(closing > 100_000 && goingOn > 5_000, `${closing} times to close, ${goingOn} to go on`);
});
