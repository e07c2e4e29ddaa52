// Owns the report of a run: the sums of cli's contract, from what the ledger holds. Refuses to know how it is printed.

import type { Capacities } from "../device/core.ts";
import type { PromiseReport } from "../promises/all.ts";
import { type Protocol, type ProtocolLevel, protocolName } from "../words/protocol.ts";
import type { Ledger } from "./ledger.ts";
import type { RunResult } from "./run-settings.ts";

/** What is known of a run before it begins. */
export interface RunIdentity {
  readonly seed: number;
  readonly board: string;
  readonly link: string;
  /** What was asked for. */
  readonly protocol: Protocol;
  readonly devices: number;
  /** Of the image that ran. */
  readonly image: string;
  readonly qos: 0 | 1 | 2;
  readonly everyMs: number;
  readonly capacities: Capacities;
  readonly clientBytes: number;
  /** The command that runs it again. */
  readonly replay: string;
}

export interface Violation {
  readonly promise: string;
  readonly atMs: number;
  /** Numbered from 1. */
  readonly device: number;
  readonly what: string;
  readonly replay: string;
}

/** In the order in which it is printed. What is not modelled, or was never measured, is null. */
export interface Report {
  readonly seed: number;
  readonly board: string;
  readonly link: string;
  /** What was spoken at last: the lowest, where the devices differ; what was asked for, where none was accepted. */
  readonly protocol: Protocol;
  readonly devices: number;
  readonly image: string;
  readonly simulatedMs: number;
  readonly wallMs: number;
  readonly traceHash: string;
  readonly readings: number;
  readonly accepted: { readonly qos0: number; readonly qos1: number; readonly qos2: number };
  readonly refused: number;
  readonly delivered: number;
  readonly rejected: number;
  readonly lost: number;
  readonly lostQos0: number;
  readonly pending: number;
  readonly outcomeUnknown: number;
  readonly duplicates: number;
  readonly dropped: {
    readonly expired: number;
    readonly superseded: number;
    readonly overflow: number;
    readonly sessionLost: number;
    /** Beyond what the broker takes. */
    readonly notSupported: number;
  };
  /** Of each promise: the cases that it could not claim. */
  readonly excused: Readonly<Record<string, number>>;
  readonly statusPublished: number;
  readonly holds: Holds | null;
  readonly connections: number;
  readonly willsFired: number;
  readonly latencyMs: Latency;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly chargeMc: number | null;
  readonly costUsd: number | null;
  readonly clientBytes: number;
  readonly memoryGrowthBytes: number;
  readonly violations: readonly Violation[];
  /** Of each promise: the cases that were judged. */
  readonly checked: Readonly<Record<string, number>>;
}

interface Holds {
  readonly readings: number;
  readonly ms: number;
}

type Latency = Readonly<Record<"p50" | "p90" | "p99" | "max", number | null>>;

export interface Measured {
  readonly wallMs: number;
  readonly traceHash: string;
  readonly promises: readonly PromiseReport[];
}

export function createReport(
  identity: RunIdentity,
  ledger: Ledger,
  result: RunResult,
  measured: Measured,
): Report {
  const { seed, board, link, protocol, devices, image, qos, clientBytes } = identity;
  const { promises } = measured;
  return {
    seed,
    board,
    link,
    protocol: spoken(ledger) ?? protocol,
    devices,
    image,
    simulatedMs: Math.round(result.sampledMs),
    wallMs: Math.round(measured.wallMs),
    traceHash: measured.traceHash,
    ...countReadings(ledger, qos),
    excused: byPromise(promises, ({ excused }) => sum(Object.values(excused))),
    statusPublished: sum(ledger.devices.map(({ statusPublished }) => statusPublished)),
    holds: holdsOf(identity, ledger.largestReadingBytes),
    connections: sum(ledger.devices.map(({ connections }) => connections)),
    willsFired: result.willsFired,
    latencyMs: latencyOf(ledger.latencies),
    bytesUp: result.bytesUp,
    bytesDown: result.bytesDown,
    chargeMc: result.chargeMc,
    costUsd: result.costUsd,
    clientBytes,
    memoryGrowthBytes: result.memoryGrowthBytes,
    violations: promises.flatMap(({ name, broken }) =>
      broken.map(({ atMs, device, what }) => ({
        promise: name,
        atMs: Math.round(atMs),
        device,
        what,
        replay: identity.replay,
      })),
    ),
    checked: byPromise(promises, ({ checked }) => checked),
  };
}

type ReadingCounts = Pick<
  Report,
  | "readings"
  | "accepted"
  | "refused"
  | "delivered"
  | "rejected"
  | "lost"
  | "lostQos0"
  | "pending"
  | "outcomeUnknown"
  | "duplicates"
  | "dropped"
>;

/** At QoS 0 what does not arrive is `lostQos0`, whatever became of it: nothing was promised. */
export function countReadings(ledger: Ledger, qos: 0 | 1 | 2): ReadingCounts {
  const { taken, refused, verdicts, duplicates } = ledger;
  const { delivered, ...rest } = verdicts;
  const accepted = taken - refused;
  const above0 = (count: number): number => (qos === 0 ? 0 : count);
  return {
    readings: taken,
    accepted: {
      qos0: qos === 0 ? accepted : 0,
      qos1: qos === 1 ? accepted : 0,
      qos2: qos === 2 ? accepted : 0,
    },
    refused,
    delivered,
    rejected: above0(rest.rejected),
    lost: above0(rest.lost),
    lostQos0: qos === 0 ? accepted - delivered : 0,
    pending: above0(rest.pending),
    outcomeUnknown: above0(rest.outcomeUnknown),
    duplicates,
    dropped: {
      expired: above0(rest.expired),
      superseded: above0(rest.superseded),
      overflow: above0(rest.overflow),
      sessionLost: above0(rest.sessionLost),
      notSupported: above0(rest.notSupported),
    },
  };
}

/** Promises that had no such case are left out. */
function byPromise(
  promises: readonly PromiseReport[],
  countOf: (promise: PromiseReport) => number,
): Readonly<Record<string, number>> {
  const counted = promises.map((promise) => [promise.name, countOf(promise)] as const);
  return Object.fromEntries(counted.filter(([, count]) => count > 0));
}

/** At QoS 0 nothing waits. One reading's length is left over where the outbox's end would cut one in two. */
export function holdsOf(
  { qos, everyMs, capacities }: Pick<RunIdentity, "qos" | "everyMs" | "capacities">,
  largestReadingBytes: number | null,
): Holds | null {
  if (qos === 0) return { readings: 0, ms: 0 };
  if (largestReadingBytes === null) return null;
  const byBytes = Math.floor((capacities.outboxBytes - (largestReadingBytes - 1)) / largestReadingBytes);
  const readings = Math.min(capacities.entries, byBytes);
  return { readings, ms: readings * everyMs };
}

/** From taking a reading to its first arrival, by nearest rank. */
export function latencyOf(latencies: Ledger["latencies"]): Latency {
  const rising = [...latencies].sort(([a], [b]) => a - b);
  const total = sum(rising.map(([, count]) => count));
  const rank = (share: number): number | null => {
    let left = Math.max(1, Math.ceil(share * total));
    for (const [latencyMs, count] of rising) {
      left -= count;
      if (left <= 0) return latencyMs;
    }
    return null;
  };
  return { p50: rank(0.5), p90: rank(0.9), p99: rank(0.99), max: rank(1) };
}

function spoken({ devices }: Ledger): Protocol | null {
  const levels = devices.flatMap(({ version }) => (version === null ? [] : [version]));
  return levels.length === 0 ? null : protocolName(Math.min(...levels) as ProtocolLevel);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
