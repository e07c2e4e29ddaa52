// The state of a whole device: what the firmware keeps, room to write texts in, and the client's block. It knows nothing
// of what they mean.
//
//   0 ─ Sensor ─ topic ─ text ─ client's block ─ end
//
// As in the client's block, nothing in it is an address: a copy of it is a copy of the device.

import { Client } from "../../assembly/client/block";

@unmanaged
export class Sensor {
  // ── readings since init; accepted = published + dropped + those that still wait
  /** Taken. The newest carries this number. */
  readings: u32;
  /** Given to the client. */
  accepted: u32;
  /** Not accepted: no room, and nothing that could make way. */
  refused: u32;
  /** Acknowledged; at QoS 0 handed over. */
  published: u32;
  /** Accepted, and ended otherwise: unpublished, refused by the broker, or with an unknown outcome. */
  dropped: u32;

  // ── the newest reading
  /** In thousandths, or `Sample.None`. */
  lastThousandths: i32;
  /** Its ticket, or the Status that refused it. */
  lastTicket: i32;

  // ── when the next is due
  intervalMs: u32;
  waitSinceMs: u32;
  waitMs: u32;
  /** Seconds after which a reading is of no use any more, 0 never. */
  expirySeconds: u32;

  // ── notices on the error topic
  /** Readings that found no room, and nobody has been told yet. */
  untold: u32;
  /** How many of them the notice under way names. */
  told: u32;
  /** The ticket of the one notice under way, 0 none. */
  noticeTicket: u16;

  // ── handles of the client's texts and filters
  identityText: u16;
  onlineText: u16;
  readingTopic: u16;
  commandFilter: u16;

  /** One bit a Notice. */
  owedNotices: u8;
  /** The Notice under way. */
  notice: u8;
  qos: u8;
  isSampling: bool;
  /** Keeps the size a multiple of 4, for what lies behind. */
  reserved: u16;
}

/** So long a board's name may be: MQTT 3.1 takes no longer client id. */
export const IDENTITY_BYTES: u32 = 23;
/** `motekit/`, the board's name, and the longest last level. */
export const TOPIC_BYTES: u32 = 40;
/** The longest notice. */
export const TEXT_BYTES: u32 = 92;

/** What lies before the client's block. */
export function ownBytes(): u32 {
  return offsetof<Sensor>() + TOPIC_BYTES + TEXT_BYTES;
}

export function topicAddress(s: Sensor): usize {
  return changetype<usize>(s) + offsetof<Sensor>();
}

export function textAddress(s: Sensor): usize {
  return changetype<usize>(s) + offsetof<Sensor>() + TOPIC_BYTES;
}

export function clientOf(s: Sensor): Client {
  return changetype<Client>(changetype<usize>(s) + offsetof<Sensor>() + TOPIC_BYTES + TEXT_BYTES);
}
