// Owns how a test reads what its scripted broker has seen. Asserts nothing.
import type { ScriptedBroker } from "./scripted-broker.ts";

/** The payloads of every PUBLISH, in the order they came. */
export function texts(broker: ScriptedBroker): readonly string[] {
  return broker.of("publish").map(({ payload }) => String(payload));
}

/** mqtt-packet's objects have no prototype. */
export function plain(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Buffer.isBuffer(value) || Array.isArray(value))
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, plain(own)]));
}
