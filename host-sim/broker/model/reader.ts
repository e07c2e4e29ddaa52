// Owns the way from a client's bytes to packets: cut, judged, and read by mqtt-packet, so that the client's own codec does not
// judge itself. Refuses to know what a packet leads to.

import type { IConnectPacket, IPublishPacket, Packet } from "mqtt-packet";
import { ByteMemo } from "./byte-memo.ts";
import { Frames } from "./frames.ts";
import type { PublishPacket, Version } from "./message.ts";
import { readOften } from "./often.ts";
import type { Breach } from "./statements.ts";
import { bodyBreach } from "./strict-body.ts";
import { judgeConnect } from "./strict-connect.ts";
import { headBreach } from "./strict-head.ts";
import { readWhole } from "./whole-packets.ts";

/** Anything but CONNECT. */
export type ClientPacket = Exclude<Packet, IPublishPacket> | PublishPacket;

export interface ReaderHandlers {
  /** The packet is the same object each time the same bytes come. */
  onConnect(packet: Readonly<IConnectPacket>, version: Version): void;
  /** A CONNECT of a version that is none of MQTT's. */
  onUnknownLevel(level: number): void;
  onPacket(packet: ClientPacket): void;
  /** Nothing more is told. `version` is 4 as long as none is known. */
  onBreach(breach: Breach, version: Version): void;
}

interface LegalConnect {
  readonly packet: Readonly<IConnectPacket>;
  readonly version: Version;
}

/** What the readers of one broker have read before: a device connects with the same bytes, and publishes to the same topics. */
export class ReaderMemory {
  readonly connects = new ByteMemo<LegalConnect>();
  /** Of PUBLISH, as they stand there in UTF-8. */
  readonly topics = new ByteMemo<string>();
}

export class Reader {
  readonly #handlers: ReaderHandlers;
  readonly #frames: Frames;
  readonly #memory: ReaderMemory;
  #version: Version | null = null;

  constructor(handlers: ReaderHandlers, maximumPacketBytes: number, memory: ReaderMemory) {
    this.#handlers = handlers;
    this.#memory = memory;
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

  #judge(frame: Uint8Array, bodyAt: number): void {
    const version = this.#version;
    const head = headBreach(frame, bodyAt, version);
    if (head !== null) return this.#fail(head);
    if (version === null) return this.#readConnect(frame, bodyAt);
    const body = bodyBreach(frame, bodyAt, version);
    if (body !== null) return this.#fail(body);
    const packet = readOften(frame, bodyAt, version, this.#memory.topics) ?? this.#parse(frame, version);
    if (packet !== null) this.#handlers.onPacket(packet);
  }

  #readConnect(frame: Uint8Array, bodyAt: number): void {
    const known = this.#memory.connects.find(frame, 0, frame.length);
    if (known === null) return this.#readNewConnect(frame, bodyAt);
    this.#version = known.version;
    this.#handlers.onConnect(known.packet, known.version);
  }

  #readNewConnect(frame: Uint8Array, bodyAt: number): void {
    const verdict = judgeConnect(frame, bodyAt);
    if (verdict.kind === "unknown-level") return this.#handlers.onUnknownLevel(verdict.level);
    if (verdict.kind === "breach") return this.#handlers.onBreach(verdict.breach, verdict.version);
    this.#version = verdict.version;
    const packet = this.#parse(frame, verdict.version) as IConnectPacket | null;
    if (packet === null) return;
    this.#memory.connects.keep(frame, 0, frame.length, { packet, version: verdict.version });
    this.#handlers.onConnect(packet, verdict.version);
  }

  /** What mqtt-packet refuses although the judges let it pass must not pass. */
  #parse(frame: Uint8Array, version: Version): Packet | null {
    const packet = readWhole(frame, version);
    if (packet === null) this.#fail("malformed");
    return packet;
  }

  #fail(breach: Breach): void {
    this.#frames.end();
    this.#handlers.onBreach(breach, this.#version ?? 4);
  }
}
