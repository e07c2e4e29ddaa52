// QoS 0 straight through: a message that nothing stands before goes from the caller's bytes into the transport's, without
// a place in the outbox, an entry or an event.

import { addressOf, Client } from "../client/block";
import { sentSomething } from "../client/liveness";
import { Phase, Status } from "../client/status";
import { Option } from "../session/entry-state";
import { isText, TextKind, textLength, wireText } from "../session/texts";
import { MAX_REMAINING_LENGTH, writeLength } from "./bytes";
import { Sending } from "./send";
import { Flags, Packet } from "./types";

/** Fixed header and Remaining Length, at most. */
const MAX_HEAD_BYTES: u32 = 5;

/** Nothing may overtake what waits, and nothing goes between the pieces of another packet. */
function isWayFree(c: Client): bool {
  return c.phase == Phase.Connected && c.cursor == 0 && c.sending == Sending.Nothing;
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

  store<u8>(to, <u8>((Packet.Publish << 4) | (options & Option.Retain ? Flags.Retain : 0)));
  const head: u32 = 1 + writeLength(to + 1, topicBytes + length);
  memory.copy(to + head, addressOf(c, wireText(c, topic)), topicBytes);
  memory.copy(to + head + topicBytes, payload, length);
  sentSomething(c, nowMs);
  return <i32>(head + topicBytes + length);
}
