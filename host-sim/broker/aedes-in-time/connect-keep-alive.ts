// Owns the keep-alive that a CONNECT asks for: read, and taken out of the packet. Refuses to know what is done about it.

import { type Packet, parser } from "mqtt-packet";

export interface TakenOut {
  /** In seconds, 0 for none; null when the packet was no CONNECT. */
  readonly keepAlive: number | null;
  /** The packet, and what came with it; a CONNECT now asks for none. */
  readonly bytes: Uint8Array;
}

const NO_MORE_THAN_BYTES = 4;
const NOTHING = new Uint8Array(0);

/** Keeps a client's first packet until it is whole. */
export class ConnectKeepAlive {
  #bytes: Uint8Array = NOTHING;

  /** Null while the packet is not whole. */
  take(bytes: Uint8Array): TakenOut | null {
    this.#bytes = joined(this.#bytes, bytes);
    const head = headOf(this.#bytes);
    if (head === "incomplete") return null;
    if (head === "no-packet") return { keepAlive: null, bytes: this.#bytes };
    return this.#bytes.length < head.packetBytes ? null : withoutKeepAlive(this.#bytes, head);
  }
}

interface Head {
  readonly headBytes: number;
  readonly packetBytes: number;
}

/** Section 2.2.3: one to four bytes of seven bits each say how many follow. */
function headOf(bytes: Uint8Array): Head | "incomplete" | "no-packet" {
  let remainingLength = 0;
  for (let i = 0; i < NO_MORE_THAN_BYTES; i++) {
    const byte = bytes[1 + i];
    if (byte === undefined) return "incomplete";
    remainingLength += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return { headBytes: 2 + i, packetBytes: 2 + i + remainingLength };
  }
  return "no-packet";
}

/**
 *   head │ 0 4 M Q T T │ level │ flags │ keep-alive: 2 bytes │ payload
 */
function withoutKeepAlive(bytes: Uint8Array, { headBytes, packetBytes }: Head): TakenOut {
  const packet = parsed(bytes.subarray(0, packetBytes));
  if (packet?.cmd !== "connect") return { keepAlive: null, bytes };
  const nameBytes = ((bytes[headBytes] ?? 0) << 8) + (bytes[headBytes + 1] ?? 0);
  const at = headBytes + 2 + nameBytes + 2;
  const patched = new Uint8Array(bytes);
  patched.fill(0, at, at + 2);
  return { keepAlive: packet.keepalive ?? 0, bytes: patched };
}

/** Null for what is malformed: the broker is to see that for itself. */
function parsed(bytes: Uint8Array): Packet | null {
  let packet: Packet | null = null;
  const reader = parser();
  reader.on("packet", (read) => {
    packet = read;
  });
  reader.on("error", () => undefined);
  reader.parse(Buffer.from(bytes));
  return packet;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
