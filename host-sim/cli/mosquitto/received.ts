// What `sub` does with a message it received: whether it counts, and how it is printed. Pure.
import type { ReceivedPacket } from "./client.ts";
import type { SubOptions } from "./options.ts";
import { printedProperties } from "./properties.ts";
import { matches } from "./topics.ts";

export type Verdict =
  | { readonly kind: "end" }
  | { readonly kind: "handle"; readonly print: boolean; readonly clear: boolean };

type Judging = Pick<SubOptions, "retained" | "filterOut" | "removeRetained">;

/** The order is mosquitto_sub's: -T spares a retained message from being cleared, -R does not. */
export function judge(options: Judging, topic: string, retain: boolean): Verdict {
  if (options.retained === "only" && !retain) return { kind: "end" };
  if (options.filterOut.some((filter) => matches(filter, topic)))
    return { kind: "handle", print: false, clear: false };
  const print = !(retain && options.retained === "hidden");
  return { kind: "handle", print, clear: retain && options.removeRetained };
}

export interface Received {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly packet: ReceivedPacket;
}

type Printing = Pick<SubOptions, "verbose" | "json" | "endOfLine">;

/** The bytes for stdout, as mosquitto_sub would print them. */
export function printed(options: Printing, message: Received, receivedAt: Date): Uint8Array {
  if (options.json) return Buffer.from(`${JSON.stringify(asJson(message, receivedAt))}\n`);
  const end = options.endOfLine ? "\n" : "";
  const { topic, payload } = message;
  // An empty message shows only with its topic, and with -N not even so: mosquitto_sub's way.
  if (payload.length === 0)
    return Buffer.from(options.verbose && options.endOfLine ? `${topic} (null)\n` : "");
  return Buffer.concat([Buffer.from(options.verbose ? `${topic} ` : ""), payload, Buffer.from(end)]);
}

function asJson({ topic, payload, packet }: Received, receivedAt: Date) {
  const { qos, retain, properties } = packet;
  const about = {
    tst: receivedAt.toISOString(),
    topic,
    qos,
    retain: retain ? 1 : 0,
    payloadlen: payload.length,
    ...(properties !== undefined && { properties: printedProperties(properties) }),
  };
  const text = asText(payload);
  if (text !== undefined) return { ...about, payload: text };
  return { ...about, payloadBase64: Buffer.from(payload).toString("base64") };
}

/** undefined for bytes that are not UTF-8: as text they would not come back the same. */
function asText(payload: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload);
  } catch {
    return undefined;
  }
}
