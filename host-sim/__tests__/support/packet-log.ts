// Owns what a stream of MQTT bytes is made of: whole packets, kept as they came, and what each says. Knows no sockets and no cuts.
import { type Packet, parser } from "mqtt-packet";

export type Direction = "toBroker" | "toClient";

/** `opaque` is a chunk of a stream that is not plain MQTT (TLS, WebSocket, or bytes no packet can start with). */
export type LoggedCmd = Packet["cmd"] | "malformed" | "incomplete" | "opaque";

export interface PacketFacts {
  readonly cmd: LoggedCmd;
  readonly messageId?: number | undefined;
  readonly qos?: 0 | 1 | 2 | undefined;
  readonly dup?: boolean | undefined;
  readonly retain?: boolean | undefined;
  readonly topic?: string | undefined;
  readonly payload?: string | undefined;
}

export interface PacketRecord extends PacketFacts {
  /** Counts the connections of one proxy, from 0. */
  readonly connection: number;
  readonly direction: Direction;
  /** When it was handed on or withheld, in milliseconds since the proxy started. */
  readonly atMs: number;
  /** The whole packet was handed on. */
  readonly forwarded: boolean;
  readonly forwardedBytes: number;
  readonly bytes: Buffer;
}

export interface Frame {
  readonly bytes: Buffer;
  readonly whole: boolean;
}

const maxLengthBytes = 4;
const connectFirstByte = 0x10;

/** Size of the packet at the start of `bytes`; undefined when that is not known yet, NaN when it never can be. */
function packetSize(bytes: Buffer): number | undefined {
  let remainingLength = 0;
  for (let i = 0; i < maxLengthBytes; i++) {
    const byte = bytes[i + 1];
    if (byte === undefined) return undefined;
    remainingLength += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return i + 2 + remainingLength;
  }
  return Number.NaN; // at most four bytes of length
}

/** Cuts one direction's bytes into packets; what cannot be a packet is passed as it comes, so nothing is held for ever. */
export class PacketFramer {
  #held: Buffer = Buffer.alloc(0);
  #opaque = false;

  /** From here on bytes are not looked at. */
  makeOpaque(): void {
    this.#opaque = true;
  }

  push(chunk: Buffer): Frame[] {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const frames: Frame[] = [];
    while (this.#held.length > 0) {
      const size = this.#opaque ? Number.NaN : packetSize(this.#held);
      if (size === undefined || size > this.#held.length) break;
      if (Number.isNaN(size)) this.#opaque = true;
      const end = this.#opaque ? this.#held.length : size;
      frames.push({ bytes: this.#held.subarray(0, end), whole: !this.#opaque });
      this.#held = this.#held.subarray(end);
    }
    return frames;
  }

  /** What came of a packet whose rest did not. */
  leftover(): Buffer {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return held;
  }
}

/** A client that speaks plain MQTT opens with CONNECT; a TLS hello (0x16) and an HTTP upgrade ("G") do not look like it. */
export function startsLikeMqtt(firstBytes: Buffer): boolean {
  return firstBytes[0] === connectFirstByte;
}

/** Reads single packets; remembers the version a CONNECT named, because later packets do not repeat it. */
export class PacketReader {
  #protocolVersion = 4;

  read(frame: Frame): PacketFacts {
    if (!frame.whole) return { cmd: "opaque" };
    const packet = parseOne(frame.bytes, this.#protocolVersion);
    if (packet === undefined) return { cmd: "malformed" };
    if (packet.cmd === "connect") this.#protocolVersion = packet.protocolVersion ?? 4;
    if (packet.cmd !== "publish") return { cmd: packet.cmd, messageId: packet.messageId };
    const { cmd, messageId, qos, dup, retain, topic } = packet;
    return { cmd, messageId, qos, dup, retain, topic, payload: packet.payload.toString() };
  }
}

function parseOne(bytes: Buffer, protocolVersion: number): Packet | undefined {
  const found: Packet[] = [];
  const reader = parser({ protocolVersion });
  reader.on("packet", (packet: Packet) => found.push(packet));
  // An unreadable packet is the test's own business; it passes and is logged as malformed.
  reader.on("error", () => {});
  reader.parse(bytes);
  return found[0];
}

/** One line a packet, for failure messages. */
export function describeRecords(records: readonly PacketRecord[], last = 40): string {
  const lines = records.slice(-last).map((record) => {
    const id = record.messageId === undefined ? "" : ` id ${record.messageId}`;
    const publish =
      record.cmd === "publish" ? ` qos ${record.qos}${record.dup ? " dup" : ""} ${record.topic}` : "";
    const fate = record.forwarded ? "" : ` (${record.forwardedBytes} of ${record.bytes.length} bytes passed)`;
    const arrow = record.direction === "toBroker" ? "->" : "<-";
    return `  #${record.connection} ${record.atMs.toFixed(1)} ms ${arrow} ${record.cmd}${id}${publish}${fate}`;
  });
  return lines.length === 0 ? "  (nothing passed)" : lines.join("\n");
}
