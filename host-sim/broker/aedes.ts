// Owns an Aedes broker within this process, as a Dialer: other people's opinion of MQTT 3.1.1. Refuses to know the link in front of it.

import { createServer, type Server, type Socket } from "node:net";
import { Aedes, type AedesOptions, type AedesPublishPacket, type Client } from "aedes";
import { type Accept, memoryDialer } from "../net/memory-stream.ts";
import type { Dialer } from "../net/stream.ts";
import type { Clock } from "../time/clock.ts";
import { streamAsDuplex } from "./stream-duplex.ts";

export type Qos = 0 | 1 | 2;

/** As a subscriber with QoS 2 would get it: `retain` is true only for what was retained when it subscribed. */
export type Observer = (topic: string, payload: Uint8Array, qos: Qos, retain: boolean) => void;

export interface BrokerCounts {
  /** CONNECTs that were accepted. */
  readonly connections: number;
  /** CONNECTs that were answered with a return code other than 0, or not at all. */
  readonly refused: number;
  readonly willsFired: number;
}

export interface AedesBroker {
  readonly dialer: Dialer;
  readonly counts: BrokerCounts;
  /** Opens a socket on 127.0.0.1; port 0 picks a free one, which is the answer. */
  listen(port: number): Promise<number>;
  /** Sees the retained messages that match, then each message as it is published, until the answer is called. */
  observe(filter: string, observer: Observer): () => void;
  publish(topic: string, payload: Uint8Array, options?: { qos?: Qos; retain?: boolean }): Promise<void>;
  /** A connection that ended badly: malformed bytes, no sign of life, a reset. Client id null before CONNECT. */
  onClientError(listener: (clientId: string | null, error: Error) => void): void;
  /** Ends all connections, wills included; meanwhile it refuses new ones. Sockets stay open unless `close`d. */
  restart(options: { forget: boolean }): Promise<void>;
  close(): Promise<void>;
}

interface Observation {
  readonly filter: string;
  readonly deliver: (packet: AedesPublishPacket, done: () => void) => void;
}

/** What Aedes has, but does not declare. */
type Inside<T> = T & { readonly persistence: Persistence };
interface Persistence {
  createRetainedStream(filter: string): AsyncIterable<AedesPublishPacket>;
}

export async function createAedesBroker(clock: Clock): Promise<AedesBroker> {
  const broker = new RestartableAedes();
  await broker.start(null);
  const accept: Accept = (stream) => {
    const aedes = broker.running;
    if (aedes === null) return null;
    const { duplex, handlers } = streamAsDuplex(stream);
    aedes.handle(duplex);
    return handlers;
  };
  return {
    dialer: memoryDialer(clock, accept),
    counts: broker.counts,
    listen: (port) => broker.listen(port),
    observe: (filter, observer) => broker.observe(filter, observer),
    publish: (topic, payload, options) => broker.publish(topic, payload, options),
    onClientError: (listener) => void broker.errorListeners.add(listener),
    restart: ({ forget }) => broker.restart(forget),
    close: () => broker.close(),
  };
}

class RestartableAedes {
  readonly counts = { connections: 0, refused: 0, willsFired: 0 };
  readonly errorListeners = new Set<(clientId: string | null, error: Error) => void>();
  readonly #observations = new Set<Observation>();
  readonly #servers = new Set<Server>();
  #running: Inside<Aedes> | null = null;

  get running(): Inside<Aedes> | null {
    return this.#running;
  }

  async start(persistence: Persistence | null): Promise<void> {
    const aedes = (await Aedes.createBroker(this.#options(persistence))) as Inside<Aedes>;
    aedes.on("connackSent", ({ returnCode }) => this.#count(returnCode === 0 ? "connections" : "refused"));
    aedes.on("connectionError", (client, error) => {
      // A refusal by return code ends in an error too, and was counted when its CONNACK left.
      if (!("errorCode" in error)) this.#count("refused");
      this.#tell(client, error);
    });
    aedes.on("clientError", (client, error) => this.#tell(client, error));
    for (const { filter, deliver } of this.#observations) aedes.subscribe(filter, deliver, () => undefined);
    this.#running = aedes;
  }

  async restart(forget: boolean): Promise<void> {
    const persistence = this.#stillRunning().persistence;
    await this.#stop();
    await this.start(forget ? null : persistence);
  }

  async close(): Promise<void> {
    if (this.#running !== null) await this.#stop();
    await Promise.all([...this.#servers].map((server) => new Promise((resolve) => server.close(resolve))));
    this.#servers.clear();
  }

  async listen(port: number): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    this.#servers.add(server);
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  observe(filter: string, observer: Observer): () => void {
    const observation = { filter, deliver: delivery(filter, observer) };
    const aedes = this.#stillRunning();
    this.#observations.add(observation);
    aedes.subscribe(filter, observation.deliver, () => undefined);
    void this.#showRetained(aedes, observation, observer);
    return () => {
      if (this.#observations.delete(observation)) {
        this.#running?.unsubscribe(filter, observation.deliver, () => undefined);
      }
    };
  }

  async publish(
    topic: string,
    payload: Uint8Array,
    options: { qos?: Qos; retain?: boolean } = {},
  ): Promise<void> {
    const { qos = 0, retain = false } = options;
    const aedes = this.#stillRunning();
    const packet = { cmd: "publish", topic, payload: Buffer.from(payload), qos, retain, dup: false } as const;
    await new Promise<void>((resolve, reject) => {
      aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  #options(persistence: Persistence | null): AedesOptions {
    return {
      ...(persistence !== null && { persistence }),
      // A will is published as the very object that the CONNECT left with its client; no other packet is.
      authorizePublish: (client, packet, done) => {
        if ((client as { will?: unknown } | null)?.will === packet) this.#count("willsFired");
        done(packet.topic.startsWith("$SYS/") ? new Error("$SYS/ topics are the broker's own") : null);
      },
    };
  }

  #accept(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    if (this.#running === null) socket.resetAndDestroy();
    else this.#running.handle(socket);
  }

  #stillRunning(): Inside<Aedes> {
    if (this.#running === null) throw new Error("this Aedes is not running");
    return this.#running;
  }

  async #stop(): Promise<void> {
    const aedes = this.#stillRunning();
    this.#running = null;
    await new Promise<void>((resolve) => aedes.close(resolve));
  }

  async #showRetained(aedes: Inside<Aedes>, observation: Observation, observer: Observer): Promise<void> {
    for await (const packet of aedes.persistence.createRetainedStream(observation.filter)) {
      if (!this.#observations.has(observation)) return;
      if (isMeant(observation.filter, packet.topic)) show(observer, packet, true);
    }
  }

  #count(what: keyof BrokerCounts): void {
    this.counts[what] += 1;
  }

  #tell(client: Client, error: Error): void {
    for (const listener of this.errorListeners) listener(client.id ?? null, error);
  }
}

function delivery(filter: string, observer: Observer): Observation["deliver"] {
  return (packet, done) => {
    // [MQTT3-3.3.1-9] A message that was not retained before the subscription arrives with RETAIN 0.
    if (isMeant(filter, packet.topic)) show(observer, packet, false);
    done();
  };
}

/** [MQTT3-4.7.2-1] A filter that begins with a wildcard does not match the topics that begin with $. */
function isMeant(filter: string, topic: string): boolean {
  return !(topic.startsWith("$") && /^[+#]/.test(filter));
}

function show(observer: Observer, packet: AedesPublishPacket, retain: boolean): void {
  const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
  observer(packet.topic, payload, packet.qos, retain);
}
