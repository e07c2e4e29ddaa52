// Owns the report of a run: the sums of cli's contract, from what the ledger holds. Refuses to know how it is printed.

import type { Capacities } from "../device/core.ts";
import { PROMISES } from "../promises/all.ts";
import type { Evidence } from "../promises/promise.ts";
import { type Ledger, type Reading, type Verdict, verdictOn } from "./ledger.ts";
import type { RunResult } from "./run-settings.ts";

/** What is known of a run before it begins. */
export interface RunIdentity {
  readonly seed: number;
  readonly board: string;
  readonly link: string;
  readonly protocol: string;
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
  readonly replay: string;
}

/** In the order in which it is printed. What is not modelled, or was never measured, is null. */
export interface Report {
  readonly seed: number;
  readonly board: string;
  readonly link: string;
  readonly protocol: string;
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
  };
  readonly excused: Readonly<Record<string, number>>;
  readonly statusPublished: number;
  readonly holds: Holds | null;
  readonly connections: number;
  readonly willsFired: number;
  readonly latencyMs: Latency;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly chargeMc: null;
  readonly costUsd: null;
  readonly clientBytes: number;
  readonly memoryGrowthBytes: number;
  readonly violations: readonly Violation[];
}

interface Holds {
  readonly readings: number;
  readonly ms: number;
}

type Latency = Readonly<Record<"p50" | "p90" | "p99" | "max", number | null>>;

export interface Measured {
  readonly wallMs: number;
  readonly traceHash: string;
}

export function createReport(
  identity: RunIdentity,
  ledger: Ledger,
  result: RunResult,
  measured: Measured,
): Report {
  const { seed, board, link, protocol, devices, image, qos, clientBytes } = identity;
  const { excused, violations } = judgePromises(identity, ledger, result);
  return {
    seed,
    board,
    link,
    protocol,
    devices,
    image,
    simulatedMs: Math.round(result.sampledMs),
    wallMs: Math.round(measured.wallMs),
    traceHash: measured.traceHash,
    ...countReadings(ledger, qos),
    excused,
    statusPublished: sum(ledger.devices.map(({ statusPublished }) => statusPublished)),
    holds: holdsOf(identity, ledger.largestReadingBytes),
    connections: sum(ledger.devices.map(({ connections }) => connections)),
    willsFired: result.willsFired,
    latencyMs: latencyOf(ledger.arrivals),
    bytesUp: result.bytesUp,
    bytesDown: result.bytesDown,
    chargeMc: null,
    costUsd: null,
    clientBytes,
    memoryGrowthBytes: result.memoryGrowthBytes,
    violations,
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
export function countReadings(ledger: Pick<Ledger, "readings" | "devices">, qos: 0 | 1 | 2): ReadingCounts {
  const { readings } = ledger;
  const counts = new Map<Verdict, number>();
  for (const reading of readings) {
    const verdict = verdictOn(reading, isHeld(ledger, reading));
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  const count = (verdict: Verdict): number => counts.get(verdict) ?? 0;
  const above0 = (verdict: Verdict): number => (qos === 0 ? 0 : count(verdict));
  const accepted = readings.length - count("refused");
  return {
    readings: readings.length,
    accepted: {
      qos0: qos === 0 ? accepted : 0,
      qos1: qos === 1 ? accepted : 0,
      qos2: qos === 2 ? accepted : 0,
    },
    refused: count("refused"),
    delivered: count("delivered"),
    rejected: above0("rejected"),
    lost: above0("lost"),
    lostQos0: qos === 0 ? accepted - count("delivered") : 0,
    pending: above0("pending"),
    outcomeUnknown: above0("outcomeUnknown"),
    duplicates: sum(readings.map(({ seenMs }) => Math.max(0, seenMs.length - 1))),
    dropped: {
      expired: 0,
      superseded: above0("superseded"),
      overflow: above0("overflow"),
      sessionLost: above0("sessionLost"),
    },
  };
}

function isHeld({ devices }: Pick<Ledger, "devices">, { device, life }: Reading): boolean {
  const record = devices.find((one) => one.device === device);
  return record?.isOn === true && record.life === life;
}

function judgePromises(
  { qos, replay }: RunIdentity,
  { readings, arrivals, devices }: Ledger,
  { memoryGrowthBytes, endMs }: RunResult,
): Pick<Report, "excused" | "violations"> {
  const evidence: Evidence = { qos, readings, arrivals, devices, memoryGrowthBytes, endMs };
  const findings = PROMISES.flatMap((promise) =>
    promise.judge(evidence).map((finding) => ({ promise: promise.name, ...finding })),
  );
  const excused: Record<string, number> = {};
  for (const { promise, excuse } of findings) {
    if (excuse !== null) excused[promise] = (excused[promise] ?? 0) + 1;
  }
  const violations = findings
    .filter(({ excuse }) => excuse === null)
    .map(({ promise, atMs }) => ({ promise, atMs: Math.round(atMs), replay }));
  return { excused, violations };
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

/** From taking a reading to its first arrival. */
export function latencyOf(arrivals: readonly Reading[]): Latency {
  const sorted = arrivals
    .map(({ takenMs, seenMs }) => (seenMs[0] ?? takenMs) - takenMs)
    .sort((a, b) => a - b);
  const rank = (share: number): number | null => {
    const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
    return value === undefined ? null : Math.round(value);
  };
  return { p50: rank(0.5), p90: rank(0.9), p99: rank(0.99), max: rank(1) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
