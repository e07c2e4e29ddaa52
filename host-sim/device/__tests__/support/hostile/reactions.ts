// Owns the hearing of a packet and what follows it at a moment, and the plainest judgement of the reaction: closed for one of the
// faults there are, or gone on. Refuses to know what is wrong with a packet.

import assert from "node:assert/strict";
import { ClosedBy, CloseReason, Event, Sending } from "../../../layout.generated.ts";
import type { BlockUnderTest, Seen } from "../block-under-test.ts";
import { nameOf } from "../notation.ts";
import type { Said } from "./faults.ts";
import type { Moment } from "./moments.ts";

/** What follows the packet is a message with this topic: delivered when the connection goes on, and never when it was closed. */
const CANARY = "canary";
export const CANARY_LINE = `PUBLISH "${CANARY}" "sings"`;
export const isCanary = (seen: Seen) => seen.event === Event.Message && seen.topic === CANARY;

/** Everything there is to report while these bytes come in chunks of this size. */
export function hear(block: BlockUnderTest, bytes: Buffer, chunk: number): readonly Seen[] {
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

export function closeIn(seen: readonly Seen[]): Seen | undefined {
  return seen.find(({ event }) => event === Event.CloseTransport);
}

export function assertGoesOn(seen: readonly Seen[], { delivers }: Moment): void {
  const close = closeIn(seen);
  if (close !== undefined) assert.fail(`closes for ${nameOf(CloseReason, close.code)}`);
  assert.equal(seen.filter(isCanary).length, delivers ? 1 : 0, "what follows is not delivered once");
}

function assertIsOneOf(faults: ReadonlySet<CloseReason>, code: number): void {
  if (!faults.has(code as CloseReason)) assert.fail(`closes for ${nameOf(CloseReason, code)}`);
}

export function assertNothingBelieved(seen: readonly Seen[]): void {
  assert.ok(!seen.some(isCanary), "what follows is delivered");
  assert.ok(!seen.some(({ event }) => event === Event.Published), "a message is published by what closed");
}

function assertEnds(block: BlockUnderTest, code: number): void {
  block.closed(ClosedBy.Client);
  const ended = block.events().find(({ event }) => event === Event.Closed);
  assert.equal(ended?.code, code, "the end is told for another reason");
}

/** Without a word: before 5 a DISCONNECT would delete the will, and in 5 there is none before CONNACK. */
export function assertClosesAtOnce(
  block: BlockUnderTest,
  seen: readonly Seen[],
  faults: ReadonlySet<CloseReason>,
): void {
  const close = closeIn(seen);
  if (close === undefined) assert.fail("goes on");
  assertIsOneOf(faults, close.code);
  assert.equal(close.flag, 0, "closes as after a goodbye");
  assertNothingBelieved(seen);
  const isMidPacket = block.field("sending") !== Sending.Nothing;
  assert.ok(isMidPacket || block.collect().length === 0, "something is sent after all");
  assertEnds(block, close.code);
}

/** With a DISCONNECT of MQTT 5 that says why, and after which nothing is sent. */
export function assertSaysWhy(
  block: BlockUnderTest,
  seen: readonly Seen[],
  faults: ReadonlySet<CloseReason>,
  codes: ReadonlyMap<CloseReason, number>,
): void {
  assert.equal(closeIn(seen), undefined, "closes before it has said why");
  assertNothingBelieved(seen);
  const sent = block.collect().toString("hex");
  const close = closeIn(block.events());
  if (close === undefined) assert.fail("goes on");
  assertIsOneOf(faults, close.code);
  assert.equal(close.flag, 1, "does not wait until DISCONNECT has gone out");
  const code = (codes.get(close.code as CloseReason) ?? 0).toString(16);
  if (!sent.endsWith(`e001${code}`))
    assert.fail(`${nameOf(CloseReason, close.code)} is said as ${sent.slice(-6)}`);
  assert.equal(block.collect().length, 0, "something follows DISCONNECT");
  assertEnds(block, close.code);
}

/** The first few that got another reaction than they should have. */
export function wrongOnes(
  sayings: readonly (readonly [Said, Buffer])[],
  faultsOf: (said: Said) => ReadonlySet<CloseReason>,
  check: (said: Said, bytes: Buffer) => void,
): readonly string[] {
  const wrong: string[] = [];
  for (const [said, bytes] of sayings) {
    try {
      check(said, bytes);
    } catch (error) {
      const faults = [...faultsOf(said)].map((fault) => nameOf(CloseReason, fault));
      const due = faults.length > 0 ? `must close for ${faults.join(" or ")}` : "must go on";
      wrong.push(`${bytes.toString("hex").slice(0, 60)} ${due}: ${(error as Error).message.split("\n")[0]}`);
    }
    if (wrong.length >= 10) break;
  }
  return wrong;
}
