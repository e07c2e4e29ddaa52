// Owns the changes that are no faults: they only bring a client to an edge within an hour that it else reaches in a year.
// Refuses to know what is wrong at those edges.

import type { Control, Edit } from "../mutant.ts";

const FIRMWARE_SETTINGS = "firmware/sensor/settings.ts";

/** The sequence of packet ids begins shortly before its end. */
export const IDS_NEAR_THE_WRAP: readonly Edit[] = [
  { file: "assembly/client/settings.ts", find: "c.nextPacketId = 1;", replace: "c.nextPacketId = 65530;" },
];

/** The transport never takes more than a few bytes at once, as a socket whose buffer is nearly full. */
export const SHORT_WRITES: readonly Edit[] = [
  {
    file: "assembly/packet/next.ts",
    find: "  let copied: u32 = 0;\n  while (copied < capacity && spanToSend(c) > 0) {",
    replace:
      "  let copied: u32 = 0;\n  if (capacity > 7) return collectSpans(c, to, 7, nowMs);\n  while (copied < capacity && spanToSend(c) > 0) {",
  },
];

/** Three readings of two digits fill it but for the last byte, and all may be in flight. */
export const SMALL_OUTBOX: readonly Edit[] = withCapacities({ outbox: "77" });

/** The least there may be: two packets of a broker hardly ever fit. */
export const SMALL_RECEIVE_BUFFER: readonly Edit[] = withCapacities({ receive: "64" });

/** Two incoming QoS 2 messages between PUBLISH and PUBREL. */
export const FEW_INBOUND_IDS: readonly Edit[] = withCapacities({ inboundIds: "2" });

/** Two acknowledgements owed at once. */
export const SMALL_ACK_RING: readonly Edit[] = [
  {
    file: "assembly/client/block.ts",
    find: "return inboundIds < 32 ? 8 : inboundIds >> 2;",
    replace: "return inboundIds > 0 ? 2 : 0;",
  },
];

/** Each must break nothing, or what is built on it proves nothing. */
export const CONTROLS: readonly Control[] = [
  { name: "unmutated", edits: [] },
  { name: "ids-near-the-wrap", edits: IDS_NEAR_THE_WRAP },
  { name: "short-writes", edits: SHORT_WRITES },
  { name: "small-outbox", edits: SMALL_OUTBOX },
  { name: "small-receive-buffer", edits: SMALL_RECEIVE_BUFFER },
  { name: "few-inbound-ids", edits: FEW_INBOUND_IDS },
  { name: "small-ack-ring", edits: SMALL_ACK_RING },
];

interface Capacities {
  readonly receive?: string;
  readonly outbox?: string;
  readonly inboundIds?: string;
}

/** The firmware takes these for its client, whatever the board has. */
function withCapacities({
  receive = "receive",
  outbox = "outbox",
  inboundIds = "inboundIds",
}: Capacities): readonly Edit[] {
  const given = "receive, outbox, entries, window, inboundIds, texts, textBytes, filters";
  const taken = `${receive}, ${outbox}, entries, window, ${inboundIds}, texts, textBytes, filters`;
  return [
    { file: FIRMWARE_SETTINGS, find: `blockBytes(${given})`, replace: `blockBytes(${taken})` },
    { file: FIRMWARE_SETTINGS, find: `init(c, ${given})`, replace: `init(c, ${taken})` },
  ];
}
