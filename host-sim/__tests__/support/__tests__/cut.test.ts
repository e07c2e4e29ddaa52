// Owns the promise that a cut's proof is taken from the log: every way of having cut elsewhere is refused. Knows no sockets.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Arrival, assertCutHit, Cut, type CutRule } from "../cut.ts";
import type { PacketRecord } from "../packet-log.ts";

const rule: CutRule = {
  direction: "toBroker",
  packet: "publish",
  occurrence: 2,
  when: "after",
  how: "reset",
};

function record(messageId: number, changes: Partial<PacketRecord> = {}): PacketRecord {
  const bytes = Buffer.alloc(10);
  const asPassed = {
    connection: 0,
    direction: "toBroker",
    cmd: "publish",
    atMs: messageId,
    forwarded: true,
  } as const;
  return { ...asPassed, messageId, forwardedBytes: bytes.length, bytes, ...changes };
}

const withheld = { forwarded: false, forwardedBytes: 0 } as const;

/** A cut that claims to have hit `log[at]`. */
function claimed(
  log: readonly PacketRecord[],
  at: number,
  arrival: Arrival,
  changes: Partial<CutRule> = {},
): Cut {
  const growing: PacketRecord[] = [];
  const cut = new Cut({ ...rule, ...changes }, growing);
  growing.push(...log);
  cut.settle({ record: log[at] as PacketRecord, arrival });
  return cut;
}

test("a cut that hit where it was asked to passes", () => {
  assertCutHit(claimed([record(1), record(2), record(3, withheld)], 1, "read"));
});

test("traffic of another connection does not matter", () => {
  const other = record(3, { connection: 1 });
  assertCutHit(claimed([record(1), record(2), other], 1, "read"));
});

test("packets from before it was armed are not counted", () => {
  const growing = [record(1)];
  const cut = new Cut(rule, growing);
  growing.push(record(2), record(3));
  cut.settle({ record: growing[2] as PacketRecord, arrival: "read" });
  assertCutHit(cut);
});

const refused = [
  { title: "another occurrence", cut: () => claimed([record(1), record(2, withheld)], 0, "read") },
  {
    title: "the other direction",
    cut: () => claimed([record(1), record(2, { direction: "toClient" })], 1, "read"),
  },
  { title: "another packet", cut: () => claimed([record(1), record(2, { cmd: "pubrel" })], 1, "read") },
  { title: "a later packet passed", cut: () => claimed([record(1), record(2), record(3)], 1, "read") },
  {
    title: "half of a later packet passed",
    cut: () => claimed([record(1), record(2), record(3, { ...withheld, forwardedBytes: 5 })], 1, "read"),
  },
  { title: "an earlier packet was lost", cut: () => claimed([record(1, withheld), record(2)], 1, "read") },
  { title: "the packet did not pass", cut: () => claimed([record(1), record(2, withheld)], 1, "none") },
  { title: "the packet passed", cut: () => claimed([record(1), record(2)], 1, "read", { when: "before" }) },
  {
    title: "the whole packet passed",
    cut: () => claimed([record(1), record(2)], 1, "read", { when: "within" }),
  },
  { title: "nobody knows whether it was read", cut: () => claimed([record(1), record(2)], 1, "unconfirmed") },
  { title: "it only reached the kernel", cut: () => claimed([record(1), record(2)], 1, "delivered") },
];

for (const { title, cut } of refused) {
  test(`a cut is refused when it claims a hit although: ${title}`, () => {
    assert.throws(() => assertCutHit(cut()), assert.AssertionError);
  });
}
