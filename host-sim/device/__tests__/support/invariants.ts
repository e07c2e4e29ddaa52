// Owns what must hold in a block whenever no call runs, whatever the peer sent and the caller asked. It walks the tables
// where the block says that they lie; how they came to be so is not its business.

import assert from "node:assert/strict";
import { ClientLayout, EntryState, FilterState } from "../../layout.generated.ts";

/** A block that can be looked into, wherever it lies. */
export interface SeenBlock {
  readonly core: { readonly view: DataView };
  readonly client: number;
  readonly bytes: number;
  field(name: keyof typeof ClientLayout.fields): number;
  areGuardsIntact(): boolean;
}

/** `Entry` of assembly/client/block.ts; the first assertion fails when it changes. */
const ENTRY_BYTES = 18;
const SENTINEL = 0;
const STATUS = 1;

interface Entry {
  readonly offset: number;
  readonly length: number;
  readonly packetId: number;
  readonly previous: number;
  readonly next: number;
  readonly before: number;
  readonly after: number;
  readonly state: number;
}

function entriesOf(block: SeenBlock): readonly Entry[] {
  const { view } = block.core;
  const first = block.client + ClientLayout.bytes;
  const slotsAt = ClientLayout.bytes + block.field("entryCapacity") * ENTRY_BYTES;
  assert.equal(
    block.field("slotsAt"),
    Math.ceil(slotsAt / 4) * 4,
    "an entry has another size than this test knows",
  );
  return Array.from({ length: block.field("entryCapacity") }, (_, i) => {
    const at = (word: number) => view.getUint16(first + i * ENTRY_BYTES + 2 * word, true);
    return {
      offset: at(0),
      length: at(1),
      packetId: at(2),
      previous: at(3),
      next: at(4),
      before: at(5),
      after: at(6),
      state: view.getUint8(first + i * ENTRY_BYTES + 16),
    };
  });
}

/** The entries from `first` on, by one of the links; a ring that never ends is caught by its length. */
function walk(entries: readonly Entry[], first: number, link: "next" | "after"): readonly number[] {
  const path: number[] = [];
  for (let i = first; i !== SENTINEL; i = (entries[i] as Entry)[link]) {
    assert.ok(
      i < entries.length && path.length < entries.length,
      `a list by ${link} leaves its table or never ends`,
    );
    path.push(i);
  }
  return path;
}

const isOneOf = (state: number, ...states: readonly number[]) => states.includes(state);

/** Every entry is free, waits for a poll, or is in the list of those that are still answered for. */
function checkLists(block: SeenBlock, entries: readonly Entry[]): readonly number[] {
  const at = (i: number) => entries[i] as Entry;
  const listed = walk(entries, at(SENTINEL).next, "next");
  const done = walk(entries, block.field("doneFirst"), "next");
  const free = walk(entries, block.field("freeFirst"), "next");
  for (const i of listed) {
    assert.equal(at(at(i).next).previous, i, "the list of messages differs backwards");
    assert.ok(
      isOneOf(at(i).state, EntryState.Queued, EntryState.InFlight, EntryState.Released),
      "state in the list",
    );
  }
  for (const i of done)
    assert.ok(
      isOneOf(
        at(i).state,
        EntryState.Published,
        EntryState.HandedOver,
        EntryState.Dropped,
        EntryState.Rejected,
      ),
      "state of an end",
    );
  for (const i of free) assert.equal(at(i).state, EntryState.Free);
  assert.equal(free.length, block.field("freeCount"), "free entries");
  assert.equal(done.at(-1) ?? 0, block.field("doneLast"), "the last end");
  const all = [...listed, ...done, ...free].filter((i) => i !== STATUS).sort((a, b) => a - b);
  assert.deepEqual(
    all,
    Array.from({ length: entries.length - 2 }, (_, i) => i + 2),
    "every entry is in exactly one list",
  );
  const cursor = block.field("cursor");
  assert.ok(
    cursor === 0 || listed.includes(cursor),
    "the cursor stands at a message that is still answered for",
  );
  return listed;
}

/** Messages lie in the outbox one behind the other, and no byte is held by none. */
function checkPlaces(block: SeenBlock, entries: readonly Entry[], listed: readonly number[]): void {
  const at = (i: number) => entries[i] as Entry;
  const placed = walk(entries, at(SENTINEL).after, "after");
  let end = 0;
  for (const i of placed) {
    assert.equal(at(at(i).after).before, i, "the order of places differs backwards");
    assert.ok(at(i).offset >= end, "two messages overlap");
    end = at(i).offset + at(i).length;
  }
  assert.ok(end <= block.field("outboxCapacity"), "a message reaches beyond the outbox");
  const used = placed.reduce((sum, i) => sum + at(i).length, 0);
  assert.equal(used, block.field("outboxUsed"), "used bytes of the outbox");
  const holders = listed.filter((i) => i !== STATUS && at(i).state !== EntryState.Released);
  assert.deepEqual(
    [...placed].sort(),
    [...holders].sort(),
    "whoever is before its PUBREC holds bytes, and nobody else",
  );
  const placeAfter = block.field("placeAfter");
  assert.ok(
    placeAfter === 0 || placed.includes(placeAfter),
    "the ring goes on behind a message that is there",
  );
}

function checkIds(block: SeenBlock, entries: readonly Entry[], listed: readonly number[]): void {
  const { view } = block.core;
  const slotCount = block.field("slotCount");
  const owner = (slot: number) => view.getUint16(block.client + block.field("slotsAt") + 2 * slot, true);
  const holders = listed.filter((i) => (entries[i] as Entry).packetId !== 0);
  assert.equal(block.field("inflight"), holders.length, "messages with an id");
  assert.ok(holders.length <= block.field("window"), "the window");
  assert.ok(block.field("quota") <= block.field("window"), "the quota");
  for (const i of holders) assert.equal(owner((entries[i] as Entry).packetId % slotCount), i, "an id's slot");
  const busy = Array.from({ length: slotCount }, (_, slot) => owner(slot)).filter((who) => who !== 0);
  const request = block.field("requestId") === 0 ? 0 : 1;
  assert.equal(busy.length, holders.length + request, "slots without a holder");

  const inbound = Array.from({ length: block.field("inboundCount") }, (_, i) =>
    view.getUint16(block.client + block.field("inboundAt") + 2 * i, true),
  );
  assert.equal(new Set(inbound).size, inbound.length, "an incoming id is kept twice");
  assert.ok(!inbound.includes(0) && inbound.length <= block.field("inboundCapacity"), "incoming ids");
}

function checkFilters(block: SeenBlock): void {
  const { view } = block.core;
  const states = Array.from({ length: block.field("filterCapacity") }, (_, i) =>
    view.getUint8(block.client + block.field("filtersAt") + 4 * i + 2),
  );
  const count = (...wanted: readonly number[]) => states.filter((state) => wanted.includes(state)).length;
  assert.equal(
    block.field("owedFilters"),
    count(FilterState.SubscribeOwed, FilterState.UnsubscribeOwed),
    "owed",
  );
  const untold = count(FilterState.GrantedUntold, FilterState.RefusedUntold, FilterState.GoneUntold);
  assert.equal(block.field("answeredFilters"), untold, "answered and not told");
  const sent = count(FilterState.SubscribeSent, FilterState.UnsubscribeSent);
  assert.equal(
    block.field("requestId") === 0 ? 0 : block.field("requestCount"),
    sent,
    "filters in the request",
  );
}

export function checkInvariants(block: SeenBlock): void {
  assert.ok(block.areGuardsIntact(), "a byte outside the block was written");
  const entries = entriesOf(block);
  const listed = checkLists(block, entries);
  checkPlaces(block, entries, listed);
  checkIds(block, entries, listed);
  checkFilters(block);
  const [start, end] = [block.field("receiveStart"), block.field("receiveEnd")];
  assert.ok(start <= end && end <= block.field("receiveCapacity"), "received bytes");
  assert.ok(
    block.field("spanAt") + block.field("spanLength") <= block.bytes,
    "bytes to send lie in the block",
  );
  assert.ok(block.field("ackCount") <= block.field("ackCapacity"), "owed acknowledgements");
  assert.ok(block.field("textBytesUsed") <= block.field("textBytesCapacity"), "bytes of texts");
}
