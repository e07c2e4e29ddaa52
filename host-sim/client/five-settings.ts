// Owns how the properties of CONNECT and of its will get into a block: those that the client says itself are settings, the
// others go as they are. Knows no other setting.

import type { Core } from "../device/core.ts";
import { Packet } from "../device/layout.generated.ts";
import { PropertyError } from "./errors.ts";
import { checkProperty, encodeProperties } from "./properties/encode.ts";
import type { Properties, PropertyName } from "./properties/table.ts";

/** As long as the core has it keep a session without a word about how long. */
const USUAL_EXPIRY_SECONDS = 604_800;
const MOST_ALIASES = 255;
const MOST_INBOUND_IDS = 65_000;

const OWN = [
  "sessionExpiryInterval",
  "receiveMaximum",
  "maximumPacketSize",
  "topicAliasMaximum",
] as const satisfies readonly PropertyName[];

/** Whether the broker is to keep the session when the connection is gone. Without MQTT 5 `clean` alone says so. */
export function keepsSession(clean: boolean, properties: Properties): boolean {
  return !clean || (properties.sessionExpiryInterval ?? 0) > 0;
}

/** Seconds for which the broker keeps the session of such a client. */
export function sessionExpiryOf(clean: boolean, { sessionExpiryInterval }: Properties): number {
  return sessionExpiryInterval ?? (clean ? 0 : USUAL_EXPIRY_SECONDS);
}

/** Rows of a block for the ids of incoming messages, which it announces as its Receive Maximum; null: as many as usual. Throws a `PropertyError`. */
export function inboundIdsFor({ receiveMaximum }: Properties): number | null {
  if (receiveMaximum === undefined) return null;
  checkProperty(Packet.Connect, "receiveMaximum", receiveMaximum);
  return Math.min(receiveMaximum, MOST_INBOUND_IDS);
}

/** The bytes of CONNECT's properties that are not settings. Throws a `PropertyError` for any of them. */
export function connectPropertyBytes(core: Core, properties: Properties, mostAliases: number): Buffer {
  for (const name of OWN) {
    if (properties[name] !== undefined) checkProperty(Packet.Connect, name, properties[name]);
  }
  checkAliases(properties, mostAliases);
  if (properties.authenticationData !== undefined && properties.authenticationMethod === undefined) {
    throw new PropertyError("properties.authenticationData needs properties.authenticationMethod");
  }
  const others = Object.entries(properties).filter(([name]) => !(OWN as readonly string[]).includes(name));
  return encodeProperties(core, Packet.Connect, Object.fromEntries(others));
}

/** Each takes a place among the texts, which are there for topic filters too. */
function checkAliases({ topicAliasMaximum = 0 }: Properties, mostAliases: number): void {
  const most = Math.max(0, Math.min(mostAliases, MOST_ALIASES));
  if (topicAliasMaximum > most) {
    throw new PropertyError(`properties.topicAliasMaximum must be a whole number from 0 to ${most}`);
  }
}

/** The numbers among them, as settings of an idle block. Answers the first refusal, or 0. */
export function setOwnProperties({ exports }: Core, block: number, properties: Properties): number {
  const { sessionExpiryInterval, maximumPacketSize, topicAliasMaximum } = properties;
  const status = exports.setSessionExpiry(block, sessionExpiryInterval ?? USUAL_EXPIRY_SECONDS);
  return status < 0 ? status : exports.setIntake(block, maximumPacketSize ?? 0, topicAliasMaximum ?? 0);
}
