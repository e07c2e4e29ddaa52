// Owns when Linux sends and sends again: tcp_write_xmit, tcp_ack and what its timers do. Refuses to know handshakes.

import type { Clock } from "../../../time/clock.ts";
import { AckReader } from "./ack-reader.ts";
import { CubicWindow } from "./cubic-window.ts";
import type { TcpFlavour } from "./flavour.ts";
import { type Due, LinuxTimer } from "./linux-timer.ts";
import { Outgoing, type Sent } from "./outgoing.ts";
import { PeerWindow } from "./peer-window.ts";
import { Rack, reorderMs } from "./rack.ts";
import { Recovery } from "./recovery.ts";
import { LinuxEstimator } from "./rto.ts";
import type { Segment } from "./segment.ts";
import type { Opening, Sender, SenderPorts } from "./sender.ts";
import { TailProbe } from "./tail-probe.ts";

const NOTHING = new Uint8Array(0);
const DUPLICATE_ACKS = 3;

export class LinuxSender implements Sender {
  readonly #clock: Clock;
  readonly #flavour: TcpFlavour;
  readonly #ports: SenderPorts;
  readonly #timer: LinuxTimer;
  readonly #out = new Outgoing();
  readonly #peer = new PeerWindow();
  readonly #estimator: LinuxEstimator;
  readonly #window = new CubicWindow();
  readonly #recovery = new Recovery(this.#window);
  readonly #rack = new Rack();
  readonly #tailProbe = new TailProbe();
  readonly #reader = new AckReader(this.#out, (segment) => this.#onDelivered(segment));
  #mss = 0;
  #hasSack = false;
  #isRunning = false;
  #isFull = false;
  /** Nagle as Minshall has it: until here a segment that was not full has gone. */
  #smallTo = 0;
  #duplicateAcks = 0;
  /** Whether the window, and not the program, held the sender back in this round trip, which ends at `#roundTo`. */
  #isLimited = false;
  #roundTo = 0;
  #mostSent = 0;

  constructor(clock: Clock, flavour: TcpFlavour, ports: SenderPorts, sinceMs: number) {
    this.#clock = clock;
    this.#flavour = flavour;
    this.#ports = ports;
    this.#estimator = new LinuxEstimator(flavour.firstRtoMs, flavour.leastRtoMs);
    this.#timer = new LinuxTimer(clock, flavour, this.#estimator, sinceMs, (due) => this.#onDue(due));
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

  get srttMs(): number | null {
    return this.#estimator.srttMs;
  }

  start({ mss, window, sack, synSentMs, synRepeats }: Opening): void {
    this.#mss = mss;
    this.#hasSack = sack;
    this.#peer.start(window);
    this.#isRunning = true;
    if (synRepeats === 0) this.#estimator.sample(this.#clock.nowMs - synSentMs, 0, 0);
    if (synRepeats > 1) this.#window.startAtOne();
    this.#pump();
  }

  stop(): void {
    this.#isRunning = false;
    this.#timer.stop();
  }

  write(bytes: Uint8Array): boolean {
    this.#out.write(bytes);
    this.#pump();
    this.#isFull = this.#out.queuedBytes >= this.#flavour.sendBufferBytes;
    return !this.#isFull;
  }

  end(): void {
    this.#out.end();
    this.#pump();
  }

  acknowledge(segment: Segment): void {
    const { ack, payload, fin } = segment;
    if (ack > this.#out.highest || ack < this.#out.una) return;
    const edgeMoved = this.#peer.update(segment);
    const mayRepeat = payload.length === 0 && !fin && !edgeMoved && this.#out.sent.length > 0;
    const reader = this.#reader;
    reader.read(segment, this.#clock.nowMs);
    if (this.#out.sent.length === 0 && !reader.advanced) this.#onProbeAnswer(edgeMoved);
    else this.#learn(segment, mayRepeat && !reader.advanced);
    this.#pump();
    if (reader.advanced) this.#rearm();
    this.#sayIfDrained();
  }

  #onDelivered(segment: Sent): void {
    this.#rack.delivered(segment, this.#clock.nowMs, this.#estimator.minRttMs);
  }

  /** tcp_ack_probe: once the window is open, the waits begin anew. */
  #onProbeAnswer(edgeMoved: boolean): void {
    this.#timer.answered();
    if (edgeMoved) this.#timer.measured();
  }

  #learn(segment: Segment, isDuplicate: boolean): void {
    const { advanced, delivered, rttMs } = this.#reader;
    const { una, nxt } = this.#out;
    if (rttMs !== null) {
      this.#estimator.sample(rttMs, una, nxt);
      this.#timer.measured();
    }
    if (advanced) {
      this.#timer.answered();
      if (this.#recovery.onAck(una, segment.echoMs)) this.#findAgain();
    }
    this.#settleTailProbe(isDuplicate);
    if (this.#hasSack) this.#findByTime();
    else this.#findByDuplicates(advanced, isDuplicate);
    const paced = delivered + (isDuplicate && !this.#hasSack ? 1 : 0);
    if (this.#recovery.state === "recovery") this.#recovery.pace(paced, this.#inFlight(), advanced);
    else if (advanced && this.#isWindowLimited()) this.#grow(delivered);
  }

  #grow(delivered: number): void {
    this.#window.grow(delivered, this.#clock.nowMs, this.#estimator.srttMs ?? 0);
  }

  #isWindowLimited(): boolean {
    return this.#isLimited || (this.#window.isSlowStart && this.#window.segments < 2 * this.#mostSent);
  }

  #findAgain(): void {
    for (const segment of this.#out.sent) segment.isLost = false;
  }

  #findByTime(): void {
    const { nowMs } = this.#clock;
    const { minRttMs, srttMs } = this.#estimator;
    const isRecovering = this.#recovery.state !== "open";
    const patienceMs = reorderMs(minRttMs, srttMs ?? 0, this.#out.sackedSegments, isRecovering);
    const nextMs = this.#rack.detect(this.#out.sent, nowMs, patienceMs, this.#lose);
    if (nextMs !== null) this.#timer.armReordering(nextMs);
  }

  /** tcp_newreno_mark_lost: with no SACK, an ack of some of what was lost says that the next is lost, too. */
  #findByDuplicates(advanced: boolean, isDuplicate: boolean): void {
    if (advanced) this.#duplicateAcks = 0;
    else if (isDuplicate) this.#duplicateAcks += 1;
    const first = this.#out.sent[0];
    if (first === undefined || first.isLost) return;
    const begins = this.#recovery.state === "open" && this.#duplicateAcks >= DUPLICATE_ACKS;
    if (begins || (this.#recovery.state === "recovery" && advanced)) this.#lose(first);
  }

  readonly #lose = (segment: Sent): void => {
    segment.isLost = true;
    if (this.#recovery.state === "open") this.#recovery.enterRecovery(this.#out.nxt);
  };

  #settleTailProbe(isDuplicate: boolean): void {
    const isAnsweredTwice = this.#reader.toldDuplicate || (isDuplicate && this.#reader.delivered === 0);
    const hadLoss = this.#tailProbe.settle(this.#out.una, isAnsweredTwice);
    if (!hadLoss || this.#recovery.state !== "open") return;
    this.#window.shrink();
    this.#window.follow(this.#window.ssthresh);
  }

  /** Without SACK, each duplicate ack stands for a segment that has arrived. */
  #inFlight(): number {
    const count = this.#out.segmentsInFlight;
    return this.#hasSack ? count : Math.max(0, count - this.#duplicateAcks);
  }

  #sayIfDrained(): void {
    if (!this.#isFull || this.#out.queuedBytes >= this.#flavour.sendBufferBytes) return;
    this.#isFull = false;
    this.#ports.onDrain();
  }

  #pump(): void {
    if (!this.#isRunning || this.#out.isDone) return;
    let room = this.#window.segments - this.#inFlight();
    for (; room > 0; room -= 1) {
      const lost = this.#out.firstLost;
      if (lost === null) break;
      this.#resend(lost);
    }
    for (; room > 0; room -= 1) {
      const length = this.#nextLength();
      if (length === null) break;
      this.#transmit(this.#out.cut(length, this.#clock.nowMs), false);
    }
    this.#noteLimit(room <= 0);
    if (this.#out.sent.length === 0 && this.#out.hasUnsent) this.#timer.armPersist();
  }

  #noteLimit(isLimited: boolean): void {
    const { length } = this.#out.sent;
    if (this.#out.una < this.#roundTo && length <= this.#mostSent && !(isLimited && !this.#isLimited)) return;
    this.#isLimited = isLimited;
    this.#mostSent = length;
    this.#roundTo = this.#out.nxt;
  }

  /** Null when nothing may go: a segment is not cut to fit the peer's window while others are in flight. */
  #nextLength(obeysNagle = this.#flavour.nagle): number | null {
    const { una, nxt, unsentBytes, hasUnsent, hasEnded } = this.#out;
    if (!hasUnsent) return null;
    const length = Math.min(unsentBytes, this.#mss);
    // A FIN alone needs no room.
    if (length > 0 && nxt + length > una + this.#peer.bytes) return null;
    const isSmallTail = length < this.#mss && !hasEnded;
    return obeysNagle && isSmallTail && this.#smallTo > una ? null : length;
  }

  /** tcp_retrans_try_collapse: small ones go together. */
  #resend(segment: Sent): void {
    this.#out.mergeFollowing(segment, this.#mss);
    segment.isLost = false;
    segment.isRetransmitted = true;
    segment.sentMs = this.#clock.nowMs;
    this.#transmit(segment, true);
  }

  #transmit(segment: Sent, isResent: boolean): void {
    const { nowMs } = this.#clock;
    this.#recovery.noteSent(isResent, nowMs);
    if (segment.to - segment.from < this.#mss) this.#smallTo = Math.max(this.#smallTo, segment.to);
    if (isResent && segment === this.#out.sent[0]) this.#timer.armRto(nowMs);
    else if (!isResent && !this.#timer.isForLoss) this.#rearm();
    this.#ports.transmit(segment.from, this.#out.payload(segment), segment.fin);
  }

  /** tcp_set_xmit_timer: a probe of the tail if it may be sent, else the time-out. */
  #rearm(): void {
    const head = this.#out.sent[0];
    if (head === undefined) {
      if (!this.#out.hasUnsent) this.#timer.clear();
      return;
    }
    if (this.#timer.isForReordering) return;
    const isCalm =
      this.#recovery.state === "open" && !this.#tailProbe.isOut && this.#out.sackedSegments === 0;
    if (this.#hasSack && isCalm) this.#timer.armTailProbe(this.#out.sent.length, head.sentMs);
    else this.#timer.armRto(this.#timer.isForTailProbe ? head.sentMs : this.#clock.nowMs);
  }

  #onDue(due: Due): void {
    if (due === "give-up") this.#ports.onGiveUp();
    else if (due === "persist") this.#probeWindow();
    else if (due === "tail-probe") this.#probeTail();
    else if (due === "reordering") this.#onReordering();
    else this.#onTimeout();
  }

  #onReordering(): void {
    this.#findByTime();
    if (this.#recovery.state === "recovery") this.#recovery.pace(0, this.#inFlight(), false);
    this.#pump();
    if (!this.#timer.isSet) this.#rearm();
  }

  #probeTail(): void {
    const last = this.#out.sent.at(-1);
    if (last === undefined) return;
    const length = this.#nextLength(false);
    if (length === null) this.#resend(last);
    else this.#transmit(this.#out.cut(length, this.#clock.nowMs), false);
    this.#tailProbe.begin(this.#out.nxt, length === null);
    this.#timer.armRto(this.#clock.nowMs);
  }

  #onTimeout(): void {
    const head = this.#out.sent[0];
    if (head === undefined) return;
    this.#tailProbe.forget();
    this.#duplicateAcks = 0;
    this.#recovery.enterLoss(this.#out.nxt);
    for (const segment of this.#out.sent) segment.isLost = !segment.isSacked;
    this.#resend(head);
  }

  /** tcp_write_wakeup: what fits the window, or a byte that was acknowledged already, whose answer tells the window. */
  #probeWindow(): void {
    const room = Math.min(this.#peer.bytes, this.#mss);
    if (room > 0) this.#transmit(this.#out.cut(room, this.#clock.nowMs), false);
    else this.#ports.transmit(this.#out.una - 1, NOTHING, false);
    if (this.#out.sent.length === 0) this.#timer.armPersist();
  }
}
