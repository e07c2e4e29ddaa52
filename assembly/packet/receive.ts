// The way of received bytes: into the buffer, packet by packet to whoever reads that type, at most one event at a time.

import { addressOf, Client } from "../client/block";
import { breakOff } from "../client/closing";
import { readConnack } from "../client/connack";
import { forgetProperties, speaksFive } from "../client/five";
import { heardPeer } from "../client/liveness";
import { CloseReason, Event, Phase } from "../client/status";
import { MQTT5 } from "../features";
import { canOwe } from "../session/acks";
import { readAnswer } from "./answers";
import { readFrame } from "./frame";
import { ReceiveMode, readLargePublish, readPart, readPublish, skipBody, skipTopic } from "./incoming";
import { beginShortening, shorten } from "./shorten";
import { Packet } from "./types";

/** Whether bytes of this connection still mean anything. */
function isReading(c: Client): bool {
  const phase: Phase = c.phase;
  return phase >= Phase.Handshaking && phase <= Phase.Draining;
}

/** Moves what was not consumed to the front, when the room behind it gets short and no reported message lies there. */
function makeSpace(c: Client): void {
  if (c.packetLength > 0 || c.receiveMode == ReceiveMode.Parts || c.receiveStart == 0) return;
  const left: u32 = c.receiveEnd - c.receiveStart;
  if (left > 0 && c.receiveCapacity - c.receiveEnd >= c.receiveCapacity >> 2) return;
  memory.copy(addressOf(c, c.receiveAt), addressOf(c, c.receiveAt + c.receiveStart), left);
  if (MQTT5) forgetProperties(c);
  c.receiveStart = 0;
  c.receiveEnd = left;
}

/** Bytes that may be written at `receivePosition`. 0: poll first. */
export function receiveSpace(c: Client): u32 {
  makeSpace(c);
  return c.receiveCapacity - c.receiveEnd;
}

/** `bytes` of the peer were written there. */
export function takeReceived(c: Client, bytes: u32, nowMs: u32): void {
  if (!isReading(c)) return;
  c.receiveEnd += bytes;
  heardPeer(c, nowMs);
}

function readWhole(c: Client, head: u32, nowMs: u32): i32 {
  const at: u32 = c.receiveAt + c.receiveStart;
  const type: u32 = load<u8>(addressOf(c, at)) >> 4;
  if (type == Packet.Publish) return readPublish(c, head, nowMs);
  c.receiveStart += head + c.remaining;
  return type == Packet.Connack ? readConnack(c, at + head, nowMs) : readAnswer(c, type, at + head, nowMs);
}

/** True when nothing was consumed, so that reading on waits for bytes, or for room to answer. */
function isStuck(c: Client, start: u32, mode: u32): bool {
  return c.receiveStart == start && c.receiveMode == mode;
}

function readNext(c: Client, nowMs: u32): i32 {
  if (c.receiveMode == ReceiveMode.Parts) return readPart(c);
  if (c.receiveMode == ReceiveMode.SkipTopic) return skipTopic(c, nowMs);
  if (c.receiveMode == ReceiveMode.SkipBody) {
    skipBody(c);
    return Event.None;
  }
  if (MQTT5 && c.receiveMode != ReceiveMode.Packet) {
    shorten(c);
    return Event.None;
  }
  const head: i32 = readFrame(c);
  if (head < 0) return breakOff(c, -head);
  if (head == 0) return Event.None;
  const length: u32 = <u32>head + c.remaining;
  if (length <= c.receiveEnd - c.receiveStart) return readWhole(c, <u32>head, nowMs);
  if (length <= c.receiveCapacity) return Event.None;
  // before 5 no other packet is so long
  const type: u32 = load<u8>(addressOf(c, c.receiveAt + c.receiveStart)) >> 4;
  if (type == Packet.Publish) return readLargePublish(c, <u32>head, nowMs);
  if (!speaksFive(c)) return breakOff(c, CloseReason.PacketTooLarge);
  beginShortening(c);
  return Event.None;
}

/** Whether there may be something to read: bytes, or the end of a body of which all has come. */
function hasMore(c: Client): bool {
  return c.receiveStart != c.receiveEnd || c.receiveMode != ReceiveMode.Packet;
}

/**
 * Reads packets up to the first event. [MQTT3-4.6.0-2] [MQTT5-4.6.0-2] Reading stops while there is no room for another
 * acknowledgement.
 */
export function readPackets(c: Client, nowMs: u32): i32 {
  while (hasMore(c) && isReading(c) && canOwe(c)) {
    const start: u32 = c.receiveStart;
    const mode: u32 = c.receiveMode;
    const event: i32 = readNext(c, nowMs);
    if (event != Event.None) return event;
    if (c.answeredFilters > 0 || c.doneFirst != 0) return Event.None; // reported before anything else is read
    if (isStuck(c, start, mode)) return Event.None;
  }
  return Event.None;
}

/** A new connection begins with an empty buffer. True if the rest of a message in parts will not come. */
export function forgetReceived(c: Client): bool {
  const isCut: bool = c.receiveMode == ReceiveMode.Parts && c.eventPartOffset > 0;
  c.receiveMode = <u8>ReceiveMode.Packet;
  c.receiveStart = 0;
  c.receiveEnd = 0;
  c.packetLength = 0;
  c.bodyLeft = 0;
  return isCut;
}
