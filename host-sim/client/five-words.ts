// Owns that what only MQTT 5 can say is refused of a client of an earlier version, and encoded for its packet otherwise. Sends
// nothing.

import type { Core } from "../device/core.ts";
import { Packet } from "../device/layout.generated.ts";
import type { BlockSettings } from "./block-settings.ts";
import { OptionError } from "./errors.ts";
import { sessionExpiryOf } from "./five-settings.ts";
import { type Leaving, type LeavingOptions, leavingOf } from "./leaving.ts";
import { type MessageProperties, messageProperties } from "./message-properties.ts";
import { encodeProperties } from "./properties/encode.ts";
import type { Properties } from "./properties/table.ts";
import { type RequestParts, type RequestType, requestPartsOf } from "./request-properties.ts";

/** Whose words they are. */
export interface Speaker {
  readonly core: Core;
  readonly settings: BlockSettings;
}

const FIVE = 5;

export function speaksFive({ version }: BlockSettings): boolean {
  return version === FIVE;
}

/** Throws an `OptionError`, as all of these do. */
export function messageWords({ core, settings }: Speaker, properties: Properties): MessageProperties {
  checkVersion(settings, properties);
  return messageProperties(core, properties);
}

export function requestWords(
  { core, settings }: Speaker,
  type: RequestType,
  properties: Properties,
): RequestParts {
  checkVersion(settings, properties);
  return requestPartsOf(core, type, properties);
}

/** The properties of an AUTH. The method is CONNECT's. */
export function authenticationWords({ core, settings }: Speaker, properties: Properties): Uint8Array {
  const { authenticationMethod } = settings.properties;
  const all = { ...(authenticationMethod !== undefined && { authenticationMethod }), ...properties };
  checkVersion(settings, all);
  return encodeProperties(core, Packet.Auth, all);
}

export function leavingWords({ core, settings }: Speaker, options: LeavingOptions): Leaving {
  checkVersion(settings, options.properties ?? {});
  return leavingOf(core, options, sessionExpiryOf(settings.clean, settings.properties));
}

/** Properties that go nowhere must not pass in silence. */
function checkVersion(settings: BlockSettings, properties: Properties): void {
  if (!speaksFive(settings) && Object.keys(properties).length > 0)
    throw new OptionError("properties need protocolVersion 5");
}
