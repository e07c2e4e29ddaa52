// Owns the claim that at every moment of a connection every packet of a server, right or wrong in any field, flag or length, gets
// the reaction that the standard asks for: the connection is closed for one of the faults there are, or goes on.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, CloseReason, Event, Sending } from "../layout.generated.ts";
import type { BlockUnderTest, Seen } from "./support/block-under-test.ts";
import { faultsOf, type Said } from "./support/hostile/faults.ts";
import { BlockAt, MOMENTS, type Moment, type Version } from "./support/hostile/moments.ts";
import { bytesOf, sayingsAt } from "./support/hostile/sayings.ts";
import { checkInvariants } from "./support/invariants.ts";
import { nameOf, packetBytes } from "./support/notation.ts";

const core = new Core(loadModule());
/** What follows is delivered when the connection goes on, and never when it was closed. */
const CANARY = packetBytes('PUBLISH "canary" "sings"');
const isCanary = (seen: Seen) => seen.event === Event.Message && seen.topic === "canary";
const counts = { closing: 0, goingOn: 0 };

/** Everything there is to report while these bytes come in chunks of this size. */
function hear(block: BlockUnderTest, bytes: Buffer, chunk: number): readonly Seen[] {
  const seen: Seen[] = [];
  for (let at = 0; at < bytes.length; ) {
    const taken = block.feed(bytes.subarray(at, at + chunk));
    const told = block.events();
    seen.push(...told);
    at += taken;
    if (taken === 0 && told.length === 0) break;
  }
  return seen;
}

function closeIn(seen: readonly Seen[]): Seen | undefined {
  return seen.find(({ event }) => event === Event.CloseTransport);
}

function assertGoesOn(seen: readonly Seen[], { delivers }: Moment): void {
  const close = closeIn(seen);
  if (close !== undefined) assert.fail(`closes for ${nameOf(CloseReason, close.code)}`);
  assert.equal(seen.filter(isCanary).length, delivers ? 1 : 0, "what follows is not delivered once");
}

/** Before 5 no word is said at the end: a DISCONNECT would delete the will. */
function assertCloses(block: BlockUnderTest, seen: readonly Seen[], faults: ReadonlySet<CloseReason>): void {
  const close = closeIn(seen);
  if (close === undefined) assert.fail("goes on");
  if (!faults.has(close.code as CloseReason)) assert.fail(`closes for ${nameOf(CloseReason, close.code)}`);
  assert.equal(close.flag, 0, "closes as after a goodbye");
  assert.ok(!seen.some(isCanary), "what follows is delivered");
  assert.ok(!seen.some(({ event }) => event === Event.Published), "a message is published by what closed");
  const isMidPacket = block.field("sending") !== Sending.Nothing;
  assert.ok(isMidPacket || block.collect().length === 0, "something is sent after all");
  block.closed(ClosedBy.Client);
  const ended = block.events().find(({ event }) => event === Event.Closed);
  assert.equal(ended?.code, close.code, "the end is told for another reason");
}

function check(at: BlockAt, moment: Moment, version: Version, said: Said, bytes: Buffer): void {
  const faults = faultsOf(said, moment, version);
  if (faults.size > 0) counts.closing++;
  else counts.goingOn++;
  for (const chunk of [bytes.length + CANARY.length, Math.ceil(bytes.length / 4)]) {
    const block = at.again();
    const seen = hear(block, Buffer.concat([bytes, CANARY]), chunk);
    if (faults.size > 0) assertCloses(block, seen, faults);
    else assertGoesOn(seen, moment);
    assert.ok(block.areGuardsIntact(), "a byte outside the block was written");
  }
  checkInvariants(at.block);
}

/** The first few that got another reaction than they should have. */
function wrongReactions(moment: Moment, version: Version, sayings: readonly [Said, Buffer][]): string[] {
  const at = new BlockAt(core, version, moment);
  const wrong: string[] = [];
  for (const [said, bytes] of sayings) {
    try {
      check(at, moment, version, said, bytes);
    } catch (error) {
      const faults = [...faultsOf(said, moment, version)].map((fault) => nameOf(CloseReason, fault));
      const due = faults.length > 0 ? `must close for ${faults.join(" or ")}` : "must go on";
      wrong.push(`${bytes.toString("hex").slice(0, 60)} ${due}: ${(error as Error).message.split("\n")[0]}`);
    }
    if (wrong.length >= 10) break;
  }
  return wrong;
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
