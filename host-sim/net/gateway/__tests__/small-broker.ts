// Owns a broker of one client for tests: it takes what it is given, keeps its session, and can lose either. Refuses to know gateways.

import { Buffer } from "node:buffer";
import { generate, type Packet, parser } from "mqtt-packet";
import type { Accept } from "../../memory-stream.ts";
import type { Stream } from "../../stream.ts";
import type { Qos } from "../message.ts";

export interface Taken {
  readonly topic: string;
  readonly payload: string;
  readonly qos: Qos;
  readonly isRetained: boolean;
}

export class SmallBroker {
  /** As a subscriber would get it: QoS 2 once. */
  readonly taken: Taken[] = [];
  readonly clientIds: string[] = [];
  readonly filters = new Map<string, Qos>();
  /** Ids of messages for the client that it has acknowledged. */
  readonly delivered: number[] = [];
  isUp = true;
  /** Acknowledgements that it forgets to send before the connection ends. */
  withheldAcks = 0;
  readonly #unreleased = new Set<number>();
  #hasSession = false;
  #stream: Stream | null = null;
  #nextId = 1;

  readonly accept: Accept = (stream) => {
    if (!this.isUp) return null;
    const reader = parser({ protocolVersion: 4 });
    reader.on("packet", (packet) => this.#receive(stream, packet));
    return {
      onOpen: () => undefined,
      onData: (bytes) => void reader.parse(Buffer.from(bytes)),
      onDrain: () => undefined,
      onEnd: () => stream.end(),
      onClose: () => undefined,
    };
  };

  payloadsOn(topic: string): readonly string[] {
    return this.taken.filter((taken) => taken.topic === topic).map(({ payload }) => payload);
  }

  send(topic: string, payload: string, qos: Qos = 1): void {
    const messageId = this.#nextId++;
    this.#send({
      cmd: "publish",
      topic,
      payload,
      qos,
      retain: false,
      dup: false,
      ...(qos > 0 && { messageId }),
    });
  }

  restart({ forgets }: { readonly forgets: boolean }): void {
    this.#stream?.destroy();
    this.#stream = null;
    if (!forgets) return;
    this.#hasSession = false;
    this.filters.clear();
    this.#unreleased.clear();
  }

  #receive(stream: Stream, packet: Packet): void {
    const { messageId = 0 } = packet;
    switch (packet.cmd) {
      case "connect":
        this.#stream = stream;
        this.clientIds.push(packet.clientId);
        this.#send({ cmd: "connack", returnCode: 0, sessionPresent: this.#hasSession });
        this.#hasSession = true;
        return;
      case "publish":
        if (packet.qos < 2 || !this.#unreleased.has(messageId)) this.#take(packet);
        if (packet.qos === 2) this.#unreleased.add(messageId);
        if (packet.qos > 0) this.#acknowledge({ cmd: packet.qos === 1 ? "puback" : "pubrec", messageId });
        return;
      case "pubrel":
        this.#unreleased.delete(messageId);
        return this.#acknowledge({ cmd: "pubcomp", messageId });
      case "subscribe":
        for (const { topic, qos } of packet.subscriptions) this.filters.set(topic, qos);
        return this.#send({ cmd: "suback", messageId, granted: packet.subscriptions.map(({ qos }) => qos) });
      case "unsubscribe":
        for (const filter of packet.unsubscriptions) this.filters.delete(filter);
        return this.#send({ cmd: "unsuback", messageId, granted: [] });
      case "puback":
        this.delivered.push(messageId);
        return;
      default:
        return;
    }
  }

  #take({ topic, payload, qos, retain }: Extract<Packet, { cmd: "publish" }>): void {
    this.taken.push({ topic, payload: String(payload), qos, isRetained: retain });
    const granted = this.filters.get(topic);
    if (granted !== undefined) this.send(topic, String(payload), Math.min(granted, qos) as Qos);
  }

  #acknowledge(packet: Packet): void {
    if (this.withheldAcks > 0) this.withheldAcks -= 1;
    else this.#send(packet);
  }

  #send(packet: Packet): void {
    this.#stream?.write(generate(packet));
  }
}
