// Owns the claims about handing over what was received to a reader that pauses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../../../time/virtual-clock.ts";
import { RESET } from "../../../stream.ts";
import { Inbox } from "../inbox.ts";

function pausingInbox(pausesAt: string): { inbox: Inbox; heard: string[]; clock: VirtualClock } {
  const clock = new VirtualClock();
  const heard: string[] = [];
  const hear = (what: string): void => {
    heard.push(what);
    if (what === pausesAt) inbox.pause();
  };
  const inbox: Inbox = new Inbox(clock, () => ({
    onOpen: () => undefined,
    onData: (bytes) => hear(String.fromCharCode(...bytes)),
    onDrain: () => undefined,
    onEnd: () => hear("end"),
    onClose: (error) => hear(error === null ? "close" : error.kind),
  }));
  return { inbox, heard, clock };
}

const [A, B] = [Uint8Array.of(0x61), Uint8Array.of(0x62)];

test("a reader that pauses at a piece gets no other before it resumes, and never within its own call", () => {
  const { inbox, heard, clock } = pausingInbox("a");
  for (const received of [A, B, "end", { closedBy: null }] as const) inbox.add(received);
  assert.deepEqual(heard, ["a"]);
  inbox.resume();
  inbox.add(A);
  assert.deepEqual(heard, ["a"]);
  clock.runUntil(0);
  assert.deepEqual(heard, ["a", "b", "end", "close", "a"]);
});

test("a reader that pauses again before it was given anything is given nothing", () => {
  const { inbox, heard, clock } = pausingInbox("a");
  inbox.add(A);
  inbox.add(B);
  inbox.resume();
  inbox.pause();
  clock.runUntil(0);
  assert.deepEqual(heard, ["a"]);
});

test("a close is told to a reader that pauses, once nothing waits before it", () => {
  const { inbox, heard } = pausingInbox("a");
  inbox.add(A);
  inbox.add(B);
  inbox.drop();
  inbox.add({ closedBy: RESET });
  assert.deepEqual(heard, ["a", "reset"]);
});
