// Owns how the host reads the fields of a block. Refuses to know what they mean; writing them is the client's alone.

import type { Core } from "./core.ts";
import { ClientLayout, FiveLayout } from "./layout.generated.ts";

export interface Field {
  readonly offset: number;
  readonly type: "bool" | "u8" | "u16" | "u32" | "i32";
}

export function readField(core: Core, block: number, field: Field): number {
  const at = block + field.offset;
  if (field.type === "u32") return core.view.getUint32(at, true);
  if (field.type === "i32") return core.view.getInt32(at, true);
  return field.type === "u16" ? core.view.getUint16(at, true) : core.view.getUint8(at);
}

export type ClientField = keyof typeof ClientLayout.fields;

/** A field of the client's struct; a bool is 0 or 1. */
export function clientField(core: Core, client: number, name: ClientField): number {
  return readField(core, client, ClientLayout.fields[name]);
}

export type FiveField = keyof typeof FiveLayout.fields;

/** A field of what MQTT 5 adds to it: it ends where the head buffer begins. An image without MQTT 5 has none. */
export function fiveField(core: Core, client: number, name: FiveField): number {
  const at = client + clientField(core, client, "headAt") - FiveLayout.bytes;
  return readField(core, at, FiveLayout.fields[name]);
}

/** The bytes of a block from an offset on, valid until the next call into the client. */
export function blockBytes(core: Core, block: number, offset: number, length: number): Buffer {
  return core.bytes.subarray(block + offset, block + offset + length);
}
