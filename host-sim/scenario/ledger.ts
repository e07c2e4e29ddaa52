// Owns the account of every reading: taken, accepted or refused, how it ended, and when a subscriber first had it. Keeps only
// what is still open. Refuses to know whether that was promised.

import { FewByNumber } from "../collections/few-by-number.ts";
import type { ReadingEnd } from "../device/device-event.ts";
import type { Happening } from "../trace/happening.ts";
import { seqIn } from "../trace/seq.ts";
import type { ProtocolLevel } from "../words/protocol.ts";

/** Where an accepted reading stands in the report. Each stands in one place. */
export type Verdict = "delivered" | "rejected" | "outcomeUnknown" | "lost" | "pending" | DroppedVerdict;
export type DroppedVerdict = "overflow" | "superseded" | "sessionLost" | "expired" | "notSupported";

export type VerdictCounts = Readonly<Record<Verdict, number>>;

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
  /** What it spoke when it was last accepted; null: it never was. */
  readonly version: ProtocolLevel | null;
  readonly statusPublished: number;
  readonly lastStatus: StatusSeen | null;
  /** `offline` before the device said goodbye: so often did its will fire, if nobody else writes there. */
  readonly offlineUnasked: number;
  /** When its goodbye was over with the status acknowledged. */
  readonly leftMs: number | null;
  /** Why the last attempt to connect failed. */
  readonly lastTrouble: Trouble | null;
}

export type Trouble = OfKind<"refused"> | OfKind<"closed">;

export interface Ledger {
  see(happening: Happening): void;
  readonly taken: number;
  readonly refused: number;
  /** Of accepted readings above QoS 0; at QoS 0 only `delivered` means anything. */
  readonly verdicts: VerdictCounts;
  readonly duplicates: number;
  /** Readings that ended as published and that the subscriber does not have yet. */
  readonly awaited: number;
  readonly devices: readonly DeviceRecord[];
  /** From taking a reading to its first arrival: whole milliseconds, and how many took so long. */
  readonly latencies: ReadonlyMap<number, number>;
  readonly largestReadingBytes: number | null;
}

/** An accepted reading that has not both ended and arrived. */
interface Open {
  readonly takenMs: number;
  isSeen: boolean;
  /** What its end makes of it as long as it is not seen; null: it has not ended. */
  ended: Verdict | null;
}

/** Readings of one life of a device. Their numbers count from 1. */
interface Life {
  newest: number;
  readonly open: FewByNumber<Open>;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type OfKind<Kind extends Happening["kind"]> = Extract<Happening, { readonly kind: Kind }>;
interface Account {
  readonly record: Writable<DeviceRecord>;
  readonly lives: Map<number, Life>;
  hasSaidGoodbye: boolean;
}

/** No reading above QoS 0 ends as one of those that are lost here, unless it was said to be published. */
const END_VERDICTS: Readonly<Record<ReadingEnd, Verdict>> = {
  published: "lost",
  rejected: "rejected",
  handedOver: "lost",
  offline: "lost",
  connectionClosed: "lost",
  cancelled: "lost",
  overflow: "overflow",
  superseded: "superseded",
  sessionLost: "sessionLost",
  outcomeUnknown: "outcomeUnknown",
  expired: "expired",
  notSupported: "notSupported",
};

/** These were never handed to a transport: nothing can arrive of them. */
const NEVER_SENT: ReadonlySet<Verdict> = new Set(["overflow", "superseded", "expired", "notSupported"]);

export function createLedger(): Ledger {
  return new ReadingLedger();
}

class ReadingLedger implements Ledger {
  taken = 0;
  refused = 0;
  duplicates = 0;
  awaited = 0;
  largestReadingBytes: number | null = null;
  readonly latencies = new Map<number, number>();
  readonly #accounts: Account[] = [];
  readonly #settled: Record<Verdict, number> = noVerdicts();

  get devices(): readonly DeviceRecord[] {
    return this.#accounts.map(({ record }) => record);
  }

  /** Those that are open stand where they would if the run ended now. */
  get verdicts(): VerdictCounts {
    const counts = { ...this.#settled };
    for (const { record, lives } of this.#accounts) {
      for (const [number, { open }] of lives) {
        const isHeld = record.isOn && record.life === number;
        for (const reading of open.values()) {
          if (!reading.isSeen) counts[reading.ended ?? (isHeld ? "pending" : "lost")] += 1;
        }
      }
    }
    return counts;
  }

  see(happening: Happening): void {
    switch (happening.kind) {
      case "reading":
        return this.#take(happening);
      case "readingEnded":
        return this.#end(happening);
      case "seen":
        if (happening.level === "reading") this.#arrive(happening);
        else if (happening.level === "status") this.#seeStatus(happening);
        return;
      case "power":
      case "connected":
      case "refused":
      case "closed":
      case "status":
      case "goodbye":
        return note(this.#account(happening.device), happening);
      default:
        return;
    }
  }

  #account(device: number): Account {
    this.#accounts[device - 1] ??= { record: freshRecord(device), lives: new Map(), hasSaidGoodbye: false };
    return this.#accounts[device - 1] as Account;
  }

  #life(device: number, life: number): Life {
    const { lives } = this.#account(device);
    const known = lives.get(life);
    if (known !== undefined) return known;
    const fresh = { newest: 0, open: new FewByNumber<Open>() };
    lives.set(life, fresh);
    return fresh;
  }

  #take({ device, life, seq, atMs, refusal }: OfKind<"reading">): void {
    const of = this.#life(device, life);
    this.taken += 1;
    of.newest = seq;
    if (refusal === null) of.open.set(seq, { takenMs: atMs, isSeen: false, ended: null });
    else this.refused += 1;
  }

  #arrive({ device, life, payload, atMs }: OfKind<"seen">): void {
    const seq = seqIn(payload);
    if (seq === null) return;
    const { open, newest } = this.#life(device, life);
    const reading = open.get(seq);
    if (reading === undefined || reading.isSeen) {
      if (seq <= newest) this.duplicates += 1;
      return;
    }
    reading.isSeen = true;
    this.#settled.delivered += 1;
    this.largestReadingBytes = Math.max(this.largestReadingBytes ?? 0, payload.length);
    const latencyMs = Math.round(atMs - reading.takenMs);
    this.latencies.set(latencyMs, (this.latencies.get(latencyMs) ?? 0) + 1);
    if (reading.ended === null) return;
    if (reading.ended === "lost") this.awaited -= 1;
    open.delete(seq);
  }

  #end({ device, life, seq, end }: OfKind<"readingEnded">): void {
    const { open } = this.#life(device, life);
    const reading = open.get(seq);
    if (reading === undefined) return;
    reading.ended = END_VERDICTS[end];
    if (reading.isSeen) {
      open.delete(seq);
    } else if (NEVER_SENT.has(reading.ended)) {
      this.#settled[reading.ended] += 1;
      open.delete(seq);
    } else if (reading.ended === "lost") {
      this.awaited += 1;
    }
  }

  #seeStatus({ device, payload, isRetained, atMs }: OfKind<"seen">): void {
    const { record, hasSaidGoodbye } = this.#account(device);
    record.lastStatus = { status: payload, atMs };
    if (payload === "offline" && !isRetained && !hasSaidGoodbye) record.offlineUnasked += 1;
  }
}

function note(
  account: Account,
  happening: OfKind<"power" | "connected" | "refused" | "closed" | "status" | "goodbye">,
): void {
  const { record } = account;
  switch (happening.kind) {
    case "power":
      record.isOn = happening.isOn || happening.cause === "sleep";
      record.life = happening.life;
      return;
    case "connected":
      record.connections += 1;
      record.version = happening.version;
      return;
    case "status":
      record.statusPublished += 1;
      record.leftMs = happening.status === "offline" ? happening.atMs : null;
      return;
    case "goodbye":
      account.hasSaidGoodbye = true;
      return;
    case "refused":
      record.lastTrouble = happening;
      return;
    case "closed":
      // the reason of a refusal says more than that the connection then ended
      if (happening.reason !== "refused") record.lastTrouble = happening;
      return;
  }
}

function freshRecord(device: number): Writable<DeviceRecord> {
  return {
    device,
    life: 0,
    isOn: false,
    connections: 0,
    version: null,
    statusPublished: 0,
    lastStatus: null,
    offlineUnasked: 0,
    leftMs: null,
    lastTrouble: null,
  };
}

function noVerdicts(): Record<Verdict, number> {
  return {
    delivered: 0,
    rejected: 0,
    outcomeUnknown: 0,
    lost: 0,
    pending: 0,
    overflow: 0,
    superseded: 0,
    sessionLost: 0,
    expired: 0,
    notSupported: 0,
  };
}
