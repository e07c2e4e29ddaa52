// Owns one client block driven over real sockets, with everything it ever reported. Knows no broker, no proxy, and judges nothing.
import { randomUUID } from "node:crypto";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type ClientField, clientField } from "../../device/block.ts";
import { Core, loadModule } from "../../device/core.ts";
import { Event } from "../../device/layout.generated.ts";
import { clientMs, Port } from "../../device/port.ts";
import { tcpDialer } from "../../net/tcp.ts";
import { createRandom, drawSeed, type RandomStream } from "../../random/random.ts";
import { createRealClock } from "../../time/real-clock.ts";
import { allowed, type BareClientOptions, createBareBlock, type QoS } from "./bare-settings.ts";
import { type Happening, type MessageEnd, readHappening } from "./happenings.ts";
import { PATIENCE_MS } from "./patience.ts";
import { politely } from "./polite-dialer.ts";

/** A message that the client accepted. */
export interface Accepted {
  readonly topic: string;
  readonly payload: string;
  /** Every end that was reported for it. More than one is the client's fault. */
  readonly ends: readonly MessageEnd[];
}

interface InOutbox extends Accepted {
  readonly ends: MessageEnd[];
  readonly bytes: Buffer;
}

const core = new Core(loadModule());
const clock = createRealClock();
const pollMs = 2;

/** Begins to connect at once, and is stopped when the test ends. */
export function startBareClient(t: TestContext, options: BareClientOptions): BareClient {
  const client = idleBareClient(t, options);
  client.connect();
  return client;
}

/** One that waits for `connect`. */
export function idleBareClient(t: TestContext, options: BareClientOptions): BareClient {
  const client = new BareClient({ clientId: `bare-${randomUUID().slice(0, 12)}`, ...options });
  t.after(() => client.powerOff());
  return client;
}

export class BareClient {
  readonly clientId: string;
  /** All that was reported, in order. */
  readonly happenings: readonly Happening[];
  /** Ends of messages that had ended already, or were never accepted. */
  readonly strayEnds: readonly MessageEnd[];
  /** Where the parts of messages in parts were asked for from. */
  readonly partsAskedFrom: readonly number[];
  /** From this offset on the source of a message in parts is silent. */
  sourceEndsAt = Number.POSITIVE_INFINITY;
  readonly #happenings: Happening[] = [];
  readonly #strayEnds: MessageEnd[] = [];
  readonly #partsAskedFrom: number[] = [];
  readonly #options: BareClientOptions & { readonly clientId: string };
  readonly #block: number;
  readonly #inOutbox = new Map<number, InOutbox>();
  #port: Port;

  constructor(options: BareClientOptions & { readonly clientId: string }) {
    this.clientId = options.clientId;
    this.happenings = this.#happenings;
    this.strayEnds = this.#strayEnds;
    this.partsAskedFrom = this.#partsAskedFrom;
    this.#options = options;
    this.#block = createBareBlock(core, options);
    this.#port = this.#newPort();
  }

  connect(): void {
    allowed("connect", core.exports.connect(this.#block, clientMs(clock)));
    this.#port.pump();
  }

  /** Throws `Refused`. */
  publish(topic: string, payload: string, qos: QoS, options = 0): Accepted {
    const topicBytes = core.put(core.inbox, topic);
    const payloadAt = core.inbox + topicBytes;
    const length = core.put(payloadAt, payload);
    const ticket = core.exports.publishTo(
      this.#block,
      core.inbox,
      topicBytes,
      payloadAt,
      length,
      qos | options,
    );
    return this.#accept("publish", ticket, topic, payload);
  }

  /** A message whose bytes are asked for while it is sent. Throws `Refused`. */
  publishInParts(topic: string, payload: string, qos: QoS): Accepted {
    const topicBytes = core.put(core.inbox, topic);
    const total = Buffer.byteLength(payload);
    const ticket = core.exports.publishParts(this.#block, 0, core.inbox, topicBytes, total, qos);
    return this.#accept("publishParts", ticket, topic, payload);
  }

  subscribe(filter: string, qos: QoS): void {
    const length = core.put(core.inbox, filter);
    allowed("subscribe", core.exports.subscribe(this.#block, core.inbox, length, qos));
    this.#port.pump();
  }

  /** DISCONNECT, and before it the goodbye status, which may take `waitMs` to be acknowledged. */
  sayGoodbye(waitMs: number): void {
    allowed("disconnect", core.exports.disconnect(this.#block, waitMs, clientMs(clock)));
    this.#port.pump();
  }

  /** The client's own end of the connection is gone, without a DISCONNECT. */
  cut(): void {
    this.#port.cut();
  }

  /** The power fails. The block stays as it was. */
  powerOff(): void {
    this.#port.stop();
  }

  /** The power fails and returns, and the block was kept: the same session goes on. */
  restore(): void {
    this.powerOff();
    allowed("restore", core.exports.restore(this.#block, 0, clientMs(clock)));
    this.#port = this.#newPort();
    this.#port.pump();
  }

  /** The power fails and returns, and nothing was kept but the settings. */
  reboot(t: TestContext, changed: Partial<BareClientOptions> = {}): BareClient {
    this.powerOff();
    return startBareClient(t, { ...this.#options, ...changed });
  }

  /** Milliseconds until something becomes due without further cause, -1 for never. */
  get deadlineMs(): number {
    return core.exports.deadlineMs(this.#block, clientMs(clock));
  }

  field(name: ClientField): number {
    return clientField(core, this.#block, name);
  }

  /** What was reported of this kind, in order. */
  all<Kind extends Happening["kind"]>(kind: Kind): readonly Extract<Happening, { kind: Kind }>[] {
    return this.#happenings.filter(
      (happening): happening is Extract<Happening, { kind: Kind }> => happening.kind === kind,
    );
  }

  /** Payloads of the messages that came, those in parts put together, in the order in which they were complete. */
  get messages(): readonly string[] {
    const whole: string[] = [];
    let parts = "";
    for (const { payload, offset, total } of this.all("message")) {
      parts = offset === 0 ? payload : parts + payload;
      if (offset + payload.length !== parts.length) throw new Error(`a part at ${offset} came out of turn`);
      if (offset + payload.length === total) whole.push(parts);
    }
    return whole;
  }

  /** Waits for the `count`th report of this kind. */
  async reported<Kind extends Happening["kind"]>(
    kind: Kind,
    count = 1,
    timeoutMs?: number,
  ): Promise<Extract<Happening, { kind: Kind }>> {
    await this.until(() => this.all(kind).length >= count, `${kind} number ${count}`, timeoutMs);
    return this.all(kind)[count - 1] as Extract<Happening, { kind: Kind }>;
  }

  /** The end of a message. Fails when it had more than one by then. */
  async endOf(message: Accepted, timeoutMs?: number): Promise<MessageEnd> {
    await this.until(
      () => message.ends.length > 0,
      `the end of "${message.payload.slice(0, 20)}"`,
      timeoutMs,
    );
    if (message.ends.length > 1 || this.#strayEnds.length > 0) {
      throw new Error(`a message ended twice: ${[...message.ends, ...this.#strayEnds].join(", ")}`);
    }
    return message.ends[0] as MessageEnd;
  }

  async until(holds: () => boolean, what: string, timeoutMs = PATIENCE_MS): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!holds()) {
      if (performance.now() > deadline) {
        throw new Error(
          `${what} did not come within ${timeoutMs} ms; the client reported:\n${this.#story()}`,
        );
      }
      await sleep(pollMs);
    }
  }

  #accept(call: string, ticket: number, topic: string, payload: string): Accepted {
    allowed(call, ticket);
    const message: InOutbox = { topic, payload, bytes: Buffer.from(payload), ends: [] };
    this.#inOutbox.set(ticket, message);
    this.#port.pump();
    return message;
  }

  #onEvent(event: Event): void {
    if (event === Event.PartWanted) this.#supply();
    const happening = readHappening(core, this.#block, event, this.#port.lastError);
    if (happening === null) return;
    this.#happenings.push(happening);
    if (happening.kind !== "ended") return;
    const message = this.#inOutbox.get(happening.ticket);
    this.#inOutbox.delete(happening.ticket);
    if (message === undefined) this.#strayEnds.push(happening.end);
    else message.ends.push(happening.end);
  }

  #supply(): void {
    const ticket = this.field("eventTicket");
    const from = this.field("partsGiven");
    this.#partsAskedFrom.push(from);
    const bytes = this.#inOutbox.get(ticket)?.bytes;
    if (bytes === undefined || from >= this.sourceEndsAt) return;
    const length = core.put(core.inbox, bytes.subarray(from, from + this.field("eventPayloadLength")));
    allowed("supply", core.exports.supply(this.#block, ticket, core.inbox, length));
  }

  #newPort(): Port {
    const { to, random = createRandom(drawSeed()).stream("reconnect") } = this.#options;
    const block = this.#block;
    return new Port({
      core,
      client: block,
      firmware: {
        poll: (nowMs) => core.exports.poll(block, nowMs),
        deadlineMs: (nowMs) => core.exports.deadlineMs(block, nowMs),
      },
      dialer: typeof to === "number" ? politely(tcpDialer("127.0.0.1", to)) : to,
      clock,
      random: random as RandomStream,
      onEvent: (event) => this.#onEvent(event),
    });
  }

  #story(): string {
    const lines = this.#happenings.map((happening) => `  ${JSON.stringify(happening).slice(0, 160)}`);
    return lines.slice(-40).join("\n") || "  (nothing)";
  }
}
