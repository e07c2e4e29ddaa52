// Owns the modem's side of MQTT: it answers one client as a broker would, and owes each acknowledgement until the network has the
// message. Refuses to know how the network gets it.

import { Buffer } from "node:buffer";
import {
  generate,
  type IConnectPacket,
  type IPublishPacket,
  type ISubscribePacket,
  type IUnsubscribePacket,
  type Packet,
  parser,
} from "mqtt-packet";
import type { Accept } from "../memory-stream.ts";
import type { Stream } from "../stream.ts";
import { upBytesOf } from "./mapping.ts";
import type { Publication, Qos, UpMessage } from "./message.ts";
import { ModemSession } from "./modem-session.ts";
import type { UpEntry, UpQueue } from "./up-queue.ts";

export interface EndpointParts {
  readonly queue: UpQueue;
  readonly upBytes: number;
  /** Messages for the client that the modem holds. */
  readonly owedMax: number;
  /** Of the queue's, the one that the shore may already have. */
  lastTried(): UpEntry | null;
  /** Something was queued, or there is room for mail again. */
  onChange(): void;
}

/** Why a connection was ended: what the client sent cannot be carried, or is no MQTT. */
class Refusal extends Error {}

/** Publishes that may wait unacknowledged for a place in the queue before the client is read no further. */
const HELD_MAX = 64;
/** An acknowledgement for a message from the shore is asked for at most at QoS 1. */
const GRANTED_MAX = 1;
const SUBSCRIPTION_REFUSED = 0x80;

const CONNACK = { accepted: 0, wrongVersion: 1, wrongClientId: 2 } as const;

export class ModemEndpoint {
  lastRefusal: string | null = null;
  refused = 0;
  readonly #parts: EndpointParts;
  #session: ModemSession | null = null;
  #stream: Stream | null = null;
  #isPaused = false;
  /** What the shore was last told in a hello, or will be; null when it was told `bye` since. */
  #greeting: string | null = null;
  /** Whether an earlier hello than that stands, so that leaving must be told even if the last one was not. */
  #isKnownAshore = false;

  constructor(parts: EndpointParts) {
    this.#parts = parts;
  }

  readonly accept: Accept = (stream) => {
    const reader = parser({ protocolVersion: 4 });
    let isRefused = false;
    const refuse = (why: string): void => {
      isRefused = true;
      this.#refuse(stream, why);
    };
    reader.on("packet", (packet) => {
      // The rest of what came with a packet that ended the connection is read by nobody.
      if (isRefused) return;
      try {
        this.#receive(stream, packet);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refuse(error.message);
      }
    });
    reader.on("error", (error: Error) => refuse(`malformed: ${error.message}`));
    return {
      onOpen: () => undefined,
      onData(bytes) {
        if (!isRefused) reader.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
      },
      onDrain: () => undefined,
      onEnd: () => stream.end(),
      onClose: () => this.#forget(stream),
    };
  };

  get canTakeMail(): boolean {
    return this.#session !== null && this.#session.owedCount < this.#parts.owedMax;
  }

  give(publication: Publication): void {
    const session = this.#session;
    if (session === null) return;
    if (publication.qos > 0) session.owe(publication);
    else if (this.#stream !== null) this.#sendPublish(publication, 0, false);
    this.#sendOwed();
  }

  cut(): void {
    const stream = this.#stream;
    if (stream === null) return;
    stream.destroy();
    this.#forget(stream);
  }

  powerOff(): void {
    this.cut();
    this.#session = null;
    this.#greeting = null;
    this.#isKnownAshore = false;
  }

  #forget(stream: Stream): void {
    if (this.#stream !== stream) return;
    this.#stream = null;
    this.#isPaused = false;
    if (this.#session?.isClean) this.#session = null;
  }

  #refuse(stream: Stream, why: string): void {
    this.refused += 1;
    this.lastRefusal = why;
    stream.destroy();
    this.#forget(stream);
  }

  #receive(stream: Stream, packet: Packet): void {
    if (packet.cmd === "connect") return this.#connect(stream, packet);
    if (stream !== this.#stream) throw new Refusal(`${packet.cmd} without an accepted CONNECT`);
    const session = this.#session as ModemSession;
    switch (packet.cmd) {
      case "publish":
        return this.#publish(session, packet);
      case "pubrel":
        session.inbound.delete(idOf(packet));
        return this.#send({ cmd: "pubcomp", messageId: idOf(packet) });
      case "puback":
        session.settle(idOf(packet));
        this.#sendOwed();
        return this.#parts.onChange();
      case "subscribe":
        return this.#subscribe(session, packet);
      case "unsubscribe":
        return this.#unsubscribe(session, packet);
      case "pingreq":
        return this.#send({ cmd: "pingresp" });
      case "disconnect":
        return this.#disconnect();
      default:
        throw new Refusal(`a client may not send ${packet.cmd}`);
    }
  }

  #connect(stream: Stream, packet: IConnectPacket): void {
    if (stream === this.#stream) throw new Refusal("a second CONNECT");
    const isKnownVersion = packet.protocolVersion === 3 || packet.protocolVersion === 4;
    if (!isKnownVersion) return answerAndEnd(stream, CONNACK.wrongVersion);
    if (packet.clientId === "") return answerAndEnd(stream, CONNACK.wrongClientId);
    this.#stream?.destroy();
    this.#stream = stream;
    this.#isPaused = false;
    const isResumed = !packet.clean && this.#session?.clientId === packet.clientId && !this.#session.isClean;
    if (!isResumed) this.#session = new ModemSession(packet.clientId, packet.clean ?? true);
    this.#greet(packet, !isResumed);
    this.#send({ cmd: "connack", returnCode: CONNACK.accepted, sessionPresent: isResumed });
    this.#sendOwed();
  }

  /** A resumed session whose will is as before has nothing to tell. */
  #greet({ clientId, will }: IConnectPacket, isFresh: boolean): void {
    const willMessage = will === undefined ? null : publicationOf(will);
    const greeting = JSON.stringify([clientId, will ?? null]);
    if (!isFresh && greeting === this.#greeting) return;
    this.#queue({ kind: "hello", isFresh, clientId, will: willMessage }, null);
    this.#isKnownAshore = this.#greeting !== null;
    this.#greeting = greeting;
  }

  #publish(session: ModemSession, packet: IPublishPacket): void {
    const message: UpMessage = { kind: "publish", ...publicationOf(packet) };
    if (packet.qos === 0) return this.#queue(message, null);
    const id = idOf(packet);
    const known = session.inbound.get(id);
    if (known === "waiting" && !packet.dup) throw new Refusal(`packet id ${id} is in use`);
    if (known === "taken") return this.#acknowledge(session, packet.qos, id);
    if (known === "waiting") return;
    this.#queue(message, () => {
      session.inbound.set(id, "taken");
      if (this.#session === session) this.#acknowledge(session, packet.qos, id);
      this.#holdBack();
    });
    session.inbound.set(id, "waiting");
    this.#holdBack();
  }

  /** Without a connection it is owed until the client sends the message again. */
  #acknowledge(session: ModemSession, qos: Qos, messageId: number): void {
    if (this.#stream === null) return;
    if (qos === 1) session.inbound.delete(messageId);
    this.#send({ cmd: qos === 1 ? "puback" : "pubrec", messageId });
  }

  #subscribe(session: ModemSession, packet: ISubscribePacket): void {
    const granted = packet.subscriptions.map(({ topic: filter, qos: asked }) => {
      const qos: Qos = Math.min(asked, GRANTED_MAX) as Qos;
      const message: UpMessage = { kind: "subscribe", filter, qos };
      if (upBytesOf(message) > this.#parts.upBytes) return SUBSCRIPTION_REFUSED;
      if (session.filters.get(filter) !== qos) this.#queue(message, null);
      session.filters.set(filter, qos);
      return qos;
    });
    this.#send({ cmd: "suback", messageId: idOf(packet), granted });
  }

  #unsubscribe(session: ModemSession, packet: IUnsubscribePacket): void {
    for (const filter of packet.unsubscriptions) {
      if (session.filters.delete(filter)) this.#queue({ kind: "unsubscribe", filter }, null);
    }
    this.#send({ cmd: "unsuback", messageId: idOf(packet), granted: [] });
  }

  #disconnect(): void {
    const { queue, lastTried, onChange } = this.#parts;
    // A hello that nobody has heard of, and after which nothing was said, need not be taken back aloud.
    const isUntold = queue.withdrawLast("hello", lastTried()) && !this.#isKnownAshore;
    if (!isUntold) this.#queue({ kind: "bye" }, null);
    this.#greeting = null;
    if (this.#session?.isClean) this.#session = null;
    this.#stream = null;
    onChange();
  }

  #queue(message: UpMessage, onTaken: (() => void) | null): void {
    const bytes = upBytesOf(message);
    if (bytes > this.#parts.upBytes) {
      throw new Refusal(`a ${message.kind} of ${bytes} bytes: this network takes ${this.#parts.upBytes}`);
    }
    this.#parts.queue.add(message, onTaken);
    this.#parts.onChange();
  }

  #holdBack(): void {
    const isTooMuch = this.#parts.queue.isFull && (this.#session?.inbound.size ?? 0) >= HELD_MAX;
    if (isTooMuch === this.#isPaused) return;
    this.#isPaused = isTooMuch;
    if (isTooMuch) this.#stream?.pause();
    else this.#stream?.resume();
  }

  /** One at a time, so that they stay in order. */
  #sendOwed(): void {
    const owed = this.#session?.owed ?? null;
    if (owed === null || this.#stream === null) return;
    if (owed.sentOver === this.#stream) return;
    this.#sendPublish(owed.publication, owed.packetId, owed.sentOver !== null);
    owed.sentOver = this.#stream;
  }

  #sendPublish({ topic, payload, qos, retain }: Publication, messageId: number, dup: boolean): void {
    this.#send({
      cmd: "publish",
      topic,
      payload: Buffer.from(payload),
      qos,
      retain,
      dup,
      ...(qos > 0 && { messageId }),
    });
  }

  #send(packet: Packet): void {
    this.#stream?.write(generate(packet));
  }
}

function answerAndEnd(stream: Stream, returnCode: number): void {
  stream.write(generate({ cmd: "connack", returnCode, sessionPresent: false }));
  stream.end();
}

function publicationOf({
  topic,
  payload,
  qos = 0,
  retain = false,
}: Pick<IPublishPacket, "topic" | "payload"> & {
  readonly qos?: Qos;
  readonly retain?: boolean;
}): Publication {
  return { topic, payload: Uint8Array.from(payload as Buffer), qos, retain };
}

function idOf(packet: Packet): number {
  return packet.messageId ?? 0;
}
