// Owns the bodies of what a broker of MQTT 5 sends: those of 3.1.1 with reason codes and properties, mostly right. Knows nothing of
// when they are sent.
import type { RandomStream } from "../../host-sim/random/random.ts";
import { METHOD, randomProperties, withLength } from "./properties.ts";

const CONNACK = 2;
const PUBLISH = 3;
const DISCONNECT = 14;
const AUTH = 15;
const CONNECT_REFUSALS: readonly number[] = [0x84, 0x85, 0x87, 0x97, 0x9f, 1, 0x19];
const ACK_CODES: readonly number[] = [0, 0, 0, 0x10, 0x80, 0x83, 0x92, 0x97, 0x99, 1];
const FILTER_CODES: readonly number[] = [0x80, 0x87, 0x8f, 0x9e, 0xa2, 0x11, 3];
const GOODBYES: readonly number[] = [0, 0x81, 0x8b, 0x8e, 0x93, 0x9c, 0x9d, 4];
const ALIASES: readonly number[] = [0, 1, 2, 3, 255, 256, 65535];

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

/** `names`: what CONNECT said contains the method that both know. */
export function connackBody(random: RandomStream, names: boolean): Buffer {
  if (random.chance(0.01)) return Buffer.from([0, random.pick([0, 1, 2])]);
  const code = random.chance(0.95) ? 0 : random.pick(CONNECT_REFUSALS);
  const own = names && random.chance(0.95) ? METHOD : Buffer.alloc(0);
  const properties = Buffer.concat([own, randomProperties(random, CONNACK)]);
  const flags = code === 0 ? Number(random.chance(0.15)) : 0;
  return Buffer.concat([Buffer.from([flags, code]), withLength(properties, random)]);
}

/** The properties of a PUBLISH. An alias comes first, seldom one that the client does not take. */
export function publishProperties(random: RandomStream, aliasMaximum: number): Buffer {
  const isAlias = random.chance(aliasMaximum > 0 ? 0.5 : 0.005);
  const number = random.chance(0.95) ? Math.ceil(random.between(0, aliasMaximum)) : random.pick(ALIASES);
  const alias = isAlias ? Buffer.from([0x23, ...u16(number)]) : Buffer.alloc(0);
  return withLength(Buffer.concat([alias, randomProperties(random, PUBLISH)]), random);
}

/** Reason code and properties are left out where they can be, or not. */
function tail(random: RandomStream, type: number, code: number): Buffer {
  const length = code === 0 ? random.pick([0, 0, 1, 2]) : random.pick([1, 1, 2]);
  const properties = length === 2 ? withLength(randomProperties(random, type), random) : Buffer.alloc(0);
  return Buffer.concat([Buffer.from([code]).subarray(0, length), properties]);
}

export function ackBody(random: RandomStream, type: number, packetId: number): Buffer {
  const code = random.chance(0.85) ? 0 : random.pick(ACK_CODES);
  return Buffer.concat([u16(packetId), tail(random, type, code)]);
}

export function filterCode(random: RandomStream, granted: number): number {
  return random.chance(0.9) ? granted : random.pick(FILTER_CODES);
}

export function goodbyeBody(random: RandomStream): Buffer {
  return tail(random, DISCONNECT, random.pick(GOODBYES));
}

export function authBody(random: RandomStream): Buffer {
  const own = random.chance(0.9) ? METHOD : Buffer.alloc(0);
  const properties = Buffer.concat([
    own,
    random.chance(0.8) ? Buffer.alloc(0) : randomProperties(random, AUTH),
  ]);
  const code = random.pick([0x18, 0x18, 0, 0x19]);
  return Buffer.concat([Buffer.from([code]), withLength(properties, random)]);
}
