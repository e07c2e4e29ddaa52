// Owns the one timer of a Linux sender: what it waits for, how long, and when it has waited enough. Refuses to know segments.

import type { Clock } from "../../../time/clock.ts";
import type { TcpFlavour } from "./flavour.ts";
import { LazyTimer } from "./lazy-timer.ts";
import type { LinuxEstimator } from "./rto.ts";
import { JIFFY_MS, wheelDeadline } from "./timer-grid.ts";

/** icsk_pending of the kernel, and the end of its patience. */
export type Due = "time-out" | "tail-probe" | "reordering" | "persist" | "give-up";

/** How much longer an ack may take when the peer has but one segment to acknowledge (TCP_RTO_MIN). */
const WORST_DELAYED_ACK_MS = 200;

export class LinuxTimer {
  readonly #clock: Clock;
  readonly #flavour: TcpFlavour;
  readonly #estimator: LinuxEstimator;
  readonly #sinceMs: number;
  readonly #onDue: (due: Due) => void;
  readonly #timer: LazyTimer;
  readonly #patienceMs: number;
  #waitsFor: Exclude<Due, "give-up"> | null = null;
  #doublings = 0;
  #probes = 0;
  /** When the first of the time-outs since the last progress was. */
  #silentSinceMs: number | null = null;

  constructor(
    clock: Clock,
    flavour: TcpFlavour,
    estimator: LinuxEstimator,
    sinceMs: number,
    onDue: (due: Due) => void,
  ) {
    this.#clock = clock;
    this.#flavour = flavour;
    this.#estimator = estimator;
    this.#sinceMs = sinceMs;
    this.#onDue = onDue;
    this.#timer = new LazyTimer(clock, () => this.#run());
    this.#patienceMs = patienceMs(flavour);
  }

  get isSet(): boolean {
    return this.#waitsFor !== null;
  }

  /** The time-out itself, or the wait for a segment that may only be late: new data does not move it. */
  get isForLoss(): boolean {
    return this.#waitsFor === "time-out" || this.#waitsFor === "reordering";
  }

  get isForTailProbe(): boolean {
    return this.#waitsFor === "tail-probe";
  }

  get isForReordering(): boolean {
    return this.#waitsFor === "reordering";
  }

  #rtoMs(): number {
    return Math.min(this.#estimator.rtoMs * 2 ** this.#doublings, this.#flavour.mostRtoMs);
  }

  /** Counted from `fromMs`: now, or when the first segment left if it is a probe of the tail that was awaited (tcp_rearm_rto). */
  armRto(fromMs: number): void {
    this.#set("time-out", fromMs + this.#rtoMs() - this.#clock.nowMs);
  }

  /** tcp_schedule_loss_probe: two round trips, but not after the time-out. */
  armTailProbe(segments: number, headSentMs: number): void {
    const { nowMs } = this.#clock;
    const { srttMs } = this.#estimator;
    const margin = segments === 1 ? WORST_DELAYED_ACK_MS : 2 * JIFFY_MS;
    const probeMs = srttMs === null ? this.#flavour.firstRtoMs : 2 * srttMs + margin;
    this.#set("tail-probe", Math.min(probeMs, headSentMs + this.#rtoMs() - nowMs));
  }

  armReordering(delayMs: number): void {
    this.#set("reordering", delayMs);
  }

  /** tcp_probe0_when. Leaves a probe that is awaited where it is. */
  armPersist(): void {
    if (this.#waitsFor !== "persist") this.#set("persist", this.#rtoMs());
  }

  clear(): void {
    this.#waitsFor = null;
    this.#timer.clear();
  }

  stop(): void {
    this.#waitsFor = null;
    this.#timer.stop();
  }

  /** A round trip was measured: tcp_set_rto forgets the doublings, which an ack alone does not. */
  measured(): void {
    this.#doublings = 0;
  }

  /** Somebody is there. */
  answered(): void {
    this.#silentSinceMs = null;
    this.#probes = 0;
  }

  #set(waitsFor: Exclude<Due, "give-up">, delayMs: number): void {
    this.#waitsFor = waitsFor;
    this.#timer.set(wheelDeadline(this.#clock.nowMs, this.#sinceMs, delayMs));
  }

  #run(): void {
    const due = this.#waitsFor;
    this.#waitsFor = null;
    if (due === null) return;
    if (due === "time-out" && !this.#countTimeout()) this.#onDue("give-up");
    else if (due === "persist" && !this.#countProbe()) this.#onDue("give-up");
    else this.#onDue(due);
  }

  /** tcp_write_timeout: patience is a time, not a count. */
  #countTimeout(): boolean {
    const { nowMs } = this.#clock;
    this.#silentSinceMs ??= nowMs;
    this.#doublings += 1;
    return nowMs - this.#silentSinceMs < this.#patienceMs;
  }

  #countProbe(): boolean {
    this.#probes += 1;
    this.#doublings += 1;
    return this.#probes <= this.#flavour.retransmissions;
  }
}

/** tcp_model_timeout: how long so many retransmissions take with the least time-out, doubled up to the most. */
function patienceMs({ leastRtoMs, mostRtoMs, retransmissions }: TcpFlavour): number {
  const doublings = Math.floor(Math.log2(mostRtoMs / leastRtoMs));
  const whileDoubling = Math.min(retransmissions, doublings);
  return (2 ** (whileDoubling + 1) - 1) * leastRtoMs + (retransmissions - whileDoubling) * mostRtoMs;
}
