// Owns one end of a small honest TCP: opening, closing, resets. Refuses to know the network that carries segments.

import { after, type Clock, type Timer } from "../../../time/clock.ts";
import { endedTwice, RESET, type Stream, type StreamError, type StreamHandlers } from "../../stream.ts";
import { synWaitMs, type TcpFlavour } from "./flavour.ts";
import { Receiver } from "./receiver.ts";
import type { Segment } from "./segment.ts";
import { Sender } from "./sender.ts";

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
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  #state: State = "idle";
  #owesAck = false;
  #synTimer: Timer | null = null;
  #peerMss = 0;
  #peerWindow = 0;
  #resetCause: StreamError = RESET;

  /** `send` may lose, delay or deliver a segment, but not call back before it returns. */
  constructor(clock: Clock, flavour: TcpFlavour, send: (segment: Segment) => void, handlers: StreamHandlers) {
    this.#clock = clock;
    this.#flavour = flavour;
    this.#send = send;
    this.#handlers = handlers;
    this.#sender = new Sender(clock, flavour, {
      transmit: (seq, payload, fin) => this.#transmit({ seq, payload, fin }),
      onDrain: () => handlers.onDrain(),
      onGiveUp: () => this.#close("reset", TIMED_OUT),
    });
    this.#receiver = new Receiver(flavour.receiveWindowBytes, handlers);
  }

  get isClosed(): boolean {
    return this.#state === "closed" || this.#state === "reset";
  }

  /** The device's end: sends SYN. */
  connect(): void {
    this.#state = "syn-sent";
    this.#sendSyn(0);
  }

  /** The broker's end, once the SYN it was given can be answered: sends SYN-ACK. */
  accept(syn: Segment): void {
    if (this.isClosed) return;
    this.#state = "syn-received";
    this.#learn(syn);
    this.#sendSyn(0);
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
    // RFC 9293, TIME-WAIT: our last ack was lost, and the peer repeats its FIN.
    else if (this.#state === "closed") this.#sendAck();
    else if (segment.synMss !== null) this.#onSyn(segment);
    else this.#onSegment(segment);
  }

  #onReset(cause: StreamError): void {
    if (this.isClosed) return;
    const isRefusal = this.#state === "syn-sent" && cause.kind === "reset";
    this.#close("reset", isRefusal ? REFUSED : cause);
  }

  #onSyn(segment: Segment): void {
    if (this.#state === "syn-sent") {
      this.#learn(segment);
      this.#owesAck = true;
      this.#open();
      this.#payAck();
    } else if (this.#state === "open") {
      this.#sendAck();
    }
  }

  #learn(syn: Segment): void {
    this.#peerMss = Math.min(this.#flavour.mss, syn.synMss ?? this.#flavour.mss);
    this.#peerWindow = syn.window;
  }

  #open(): void {
    this.#synTimer?.cancel();
    this.#state = "open";
    this.#sender.start(this.#peerMss, this.#peerWindow);
    this.#handlers.onOpen();
  }

  #onSegment(segment: Segment): void {
    if (this.#state === "syn-received") this.#open();
    if (this.#state !== "open") return;
    this.#owesAck ||= this.#receiver.accept(segment);
    this.#sender.acknowledge(segment.ack, segment.window);
    this.#receiver.deliver();
    this.#payAck();
    this.#closeIfDone();
  }

  /** A closed window is news to the peer, which would otherwise have to probe for its opening. */
  #readOn(): void {
    if (this.isClosed) return;
    const wasNarrow = this.#receiver.window < this.#flavour.mss;
    this.#receiver.deliver();
    if (wasNarrow && !this.isClosed && this.#state === "open") this.#sendAck();
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (!this.isClosed && this.#sender.isDone && this.#receiver.hasSeenEnd) this.#close("closed", null);
  }

  #close(state: "closed" | "reset", error: StreamError | null): void {
    this.#state = state;
    this.#synTimer?.cancel();
    this.#sender.stop();
    this.#receiver.drop();
    after(this.#clock, 0, () => this.#handlers.onClose(error));
  }

  #sendSyn(attempts: number): void {
    this.#transmit({ synMss: this.#flavour.mss });
    this.#synTimer = after(this.#clock, synWaitMs(this.#flavour, attempts), () => {
      if (attempts >= this.#flavour.synRetransmissions) this.#close("reset", TIMED_OUT);
      else this.#sendSyn(attempts + 1);
    });
  }

  #sendReset(): void {
    this.#transmit({ rst: this.#resetCause });
  }

  #sendAck(): void {
    this.#transmit({});
  }

  /** After delivery: what the reader wrote in answer has taken the ack along. */
  #payAck(): void {
    if (this.#owesAck && !this.isClosed) this.#sendAck();
  }

  #transmit(part: Partial<Segment>): void {
    this.#owesAck = false;
    const { nextSeq: ack, window } = this.#receiver;
    const seq = this.#sender.highestSeq;
    this.#send({ seq, ack, window, payload: NOTHING, synMss: null, fin: false, rst: null, ...part });
  }
}
