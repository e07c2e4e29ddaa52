// Owns an MQTT client for tests: a window of unacknowledged publishes, sent again on a new connection. Refuses to know what is claimed.

import { Buffer } from "node:buffer";
import { generate, type IConnectPacket, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import type { Dialer, Stream, StreamError } from "../../stream.ts";
import type { Qos } from "../message.ts";

interface Unacked {
  readonly publish: IPublishPacket & { readonly messageId: number };
  isReleased: boolean;
  wasSent: boolean;
}

export class SmallClient {
  /** Payloads whose last acknowledgement came, in that order. */
  readonly acked: string[] = [];
  readonly received: Packet[] = [];
  readonly closes: (StreamError | null)[] = [];
  readonly #dialer: Dialer;
  readonly #window: number;
  readonly #unacked: Unacked[] = [];
  #stream: Stream | null = null;
  #nextId = 1;

  constructor(dialer: Dialer, window = 4) {
    this.#dialer = dialer;
    this.#window = window;
  }

  get pending(): number {
    return this.#unacked.length;
  }

  connect(packet: Partial<IConnectPacket> = {}): void {
    const reader = parser({ protocolVersion: 4 });
    const stream = this.#dialer.dial({
      onOpen: () => {
        const connect = {
          cmd: "connect",
          clientId: "node-1",
          clean: false,
          keepalive: 60,
          protocolVersion: 4,
        } as const;
        stream.write(generate({ ...connect, protocolId: "MQTT", ...packet }));
      },
      onData: (bytes) => void reader.parse(Buffer.from(bytes)),
      onDrain: () => undefined,
      onEnd: () => stream.end(),
      onClose: (error) => {
        this.closes.push(error);
        if (this.#stream === stream) this.#stream = null;
      },
    });
    reader.on("packet", (received) => this.#receive(stream, received));
  }

  publish(topic: string, payload: string, qos: Qos = 1, retain = false): void {
    const publish = { cmd: "publish", topic, payload, qos, retain, dup: false } as const;
    if (qos === 0) return this.send(publish);
    this.#unacked.push({
      publish: { ...publish, messageId: this.#takeId() },
      isReleased: false,
      wasSent: false,
    });
    this.#fill();
  }

  send(packet: Packet): void {
    this.#stream?.write(generate(packet));
  }

  disconnect(): void {
    this.send({ cmd: "disconnect" });
    this.#stream?.end();
  }

  #takeId(): number {
    const id = this.#nextId;
    this.#nextId = id === 65_535 ? 1 : id + 1;
    return id;
  }

  #fill(): void {
    if (this.#stream === null) return;
    for (const unacked of this.#unacked.slice(0, this.#window)) {
      if (!unacked.wasSent) this.send(unacked.publish);
      unacked.wasSent = true;
    }
  }

  #resume(): void {
    for (const { publish, isReleased, wasSent } of this.#unacked) {
      if (isReleased) this.send({ cmd: "pubrel", messageId: publish.messageId });
      else if (wasSent) this.send({ ...publish, dup: true });
    }
    this.#fill();
  }

  #receive(stream: Stream, packet: Packet): void {
    this.received.push(packet);
    const at = this.#unacked.findIndex(({ publish }) => publish.messageId === packet.messageId);
    switch (packet.cmd) {
      case "connack":
        if (packet.returnCode !== 0) return;
        this.#stream = stream;
        return this.#resume();
      case "pubrec":
        (this.#unacked[at] as Unacked).isReleased = true;
        return this.send({ cmd: "pubrel", messageId: packet.messageId ?? 0 });
      case "puback":
      case "pubcomp":
        for (const { publish } of this.#unacked.splice(at, 1)) this.acked.push(String(publish.payload));
        return this.#fill();
      case "publish":
        if (packet.qos === 1) this.send({ cmd: "puback", messageId: packet.messageId ?? 0 });
        return;
      default:
        return;
    }
  }
}
