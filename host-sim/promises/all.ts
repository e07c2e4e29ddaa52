// The promises that every run is judged by, and what is said of each. A new one is one file beside this and one line here.

import type { Happening } from "../trace/happening.ts";
import { acksInOrder } from "./acks-in-order.ts";
import { agreements } from "./agreed.ts";
import { asksForItsSession } from "./asks-for-its-session.ts";
import { backOff } from "./back-off.ts";
import { birthEveryTime } from "./birth-every-time.ts";
import { commandsObeyed } from "./commands-obeyed.ts";
import { connectComesFirst } from "./connect-comes-first.ts";
import { connectingEnds } from "./connecting-ends.ts";
import { deadLinkNoticed } from "./dead-link-noticed.ts";
import { downlinkDelivered } from "./downlink-delivered.ts";
import { endsOnce } from "./ends-once.ts";
import { type ExcuseId, isExcuseFor } from "./excuses.ts";
import { expiryCountedDown } from "./expiry-counted-down.ts";
import { goodbyeTellsFirst } from "./goodbye-tells-first.ts";
import { honestBrokerBelieved } from "./honest-broker-believed.ts";
import { inOrder } from "./in-order.ts";
import { keepAliveKept } from "./keep-alive-kept.ts";
import { legalBytes } from "./legal-bytes.ts";
import { memoryNeverGrows } from "./memory-never-grows.ts";
import { noFalseAlarm } from "./no-false-alarm.ts";
import { oneConnection } from "./one-connection.ts";
import { packetIds } from "./packet-ids.ts";
import { PACKET_TYPES, type PacketName } from "./packet-type.ts";
import type { KeptPromise, Kind, Observer, RunEnd, RunFacts, Verdicts } from "./promise.ts";
import { qos0AtMostOnce } from "./qos0-at-most-once.ts";
import { qos1AtLeastOnce } from "./qos1-at-least-once.ts";
import { qos2ExactlyOnce } from "./qos2-exactly-once.ts";
import { queuesDrain } from "./queues-drain.ts";
import { readingsArriveIntact } from "./readings-arrive-intact.ts";
import { samplesOnTime } from "./samples-on-time.ts";
import { secondDeviceIsTrue } from "./second-device-is-true.ts";
import { sessionTruth } from "./session-truth.ts";
import { statusTellsTruth } from "./status-tells-truth.ts";
import { subscribesEveryTime } from "./subscribes-every-time.ts";
import { versionAgreed } from "./version-agreed.ts";
import { willAlwaysSet } from "./will-always-set.ts";

export const PROMISES: readonly KeptPromise[] = [
  samplesOnTime,
  qos0AtMostOnce,
  qos1AtLeastOnce,
  qos2ExactlyOnce,
  readingsArriveIntact,
  inOrder,
  endsOnce,
  packetIds,
  acksInOrder,
  legalBytes,
  connectComesFirst,
  oneConnection,
  connectingEnds,
  deadLinkNoticed,
  noFalseAlarm,
  keepAliveKept,
  backOff,
  versionAgreed,
  asksForItsSession,
  expiryCountedDown,
  honestBrokerBelieved,
  secondDeviceIsTrue,
  sessionTruth,
  willAlwaysSet,
  subscribesEveryTime,
  birthEveryTime,
  goodbyeTellsFirst,
  statusTellsTruth,
  queuesDrain,
  memoryNeverGrows,
  downlinkDelivered,
  commandsObeyed,
];

/** In the order of the reports. */
export const PROMISE_NAMES: readonly string[] = PROMISES.map(({ name }) => name);

export interface Breach {
  readonly atMs: number;
  readonly device: number;
  readonly what: string;
}

export interface PromiseReport {
  readonly name: string;
  /** Cases that were judged, kept or broken. */
  readonly checked: number;
  /** By what excused them: cases that could not be claimed. */
  readonly excused: Readonly<Partial<Record<ExcuseId, number>>>;
  /** The first of them. */
  readonly broken: readonly Breach[];
  readonly brokenCount: number;
}

export interface Promises {
  see(happening: Happening): void;
  /** After the last happening. */
  end(end: RunEnd): readonly PromiseReport[];
}

/** So many breaches of one promise are told; the rest are counted. */
const BREACHES_TOLD = 20;

type Handler = (happening: Happening) => void;

/** Of MQTT's packets, which have four bits for it. */
const TYPES = 16;

/** Nearly every happening is of interest to few: each kind has its own list, and of packets each type each way. */
class Handlers {
  readonly #byKind = new Map<Kind, Handler[]>();
  readonly #byPacket: readonly Handler[][] = Array.from({ length: 2 * TYPES }, () => []);

  constructor(observers: readonly Observer[]) {
    for (const { end, sent = {}, received = {}, packet, ...byKind } of observers) {
      for (const [kind, handler] of Object.entries(byKind) as [Kind, Handler][]) {
        this.#byKind.set(kind, [...(this.#byKind.get(kind) ?? []), handler]);
      }
      for (const list of this.#byPacket) if (packet !== undefined) list.push(packet as Handler);
      this.#addPackets("out", sent);
      this.#addPackets("in", received);
    }
  }

  see(happening: Happening): void {
    const interested =
      happening.kind === "packet"
        ? this.#byPacket[slotOf(happening.way, happening.type)]
        : this.#byKind.get(happening.kind);
    if (interested === undefined) return;
    for (let i = 0; i < interested.length; i += 1) (interested[i] as Handler)(happening);
  }

  #addPackets(way: "out" | "in", handlers: NonNullable<Observer["sent"]>): void {
    for (const [name, handler] of Object.entries(handlers) as [PacketName, Handler][]) {
      this.#byPacket[slotOf(way, PACKET_TYPES[name])]?.push(handler);
    }
  }
}

function slotOf(way: "out" | "in", type: number): number {
  return way === "out" ? type : TYPES + type;
}

export function createPromises(facts: RunFacts, promises: readonly KeptPromise[] = PROMISES): Promises {
  const tallies = promises.map(({ name }) => new Tally(name));
  const agreed = agreements(facts);
  const observers = promises.map((promise, index) =>
    promise.observe(facts, tallies[index] as Tally, agreed.of),
  );
  const handlers = new Handlers([agreed.observer, ...observers]);
  return {
    see: (happening) => handlers.see(happening),
    end(runEnd) {
      for (const { end } of observers) end?.(runEnd);
      return tallies.map((tally) => tally.report());
    },
  };
}

class Tally implements Verdicts {
  readonly #name: string;
  readonly #excused: Partial<Record<ExcuseId, number>> = {};
  readonly #breaches: Breach[] = [];
  #held = 0;
  #broken = 0;

  constructor(name: string) {
    this.#name = name;
  }

  held(): void {
    this.#held += 1;
  }

  excused(excuse: ExcuseId): void {
    if (!isExcuseFor(excuse, this.#name)) throw new Error(`${this.#name} knows no excuse ${excuse}`);
    this.#excused[excuse] = (this.#excused[excuse] ?? 0) + 1;
  }

  broken(atMs: number, device: number, what: string): void {
    this.#broken += 1;
    if (this.#breaches.length < BREACHES_TOLD) this.#breaches.push({ atMs, device, what });
  }

  report(): PromiseReport {
    return {
      name: this.#name,
      checked: this.#held + this.#broken,
      excused: this.#excused,
      broken: this.#breaches,
      brokenCount: this.#broken,
    };
  }
}
