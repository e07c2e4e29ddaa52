// A message at QoS 0 that came whole, read where it lies: it is told at once, and nothing of it is remembered or owed. It knows
// no other packet, and leaves whatever else stands there to `receive`.

import { addressOf, Client } from "../client/block";
import { speaksFive } from "../client/five";
import { heardPeer } from "../client/liveness";
import { Phase } from "../client/status";
import { noticeStatus } from "../session/status-cell";
import { readU16 } from "./bytes";
import { ReceiveMode } from "./incoming";
import { checkTopicName } from "./topic";
import { Flags, Packet } from "./types";

/** The upper seven bits of its first byte: the lowest is RETAIN, and at QoS 0 there is no DUP. [MQTT3-3.3.1-2] */
const PUBLISH_AT_0: u32 = (<u32>Packet.Publish) << 3;
/** One byte of Remaining Length. */
const HEAD_BYTES: u32 = 2;
const SHORT_MAX: u32 = 127;
const TOPIC_LENGTH_BYTES: u32 = 2;
/** Longer than any that fits. */
const NO_TOPIC: u32 = 0xffff;
/** A topic of one character with its length, behind the fixed header. */
const LEAST_BYTES: u32 = 5;

/** Nothing that came before is still to be read, there is room, and a message would be told. */
function isWayFree(c: Client, bytes: u32): bool {
  return (
    c.receiveStart == c.receiveEnd &&
    bytes <= c.receiveCapacity - c.receiveEnd &&
    c.phase == Phase.Connected &&
    c.receiveMode == ReceiveMode.Packet &&
    c.accepted
  );
}

/** Bytes of the topic at `at` with its length before it, or NO_TOPIC. [MQTT3-3.3.2-1] */
function topicBytes(at: usize, available: u32): u32 {
  const length: u32 = readU16(at);
  const bytes: u32 = length + TOPIC_LENGTH_BYTES;
  return bytes > available || checkTopicName(at + TOPIC_LENGTH_BYTES, length) < 0 ? NO_TOPIC : bytes;
}

/**
 * Tells the message that begins the `bytes` at the end of the receive buffer, of which `known` behind its fixed header are
 * known to be a topic with its length. Answers the packet's length; 0 if it cannot be done now, and then nothing has changed.
 */
export function readAtOnce(c: Client, bytes: u32, known: u32, nowMs: u32): u32 {
  if (!isWayFree(c, bytes) || speaksFive(c) || bytes < LEAST_BYTES) return 0;
  const start: u32 = c.receiveAt + c.receiveEnd;
  const at: usize = addressOf(c, start);
  const first: u32 = load<u8>(at);
  const remaining: u32 = load<u8>(at + 1);
  if (first >> 1 != PUBLISH_AT_0 || remaining > SHORT_MAX || HEAD_BYTES + remaining > bytes) return 0;
  const front: u32 = known > TOPIC_LENGTH_BYTES ? known : topicBytes(at + HEAD_BYTES, remaining);
  if (front > remaining) return 0;

  heardPeer(c, nowMs);
  c.eventRetain = (first & <u32>Flags.Retain) != 0;
  c.eventTopicAt = start + HEAD_BYTES + TOPIC_LENGTH_BYTES;
  c.eventTopicLength = <u16>(front - TOPIC_LENGTH_BYTES);
  c.eventPayloadAt = start + HEAD_BYTES + front;
  c.eventPayloadLength = remaining - front;
  if (c.statusTopic != 0) noticeStatus(c, true);
  return HEAD_BYTES + remaining;
}
