// QoS 0 straight through: a message that nothing stands before goes from the caller's bytes into the transport's, without
// a place in the outbox, an entry or an event.

import { addressOf, Client } from "../client/block";
import { speaksFive } from "../client/five";
import { sentSomething } from "../client/liveness";
import { Phase, Status } from "../client/status";
import { Option } from "../session/entry-state";
import { isText, TextKind, textLength, wireText } from "../session/texts";
import { MAX_REMAINING_LENGTH, writeLength, writeU16 } from "./bytes";
import { aliasOf, areOptionsTaken, giveAlias, isPacketTaken, writeAlias } from "./publish-five";
import { Sending } from "./send";
import { Flags, Packet } from "./types";

/** Fixed header and Remaining Length, at most. */
const MAX_HEAD_BYTES: u32 = 5;
/** An alias, and the length of the properties. */
const MAX_ALIAS_BYTES: u32 = 4;

/** Nothing may overtake what waits, and nothing goes between the pieces of another packet. */
function isWayFree(c: Client): bool {
  return c.phase == Phase.Connected && c.cursor == 0 && c.sending == Sending.Nothing;
}

/** The same in 5, once the checks are done: with an alias if the topic has one. What the broker does not take, `publish` refuses. */
function writeStraightOfFive(
  c: Client,
  topic: u32,
  payload: usize,
  length: u32,
  options: u32,
  to: usize,
  capacity: u32,
  nowMs: u32,
): i32 {
  const hasAlias: bool = aliasOf(c, topic) > 0;
  const topicBytes: u32 = hasAlias ? 2 : 2 + textLength(c, topic);
  if (MAX_HEAD_BYTES + topicBytes + MAX_ALIAS_BYTES + length > capacity || !areOptionsTaken(c, options))
    return 0;
  if (!isPacketTaken(c, topicBytes + MAX_ALIAS_BYTES + length)) return 0;
  if (!hasAlias) giveAlias(c, topic);
  const alias: u32 = aliasOf(c, topic);
  const properties: u32 = alias > 0 ? 3 : 0;

  store<u8>(to, <u8>((Packet.Publish << 4) | (options & Option.Retain ? Flags.Retain : 0)));
  let end: u32 = 1 + writeLength(to + 1, topicBytes + 1 + properties + length);
  if (hasAlias) writeU16(to + end, 0);
  else memory.copy(to + end, addressOf(c, wireText(c, topic)), topicBytes);
  end += topicBytes;
  store<u8>(to + end, <u8>properties);
  end += 1 + writeAlias(to + end + 1, alias);
  memory.copy(to + end, payload, length);
  sentSomething(c, nowMs);
  return <i32>(end + length);
}

/**
 * Writes a whole PUBLISH at QoS 0 to `to`, of which the transport takes every byte. Answers how many; 0 if it cannot be done
 * now, and `publish` must be asked; or why never.
 */
export function writeStraight(
  c: Client,
  topic: u32,
  payload: usize,
  length: u32,
  options: u32,
  to: usize,
  capacity: u32,
  nowMs: u32,
): i32 {
  if (!isText(c, topic, TextKind.Topic)) return Status.BadHandle;
  if ((options & Option.QosMask) != 0) return Status.QosRange;
  const topicBytes: u32 = 2 + textLength(c, topic);
  if (length > MAX_REMAINING_LENGTH - topicBytes) return Status.PayloadTooLarge;
  if (!isWayFree(c) || MAX_HEAD_BYTES + topicBytes > capacity) return 0;
  if (length > capacity - MAX_HEAD_BYTES - topicBytes) return 0;
  if (speaksFive(c)) return writeStraightOfFive(c, topic, payload, length, options, to, capacity, nowMs);

  store<u8>(to, <u8>((Packet.Publish << 4) | (options & Option.Retain ? Flags.Retain : 0)));
  const head: u32 = 1 + writeLength(to + 1, topicBytes + length);
  memory.copy(to + head, addressOf(c, wireText(c, topic)), topicBytes);
  memory.copy(to + head + topicBytes, payload, length);
  sentSomething(c, nowMs);
  return <i32>(head + topicBytes + length);
}
