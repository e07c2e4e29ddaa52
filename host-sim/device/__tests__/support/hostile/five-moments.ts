// Owns the moments of a connection of MQTT 5: those that 3.1.1 has as well, and those of aliases, limits and authentication.
// Refuses to know what is said.

import { Property } from "../../../layout.generated.ts";
import type { BlockUnderTest } from "../block-under-test.ts";
import { type PropertyValue, packet5, prepared } from "../five.ts";
import { connected, hears, MOMENTS, type Moment, opened, QUIET } from "./moments.ts";

export interface FiveMoment extends Moment {
  /** The authentication method that its CONNECT named. */
  readonly method: string | null;
  /** The reason codes with which AUTH may come now. */
  readonly authCodes: readonly number[];
  readonly aliasMaximum: number;
  /** Those that stand for a topic. */
  readonly aliases: readonly number[];
  readonly largestPacket: number;
  /** No message above QoS 0 may come but this one at QoS 2 again. */
  readonly isReceiveMaximumReached: boolean;
  readonly inboundId: number;
  /** It asked not to be told about problems. */
  readonly isSilent: boolean;
}

export const METHOD = "M";

const PLAIN = {
  method: null,
  authCodes: [],
  aliasMaximum: 0,
  aliases: [],
  largestPacket: 256, // the receive buffer
  isReceiveMaximumReached: false,
  inboundId: 0,
  isSilent: false,
} as const;

/** In 5 no connection is needed to have a session discarded, and whoever sends too much is told so. */
const OF_BOTH: readonly FiveMoment[] = MOMENTS.filter(
  ({ delivers, inboundIds }) => delivers && inboundIds === QUIET.inboundIds,
).map((moment) => ({ ...PLAIN, ...moment }));

function saysInConnect(block: BlockUnderTest, id: number, value: PropertyValue): void {
  block.core.exports.setConnectProperties(block.client, prepared(block, 1, [[id, value]]));
}

const LIMITED: readonly FiveMoment[] = [
  {
    ...QUIET,
    ...PLAIN,
    name: "while as many messages are under way as it allows",
    inboundIds: 1,
    isReceiveMaximumReached: true,
    inboundId: 1,
    reach(block) {
      connected(block);
      hears(block, 'PUBLISH "a" "x" qos=2 id=1');
      block.collect();
    },
  },
  {
    ...QUIET,
    ...PLAIN,
    name: "while one of two topic aliases is known",
    aliasMaximum: 2,
    aliases: [1],
    reach(block) {
      block.core.exports.setIntake(block.client, 0, 2);
      connected(block);
      const properties = { topicAlias: 1 };
      block.feed(packet5({ cmd: "publish", topic: "known", payload: "x", qos: 0, properties }));
      block.events();
    },
  },
  {
    ...QUIET,
    ...PLAIN,
    name: "with a small Maximum Packet Size",
    largestPacket: 40,
    reach(block) {
      block.core.exports.setIntake(block.client, 40, 0);
      connected(block);
    },
  },
  {
    ...QUIET,
    ...PLAIN,
    name: "while it takes messages in parts",
    largestPacket: Number.POSITIVE_INFINITY,
    reach(block) {
      block.core.exports.setTakesParts(block.client, 1);
      connected(block);
    },
  },
  {
    ...QUIET,
    ...PLAIN,
    name: "without Problem Information",
    isSilent: true,
    reach(block) {
      saysInConnect(block, Property.RequestProblemInformation, 0);
      connected(block);
    },
  },
];

function authenticates(block: BlockUnderTest): void {
  saysInConnect(block, Property.AuthMethod, METHOD);
  opened(block, true);
  block.collect();
}

function asks(block: BlockUnderTest): void {
  block.feed(packet5({ cmd: "auth", reasonCode: 0x18, properties: { authenticationMethod: METHOD } }));
  block.events();
}

function answers(block: BlockUnderTest): void {
  block.core.exports.authenticate(block.client, prepared(block, 15, [[Property.AuthMethod, METHOD]]));
  block.collect();
}

function accepted(block: BlockUnderTest): void {
  authenticates(block);
  block.feed(acceptance(METHOD));
  block.events();
}

/** CONNACK that accepts, as one who authenticates hears it. */
export function acceptance(method: string | null): Buffer {
  const properties = method === null ? {} : { authenticationMethod: method };
  return packet5({ cmd: "connack", sessionPresent: false, reasonCode: 0, properties });
}

const AUTHENTICATING: readonly FiveMoment[] = [
  {
    ...QUIET,
    ...PLAIN,
    name: "after a CONNECT with an authentication method",
    connect: "clean",
    method: METHOD,
    authCodes: [0x18],
    reach: authenticates,
  },
  {
    ...QUIET,
    ...PLAIN,
    name: "before it has answered an AUTH",
    connect: "clean",
    method: METHOD,
    reach(block) {
      authenticates(block);
      asks(block);
    },
  },
  {
    ...QUIET,
    ...PLAIN,
    name: "after it has answered an AUTH",
    connect: "clean",
    method: METHOD,
    authCodes: [0x18],
    reach(block) {
      authenticates(block);
      asks(block);
      answers(block);
    },
  },
  { ...QUIET, ...PLAIN, name: "once authenticated", method: METHOD, reach: accepted },
  {
    ...QUIET,
    ...PLAIN,
    name: "while it authenticates anew",
    method: METHOD,
    authCodes: [0x00, 0x18],
    reach(block) {
      accepted(block);
      answers(block);
    },
  },
  {
    ...QUIET,
    ...PLAIN,
    name: "while it is asked anew",
    method: METHOD,
    reach(block) {
      accepted(block);
      answers(block);
      asks(block);
    },
  },
];

export const FIVE_MOMENTS: readonly FiveMoment[] = [...OF_BOTH, ...LIMITED, ...AUTHENTICATING];
