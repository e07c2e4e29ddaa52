// Owns a board under test: the stand-in for its interpreter, a strict broker and what lies between them, in virtual time. Knows
// nothing of what runs on the board.

import type { BrokerEvent, ModelBroker } from "../../../../host-sim/broker/model/broker.ts";
import { createModelBroker } from "../../../../host-sim/broker/model/broker.ts";
import { Interpreter, type LifeEnd, type Surroundings } from "../../../../host-sim/espruino/interpreter.ts";
import { Storage } from "../../../../host-sim/espruino/storage.ts";
import type { AccessPoint } from "../../../../host-sim/espruino/wifi.ts";
import { memoryDialer } from "../../../../host-sim/net/memory-stream.ts";
import type { Dialer, Stream, StreamHandlers } from "../../../../host-sim/net/stream.ts";
import { createRandom } from "../../../../host-sim/random/random.ts";
import { VirtualClock } from "../../../../host-sim/time/virtual-clock.ts";

export const HOME: AccessPoint = {
  ssid: "home",
  password: "kept secret",
  bssid: "02:00:00:00:00:01",
  channel: 6,
};

/** Dialled, and counted: each connection's way to the broker, which a test may cut or silence. */
class Way {
  isSilent = false;
  bytesUp = 0;
  longestWrite = 0;
  readonly #stream: Stream;
  readonly #handlers: StreamHandlers;

  constructor(dialer: Dialer, handlers: StreamHandlers) {
    this.#handlers = handlers;
    this.#stream = dialer.dial({
      ...handlers,
      onData: (bytes) => {
        if (!this.isSilent) handlers.onData(bytes);
      },
    });
  }

  get stream(): Stream {
    return {
      write: (bytes) => {
        this.bytesUp += bytes.length;
        this.longestWrite = Math.max(this.longestWrite, bytes.length);
        return this.isSilent ? true : this.#stream.write(bytes);
      },
      end: () => this.#stream.end(),
      destroy: () => this.#stream.destroy(),
      pause: () => this.#stream.pause(),
      resume: () => this.#stream.resume(),
    };
  }

  /** Both ends are told. */
  cut(): void {
    this.#stream.destroy();
    this.#handlers.onClose({ kind: "reset", message: "cut" });
  }
}

export interface BenchOptions
  extends Partial<Omit<Surroundings, "clock" | "random" | "storage" | "onLine" | "onEnd">> {
  readonly seed?: number;
}

export class Bench {
  readonly clock = new VirtualClock();
  readonly storage = new Storage();
  readonly lines: string[] = [];
  readonly ends: LifeEnd[] = [];
  readonly ways: Way[] = [];
  readonly pins: (readonly [pin: string, isHigh: boolean])[] = [];
  readonly events: BrokerEvent<string>[] = [];
  readonly broker: ModelBroker<string>;
  /** False: nobody listens at the broker's address. */
  isBrokerThere = true;
  interpreter!: Interpreter;
  readonly #options: BenchOptions;
  #lives = 0;

  constructor(options: BenchOptions = {}) {
    this.#options = options;
    this.broker = createModelBroker<string>({
      clock: this.clock,
      random: createRandom(options.seed ?? 1).stream("broker"),
      observer: (event) => this.events.push(event),
    });
  }

  /** A new life of the interpreter, over the same Storage. */
  powerOn(): Interpreter {
    const random = createRandom(this.#options.seed ?? 1).stream(`life ${++this.#lives}`);
    this.interpreter = new Interpreter({
      accessPoint: HOME,
      dialerTo: (host) => (host === "nowhere.invalid" ? null : this.#dialer),
      onPin: (pin, isHigh) => this.pins.push([pin, isHigh]),
      ...this.#options,
      clock: this.clock,
      random,
      storage: this.storage,
      onLine: (line) => this.lines.push(line),
      onEnd: (end) => this.ends.push(end),
    });
    return this.interpreter;
  }

  get #dialer(): Dialer {
    const accept = this.broker.accept("board");
    const dialer = memoryDialer(this.clock, (stream) => (this.isBrokerThere ? accept(stream) : null));
    return {
      dial: (handlers) => {
        const way = new Way(dialer, handlers);
        this.ways.push(way);
        return way.stream;
      },
    };
  }

  get way(): Way {
    const way = this.ways.at(-1);
    if (way === undefined) throw new Error("nothing was dialled yet");
    return way;
  }

  advanceMs(ms: number): void {
    this.clock.runUntil(this.clock.nowMs + ms);
  }

  say(topic: string, payload: string, qos: 0 | 1 | 2 = 0, retain = false): void {
    this.broker.publish({ topic, payload: Buffer.from(payload), qos, retain });
  }

  /** The payloads that the board has published to topics which end so, in order. */
  heard(end: string): readonly string[] {
    const heard: string[] = [];
    for (const event of this.events)
      if (event.kind === "routed" && event.origin === "board" && event.topic.endsWith(end))
        heard.push(Buffer.from(event.payload).toString());
    return heard;
  }

  count(kind: BrokerEvent<string>["kind"]): number {
    return this.events.filter((event) => event.kind === kind).length;
  }

  /** Lines that begin so, without their beginning. */
  told(beginning: string): readonly string[] {
    const mark = `motekit: ${beginning}`;
    return this.lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length).trim());
  }
}
