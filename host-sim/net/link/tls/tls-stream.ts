// Owns TLS as a layer between two streams: its handshake, its records and its tickets, in bytes and time. Refuses to know what is
// under it and who talks over it.

import { after, type Clock, type Timer } from "../../../time/clock.ts";
import type { Accept } from "../../memory-stream.ts";
import { type Dialer, endedTwice, type Stream, type StreamError, type StreamHandlers } from "../../stream.ts";
import type { Flight, Handshake, TlsFigures } from "./figures.ts";
import { Inbox } from "./inbox.ts";
import { RECORD_HEAD_BYTES, RecordReader, RecordType, record, type TlsRecord } from "./record.ts";

export interface TlsOptions {
  readonly figures: TlsFigures;
  readonly clock: Clock;
}

/** What a device keeps of the broker's tickets; one of them serves any number of connections. */
export interface TlsTickets {
  isHeld: boolean;
  /** With its memory. */
  forget(): void;
}

export function createTlsTickets(): TlsTickets {
  return {
    isHeld: false,
    forget() {
      this.isHeld = false;
    },
  };
}

/** The device's end. `onOpen` comes after the handshake. */
export function tlsDialer(inner: Dialer, options: TlsOptions & { readonly tickets: TlsTickets }): Dialer {
  return {
    dial(handlers) {
      const end = new TlsEnd(options, "device", options.tickets);
      end.join(inner.dial(end.innerHandlers), handlers);
      return end;
    },
  };
}

/** The broker's end: what listens behind it hears nothing of TLS. */
export function tlsAccept(accept: Accept, options: TlsOptions): Accept {
  return (stream) => {
    const end = new TlsEnd(options, "broker", null);
    const handlers = accept(end);
    if (handlers === null) return null;
    end.join(stream, handlers);
    return end.innerHandlers;
  };
}

/** In the first byte of a flight: what the device asks for, and the broker grants. */
const FULL = 0;
const RESUMED = 1;
/** A TLS record holds no more than that. */
const RECORD_MAX_BYTES = 16_384;

const EMPTY = new Uint8Array(0);

const BROKEN_OFF: StreamError = {
  kind: "tls",
  reason: "handshake-failed",
  message: "the other end closed the connection during the TLS handshake",
};

class TlsEnd implements Stream {
  readonly innerHandlers: StreamHandlers;
  readonly #figures: TlsFigures;
  readonly #clock: Clock;
  readonly #role: Flight["from"];
  readonly #tickets: TlsTickets | null;
  readonly #reader = new RecordReader();
  readonly #inbox: Inbox;
  #inner!: Stream;
  #handlers!: StreamHandlers;
  #handshake: Handshake;
  #step = 0;
  #computing: Timer | null = null;
  #isOpen = false;
  #isOver = false;
  #failure: StreamError | null = null;
  #isPaused = false;
  #hasEnded = false;
  /** Written before the handshake was over. */
  readonly #early: Uint8Array[] = [];

  constructor({ figures, clock }: TlsOptions, role: Flight["from"], tickets: TlsTickets | null) {
    this.#figures = figures;
    this.#clock = clock;
    this.#role = role;
    this.#tickets = tickets;
    this.#handshake = tickets?.isHeld ? figures.resumed : figures.full;
    this.#inbox = new Inbox(clock, () => this.#handlers);
    this.innerHandlers = {
      onOpen: () => this.#advance(),
      onData: (bytes) => this.#receive(bytes),
      onDrain: () => {
        if (this.#isOpen) this.#handlers.onDrain();
      },
      onEnd: () => (this.#isOpen ? this.#inbox.add("end") : this.#breakOff()),
      onClose: (error) => this.#close(error),
    };
  }

  join(inner: Stream, handlers: StreamHandlers): void {
    this.#inner = inner;
    this.#handlers = handlers;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isOver) return false;
    if (this.#hasEnded) throw endedTwice();
    if (this.#isOpen) return this.#writeRecords(bytes);
    // Not slice(): a Buffer's shares the memory.
    this.#early.push(new Uint8Array(bytes));
    return false;
  }

  end(): void {
    if (this.#isOver || this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#isOpen) this.#sendEnd();
  }

  destroy(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#computing?.cancel();
    this.#inbox.drop();
    this.#inner.destroy();
  }

  pause(): void {
    this.#isPaused = true;
    this.#inbox.pause();
    if (this.#isOpen) this.#inner.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#inbox.resume();
    if (this.#isOpen) this.#inner.resume();
  }

  /** Sends what is ours to send, and opens when nothing is left for either. */
  #advance(): void {
    const flight = this.#handshake.flights[this.#step];
    if (flight === undefined) return this.#open();
    if (flight.from !== this.#role) return;
    const isAnswer = this.#role === "device" && this.#step > 0;
    if (!isAnswer) return this.#sendFlight(flight);
    this.#computing = after(this.#clock, this.#handshake.deviceComputeMs, () => this.#sendFlight(flight));
  }

  #sendFlight({ bytes }: Flight): void {
    const kind = this.#handshake === this.#figures.resumed ? RESUMED : FULL;
    this.#inner.write(record(RecordType.handshake, bytes, Uint8Array.of(kind)));
    this.#step += 1;
    this.#advance();
  }

  #open(): void {
    const { ticketBytes } = this.#handshake;
    this.#isOpen = true;
    if (this.#role === "broker" && ticketBytes > 0) {
      this.#inner.write(record(RecordType.handshake, ticketBytes, EMPTY));
    }
    // Without tickets of their own, the broker's last flight brought one.
    if (this.#tickets !== null && ticketBytes === 0) this.#tickets.isHeld = true;
    this.#handlers.onOpen();
    for (const bytes of this.#early.splice(0)) this.#writeRecords(bytes);
    if (this.#hasEnded) this.#sendEnd();
    else if (!this.#isOver) this.#handlers.onDrain();
    if (this.#isPaused) this.#inner.pause();
  }

  #receive(bytes: Uint8Array): void {
    this.#reader.push(bytes);
    for (let next = this.#reader.next(); next !== null && !this.#isOver; next = this.#reader.next()) {
      this.#obey(next);
    }
  }

  #obey({ type, body }: TlsRecord): void {
    if (type === RecordType.data) this.#inbox.add(body.slice(0, body.length - this.#paddingBytes()));
    if (type !== RecordType.handshake) return;
    if (this.#isOpen) return this.#keepTicket();
    if (this.#step === 0) this.#handshake = body[0] === RESUMED ? this.#figures.resumed : this.#figures.full;
    this.#step += 1;
    this.#advance();
  }

  #keepTicket(): void {
    if (this.#tickets !== null) this.#tickets.isHeld = true;
  }

  #writeRecords(bytes: Uint8Array): boolean {
    const most = this.#role === "device" ? this.#figures.deviceRecordBytes : RECORD_MAX_BYTES;
    let mayGoOn = true;
    for (let at = 0; at < bytes.length && !this.#isOver; at += most) {
      const part = bytes.subarray(at, at + most);
      const made = record(RecordType.data, part.length + this.#figures.recordOverheadBytes, part);
      mayGoOn = this.#inner.write(made);
    }
    return mayGoOn;
  }

  #paddingBytes(): number {
    return this.#figures.recordOverheadBytes - RECORD_HEAD_BYTES;
  }

  #sendEnd(): void {
    this.#inner.write(record(RecordType.alert, this.#figures.closeNotifyBytes, EMPTY));
    this.#inner.end();
  }

  #breakOff(): void {
    this.#failure = BROKEN_OFF;
    this.#computing?.cancel();
    this.#inner.destroy();
  }

  #close(error: StreamError | null): void {
    this.#computing?.cancel();
    this.#isOver = true;
    const cause = this.#failure ?? error;
    // What was received before a clean close is still handed over; a reset destroys it.
    if (cause !== null) this.#inbox.drop();
    this.#inbox.add({ closedBy: cause });
  }
}
