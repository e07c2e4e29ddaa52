// Owns a model broker in virtual time and clients that send whatever bytes a test wants. Refuses to judge.

import { generate, type Packet, parser } from "mqtt-packet";
import { memoryDialer } from "../../../../net/memory-stream.ts";
import type { Stream, StreamError } from "../../../../net/stream.ts";
import { createRandom } from "../../../../random/random.ts";
import { VirtualClock } from "../../../../time/virtual-clock.ts";
import type { AuthenticationMethod } from "../../authentication.ts";
import { type BrokerEvent, createModelBroker, type ModelBroker } from "../../broker.ts";
import type { Limits } from "../../limits.ts";
import type { Manners } from "../../manners.ts";
import type { Version } from "../../message.ts";

export type Event = BrokerEvent<string>;

export interface BrokerBench {
  readonly clock: VirtualClock;
  readonly broker: ModelBroker<string>;
  readonly events: Event[];
  /** Those of one kind, in order. */
  of<Kind extends Event["kind"]>(kind: Kind): readonly Extract<Event, { kind: Kind }>[];
  dial(origin: string, version?: Version): RawClient;
  /** Dials, and connects. */
  connected(clientId: string, options?: ConnectOptions): RawClient;
  advanceMs(ms: number): void;
}

export interface ConnectOptions {
  readonly version?: Version;
  readonly clean?: boolean;
  readonly keepalive?: number;
  readonly will?: { topic: string; payload: Buffer; qos?: 0 | 1 | 2; retain?: boolean; properties?: object };
  readonly properties?: object;
  readonly origin?: string;
}

export function createBrokerBench(
  options: {
    readonly limits?: Partial<Limits>;
    readonly manners?: Partial<Manners>;
    readonly authentication?: AuthenticationMethod;
    readonly seed?: number;
  } = {},
): BrokerBench {
  const clock = new VirtualClock();
  const events: Event[] = [];
  const broker = createModelBroker<string>({
    clock,
    random: createRandom(options.seed ?? 1).stream("manners"),
    observer: (event) => events.push(event),
    limits: options.limits ?? {},
    ...(options.authentication && { authentication: options.authentication }),
  });
  broker.setManners(options.manners ?? {});
  const dial = (origin: string, version: Version = 4): RawClient =>
    new RawClient(clock, (client) => memoryDialer(clock, broker.accept(origin)).dial(client), version);
  return {
    clock,
    broker,
    events,
    of: (kind) => events.filter((event): event is never => event.kind === kind),
    dial,
    connected(clientId, { version = 4, origin = clientId, ...rest } = {}) {
      const client = dial(origin, version);
      client.send(connectPacket(clientId, version, rest));
      return client;
    },
    advanceMs: (ms) => clock.runUntil(clock.nowMs + ms),
  };
}

export function connectPacket(clientId: string, version: Version, rest: ConnectOptions = {}): Packet {
  return {
    cmd: "connect",
    clientId,
    protocolVersion: version,
    protocolId: version === 3 ? "MQIsdp" : "MQTT",
    clean: true,
    keepalive: 0,
    ...rest,
  } as Packet;
}

/** Everything happens in the clock's next turns: each call runs what is due at the present moment. */
export class RawClient {
  readonly received: Packet[] = [];
  /** As they came, one a chunk. */
  readonly chunks: Uint8Array[] = [];
  /** What mqtt-packet could not read. */
  readonly troubles: string[] = [];
  hasEnded = false;
  /** Undefined while it is open. */
  closedBy: StreamError | null | undefined;
  readonly #clock: VirtualClock;
  readonly #version: Version;
  readonly #stream: Stream;
  readonly #parser: ReturnType<typeof parser>;

  constructor(clock: VirtualClock, dial: (client: RawClient) => Stream, version: Version) {
    this.#clock = clock;
    this.#version = version;
    this.#parser = parser({ protocolVersion: version });
    this.#parser.on("packet", (packet) => this.received.push(packet));
    this.#parser.on("error", ({ message }) => this.troubles.push(message));
    this.#stream = dial(this);
    this.#settle();
  }

  send(packet: Packet): void {
    this.sendBytes(generate(packet, { protocolVersion: this.#version }));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#stream.write(bytes);
    this.#settle();
  }

  publish(
    topic: string,
    payload: string,
    qos: 0 | 1 | 2,
    id = 0,
    more: { dup?: boolean; retain?: boolean } = {},
  ): void {
    this.send({ cmd: "publish", topic, payload, qos, messageId: id, dup: false, retain: false, ...more });
  }

  subscribe(filter: string, qos: 0 | 1 | 2, id: number): void {
    this.send({ cmd: "subscribe", messageId: id, subscriptions: [{ topic: filter, qos }] });
  }

  ack(cmd: "puback" | "pubrec" | "pubrel" | "pubcomp", id: number): void {
    this.send({ cmd, messageId: id });
  }

  /** What comes is left unread. */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
    this.#settle();
  }

  end(): void {
    this.#stream.end();
    this.#settle();
  }

  cut(): void {
    this.#stream.destroy();
    this.#settle();
  }

  /** What came, a line a packet, and forgets it. */
  took(): readonly string[] {
    return this.received.splice(0).map(describe);
  }

  onOpen(): void {}
  onDrain(): void {}

  onData(bytes: Uint8Array): void {
    this.chunks.push(bytes);
    this.#parser.parse(Buffer.from(bytes));
  }

  onEnd(): void {
    this.hasEnded = true;
  }

  onClose(error: StreamError | null): void {
    this.closedBy = error;
  }

  #settle(): void {
    this.#clock.runUntil(this.#clock.nowMs);
  }
}

function describe(packet: Packet): string {
  switch (packet.cmd) {
    case "connack":
      return `connack ${packet.returnCode ?? packet.reasonCode}${packet.sessionPresent ? " present" : ""}`;
    case "publish": {
      const flags = `${packet.dup ? " dup" : ""}${packet.retain ? " retain" : ""}`;
      return `publish ${packet.messageId ?? "-"} q${packet.qos}${flags} ${packet.topic}=${packet.payload}`;
    }
    case "suback":
      return `suback ${packet.messageId} ${packet.granted.join(",")}`;
    case "disconnect":
      return `disconnect ${packet.reasonCode}`;
    default:
      return packet.messageId === undefined ? packet.cmd : `${packet.cmd} ${packet.messageId}`;
  }
}
