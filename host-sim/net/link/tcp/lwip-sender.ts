// Owns when lwIP sends and sends again: tcp_output, the acks' half of tcp_receive, tcp_slowtmr. Refuses to know handshakes.

import type { Clock } from "../../../time/clock.ts";
import type { TcpFlavour } from "./flavour.ts";
import { LazyTimer } from "./lazy-timer.ts";
import { LwipWindow } from "./lwip-window.ts";
import { Outgoing, type Sent } from "./outgoing.ts";
import { PeerWindow } from "./peer-window.ts";
import { LwipEstimator } from "./rto.ts";
import type { Segment } from "./segment.ts";
import type { Opening, Sender, SenderPorts } from "./sender.ts";
import { SLOW_TICK_MS, tickAfter, ticksAt } from "./timer-grid.ts";

/** tcp.c: how often the time-out was doubled, by the retransmissions before; and the waits between probes, in ticks. */
const BACKOFF_SHIFTS = [1, 2, 3, 4, 5, 6, 7] as const;
const PERSIST_TICKS = [3, 6, 12, 24, 48, 96, 120] as const;
const DUPLICATE_ACKS = 3;

export class LwipSender implements Sender {
  readonly #clock: Clock;
  readonly #flavour: TcpFlavour;
  readonly #ports: SenderPorts;
  readonly #sinceMs: number;
  readonly #timer: LazyTimer;
  readonly #out = new Outgoing();
  readonly #peer = new PeerWindow();
  readonly #estimator: LwipEstimator;
  #window: LwipWindow;
  #mss = 0;
  #isRunning = false;
  #isFull = false;
  #rtoTicks: number;
  #attempts = 0;
  #duplicateAcks = 0;
  #inFastRecovery = false;
  /** What was in flight at the last time-out ends here; null: all of it was acknowledged. */
  #timedOutTo: number | null = null;
  /** The measured segment: its first byte, and the tick at which it left. */
  #measured: { readonly seq: number; readonly tick: number } | null = null;
  /** A step of PERSIST_TICKS while the peer's window has no room for the next segment. */
  #persistStep: number | null = null;
  #probes = 0;

  constructor(clock: Clock, flavour: TcpFlavour, ports: SenderPorts, sinceMs: number) {
    this.#clock = clock;
    this.#flavour = flavour;
    this.#ports = ports;
    this.#sinceMs = sinceMs;
    this.#timer = new LazyTimer(clock, () => this.#onTick());
    this.#estimator = new LwipEstimator(Math.ceil(flavour.firstRtoMs / SLOW_TICK_MS));
    this.#rtoTicks = this.#estimator.rtoTicks;
    this.#window = new LwipWindow(flavour.mssBytes, flavour.sendBufferBytes);
  }

  get hasEnded(): boolean {
    return this.#out.hasEnded;
  }

  get isDone(): boolean {
    return this.#out.isDone;
  }

  get highestSeq(): number {
    return this.#out.highest;
  }

  get srttMs(): null {
    return null;
  }

  start({ mss, window, synSentMs }: Opening): void {
    this.#mss = mss;
    this.#window = new LwipWindow(mss, this.#flavour.sendBufferBytes);
    this.#peer.start(window);
    // The SYN is measured like any segment, but its ack is not looked at in SYN_SENT: the next one is.
    this.#measured = { seq: -1, tick: this.#ticksAt(synSentMs) };
    this.#isRunning = true;
    this.#output();
  }

  stop(): void {
    this.#isRunning = false;
    this.#timer.stop();
  }

  write(bytes: Uint8Array): boolean {
    this.#out.write(bytes);
    this.#output();
    this.#isFull = this.#out.queuedBytes >= this.#flavour.sendBufferBytes;
    return !this.#isFull;
  }

  end(): void {
    this.#out.end();
    this.#output();
  }

  acknowledge(segment: Segment): void {
    const { ack, payload, fin } = segment;
    if (ack > this.#out.highest) return;
    const edgeMoved = this.#peer.update(segment);
    this.#probes = 0;
    if (ack > this.#out.una) this.#advance(ack);
    else if (ack === this.#out.una && payload.length === 0 && !fin && !edgeMoved) this.#onDuplicateAck();
    this.#measure(ack);
    this.#output();
    this.#sayIfDrained();
  }

  #advance(ack: number): void {
    const ackedBytes = ack - this.#out.una;
    if (this.#inFastRecovery) this.#window.endFastRecovery();
    this.#inFastRecovery = false;
    this.#attempts = 0;
    this.#duplicateAcks = 0;
    this.#rtoTicks = this.#estimator.rtoTicks;
    this.#window.grow(ackedBytes, this.#timedOutTo !== null);
    this.#out.acknowledge(ack, ignore);
    if (this.#timedOutTo !== null && ack >= this.#timedOutTo) this.#timedOutTo = null;
    if (this.#isInFlight()) this.#armRto();
    else if (this.#persistStep === null) this.#timer.clear();
  }

  #onDuplicateAck(): void {
    if (!this.#isInFlight()) return;
    this.#duplicateAcks += 1;
    if (this.#duplicateAcks > DUPLICATE_ACKS) this.#window.inflate();
    if (this.#duplicateAcks >= DUPLICATE_ACKS && !this.#inFastRecovery) this.#resendFirst();
  }

  /** tcp_rexmit_fast: the first segment alone. */
  #resendFirst(): void {
    const first = this.#out.sent[0];
    if (first === undefined || first.isLost) return;
    first.isLost = true;
    this.#attempts += 1;
    this.#measured = null;
    this.#window.beginFastRecovery(this.#peer.bytes);
    this.#inFastRecovery = true;
    this.#armRto();
  }

  #measure(ack: number): void {
    if (this.#measured === null || ack <= this.#measured.seq) return;
    this.#estimator.sample(this.#ticksAt(this.#clock.nowMs) - this.#measured.tick);
    this.#rtoTicks = this.#estimator.rtoTicks;
    this.#measured = null;
  }

  #sayIfDrained(): void {
    if (!this.#isFull || this.#out.queuedBytes >= this.#flavour.sendBufferBytes) return;
    this.#isFull = false;
    this.#ports.onDrain();
  }

  /** tcp_output: whole segments, those to be sent again first; none that the window would cut. */
  #output(): void {
    while (this.#isRunning && !this.#out.isDone) {
      const lost = this.#out.firstLost;
      const length = lost === null ? this.#freshLength() : lost.to - lost.from;
      if (length === null) break;
      const edge = (lost === null ? this.#out.nxt : lost.from) + length;
      if (edge - this.#out.una > Math.min(this.#window.bytes, this.#peer.bytes)) {
        if (!this.#isInFlight() && this.#peer.bytes <= this.#window.bytes) this.#persist();
        break;
      }
      this.#stopPersisting();
      if (this.#nagleHolds(length, lost)) break;
      this.#transmit(lost ?? this.#out.cut(length, this.#clock.nowMs));
    }
  }

  /** Null when there is nothing. What the send buffer has no room for was not yet given to lwIP. */
  #freshLength(): number | null {
    const { una, nxt, unsentBytes, hasUnsent } = this.#out;
    if (unsentBytes === 0) return hasUnsent ? 0 : null;
    const taken = Math.min(unsentBytes, una + this.#flavour.sendBufferBytes - nxt);
    return taken > 0 ? Math.min(taken, this.#mss) : null;
  }

  /** tcp_do_output_nagle. */
  #nagleHolds(length: number, lost: Sent | null): boolean {
    if (!this.#flavour.nagle || !this.#isInFlight() || this.#inFastRecovery || this.#out.hasEnded)
      return false;
    const isLast = lost === null ? this.#out.unsentBytes <= length : this.#isLastUnsent(lost);
    return isLast && length < this.#mss && this.#out.queuedBytes < this.#flavour.sendBufferBytes;
  }

  #isLastUnsent(lost: Sent): boolean {
    return lost === this.#out.sent.at(-1) && !this.#out.hasUnsent;
  }

  #transmit(segment: Sent): void {
    segment.isLost = false;
    segment.sentMs = this.#clock.nowMs;
    // tcp_output_segment measures whatever it sends when it measures nothing, repeated segments, too.
    this.#measured ??= { seq: segment.from, tick: this.#ticksAt(segment.sentMs) };
    if (!this.#timer.isSet) this.#armRto();
    this.#ports.transmit(segment.from, this.#out.payload(segment), segment.fin);
  }

  #isInFlight(): boolean {
    return this.#out.segmentsInFlight > 0;
  }

  #armRto(): void {
    this.#armIn(this.#rtoTicks);
  }

  #armIn(ticks: number): void {
    this.#timer.set(tickAfter(this.#clock.nowMs, this.#sinceMs, SLOW_TICK_MS, ticks));
  }

  #persist(): void {
    if (this.#persistStep !== null) return;
    this.#persistStep = 0;
    this.#probes = 0;
    this.#armIn(PERSIST_TICKS[0]);
  }

  /** tcp_slowtmr, at a tick at which it has something to do. */
  #onTick(): void {
    const { retransmissions } = this.#flavour;
    if (this.#attempts >= retransmissions || this.#probes >= retransmissions) this.#ports.onGiveUp();
    else if (this.#persistStep !== null) this.#probe(this.#persistStep);
    else this.#onTimeout();
  }

  /** The next tick after the last retransmission ends it: tcp_slowtmr counts before it waits. */
  #onTimeout(): void {
    if (!this.#isInFlight()) return;
    for (const segment of this.#out.sent) segment.isLost = true;
    this.#timedOutTo = this.#out.nxt;
    this.#measured = null;
    const shift = BACKOFF_SHIFTS[Math.min(this.#attempts, BACKOFF_SHIFTS.length - 1)] ?? 0;
    this.#rtoTicks = Math.min(this.#estimator.rtoTicks << shift, this.#flavour.mostRtoMs / SLOW_TICK_MS);
    this.#window.collapse(this.#peer.bytes);
    this.#attempts += 1;
    this.#output();
    if (this.#attempts >= this.#flavour.retransmissions) this.#armIn(1);
  }

  /** tcp_zero_window_probe sends one byte; a window too small for the segment gets a part of it instead. */
  #probe(step: number): void {
    const next = Math.min(step + 1, PERSIST_TICKS.length - 1);
    this.#persistStep = next;
    this.#armIn(PERSIST_TICKS[next] ?? 0);
    if (this.#peer.bytes === 0) {
      this.#probes += 1;
      this.#transmitProbe();
    } else {
      this.#stopPersisting();
      this.#transmit(
        this.#out.firstLost ?? this.#out.cut(Math.min(this.#peer.bytes, this.#mss), this.#clock.nowMs),
      );
    }
  }

  #transmitProbe(): void {
    const { nxt, unsentBytes } = this.#out;
    const lost = this.#out.firstLost;
    if (lost === null) this.#ports.transmit(nxt, this.#out.probe(), unsentBytes === 0);
    else
      this.#ports.transmit(
        lost.from,
        this.#out.payload(lost).subarray(0, 1),
        lost.to === lost.from + 1 && lost.fin,
      );
  }

  #stopPersisting(): void {
    if (this.#persistStep === null) return;
    this.#persistStep = null;
    this.#timer.clear();
  }

  #ticksAt(nowMs: number): number {
    return ticksAt(nowMs, this.#sinceMs, SLOW_TICK_MS);
  }
}

function ignore(): void {}
