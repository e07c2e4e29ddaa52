// The block: one contiguous run of bytes that is a whole client. Its struct, its tables and where they lie. It knows
// nothing of what they mean.
//
//   0 ─ Client ─ entries ─ slots ─ inbound ids ─ owed acks ─ texts ─ filters ─ Five ─ head ─ text bytes ─ outbox ─ receive ─ end
//
// Every position in it is an offset from the block's own start, so a copy of the block is a copy of the client.

import { fiveBytes } from "./five";

/** A message in the outbox. Entry 0 is the two lists' sentinel, entry 1 the status message's own. */
@unmanaged
export class Entry {
  /** Where its bytes begin, in the outbox. The status has none: its payload is a text. */
  offset: u16;
  /** Of its bytes: those that stored.ts draws. */
  length: u16;
  /** 0 until it is first sent. */
  packetId: u16;
  /** Neighbours in the order of sending. */
  previous: u16;
  next: u16;
  /** Neighbours by place in the outbox. */
  before: u16;
  after: u16;
  /** Handle of a prepared topic, or 0: the topic lies inline. */
  topic: u8;
  /** What Option.Kept and Stored name. */
  options: u8;
  state: u8;
  /** Why it was dropped, a DropReason; or the broker's reason code. */
  reason: u8;
}

/** Who uses the packet ids that share this slot: 0 nobody, an entry, or REQUEST_OWNER. */
@unmanaged
export class Slot {
  owner: u16;
}

/** A QoS 2 id between its PUBLISH and its PUBREL. */
@unmanaged
export class InboundId {
  packetId: u16;
}

/** An acknowledgement that is owed to the peer. */
@unmanaged
export class OwedAck {
  packetId: u16;
  /** Its packet type; in the upper eight bits its reason code. */
  type: u16;
}

/** A text in the pool: its length in two bytes, then the text, as it goes on the wire; a filter has its options byte after it. */
@unmanaged
export class Text {
  /** From the start of the pool. */
  offset: u16;
  /** Lower eight bits a TextKind, upper eight what the kind notes. */
  kind: u16;
}

/** A topic filter that this client has asked for or wants to. */
@unmanaged
export class Filter {
  text: u16;
  state: u8;
  /** The granted QoS, or 0x80. */
  code: u8;
}

@unmanaged
export class Client {
  // ── where things lie, and how many there are: set once, by init
  receiveAt: u32;
  receiveCapacity: u32;
  outboxAt: u32;
  outboxCapacity: u32;
  slotsAt: u32;
  inboundAt: u32;
  acksAt: u32;
  textsAt: u32;
  filtersAt: u32;
  headAt: u32;
  textBytesAt: u32;

  // ── the event that poll reported last
  eventTopicAt: u32;
  eventPayloadAt: u32;
  eventPayloadLength: u32;
  /** Of the payload in its message, and the whole message's. They last for as long as parts of one come. */
  eventPartOffset: u32;
  eventTotal: u32;

  // ── receiving: bytes from receiveStart to receiveEnd of the buffer are there and not yet consumed
  receiveStart: u32;
  receiveEnd: u32;
  /** Of the packet that the last event was made of: consumed at the next poll. */
  packetLength: u32;
  /** Remaining Length of the packet at receiveStart. */
  remaining: u32;
  /** Bytes of the receive buffer before the payload of a message in parts: the fixed header, the topic, the packet id. */
  streamHead: u32;
  /** Bytes to deliver in parts or to skip that were not consumed yet. */
  bodyLeft: u32;

  // ── sending: what is left of the current packet's current piece
  spanAt: u32;
  spanLength: u32;
  /** Of a message in parts: payload bytes given so far, and in all. */
  partsGiven: u32;

  // ── time: readings of the clock, and durations
  phaseSinceMs: u32;
  phaseMs: u32;
  watchedMs: u32;
  sentSinceMs: u32;
  receivedSinceMs: u32;
  pingSinceMs: u32;
  ackSinceMs: u32;
  timedSinceMs: u32;
  keepAliveMs: u32;
  /** Smoothed round trip × 8, and its variation × 4. */
  roundTrip8: u32;
  roundTripVariation4: u32;
  retransmitMs: u32;
  pingDeadlineMs: u32;
  connectTimeoutMs: u32;
  backoffBaseMs: u32;
  backoffMaxMs: u32;
  partsSinceMs: u32;

  outboxUsed: u32;

  // ── capacities
  entryCapacity: u16;
  slotCount: u16;
  inboundCapacity: u16;
  ackCapacity: u16;
  textCapacity: u16;
  filterCapacity: u16;
  textBytesCapacity: u16;
  window: u16;

  eventTicket: u16;
  eventTopicLength: u16;
  eventFilter: u16;

  // ── outbox: `cursor` is the next entry to send, 0 none
  cursor: u16;
  /** The last of the entries past PUBREC, which stand first, in the order of their PUBRECs. */
  lastReleased: u16;
  doneFirst: u16;
  doneLast: u16;
  freeFirst: u16;
  freeCount: u16;
  /** Where the next message is placed: after this entry, by place. */
  placeAfter: u16;

  nextPacketId: u16;
  /** Messages with a packet id. */
  inflight: u16;
  /** PUBLISHes that this connection may still send before an acknowledgement. */
  quota: u16;
  inboundCount: u16;
  ackFirst: u16;
  ackCount: u16;
  textBytesUsed: u16;

  // ── texts
  clientId: u16;
  willTopic: u16;
  willOptions: u16;
  willPayload: u16;
  userName: u16;
  password: u16;
  statusTopic: u16;
  statusText: u16;
  goodbyeText: u16;
  /** The text that the status message in flight carries. */
  statusSent: u16;

  // ── requests: one SUBSCRIBE or UNSUBSCRIBE in flight
  keepAliveSeconds: u16;
  requestId: u16;
  requestCount: u16;
  owedFilters: u16;
  /** Rows that were ever used: all filters lie in the first so many. */
  filterRows: u16;
  answeredFilters: u16;

  /** A message in parts waits for a part. */
  partsWanted: u16;
  sendEntry: u16;
  sendPiece: u16;
  /** Of the packet id whose acknowledgement is timed. */
  timedId: u16;
  /** What an incoming message still owes at the next poll. */
  settleId: u16;
  settleQos: u16;
  /** Connections in a row without progress, and those of them that the server ended. */
  attempts: u16;
  kicks: u16;

  // ── small state
  magic: u8;
  version: u8;
  phase: u8;
  eventCode: u8;
  eventFlag: u8;
  eventQos: u8;
  eventRetain: bool;
  eventDup: bool;
  receiveMode: u8;
  sending: u8;
  sendTouched: bool;
  pending: u8;
  closeReason: u8;
  /** Ends after all that was handed over has gone out. */
  closesGently: bool;
  closedBy: u8;

  clean: bool;
  reconnect: bool;
  takesParts: bool;
  /** Between `connect` and `disconnect`. */
  wanted: bool;
  /** What is known of the last CONNECT: an Answer. */
  answer: u8;
  lossPolicy: u8;

  /** A session is shared with the broker. */
  hasSession: bool;
  /** The broker is known to hold no session of ours. */
  cleared: bool;
  clearing: bool;
  /** Downlink that the broker may have kept was discarded, and nobody has been told yet. */
  tellCleared: bool;
  /** This connection was accepted. */
  accepted: bool;
  /** It has lasted longer than the longest wait between two. */
  outlasted: bool;
  progress: bool;

  connectOwed: bool;
  disconnectOwed: bool;
  statusOwed: bool;
  ping: u8;
  timed: u8;
  requestType: u8;
}

/** Bytes of the head buffer: what of a packet does not lie elsewhere. CONNECT's sixteen, or four acknowledgements. */
export const HEAD_BYTES: u32 = 16;
/** Entries beside the messages': sentinel, status, and one that keeps a dropped message until its event was polled. */
export const EXTRA_ENTRIES: u32 = 3;
/** An entry names its topic in one byte. */
export const MAX_TOPIC_HANDLE: u32 = 255;
export const MAX_ROWS: u32 = 65000;
export const MAX_WINDOW: u32 = 16384;
export const MAX_OUTBOX_BYTES: u32 = 65535;

export const MAGIC: u8 = 0x6d;
export const REQUEST_OWNER: u16 = 0xffff;

/** The address of a byte of the block. */
export function addressOf(c: Client, offset: u32): usize {
  return changetype<usize>(c) + offset;
}

export function entryAt(c: Client, i: u32): Entry {
  return changetype<Entry>(changetype<usize>(c) + offsetof<Client>() + i * offsetof<Entry>());
}

export function slotAt(c: Client, i: u32): Slot {
  return changetype<Slot>(changetype<usize>(c) + c.slotsAt + i * offsetof<Slot>());
}

export function inboundAt(c: Client, i: u32): InboundId {
  return changetype<InboundId>(changetype<usize>(c) + c.inboundAt + i * offsetof<InboundId>());
}

export function ackAt(c: Client, i: u32): OwedAck {
  return changetype<OwedAck>(changetype<usize>(c) + c.acksAt + i * offsetof<OwedAck>());
}

export function textAt(c: Client, i: u32): Text {
  return changetype<Text>(changetype<usize>(c) + c.textsAt + i * offsetof<Text>());
}

export function filterAt(c: Client, i: u32): Filter {
  return changetype<Filter>(changetype<usize>(c) + c.filtersAt + i * offsetof<Filter>());
}

/** The first power of two that holds the window, a request and the status, and leaves every second slot free. */
function slotsFor(window: u32): u32 {
  let slots: u32 = 4;
  while (slots < window + 2) slots <<= 1;
  return slots;
}

function acksFor(inboundIds: u32): u32 {
  return inboundIds < 32 ? 8 : inboundIds >> 2;
}

/** Rounded up, so that the struct or the table behind it is aligned. */
function align4(bytes: u32): u32 {
  return (bytes + 3) & ~3;
}

/**
 * Places everything in the block. The tables' rows: `entries` messages in the
 * outbox, `window` of them in flight, `inboundIds` QoS 2 messages between PUBLISH and PUBREL, `texts` prepared texts and
 * filters in `textBytes` bytes, `filters` of them filters.
 */
export function place(
  c: Client,
  receive: u32,
  outbox: u32,
  entries: u32,
  window: u32,
  inboundIds: u32,
  texts: u32,
  textBytes: u32,
  filters: u32,
): void {
  c.entryCapacity = <u16>(entries + EXTRA_ENTRIES);
  c.slotCount = <u16>slotsFor(window);
  c.window = <u16>window;
  c.inboundCapacity = <u16>inboundIds;
  c.ackCapacity = <u16>acksFor(inboundIds);
  c.textCapacity = <u16>texts;
  c.filterCapacity = <u16>filters;
  c.textBytesCapacity = <u16>textBytes;
  c.outboxCapacity = outbox;
  c.receiveCapacity = receive;

  c.slotsAt = align4(offsetof<Client>() + (entries + EXTRA_ENTRIES) * offsetof<Entry>());
  c.inboundAt = align4(c.slotsAt + slotsFor(window) * offsetof<Slot>());
  c.acksAt = align4(c.inboundAt + inboundIds * offsetof<InboundId>());
  c.textsAt = align4(c.acksAt + acksFor(inboundIds) * offsetof<OwedAck>());
  c.filtersAt = align4(c.textsAt + texts * offsetof<Text>());
  c.headAt = align4(c.filtersAt + filters * offsetof<Filter>()) + fiveBytes();
  c.textBytesAt = c.headAt + HEAD_BYTES;
  c.outboxAt = c.textBytesAt + textBytes;
  c.receiveAt = c.outboxAt + outbox;
}

/** Bytes of a block with these capacities, the same sum that `place` makes. */
export function bytesFor(
  receive: u32,
  outbox: u32,
  entries: u32,
  window: u32,
  inboundIds: u32,
  texts: u32,
  textBytes: u32,
  filters: u32,
): u32 {
  return align4(
    align4(offsetof<Client>() + (entries + EXTRA_ENTRIES) * offsetof<Entry>()) +
      align4(slotsFor(window) * offsetof<Slot>()) +
      align4(inboundIds * offsetof<InboundId>()) +
      align4(acksFor(inboundIds) * offsetof<OwedAck>()) +
      align4(texts * offsetof<Text>()) +
      align4(filters * offsetof<Filter>()) +
      fiveBytes() +
      HEAD_BYTES +
      textBytes +
      outbox +
      receive,
  );
}
