// Owns the claim that at every moment of a connection of MQTT 5 every packet of a server, right or wrong in any field, flag, reason
// code, property or length, gets the reaction that the standard asks for: DISCONNECT with the code it names, or going on.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { CloseReason, Event, Phase } from "../layout.generated.ts";
import { packetName, type Said } from "./support/hostile/faults.ts";
import { faultsOfFive, SAID_OF_FAULT } from "./support/hostile/five-faults.ts";
import { acceptance, FIVE_MOMENTS, type FiveMoment } from "./support/hostile/five-moments.ts";
import { fiveSayingsAt } from "./support/hostile/five-sayings.ts";
import { BlockAt } from "./support/hostile/moments.ts";
import {
  assertClosesAtOnce,
  assertGoesOn,
  assertNothingBelieved,
  assertSaysWhy,
  CANARY_LINE,
  hear,
  wrongOnes,
} from "./support/hostile/reactions.ts";
import { bytesOf } from "./support/hostile/sayings.ts";
import { checkInvariants } from "./support/invariants.ts";
import { packetBytes } from "./support/notation.ts";

const core = new Core(loadModule());
const CANARY = packetBytes(CANARY_LINE, 5);
/** Reasons for which a right packet of the server's ends the connection. */
const ENDS: ReadonlySet<CloseReason> = new Set([
  CloseReason.ServerDisconnect,
  CloseReason.Refused,
  CloseReason.OlderVersion,
]);
const counts = { closing: 0, goingOn: 0 };

/** An AUTH before CONNACK leaves the connection unaccepted: what follows it begins with CONNACK. */
function followUp(said: Said, { connect, method }: FiveMoment): Buffer {
  const isBefore = connect !== null && packetName(said) === "AUTH";
  return isBefore ? Buffer.concat([acceptance(method), CANARY]) : CANARY;
}

/** One in three comes in pieces as well, and one in sixteen is looked at from inside: these do not depend on what is said. */
function check(at: BlockAt, moment: FiveMoment, faults: ReadonlySet<CloseReason>, said: Said, bytes: Buffer) {
  const index = counts.closing + counts.goingOn;
  if (faults.size > 0) counts.closing++;
  else counts.goingOn++;
  const all = Buffer.concat([bytes, followUp(said, moment)]);
  const saysWhy = moment.connect === null && !faults.has(CloseReason.ServerDisconnect);
  const chunks = [all.length, Math.ceil(bytes.length / 4)];
  for (const chunk of index % 3 === 0 ? chunks : chunks.slice(0, 1)) {
    const block = at.again();
    const seen = hear(block, all, chunk);
    if (faults.size === 0) assertGoesOn(seen, moment);
    else if (saysWhy) assertSaysWhy(block, seen, faults, SAID_OF_FAULT);
    else assertClosesAtOnce(block, seen, faults);
    assert.ok(block.areGuardsIntact(), "a byte outside the block was written");
  }
  if (index % 16 === 0) checkInvariants(at.block);
}

function wrongReactions(moment: FiveMoment, sayings: readonly Said[]): readonly string[] {
  const at = new BlockAt(core, 5, moment);
  const faults = (said: Said) => faultsOfFive(said, moment);
  return wrongOnes(
    sayings.map((said) => [said, bytesOf(said)]),
    faults,
    (said, bytes) => check(at, moment, faults(said), said, bytes),
  );
}

/** Of packets that are right but for a Remaining Length in so many bytes. */
function wrongWithLongLengths(moment: FiveMoment, lengthBytes: number): readonly string[] {
  const at = new BlockAt(core, 5, moment);
  const faults = new Set([CloseReason.BadLength]);
  const isRight = (said: Said) => [...faultsOfFive(said, moment)].every((fault) => ENDS.has(fault));
  const short = fiveSayingsAt(moment).filter((said) => said.body.length < 128 && isRight(said));
  return wrongOnes(
    short.map((said) => [said, bytesOf(said, lengthBytes)]),
    () => faults,
    (said, bytes) => check(at, moment, faults, said, bytes),
  );
}

// [MQTT5-4.13.1-1] [MQTT5-4.13.2-1] [MQTT5-3.14.2-1] [MQTT5-2.1.3-1] [MQTT5-1.5.4-1] [MQTT5-1.5.4-2] [MQTT5-1.5.7-1]
describe("each packet of a server of MQTT 5, right or wrong in each field, flag, code, property and length", () => {
  for (const moment of FIVE_MOMENTS) {
    it(moment.name, () => {
      assert.deepEqual(wrongReactions(moment, fiveSayingsAt(moment)), []);
    });
  }
});

describe("a Remaining Length of MQTT 5", () => {
  // [MQTT5-1.5.5-1]
  for (const moment of FIVE_MOMENTS) {
    it(`${moment.name} that is longer than it needs to be closes`, () => {
      for (const lengthBytes of [2, 3, 4]) assert.deepEqual(wrongWithLongLengths(moment, lengthBytes), []);
    });
  }
});

describe("while DISCONNECT that says why cannot leave", () => {
  it("nothing that the server still says is believed or answered", () => {
    const quiet = FIVE_MOMENTS.find(({ name }) => name === "while nothing is under way") as FiveMoment;
    const at = new BlockAt(core, 5, {
      ...quiet,
      reach(block) {
        quiet.reach(block);
        block.feed(Buffer.from("c000", "hex"));
        assert.deepEqual(block.events(), []);
      },
    });
    for (const said of fiveSayingsAt(quiet)) {
      const block = at.again();
      const seen = hear(block, Buffer.concat([bytesOf(said), CANARY]), 400);
      assertNothingBelieved(seen);
      assert.deepEqual(seen, [], "something is told");
      assert.equal(block.phase, Phase.Ending);
      assert.equal(block.collect().toString("hex"), "e00182", "something else is said");
      assert.deepEqual(
        block.events().map(({ event }) => event),
        [Event.CloseTransport],
      );
    }
  });
});

it("is tried often enough, to close and to go on", (t) => {
  const { closing, goingOn } = counts;
  t.diagnostic(`${closing} times the client had to close, ${goingOn} times to go on`);
  assert.ok(closing > 100_000 && goingOn > 5_000, `${closing} times to close, ${goingOn} to go on`);
});
