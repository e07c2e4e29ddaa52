// Owns what a program may have DISCONNECT say, and that the client refuses nothing of it when the time has come.

import type { Core } from "../device/core.ts";
import { Packet } from "../device/layout.generated.ts";
import { OptionError, PropertyError } from "./errors.ts";
import { encodeProperties } from "./properties/encode.ts";
import type { Properties } from "./properties/table.ts";

/** Of MQTT 5; before it DISCONNECT says nothing. */
export interface LeavingOptions {
  /** 0, or 4: the broker then publishes the will all the same; or a failure from 128 on. Default: 0. */
  readonly reasonCode?: number;
  readonly properties?: Properties;
}

export interface Leaving {
  readonly reasonCode: number;
  readonly bytes: Uint8Array;
}

/** Table 3-13: those that a client may send. */
export const LEAVING_CODES: readonly number[] = [
  0, 4, 128, 129, 130, 131, 144, 147, 148, 149, 150, 151, 152, 153,
];

/** Throws an `OptionError`. `sessionExpiry`: the seconds that CONNECT asked for; 0 cannot be raised. */
export function leavingOf(core: Core, options: LeavingOptions, sessionExpiry: number): Leaving {
  const { reasonCode = 0, properties = {} } = options;
  if (!LEAVING_CODES.includes(reasonCode))
    throw new OptionError(`reasonCode must be one of ${LEAVING_CODES.join(", ")}`);
  const bytes = encodeProperties(core, Packet.Disconnect, properties);
  if (sessionExpiry === 0 && (properties.sessionExpiryInterval ?? 0) > 0) {
    throw new PropertyError(
      "properties.sessionExpiryInterval must be 0, for CONNECT did not ask to keep the session",
    );
  }
  return { reasonCode, bytes };
}
