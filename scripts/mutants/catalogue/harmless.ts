// Owns the changes that are no faults: they only bring a client to an edge within an hour that it else reaches in a year.
// Refuses to know what is wrong at those edges.

import type { Control, Edit } from "../mutant.ts";

const FIRMWARE_SETTINGS = "firmware/sensor/settings.ts";

/** The sequence of packet ids begins shortly before its end. */
export const IDS_NEAR_THE_WRAP: readonly Edit[] = [
  { file: "assembly/client/settings.ts", find: "c.nextPacketId = 1;", replace: "c.nextPacketId = 65530;" },
];

/** Seven bytes are a step, of however many the transport takes. */
export const SHORT_WRITES: readonly Edit[] = [
  {
    file: "assembly/packet/next.ts",
    find: "const bytes: u32 = min<u32>(c.spanLength, capacity);",
    replace: "const bytes: u32 = min<u32>(c.spanLength, min<u32>(capacity, 7));",
  },
];

/** The transport takes a message in two: what is before its payload, then the payload. A cut may come between them. */
export const PAYLOAD_APART: readonly Edit[] = [
  {
    file: "assembly/packet/next.ts",
    find:
      "const whole: u32 = isWholePublish(c) ? collectPublish(c, to + copied, capacity - copied, nowMs) : 0;\n" +
      "    copied += whole > 0 ? whole : collectSpan(c, to + copied, capacity - copied, nowMs);",
    replace:
      "copied += collectSpan(c, to + copied, capacity - copied, nowMs);\n" +
      "    if (c.sending == Sending.Publish && c.sendPiece == 4) return copied;",
  },
];

/** Three readings of two digits fill it but for the last byte, and all may be in flight. */
export const SMALL_OUTBOX: readonly Edit[] = withCapacities({ outbox: "77" });

/** The least there may be: two packets of a broker hardly ever fit. */
export const SMALL_RECEIVE_BUFFER: readonly Edit[] = withCapacities({ receive: "64" });

/** Four messages wait or are in flight. */
export const FEW_ENTRIES: readonly Edit[] = withCapacities({ entries: "4" });

/** Without it no message comes to the device at QoS 2. */
export const COMMANDS_AT_QOS_2: readonly Edit[] = [
  {
    file: FIRMWARE_SETTINGS,
    find: "const filter: i32 = subscribe(clientOf(s), topicAddress(s), length, AT_LEAST_ONCE);",
    replace: "const filter: i32 = subscribe(clientOf(s), topicAddress(s), length, AT_LEAST_ONCE + 1);",
  },
];

/** Two incoming QoS 2 messages between PUBLISH and PUBREL. */
export const FEW_INBOUND_IDS: readonly Edit[] = [
  ...COMMANDS_AT_QOS_2,
  ...withCapacities({ inboundIds: "2" }),
];

/** Two acknowledgements owed at once. */
export const SMALL_ACK_RING: readonly Edit[] = [
  {
    file: "assembly/client/block.ts",
    find: "return inboundIds < 32 ? 8 : inboundIds >> 2;",
    replace: "return inboundIds > 0 ? 2 : 0;",
  },
];

/** What is read goes on although the end of a message waits to be told. */
export const ACKS_READ_TOGETHER: readonly Edit[] = [
  {
    file: "assembly/packet/receive.ts",
    find: "if (c.answeredFilters > 0 || c.doneFirst != 0) return Event.None;",
    replace: "if (c.answeredFilters > 0) return Event.None;",
  },
];

/** Each must break nothing, also where a mutant built on it is hunted, or what is built on it proves nothing. */
export const CONTROLS: readonly Control[] = [
  { name: "unmutated", edits: [] },
  { name: "ids-near-the-wrap", edits: IDS_NEAR_THE_WRAP },
  { name: "short-writes", edits: SHORT_WRITES },
  { name: "payload-apart", edits: PAYLOAD_APART },
  { name: "small-outbox", edits: SMALL_OUTBOX },
  { name: "small-receive-buffer", edits: SMALL_RECEIVE_BUFFER },
  { name: "few-entries", edits: FEW_ENTRIES },
  { name: "commands-at-qos-2", edits: COMMANDS_AT_QOS_2 },
  { name: "few-inbound-ids", edits: FEW_INBOUND_IDS },
  { name: "small-ack-ring", edits: SMALL_ACK_RING },
  { name: "acks-read-together", edits: ACKS_READ_TOGETHER },
];

interface Capacities {
  readonly receive?: string;
  readonly outbox?: string;
  readonly entries?: string;
  readonly inboundIds?: string;
}

/** The firmware takes these for its client, whatever the board has. */
function withCapacities(capacities: Capacities): readonly Edit[] {
  const {
    receive = "receive",
    outbox = "outbox",
    entries = "entries",
    inboundIds = "inboundIds",
  } = capacities;
  const given = "receive, outbox, entries, window, inboundIds, texts, textBytes, filters";
  const taken = `${receive}, ${outbox}, ${entries}, window, ${inboundIds}, texts, textBytes, filters`;
  return [
    { file: FIRMWARE_SETTINGS, find: `blockBytes(${given})`, replace: `blockBytes(${taken})` },
    { file: FIRMWARE_SETTINGS, find: `init(c, ${given})`, replace: `init(c, ${taken})` },
  ];
}
