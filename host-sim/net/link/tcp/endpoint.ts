// Owns one end of a TCP connection: opening, closing, resets. Refuses to know the network that carries segments.

import { after, type Clock } from "../../../time/clock.ts";
import { endedTwice, RESET, type Stream, type StreamError, type StreamHandlers } from "../../stream.ts";
import { createDelayedAck, type DelayedAck } from "./delayed-ack.ts";
import type { TcpFlavour } from "./flavour.ts";
import { Handshake } from "./handshake.ts";
import { Receiver } from "./receiver.ts";
import { MOST_SACK_BYTES, NO_SACK, type SackBlock, type Segment, stampBytes } from "./segment.ts";
import { createSender, type Sender } from "./sender.ts";

/** `closed` was closed in order, and still acknowledges a repeated FIN; `reset` answers everything with RST. */
type State = "idle" | "syn-sent" | "syn-received" | "open" | "closed" | "reset";

const NOTHING = new Uint8Array(0);

const TIMED_OUT: StreamError = { kind: "timed-out", message: "the other end did not answer in time" };
const REFUSED: StreamError = { kind: "refused", message: "the connection was refused" };

export class TcpEndpoint implements Stream {
  readonly #clock: Clock;
  readonly #flavour: TcpFlavour;
  readonly #send: (segment: Segment) => void;
  readonly #handlers: StreamHandlers;
  readonly #handshake: Handshake;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #acks: DelayedAck;
  #state: State = "idle";
  #peerSyn: Segment | null = null;
  /** Of what is sent; 0 until it is known. */
  #mss = 0;
  #usesSack: boolean;
  #usesStamps: boolean;
  /** RFC 7323: the stamp of the oldest segment that the next ack answers. */
  #echoMs: number | null = null;
  #ackSent = 0;
  /** For the SYN-ACK. */
  #owesAck = false;
  #resetCause: StreamError = RESET;

  /**
   * `send` may lose, delay or deliver a segment, but not call back before it returns. `sinceMs` is when the ticks
   * of the stack's timers began: at the device's start, if the caller knows it.
   */
  constructor(
    clock: Clock,
    flavour: TcpFlavour,
    send: (segment: Segment) => void,
    handlers: StreamHandlers,
    sinceMs = clock.nowMs,
  ) {
    this.#clock = clock;
    this.#flavour = flavour;
    this.#send = send;
    this.#handlers = handlers;
    this.#usesSack = flavour.sendsSack;
    this.#usesStamps = flavour.stamps;
    const giveUp = (): void => this.#close("reset", TIMED_OUT);
    this.#handshake = new Handshake(clock, flavour, sinceMs, () => this.#sendSyn(), giveUp);
    const senderPorts = {
      transmit: (seq: number, payload: Uint8Array, fin: boolean) => this.#transmit(seq, payload, fin),
      onDrain: () => handlers.onDrain(),
      onGiveUp: giveUp,
    };
    this.#sender = createSender(clock, flavour, senderPorts, sinceMs);
    this.#receiver = new Receiver(flavour, handlers);
    const srttMs = (): number | null => this.#sender.srttMs;
    this.#acks = createDelayedAck(clock, flavour, sinceMs, srttMs, () => this.#sendAck());
  }

  get isClosed(): boolean {
    return this.#state === "closed" || this.#state === "reset";
  }

  /** The device's end: sends SYN. */
  connect(): void {
    this.#state = "syn-sent";
    this.#handshake.begin(true);
  }

  /** The broker's end, once the SYN it was given can be answered: sends SYN-ACK. */
  accept(syn: Segment): void {
    if (this.isClosed) return;
    this.#state = "syn-received";
    this.#learn(syn);
    this.#handshake.begin(false);
  }

  write(bytes: Uint8Array): boolean {
    if (this.isClosed) return false;
    if (this.#sender.hasEnded) throw endedTwice();
    return this.#sender.write(bytes);
  }

  end(): void {
    if (!this.isClosed && !this.#sender.hasEnded) this.#sender.end();
  }

  /** One RST, which may be lost as any packet: the peer then learns nothing until it sends something itself. */
  destroy(cause: StreamError = RESET): void {
    if (this.isClosed) return;
    this.#resetCause = cause;
    this.#sendReset();
    this.#close("reset", null);
  }

  /** Ends this side at once and in silence, as if a reset had arrived. */
  kill(error: StreamError): void {
    if (!this.isClosed) this.#close("reset", error);
  }

  pause(): void {
    this.#receiver.isPaused = true;
  }

  resume(): void {
    if (!this.#receiver.isPaused) return;
    this.#receiver.isPaused = false;
    after(this.#clock, 0, () => this.#readOn());
  }

  receive(segment: Segment): void {
    if (segment.rst !== null) this.#onReset(segment.rst);
    else if (this.#state === "reset") this.#sendReset();
    else if (this.#state === "closed") this.#answerFin(segment);
    else if (segment.synMss !== null) this.#onSyn(segment);
    else this.#onSegment(segment);
  }

  #onReset(cause: StreamError): void {
    if (this.isClosed) return;
    const isRefusal = this.#state === "syn-sent" && cause.kind === "reset";
    this.#close("reset", isRefusal ? REFUSED : cause);
  }

  /** RFC 9293, TIME-WAIT: our last ack was lost, and the peer repeats its FIN. A bare ack is left alone. */
  #answerFin({ fin, payload }: Segment): void {
    if (fin || payload.length > 0) this.#sendAck();
  }

  /** A repeated SYN shows that its answer was lost. */
  #onSyn(segment: Segment): void {
    if (this.#state === "syn-sent") {
      this.#learn(segment);
      this.#owesAck = true;
      this.#open();
      if (!this.isClosed && this.#owesAck) this.#sendAck();
    } else if (this.#state === "syn-received") {
      this.#sendSyn();
    } else if (this.#state === "open") {
      this.#sendAck();
    }
  }

  /** An option is used when both ends know it. */
  #learn(syn: Segment): void {
    this.#peerSyn = syn;
    this.#usesSack &&= syn.sack !== null;
    this.#usesStamps &&= syn.stampMs !== null;
    if (this.#usesStamps) this.#echoMs = syn.stampMs;
  }

  #open(): void {
    const { mssBytes } = this.#flavour;
    const syn = this.#peerSyn;
    this.#handshake.stop();
    this.#state = "open";
    this.#peerSyn = null;
    this.#mss = Math.min(mssBytes, syn?.synMss ?? mssBytes) - stampBytes(this.#usesStamps);
    this.#sender.start({
      mss: this.#mss,
      window: syn?.window ?? 0,
      sack: this.#usesSack,
      synSentMs: this.#handshake.beganMs,
      synRepeats: this.#handshake.repeats,
    });
    this.#handlers.onOpen();
  }

  #onSegment(segment: Segment): void {
    if (this.#state === "syn-received") this.#open();
    if (this.#state !== "open") return;
    if (this.#usesStamps && segment.seq <= this.#ackSent) this.#echoMs = segment.stampMs;
    const arrival = this.#receiver.accept(segment);
    this.#acks.received(arrival, segment.payload.length, segment.fin, !this.#receiver.isPaused);
    this.#sender.acknowledge(segment);
    this.#payAck();
    this.#deliver();
  }

  #readOn(): void {
    if (this.isClosed) return;
    this.#deliver();
  }

  #deliver(): void {
    this.#receiver.deliver();
    if (this.isClosed) return;
    if (this.#state === "open" && this.#hasNewsOfRoom()) this.#sendAck();
    if (this.#sender.isDone && this.#receiver.hasSeenEnd) this.#close("closed", null);
  }

  /**
   * Room is news to a peer that would otherwise have to probe for it. lwIP's tcp_recved tells a quarter of the window
   * (TCP_WND_UPDATE_THRESHOLD), Linux' tcp_cleanup_rbuf twice what it told before.
   */
  #hasNewsOfRoom(): boolean {
    const { stack, receiveWindowBytes, mssBytes } = this.#flavour;
    const { hiddenRoom, shownRoom } = this.#receiver;
    if (stack === "lwip") return hiddenRoom >= Math.min(receiveWindowBytes / 4, 4 * mssBytes);
    return hiddenRoom >= mssBytes && 2 * shownRoom <= receiveWindowBytes && hiddenRoom >= shownRoom;
  }

  #close(state: "closed" | "reset", error: StreamError | null): void {
    this.#state = state;
    this.#handshake.stop();
    this.#sender.stop();
    this.#acks.stop();
    this.#receiver.drop();
    after(this.#clock, 0, () => this.#handlers.onClose(error));
  }

  #payAck(): void {
    if (this.#acks.isDue && !this.isClosed) this.#sendAck();
  }

  #sendAck(): void {
    this.#transmit(this.#sender.highestSeq, NOTHING, false);
  }

  #sendSyn(): void {
    this.#emit(this.#sender.highestSeq, NOTHING, false, this.#flavour.mssBytes, null);
  }

  #sendReset(): void {
    this.#emit(this.#sender.highestSeq, NOTHING, false, null, this.#resetCause);
  }

  #transmit(seq: number, payload: Uint8Array, fin: boolean): void {
    this.#emit(seq, payload, fin, null, null);
    this.#acks.sent(payload.length > 0);
  }

  /** Linux cuts smaller segments while it has blocks to tell; here a full segment leaves them to the next bare ack. */
  #sackBeside(payload: Uint8Array): readonly SackBlock[] {
    return this.#mss - payload.length < MOST_SACK_BYTES ? NO_SACK : this.#receiver.sackBlocks();
  }

  #emit(
    seq: number,
    payload: Uint8Array,
    fin: boolean,
    synMss: number | null,
    rst: StreamError | null,
  ): void {
    this.#owesAck = false;
    this.#ackSent = this.#receiver.nextSeq;
    this.#send({
      seq,
      ack: this.#ackSent,
      window: this.#receiver.window(),
      payload,
      synMss,
      fin,
      rst,
      sack: this.#usesSack ? this.#sackBeside(payload) : null,
      stampMs: this.#usesStamps ? this.#clock.nowMs : null,
      echoMs: this.#echoMs,
    });
  }
}
