// Owns the way from a client's bytes to packets: cut, judged, and read by mqtt-packet, so that the client's own codec does not
// judge itself. Refuses to know what a packet leads to.

import type { IConnectPacket, Packet } from "mqtt-packet";
import { Frames } from "./frames.ts";
import type { Version } from "./message.ts";
import type { Breach } from "./statements.ts";
import { bodyBreach } from "./strict-body.ts";
import { judgeConnect } from "./strict-connect.ts";
import { headBreach, Type } from "./strict-head.ts";
import { readWhole } from "./whole-packets.ts";

export interface ReaderHandlers {
  onConnect(packet: IConnectPacket, version: Version): void;
  /** A CONNECT of a version that is none of MQTT's. */
  onUnknownLevel(level: number): void;
  onPacket(packet: Packet): void;
  /** Nothing more is told. `version` is 4 as long as none is known. */
  onBreach(breach: Breach, version: Version): void;
}

const ACK_NAMES = ["puback", "pubrec", "pubrel", "pubcomp"] as const;

export class Reader {
  readonly #handlers: ReaderHandlers;
  readonly #frames: Frames;
  #version: Version | null = null;

  constructor(handlers: ReaderHandlers, maximumPacketBytes: number) {
    this.#handlers = handlers;
    this.#frames = new Frames(
      {
        onFrame: (frame, bodyAt) => this.#judge(frame, bodyAt),
        onBreach: (breach) => this.#fail(breach),
      },
      maximumPacketBytes,
      () => this.#version === 5,
    );
  }

  read(bytes: Uint8Array): void {
    this.#frames.read(bytes);
  }

  hold(): void {
    this.#frames.hold();
  }

  resume(): void {
    this.#frames.resume();
  }

  end(): void {
    this.#frames.end();
  }

  #judge(frame: Buffer, bodyAt: number): void {
    const version = this.#version;
    const head = headBreach(frame, bodyAt, version);
    if (head !== null) return this.#fail(head);
    if (version === null) return this.#readConnect(frame, bodyAt);
    const body = bodyBreach(frame, bodyAt, version);
    if (body !== null) return this.#fail(body);
    const often = version === 5 ? null : readOften(frame, bodyAt);
    const packet = often ?? this.#parse(frame, version);
    if (packet !== null) this.#handlers.onPacket(packet);
  }

  #readConnect(frame: Buffer, bodyAt: number): void {
    const verdict = judgeConnect(frame, bodyAt);
    if (verdict.kind === "unknown-level") return this.#handlers.onUnknownLevel(verdict.level);
    if (verdict.kind === "breach") return this.#handlers.onBreach(verdict.breach, verdict.version);
    this.#version = verdict.version;
    const packet = this.#parse(frame, verdict.version);
    if (packet !== null) this.#handlers.onConnect(packet as IConnectPacket, verdict.version);
  }

  /** What mqtt-packet refuses although the judges let it pass must not pass. */
  #parse(frame: Buffer, version: Version): Packet | null {
    const packet = readWhole(frame, version);
    if (packet === null) this.#fail("malformed");
    return packet;
  }

  #fail(breach: Breach): void {
    this.#frames.end();
    this.#handlers.onBreach(breach, this.#version ?? 4);
  }
}

/**
 * What comes a hundred thousand times in a simulated year, read here because mqtt-packet takes longer than all the rest of the
 * broker: PUBLISH and its acknowledgements before MQTT 5. A test holds it against mqtt-packet.
 */
export function readOften(frame: Buffer, bodyAt: number): Packet | null {
  const first = frame[0] as number;
  const type = first >> 4;
  if (type >= Type.Puback && type <= Type.Pubcomp) {
    return { cmd: ACK_NAMES[type - Type.Puback] as "puback", messageId: frame.readUInt16BE(bodyAt) };
  }
  if (type !== Type.Publish) return null;
  const qos = ((first >> 1) & 3) as 0 | 1 | 2;
  const topicEnd = bodyAt + 2 + frame.readUInt16BE(bodyAt);
  const payloadAt = qos === 0 ? topicEnd : topicEnd + 2;
  return {
    cmd: "publish",
    qos,
    dup: (first & 8) !== 0,
    retain: (first & 1) !== 0,
    topic: frame.toString("utf8", bodyAt + 2, topicEnd),
    messageId: qos === 0 ? undefined : frame.readUInt16BE(topicEnd),
    payload: frame.subarray(payloadAt),
  };
}
