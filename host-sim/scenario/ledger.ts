// Owns the account of every reading: taken, accepted or refused, how it ended, and when a subscriber first had it. Refuses
// to know whether that was promised.

import type { DropWord, ReadingEnd } from "../device/device-event.ts";
import type { Happening } from "../trace/happening.ts";

export interface Reading {
  readonly device: number;
  readonly life: number;
  readonly seq: number;
  readonly takenMs: number;
  readonly isRefused: boolean;
  readonly end: ReadingEnd | null;
  /** Each time the subscriber received it. */
  readonly seenMs: readonly number[];
}

/** A device's status as the subscriber knows it. */
export interface StatusSeen {
  readonly status: string;
  readonly atMs: number;
}

/** What is known of one device besides its readings. */
export interface DeviceRecord {
  readonly device: number;
  readonly life: number;
  readonly isOn: boolean;
  /** Accepted CONNECTs, in all its lives. */
  readonly connections: number;
  readonly statusPublished: number;
  readonly lastStatus: StatusSeen | null;
  /** `offline` before the device said goodbye: so often did its will fire, if nobody else writes there. */
  readonly offlineUnasked: number;
  /** When its goodbye was over with the status acknowledged. */
  readonly leftMs: number | null;
  /** When the broker had forgotten its session. */
  readonly sessionLostMs: readonly number[];
  /** Why the last attempt to connect failed. */
  readonly lastTrouble: Happening | null;
}

export interface Ledger {
  see(happening: Happening): void;
  readonly readings: readonly Reading[];
  /** Readings in the order in which the subscriber first had them. */
  readonly arrivals: readonly Reading[];
  readonly devices: readonly DeviceRecord[];
  readonly largestReadingBytes: number | null;
}

/** Where a reading stands in the report. Each stands in one place. */
export type Verdict =
  | "refused"
  | "delivered"
  | "rejected"
  | "outcomeUnknown"
  | "lost"
  | "pending"
  | DroppedVerdict;
export type DroppedVerdict = "overflow" | "superseded" | "sessionLost";

/** A reading above QoS 0; `isHeld`: the device still has it. Whatever arrived is delivered, whatever else was said of it. */
export function verdictOn(reading: Reading, isHeld: boolean): Verdict {
  if (reading.isRefused) return "refused";
  if (reading.seenMs.length > 0) return "delivered";
  if (reading.end === null) return isHeld ? "pending" : "lost";
  return END_VERDICTS[reading.end];
}

/** No reading above QoS 0 ends as one of those that are lost here, unless it was said to be published. */
const END_VERDICTS: Readonly<Record<"published" | "handedOver" | DropWord, Verdict>> = {
  published: "lost",
  handedOver: "lost",
  offline: "lost",
  connectionClosed: "lost",
  cancelled: "lost",
  overflow: "overflow",
  superseded: "superseded",
  sessionLost: "sessionLost",
  outcomeUnknown: "outcomeUnknown",
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type OpenReading = Writable<Omit<Reading, "seenMs">> & { readonly seenMs: number[] };
type OpenDevice = Writable<Omit<DeviceRecord, "sessionLostMs">> & { readonly sessionLostMs: number[] };
type OfKind<Kind extends Happening["kind"]> = Extract<Happening, { readonly kind: Kind }>;

export function createLedger(): Ledger {
  const readings: OpenReading[] = [];
  const arrivals: OpenReading[] = [];
  const devices = new Map<number, OpenDevice>();
  /** The newest reading of a device under a number. */
  const newest = new Map<string, OpenReading>();
  const saidGoodbye = new Set<number>();
  let largestReadingBytes: number | null = null;

  function take({ device, life, seq, atMs, refusal }: OfKind<"reading">): void {
    const reading = { device, life, seq, takenMs: atMs, isRefused: refusal !== null, end: null, seenMs: [] };
    readings.push(reading);
    newest.set(`${device} ${seq}`, reading);
  }

  /** A number is used again in the device's next life; what comes under it is then the newer reading. */
  function arrive({ device, payload, atMs }: OfKind<"seen">): void {
    const seq = seqIn(payload);
    const reading = seq === null ? undefined : newest.get(`${device} ${seq}`);
    if (reading === undefined) return;
    if (reading.seenMs.length === 0) arrivals.push(reading);
    reading.seenMs.push(atMs);
    largestReadingBytes = Math.max(largestReadingBytes ?? 0, Buffer.byteLength(payload));
  }

  function end({ device, life, seq, end: how }: OfKind<"readingEnded">): void {
    const reading = newest.get(`${device} ${seq}`);
    if (reading?.life === life) reading.end = how;
  }

  function seeStatus(record: OpenDevice, { payload, isRetained, atMs }: OfKind<"seen">): void {
    record.lastStatus = { status: payload, atMs };
    if (payload === "offline" && !isRetained && !saidGoodbye.has(record.device)) record.offlineUnasked += 1;
  }

  function recordOf(device: number, life: number): OpenDevice {
    const known = devices.get(device);
    if (known !== undefined) return known;
    const fresh = freshRecord(device, life);
    devices.set(device, fresh);
    return fresh;
  }

  function seeDevice(happening: Exclude<Happening, { readonly kind: "fault" | "samplingEnded" }>): void {
    const record = recordOf(happening.device, happening.life);
    switch (happening.kind) {
      case "reading":
        return take(happening);
      case "readingEnded":
        return end(happening);
      case "seen":
        if (happening.level === "reading") arrive(happening);
        if (happening.level === "status") seeStatus(record, happening);
        return;
      case "goodbye":
        saidGoodbye.add(happening.device);
        return;
      default:
        noteConnection(record, happening);
    }
  }

  return {
    readings,
    arrivals,
    get devices() {
      return [...devices.values()];
    },
    get largestReadingBytes() {
      return largestReadingBytes;
    },
    see(happening) {
      if (happening.kind !== "fault" && happening.kind !== "samplingEnded") seeDevice(happening);
    },
  };
}

function freshRecord(device: number, life: number): OpenDevice {
  return {
    device,
    life,
    isOn: false,
    connections: 0,
    statusPublished: 0,
    lastStatus: null,
    offlineUnasked: 0,
    leftMs: null,
    sessionLostMs: [],
    lastTrouble: null,
  };
}

function noteConnection(record: OpenDevice, happening: Happening): void {
  switch (happening.kind) {
    case "power":
      record.isOn = happening.isOn;
      record.life = happening.life;
      return;
    case "connected":
      record.connections += 1;
      if (happening.session === "lost") record.sessionLostMs.push(happening.atMs);
      return;
    case "refused":
    case "closed":
      // the reason of a refusal says more than that the connection then ended
      if (happening.kind === "refused" || happening.reason !== "refused") record.lastTrouble = happening;
      return;
    case "status":
      record.statusPublished += 1;
      record.leftMs = happening.status === "offline" ? happening.atMs : null;
      return;
    default:
      return;
  }
}

/** The number that the firmware gives a reading. */
function seqIn(payload: string): number | null {
  const digits = /^\{"seq":(\d+),/.exec(payload)?.[1];
  return digits === undefined ? null : Number(digits);
}
