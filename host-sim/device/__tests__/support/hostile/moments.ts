// Owns the moments of a connection at which a server may misbehave, and what a server may say at each. Refuses to know what is
// said.

import assert from "node:assert/strict";
import type { Core } from "../../../core.ts";
import { Option, Phase } from "../../../layout.generated.ts";
import { BlockUnderTest, smallCapacities } from "../block-under-test.ts";
import { packetBytes } from "../notation.ts";

export type Version = 3 | 4 | 5;
type AckName = "PUBACK" | "PUBREC" | "PUBCOMP";

/** What the client waits for. */
export interface Moment {
  readonly name: string;
  /** The CONNECT that CONNACK must answer now; null: CONNACK came. `none`: CONNECT has not left whole. */
  readonly connect: "clean" | "persistent" | "none" | null;
  /** The acknowledgements that its message under id 1 may get now; null when it has none in flight. */
  readonly acks: readonly AckName[] | null;
  /** The answer that it may get for its request under id 1, and for how many filters; `none` of them before it has left whole. */
  readonly request: { readonly answer: "SUBACK" | "UNSUBACK" | "none"; readonly filters: number } | null;
  /** Whether what it is sent goes to the firmware: not on a connection that only has an old session discarded. */
  readonly delivers: boolean;
  /** How many ids of QoS 2 messages it has room for. */
  readonly inboundIds: number;
  readonly reach: (block: BlockUnderTest) => void;
}

const ACCEPTED = "CONNACK sp=0 code=0";

export function opened(block: BlockUnderTest, isClean: boolean): void {
  const { exports } = block.core;
  exports.setClean(block.client, isClean ? 1 : 0);
  exports.connect(block.client, block.nowMs);
  reopened(block);
}

function reopened(block: BlockUnderTest): void {
  block.nowMs += 200_000;
  block.events();
  block.core.exports.opened(block.client);
}

export function hears(block: BlockUnderTest, ...lines: readonly string[]): void {
  const version = block.field("version") === 5 ? 5 : 4;
  for (const line of lines) block.feed(packetBytes(line, version));
  block.events();
}

export function connected(block: BlockUnderTest): void {
  opened(block, true);
  block.collect();
  hears(block, ACCEPTED);
  assert.equal(block.phase, Phase.Connected);
}

/** A client that has a session, on a connection that is open and not yet accepted. */
function openedAgain(block: BlockUnderTest): void {
  opened(block, false);
  block.collect();
  hears(block, ACCEPTED);
  block.collect();
  block.events();
  block.closed(0);
  reopened(block);
  block.collect();
  hears(block, ACCEPTED);
  block.closed(2);
  reopened(block);
  block.collect();
}

export const QUIET = {
  connect: null,
  acks: null,
  request: null,
  delivers: true,
  inboundIds: smallCapacities.inboundIds,
} as const;

const BEFORE_CONNACK: readonly Moment[] = [
  {
    ...QUIET,
    name: "while CONNECT is being sent",
    connect: "none",
    reach(block) {
      opened(block, true);
      block.collect(5);
    },
  },
  {
    ...QUIET,
    name: "after the CONNECT of a clean session",
    connect: "clean",
    reach(block) {
      opened(block, true);
      block.collect();
    },
  },
  {
    ...QUIET,
    name: "after a CONNECT that only has an old session discarded",
    connect: "clean",
    delivers: false,
    reach(block) {
      opened(block, false);
      block.collect();
    },
  },
  { ...QUIET, name: "after a CONNECT that resumes a session", connect: "persistent", reach: openedAgain },
];

const WITH_A_MESSAGE: readonly Moment[] = [
  {
    ...QUIET,
    name: "while a PUBLISH is being sent",
    acks: [],
    reach(block) {
      connected(block);
      block.publish("t", "payload", 1);
      block.collect(4);
    },
  },
  {
    ...QUIET,
    name: "with a QoS 1 message in flight",
    acks: ["PUBACK"],
    reach(block) {
      connected(block);
      block.publish("t", "x", 1);
      block.collect();
    },
  },
  {
    ...QUIET,
    name: "with a QoS 2 message in flight",
    acks: ["PUBREC"],
    reach(block) {
      connected(block);
      block.publish("t", "x", 2);
      block.collect();
    },
  },
  {
    ...QUIET,
    name: "after PUBREC",
    acks: ["PUBREC", "PUBCOMP"],
    reach(block) {
      connected(block);
      block.publish("t", "x", 2);
      block.collect();
      hears(block, "PUBREC id=1");
      block.collect();
    },
  },
  {
    ...QUIET,
    name: "in a resumed session that sends again",
    acks: ["PUBACK"],
    reach(block) {
      openedAgain(block);
      hears(block, "CONNACK sp=1 code=0");
      block.publish("t", "x", 1);
      block.collect();
      block.closed(2);
      reopened(block);
      block.collect();
      hears(block, "CONNACK sp=1 code=0");
      block.collect();
    },
  },
  {
    ...QUIET,
    name: "while it says goodbye and its status is not acknowledged",
    acks: ["PUBACK"],
    reach(block) {
      const { exports } = block.core;
      const goodbye = block.text("offline", "Bytes");
      exports.setStatusTopic(block.client, block.text("status", "Topic"), goodbye);
      connected(block);
      exports.disconnect(block.client, 5000, block.nowMs);
      block.events();
      block.collect();
    },
  },
];

const WITH_A_REQUEST: readonly Moment[] = [
  {
    ...QUIET,
    name: "while SUBSCRIBE is being sent",
    request: { answer: "none", filters: 2 },
    reach(block) {
      connected(block);
      for (const filter of ["aaaa", "bbbb"]) block.subscribe(filter, 0);
      block.collect(8);
    },
  },
  {
    ...QUIET,
    name: "while SUBSCRIBE awaits its answer",
    request: { answer: "SUBACK", filters: 2 },
    reach(block) {
      connected(block);
      for (const filter of ["aaaa", "bbbb"]) block.subscribe(filter, 2);
      block.collect();
    },
  },
  {
    ...QUIET,
    name: "while UNSUBSCRIBE awaits its answer",
    request: { answer: "UNSUBACK", filters: 2 },
    reach(block) {
      connected(block);
      for (const filter of ["aaaa", "bbbb"]) block.unsubscribe(filter);
      block.collect();
    },
  },
];

const OTHERWISE: readonly Moment[] = [
  { ...QUIET, name: "while nothing is under way", reach: connected },
  {
    ...QUIET,
    name: "while a PINGREQ awaits its answer",
    reach(block) {
      connected(block);
      block.nowMs += 59_500;
      block.events();
      assert.equal(block.collect().toString("hex"), "c000");
    },
  },
  {
    ...QUIET,
    name: "while a QoS 2 message of the server awaits its PUBREL",
    reach(block) {
      connected(block);
      hears(block, 'PUBLISH "a" "x" qos=2 id=1');
      block.collect();
    },
  },
  {
    ...QUIET,
    name: "while its table of QoS 2 ids is full and it is about to leave",
    inboundIds: 1,
    reach(block) {
      connected(block);
      hears(block, 'PUBLISH "a" "x" qos=2 id=1', 'PUBLISH "a" "y" qos=2 id=2');
      block.collect();
      assert.equal(block.phase, Phase.Draining);
    },
  },
];

export const MOMENTS: readonly Moment[] = [
  ...BEFORE_CONNACK,
  ...OTHERWISE,
  ...WITH_A_MESSAGE,
  ...WITH_A_REQUEST,
];

/** A block that can be brought to the same moment again and again. */
export class BlockAt {
  readonly block: BlockUnderTest;
  readonly #copy: Uint8Array;
  readonly #nowMs: number;

  constructor(core: Core, version: Version, { reach, inboundIds }: Moment) {
    const block = new BlockUnderTest(core, { ...smallCapacities, inboundIds });
    core.exports.setVersion(block.client, version);
    core.exports.setKeepAlive(block.client, 60);
    core.exports.setWill(block.client, block.text("w", "Topic"), block.text("gone", "Bytes"), Option.Retain);
    core.exports.setClientId(block.client, block.text("device", "String"));
    reach(block);
    this.block = block;
    this.#nowMs = block.nowMs;
    this.#copy = Uint8Array.from(core.bytes.subarray(block.client, block.client + block.bytes));
  }

  again(): BlockUnderTest {
    const { block } = this;
    block.core.bytes.set(this.#copy, block.client);
    block.nowMs = this.#nowMs;
    return block;
  }
}
