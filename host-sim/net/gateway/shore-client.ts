// Owns the shore's connection to the broker for one device: an MQTT client that keeps its session and loses nothing it was given.
// Refuses to know the network and the mapping.

import { Buffer } from "node:buffer";
import { generate, type IConnackPacket, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { after, type Clock, type Timer } from "../../time/clock.ts";
import type { Dialer, Stream } from "../stream.ts";
import type { Publication, Qos } from "./message.ts";

export interface ShoreClientParts {
  readonly clientId: string;
  readonly dialer: Dialer;
  readonly clock: Clock;
  /** A message for the device. It is acknowledged when `taken` is called. */
  onMessage(publication: Publication, taken: () => void): void;
}

type Request =
  | { readonly kind: "publish"; readonly publication: Publication }
  | { readonly kind: "subscribe"; readonly filter: string; readonly qos: Qos }
  | { readonly kind: "unsubscribe"; readonly filter: string };

/** Of the first request. `released` is past PUBREC. */
type Progress = "unsent" | "sent" | "released";

const REDIAL_MS = 5000;

export class ShoreClient {
  readonly #parts: ShoreClientParts;
  /** The first is under way; the others follow it one by one, so that everything stays in order. */
  readonly #requests: Request[] = [];
  readonly #filters = new Map<string, Qos>();
  #progress: Progress = "unsent";
  #packetId = 1;
  #stream: Stream | null = null;
  #isConnected = false;
  #redial: Timer | null = null;
  #isClosed = false;

  constructor(parts: ShoreClientParts) {
    this.#parts = parts;
    this.#dial();
  }

  publish(publication: Publication): void {
    this.#request({ kind: "publish", publication });
  }

  subscribe(filter: string, qos: Qos): void {
    this.#filters.set(filter, qos);
    this.#request({ kind: "subscribe", filter, qos });
  }

  unsubscribe(filter: string): void {
    if (this.#filters.delete(filter)) this.#request({ kind: "unsubscribe", filter });
  }

  unsubscribeAll(): void {
    for (const filter of [...this.#filters.keys()]) this.unsubscribe(filter);
  }

  close(): void {
    this.#isClosed = true;
    this.#redial?.cancel();
    this.#stream?.destroy();
  }

  #dial(): void {
    const reader = parser({ protocolVersion: 4 });
    const stream = this.#parts.dialer.dial({
      onOpen: () => this.#sendConnect(),
      onData: (bytes) => void reader.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)),
      onDrain: () => undefined,
      onEnd: () => stream.end(),
      onClose: () => this.#dialAgain(),
    });
    reader.on("packet", (packet) => this.#receive(stream, packet));
    reader.on("error", () => stream.destroy());
    this.#stream = stream;
  }

  #dialAgain(): void {
    this.#stream = null;
    this.#isConnected = false;
    if (!this.#isClosed) this.#redial = after(this.#parts.clock, REDIAL_MS, () => this.#dial());
  }

  /** Keep-alive 0: on shore, between two machines, a connection that ends says so. */
  #sendConnect(): void {
    const { clientId } = this.#parts;
    this.#send({
      cmd: "connect",
      clientId,
      clean: false,
      keepalive: 0,
      protocolId: "MQTT",
      protocolVersion: 4,
    });
  }

  #receive(stream: Stream, packet: Packet): void {
    switch (packet.cmd) {
      case "connack":
        return this.#resume(stream, packet);
      case "publish":
        return this.#take(stream, packet);
      case "puback":
      case "pubcomp":
      case "suback":
      case "unsuback":
        return this.#finish(packet.messageId);
      case "pubrec":
        if (packet.messageId === this.#packetId) this.#progress = "released";
        return this.#send({ cmd: "pubrel", messageId: packet.messageId ?? 0 });
      default:
        return;
    }
  }

  #resume(stream: Stream, { returnCode, sessionPresent }: IConnackPacket): void {
    if (returnCode !== 0) return stream.destroy();
    this.#isConnected = true;
    if (!sessionPresent) this.#beginSession();
    if (this.#progress === "released") this.#send({ cmd: "pubrel", messageId: this.#packetId });
    else if (this.#requests.length > 0) this.#sendFirst(this.#progress === "sent");
  }

  /** What the broker has acknowledged with PUBREC it has published, and what it knew of subscriptions it knows no more. */
  #beginSession(): void {
    if (this.#progress === "released") this.#requests.shift();
    this.#progress = "unsent";
    const asked = new Set(
      this.#requests.flatMap((request) => (request.kind === "subscribe" ? [request.filter] : [])),
    );
    for (const [filter, qos] of this.#filters) {
      if (!asked.has(filter)) this.#requests.unshift({ kind: "subscribe", filter, qos });
    }
  }

  #request(request: Request): void {
    this.#requests.push(request);
    if (this.#requests.length === 1 && this.#isConnected) this.#sendFirst(false);
  }

  #sendFirst(isRepeated: boolean): void {
    for (;;) {
      const request = this.#requests[0];
      if (request === undefined) return;
      this.#send(this.#packetOf(request, isRepeated));
      this.#progress = "sent";
      if (request.kind !== "publish" || request.publication.qos > 0) return;
      this.#requests.shift();
      this.#progress = "unsent";
    }
  }

  #packetOf(request: Request, isRepeated: boolean): Packet {
    const messageId = this.#packetId;
    switch (request.kind) {
      case "publish": {
        const { topic, payload, qos, retain } = request.publication;
        const id = qos > 0 && { messageId };
        return {
          cmd: "publish",
          topic,
          payload: Buffer.from(payload),
          qos,
          retain,
          dup: isRepeated && qos > 0,
          ...id,
        };
      }
      case "subscribe":
        return { cmd: "subscribe", messageId, subscriptions: [{ topic: request.filter, qos: request.qos }] };
      case "unsubscribe":
        return { cmd: "unsubscribe", messageId, unsubscriptions: [request.filter] };
    }
  }

  #finish(messageId: number | undefined): void {
    if (messageId !== this.#packetId || this.#progress === "unsent") return;
    this.#requests.shift();
    this.#progress = "unsent";
    this.#packetId = this.#packetId === 65_535 ? 1 : this.#packetId + 1;
    this.#sendFirst(false);
  }

  /** It subscribes at QoS 1 at most, so no message comes at QoS 2. */
  #take(stream: Stream, { topic, payload, qos, retain, messageId }: IPublishPacket): void {
    this.#parts.onMessage({ topic, payload: Uint8Array.from(payload as Buffer), qos, retain }, () => {
      if (qos > 0 && stream === this.#stream) this.#send({ cmd: "puback", messageId: messageId ?? 0 });
    });
  }

  #send(packet: Packet): void {
    this.#stream?.write(generate(packet));
  }
}
