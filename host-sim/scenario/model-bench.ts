// Owns the model broker as a run uses it: ways in that say whose they are, what it saw, commands and trouble. Refuses to know
// the devices' links.

import { type BrokerEvent, createModelBroker, type ModelBroker } from "../broker/model/broker.ts";
import type { Limits } from "../broker/model/limits.ts";
import { type Manners, PLAIN } from "../broker/model/manners.ts";
import type { Random } from "../random/random.ts";
import { after, type Clock, type Timer } from "../time/clock.ts";
import type { Happening } from "../trace/happening.ts";
import { stamp, type Told } from "../trace/stamp.ts";
import { type Bench, COMMAND_LEVEL, ROOT_LEVEL } from "./bench.ts";
import { commandText } from "./command-text.ts";
import type { Fault, FaultKind } from "./faults.ts";
import type { BrokerTerms } from "./five-terms.ts";

export interface ModelBenchSettings {
  /** Of the devices, whose numbers count from 1. */
  readonly names: readonly string[];
  /** For those who speak MQTT 5. */
  readonly terms: BrokerTerms;
  /** Shows 0 when the run begins. */
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: (happening: Happening) => void;
}

interface Origin {
  readonly device: number;
  readonly life: number;
}

type ForDevice = Extract<BrokerEvent<Origin>, { readonly kind: "queued" | "sent" | "acknowledged" }>;

/** Bytes as they are; to see a few of them as a Buffer, V8 moves them first. */
const TEXT = new TextDecoder("utf-8", { ignoreBOM: true });

/** Where a fault does not say how long the broker is away. An estimate: a service that is restarted. */
const RESTART_MS = 500;

/** What the faults of the family peer make of its manners. */
const MANNERS: Partial<Readonly<Record<FaultKind, Partial<Manners>>>> = {
  "late-acks": { ackDelayMs: [0, 8000] },
  fragments: { fragment: "pieces", fragmentGapMs: 5 },
  refuse: { refuse: 3 },
  throttle: { readBytesPerSecond: 60 },
  redeliver: { repeat: 0.5, ignoreAck: 0.2 },
  "without-five": { refuseFive: "reason" },
  reject: { reject: 0.3 },
};

export function createModelBench(settings: ModelBenchSettings): Bench {
  return new ModelBench(settings);
}

function limitsOf(terms: BrokerTerms): Partial<Limits> {
  const { receiveMaximum, maximumPacketBytes, topicAliasMaximum, maximumQos, retainAvailable } = terms;
  return {
    topicAliasMaximum,
    maximumQos,
    retainAvailable,
    keepAliveSeconds: terms.keepAliveSeconds,
    sessionExpirySeconds: terms.sessionExpirySeconds,
    ...(receiveMaximum !== null && { receiveMaximum }),
    ...(maximumPacketBytes !== null && { maximumPacketBytes }),
  };
}

class ModelBench implements Bench {
  readonly #names: readonly string[];
  readonly #clock: Clock;
  readonly #observer: (happening: Happening) => void;
  readonly #broker: ModelBroker<Origin>;
  /** As it is when nobody gives it trouble. */
  readonly #usual: Manners;
  /** The numbers of commands by their texts; a later one takes an earlier one's place. */
  readonly #numberOf = new Map<string, number>();
  #restart: Timer | null = null;
  #mannersEnd: Timer | null = null;

  constructor({ names, terms, clock, random, observer }: ModelBenchSettings) {
    this.#names = names;
    this.#clock = clock;
    this.#observer = observer;
    const isEager = random.stream("route-qos2").chance(0.5);
    // Acknowledgements that overtake each other change the order in which PUBRELs come, and with it what a broker that waits
    // for them passes on: that order is then the broker's doing.
    this.#usual = {
      ...PLAIN,
      routeQos2: isEager ? "at-publish" : "at-pubrel",
      acksOvertake: isEager,
      refuseFive: terms.refusal,
      closeReason: terms.closeReason,
      announcesStop: terms.announcesStop,
    };
    this.#broker = createModelBroker<Origin>({
      clock,
      random: random.stream("manners"),
      limits: limitsOf(terms),
      observer: (event) => this.#heed(event),
    });
    this.#broker.setManners(this.#usual);
  }

  wayIn(device: number, life: number): ReturnType<Bench["wayIn"]> {
    return this.#broker.accept({ device, life });
  }

  command({ qos }: Parameters<Bench["command"]>[0], number: number): void {
    const text = commandText(number);
    this.#numberOf.set(text, number);
    for (const name of this.#names) {
      const topic = `${ROOT_LEVEL}/${name}/${COMMAND_LEVEL}`;
      this.#broker.publish({ topic, payload: Buffer.from(text), qos, retain: false });
    }
  }

  strike({ kind, durationMs }: Fault): void {
    switch (kind) {
      case "broker-restart":
      case "broker-forget":
        return this.#cycle(kind === "broker-forget", durationMs ?? RESTART_MS);
      case "takeover":
        for (const name of this.#names) this.#broker.takeOver(name);
        return;
      case "server-close":
        for (const name of this.#names) this.#broker.closeConnection(name);
        return;
      default:
        this.#behave(MANNERS[kind] ?? {}, durationMs ?? 0);
    }
  }

  settle(): void {
    this.#mannersEnd?.cancel();
    this.#broker.setManners(this.#usual);
    this.#start();
  }

  willsFired(): number {
    return this.#broker.counts.willsFired;
  }

  #cycle(forget: boolean, downMs: number): void {
    if (!this.#broker.isUp) return;
    this.#broker.stop({ forget });
    this.#tellPower(false, forget);
    this.#restart = after(this.#clock, downMs, () => this.#start());
  }

  #start(): void {
    this.#restart?.cancel();
    this.#restart = null;
    if (this.#broker.isUp) return;
    this.#broker.start();
    this.#tellPower(true, false);
  }

  /** The last that was asked for counts, alone. */
  #behave(manners: Partial<Manners>, durationMs: number): void {
    this.#mannersEnd?.cancel();
    this.#broker.setManners({ ...this.#usual, ...manners });
    this.#mannersEnd = after(this.#clock, durationMs, () => this.#broker.setManners(this.#usual));
  }

  #tellPower(isUp: boolean, hasForgotten: boolean): void {
    this.#observer({ kind: "broker", atMs: this.#clock.nowMs, isUp, hasForgotten });
  }

  #tell({ device, life }: Origin, told: Told): void {
    this.#observer(stamp(told, this.#clock.nowMs, device, life));
  }

  #heed(event: BrokerEvent<Origin>): void {
    switch (event.kind) {
      case "routed":
        if (event.origin !== null) this.#tellSeen(event.origin, event.topic, event.payload);
        return;
      case "accepted":
        return this.#tell(event.origin, { kind: "session", what: event.session });
      case "session-gone":
        return this.#tell(event.origin, { kind: "session", what: event.why });
      case "closed":
        return this.#tell(event.origin, { kind: "brokerClosed", why: event.why });
      case "will":
        return this.#tell(event.origin, { kind: "will" });
      case "illegal":
        return this.#tell(event.origin, {
          kind: "illegal",
          statement: event.statement,
          what: event.what,
        });
      case "queued":
        return this.#tellCommanded(event);
      case "sent":
        // nothing is kept of a message at QoS 0
        if (event.qos === 0) this.#tellCommanded(event);
        return;
      default:
        return;
    }
  }

  #tellSeen(origin: Origin, topic: string, payload: Uint8Array): void {
    this.#tell(origin, {
      kind: "seen",
      level: topic.slice(topic.lastIndexOf("/") + 1),
      payload: TEXT.decode(payload),
      isRetained: false,
    });
  }

  #tellCommanded({ origin, topic, payload, qos }: ForDevice): void {
    if (!topic.endsWith(`/${COMMAND_LEVEL}`)) return;
    const text = TEXT.decode(payload);
    const number = this.#numberOf.get(text);
    if (number === undefined) return;
    this.#tell(origin, { kind: "commanded", number, qos, isRetained: false, payload: text });
  }
}
