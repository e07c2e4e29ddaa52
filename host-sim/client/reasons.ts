// Owns the reason codes of MQTT 5 as the standard names them (table 2-6), for programs and for people. Knows no packets.

import type { Properties } from "./properties/table.ts";

const REASONS: Readonly<Record<number, string>> = {
  0: "success",
  1: "granted QoS 1",
  2: "granted QoS 2",
  4: "disconnect with will message",
  16: "no matching subscribers",
  17: "no subscription existed",
  24: "continue authentication",
  25: "re-authenticate",
  128: "unspecified error",
  129: "malformed packet",
  130: "protocol error",
  131: "implementation specific error",
  132: "unsupported protocol version",
  133: "client identifier not valid",
  134: "bad user name or password",
  135: "not authorized",
  136: "server unavailable",
  137: "server busy",
  138: "banned",
  139: "server shutting down",
  140: "bad authentication method",
  141: "keep alive timeout",
  142: "session taken over",
  143: "topic filter invalid",
  144: "topic name invalid",
  145: "packet identifier in use",
  146: "packet identifier not found",
  147: "receive maximum exceeded",
  148: "topic alias invalid",
  149: "packet too large",
  150: "message rate too high",
  151: "quota exceeded",
  152: "administrative action",
  153: "payload format invalid",
  154: "retain not supported",
  155: "QoS not supported",
  156: "use another server",
  157: "server moved",
  158: "shared subscriptions not supported",
  159: "connection rate exceeded",
  160: "maximum connect time",
  161: "subscription identifiers not supported",
  162: "wildcard subscriptions not supported",
};

/** From here on a code is a failure; before MQTT 5 it is SUBACK's only one. */
export const FIRST_FAILURE = 0x80;

/** Such as `not-authorized`. */
export function reasonName(code: number): string {
  return REASONS[code]?.toLowerCase().replaceAll(" ", "-") ?? `reason-${code}`;
}

/** Such as `not authorized`, with what the broker itself had to say about it. */
export function reasonWords(code: number, properties: Properties | null = null): string {
  const { reasonString, serverReference } = properties ?? {};
  const said = reasonString === undefined ? "" : `: ${reasonString}`;
  const other = serverReference === undefined ? "" : ` (it names another server: ${serverReference})`;
  return `${REASONS[code] ?? `reason code ${code}`}${said}${other}`;
}
