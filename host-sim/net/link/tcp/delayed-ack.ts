// Owns when a stack acknowledges what it got: at once, later, or with its own data. Refuses to know sequence numbers.

import type { Clock } from "../../../time/clock.ts";
import type { TcpFlavour } from "./flavour.ts";
import { LazyTimer } from "./lazy-timer.ts";
import type { Arrival } from "./receiver.ts";
import { FAST_TICK_MS, tickAfter, wheelDeadline } from "./timer-grid.ts";

export interface DelayedAck {
  /** An ack must go now. */
  readonly isDue: boolean;
  /** `isRead`: nobody paused, so the program takes it at once. */
  received(arrival: Arrival, bytes: number, fin: boolean, isRead: boolean): void;
  /** A segment went, and every segment acknowledges. */
  sent(carriesData: boolean): void;
  stop(): void;
}

/** `onDue` is called when a delayed ack has waited enough. */
export function createDelayedAck(
  clock: Clock,
  { stack }: TcpFlavour,
  sinceMs: number,
  srttMs: () => number | null,
  onDue: () => void,
): DelayedAck {
  return stack === "lwip" ? new LwipAck(clock, sinceMs, onDue) : new LinuxAck(clock, sinceMs, srttMs, onDue);
}

/** tcp_ack and tcp_ack_now (priv/tcp_priv.h), tcp_fasttmr: every second segment at once, the others at the next fast tick. */
class LwipAck implements DelayedAck {
  readonly #clock: Clock;
  readonly #sinceMs: number;
  readonly #timer: LazyTimer;
  #isDue = false;

  constructor(clock: Clock, sinceMs: number, onDue: () => void) {
    this.#clock = clock;
    this.#sinceMs = sinceMs;
    this.#timer = new LazyTimer(clock, onDue);
  }

  get isDue(): boolean {
    return this.#isDue;
  }

  received(arrival: Arrival, _bytes: number, fin: boolean): void {
    if (arrival === "nothing") return;
    const mayWait = (arrival === "next" || arrival === "filled") && !fin && !this.#timer.isSet;
    if (mayWait) this.#timer.set(tickAfter(this.#clock.nowMs, this.#sinceMs, FAST_TICK_MS, 1));
    else this.#isDue = true;
  }

  sent(): void {
    this.#isDue = false;
    this.#timer.clear();
  }

  stop(): void {
    this.#timer.stop();
  }
}

/** net/ipv4: TCP_MAX_QUICKACKS, TCP_ATO_MIN, TCP_DELACK_MAX; tcp_initialize_rcv_mss starts at TCP_MSS_DEFAULT. */
const QUICK_ACKS = 16;
const LEAST_WAIT_MS = 40;
const MOST_WAIT_MS = 200;
const LEAST_FULL_SEGMENT = 536;

/** tcp_event_data_recv, __tcp_ack_snd_check, tcp_cleanup_rbuf, tcp_send_delayed_ack. */
class LinuxAck implements DelayedAck {
  readonly #clock: Clock;
  readonly #sinceMs: number;
  readonly #srttMs: () => number | null;
  readonly #onDue: () => void;
  readonly #timer: LazyTimer;
  #isDue = false;
  #quick = QUICK_ACKS;
  /** This end answers soon after it was asked, so that its data can take the acks along. */
  #isConversation = false;
  #waitMs = LEAST_WAIT_MS;
  #lastDataMs = Number.NEGATIVE_INFINITY;
  #unackedBytes = 0;
  #fullSegment = LEAST_FULL_SEGMENT;

  constructor(clock: Clock, sinceMs: number, srttMs: () => number | null, onDue: () => void) {
    this.#clock = clock;
    this.#sinceMs = sinceMs;
    this.#srttMs = srttMs;
    this.#onDue = onDue;
    this.#timer = new LazyTimer(clock, () => this.#onMissed());
  }

  get isDue(): boolean {
    return this.#isDue;
  }

  received(arrival: Arrival, bytes: number, fin: boolean, isRead: boolean): void {
    if (arrival === "nothing") return;
    if (arrival === "old") this.#hurry();
    else if (arrival !== "early") this.#learnGap();
    this.#fullSegment = Math.max(this.#fullSegment, bytes);
    this.#unackedBytes += bytes;
    if (fin || arrival !== "next" || this.#mustGo(bytes, isRead)) this.#isDue = true;
    else if (!this.#timer.isSet) this.#delay();
  }

  /** tcp_enter_quickack_mode: the peer repeats what was acknowledged. */
  #hurry(): void {
    this.#quick = QUICK_ACKS;
    this.#isConversation = false;
    this.#waitMs = LEAST_WAIT_MS;
  }

  #learnGap(): void {
    const { nowMs } = this.#clock;
    const gapMs = nowMs - this.#lastDataMs;
    this.#lastDataMs = nowMs;
    if (gapMs <= LEAST_WAIT_MS / 2) this.#waitMs = this.#waitMs / 2 + LEAST_WAIT_MS / 2;
    else if (gapMs < this.#waitMs) this.#waitMs = this.#waitMs / 2 + gapMs;
  }

  /** A program that reads a last, small segment at once sends an ack by reading it. */
  #mustGo(bytes: number, isRead: boolean): boolean {
    if (this.#unackedBytes > this.#fullSegment) return true;
    if (this.#isConversation) return false;
    return this.#quick > 0 || (isRead && bytes < this.#fullSegment);
  }

  #delay(): void {
    const limitMs = Math.min(MOST_WAIT_MS, Math.max(LEAST_WAIT_MS, this.#srttMs() ?? MOST_WAIT_MS));
    const { nowMs } = this.#clock;
    this.#timer.set(wheelDeadline(nowMs, this.#sinceMs, Math.min(this.#waitMs, limitMs)));
  }

  /** tcp_delack_timer_handler: there was no answer to take it along. */
  #onMissed(): void {
    this.#waitMs = this.#isConversation ? LEAST_WAIT_MS : 2 * this.#waitMs;
    this.#isConversation = false;
    this.#onDue();
  }

  sent(carriesData: boolean): void {
    if (carriesData && this.#clock.nowMs - this.#lastDataMs < this.#waitMs) this.#isConversation = true;
    if (this.#unackedBytes > 0 && this.#quick > 0) this.#quick -= 1;
    this.#isDue = false;
    this.#unackedBytes = 0;
    this.#timer.clear();
  }

  stop(): void {
    this.#timer.stop();
  }
}
