// Owns the account of readings that must arrive: each is open until it has both ended and arrived. Refuses to know whether it
// may arrive twice.

import { FewByNumber } from "../collections/few-by-number.ts";
import { type Lives, perDevice, perLife } from "./per-device.ts";
import type { Observer, OfKind, RunEnd, RunFacts, Verdicts } from "./promise.ts";
import { seqSeen } from "./reading-seq.ts";

/** A reading that was accepted. */
export interface OpenReading {
  readonly takenMs: number;
  isSeen: boolean;
  isPublished: boolean;
  /** Its session was lost while it was open, and the device cannot know. */
  isForgotten: boolean;
}

export interface DeliveryTerms {
  /** Words for an end that may keep a reading from arriving. */
  readonly mayLose: ReadonlySet<string>;
  /** Asked when a reading ends as published before it has arrived. */
  readonly wasForgotten: (device: number, takenMs: number) => boolean;
}

type OpenReadings = FewByNumber<OpenReading>;

export interface Delivery {
  readonly observer: Required<Pick<Observer, "reading" | "readingEnded" | "seen" | "power" | "end">>;
  /** Until it has ended and arrived. */
  open(device: number, life: number, seq: number): OpenReading | undefined;
}

interface Device {
  life: number;
  isOn: boolean;
  /** A gateway keeps the order over all lives: what is older than this should have arrived. */
  newestSeenTakenMs: number;
}

export function watchDelivery(
  run: RunFacts,
  verdicts: Verdicts,
  { mayLose, wasForgotten }: DeliveryTerms,
): Delivery {
  const lives: Lives<OpenReadings> = perLife(() => new FewByNumber());
  const devices = perDevice((): Device => ({ life: 0, isOn: false, newestSeenTakenMs: -1 }));

  function arrive(happening: OfKind<"seen">): void {
    const seq = seqSeen(happening);
    if (seq === null) return;
    const { device, life } = happening;
    const readings = lives.of(device, life);
    const reading = readings.get(seq);
    if (reading === undefined || reading.isSeen) return;
    reading.isSeen = true;
    verdicts.held();
    const of = devices(device);
    of.newestSeenTakenMs = Math.max(of.newestSeenTakenMs, reading.takenMs);
    if (reading.isPublished) readings.delete(seq);
  }

  function conclude(happening: OfKind<"readingEnded">): void {
    const { atMs, device, life, seq, end } = happening;
    const readings = lives.of(device, life);
    const reading = readings.get(seq);
    if (reading === undefined) return;
    if (end === "published" && !reading.isSeen) {
      reading.isPublished = true;
      reading.isForgotten = wasForgotten(device, reading.takenMs);
      return;
    }
    readings.delete(seq);
    if (end === "published" || reading.isSeen || mayLose.has(end)) return;
    verdicts.broken(atMs, device, `reading ${seq} ended as ${end}`);
  }

  function judgeOpen(device: number, life: number, seq: number, reading: OpenReading): void {
    if (reading.isSeen) return;
    const { life: lastLife, isOn, newestSeenTakenMs } = devices(device);
    if (!reading.isPublished) {
      verdicts.excused(isOn && life === lastLife ? "end-of-run" : "power-cut");
    } else if (run.isGateway && (reading.takenMs > newestSeenTakenMs || lastLife > 1)) {
      // what arrives on shore does not say in which life it was sent
      verdicts.excused("gateway");
    } else if (reading.isForgotten) {
      verdicts.excused("session-forgotten");
    } else {
      verdicts.broken(reading.takenMs, device, `reading ${seq} ended as published and never arrived`);
    }
  }

  return {
    open: (device, life, seq) => lives.of(device, life).get(seq),
    observer: {
      reading({ device, life, seq, refusal, atMs }) {
        if (refusal !== null) return;
        lives
          .of(device, life)
          .set(seq, { takenMs: atMs, isSeen: false, isPublished: false, isForgotten: false });
      },
      readingEnded: conclude,
      seen: arrive,
      power({ device, life, isOn, cause }) {
        const of = devices(device);
        of.life = life;
        of.isOn = isOn || cause === "sleep";
      },
      end(_end: RunEnd) {
        for (const { device, life, record } of lives.all()) {
          for (const [seq, reading] of record) judgeOpen(device, life, seq, reading);
        }
      },
    },
  };
}
