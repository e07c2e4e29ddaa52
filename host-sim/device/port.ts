// Owns the loop between one client block and the outside: bytes in, events, bytes out, the next deadline. It is what a
// firmware port does on a board, over a Dialer and a Clock. Refuses to know what the events mean to anyone else.

import type { Dialer, Stream, StreamError } from "../net/stream.ts";
import type { RandomStream } from "../random/random.ts";
import type { Clock, Timer } from "../time/clock.ts";
import { clientField } from "./block.ts";
import type { Core } from "./core.ts";
import { ClosedBy, Event } from "./layout.generated.ts";

/** The part of a firmware that the port drives; for the client alone, the client's own exports. */
export interface Firmware {
  poll(nowMs: number): number;
  deadlineMs(nowMs: number): number;
}

export interface PortOptions {
  readonly core: Core;
  /** Address of the client's block. */
  readonly client: number;
  readonly firmware: Firmware;
  readonly dialer: Dialer;
  readonly clock: Clock;
  /** Spreads the reconnections. */
  readonly random: RandomStream;
  /** Called within `pump`, while the event's fields in the block hold. It may make calls to the client. */
  readonly onEvent: (event: Event) => void;
}

/** How long a closed connection may still drain: a close with unread input could destroy the DISCONNECT. */
const DRAIN_MS = 3000;

/** The clock as the client reads it: milliseconds in 32 bits. */
export function clientMs(clock: Clock): number {
  return Math.floor(clock.nowMs) % 2 ** 32;
}

interface Transport {
  stream: Stream;
  /** Received, and not yet taken by the client. */
  readonly inbox: Uint8Array[];
  isWritable: boolean;
  isPaused: boolean;
  /** The client is done with it; what still comes is read and thrown away. */
  isDraining: boolean;
  /** The peer's end of stream, or the stream's own end, not yet told to the client. */
  ended: { readonly by: ClosedBy; readonly error: StreamError | null } | null;
}

export class Port {
  /** Why the last transport closed, where it said so. */
  lastError: StreamError | null = null;
  readonly #options: PortOptions;
  #transport: Transport | null = null;
  #timer: Timer | null = null;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #drainTimer: Timer | null = null;
  #isPumping = false;
  #isStopped = false;

  constructor(options: PortOptions) {
    this.#options = options;
  }

  /** Does all there is to do now. Call it after every call to the client that may have something to send or to tell. */
  pump(): void {
    if (this.#isPumping || this.#isStopped) return;
    this.#isPumping = true;
    try {
      while (this.#turn());
    } finally {
      this.#isPumping = false;
    }
    if (!this.#isStopped) this.#arm();
  }

  get hasTransport(): boolean {
    return this.#transport !== null;
  }

  /** Drops the transport without a DISCONNECT, as a link that dies. */
  cut(): void {
    const transport = this.#transport;
    if (transport === null) return;
    transport.stream.destroy();
    this.#finish(transport, ClosedBy.Link, null);
    this.pump();
  }

  /** Ends all activity at once, as a power cut. The block stays as it is. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#drainTimer?.cancel();
    this.#transport?.stream.destroy();
    this.#transport = null;
  }

  /** Everything once; false when nothing moved. */
  #turn(): boolean {
    // One reading for the whole turn: the clock is dearer than all else that a small message costs.
    const nowMs = clientMs(this.#options.clock);
    const hasFed = this.#feed(nowMs);
    const hasPolled = this.#poll(nowMs);
    const hasSent = this.#send(nowMs);
    return (hasFed || hasPolled || hasSent || this.#passOnEnd()) && !this.#isStopped;
  }

  #feed(nowMs: number): boolean {
    const transport = this.#transport;
    if (transport === null || transport.isDraining) return false;
    const { core, client } = this.#options;
    let hasFed = false;
    while (transport.inbox.length > 0) {
      const chunk = transport.inbox[0] as Uint8Array;
      const room = Math.min(core.exports.receiveRoom(client), chunk.length);
      if (room === 0) break;
      core.bytes.set(
        room === chunk.length ? chunk : chunk.subarray(0, room),
        core.exports.receiveAddress(client),
      );
      core.exports.received(client, room, nowMs);
      if (room === chunk.length) transport.inbox.shift();
      else transport.inbox[0] = chunk.subarray(room);
      hasFed = true;
    }
    this.#holdBack(transport);
    return hasFed;
  }

  /** A client that takes no more makes the peer wait. */
  #holdBack(transport: Transport): void {
    const isFull = transport.inbox.length > 0;
    if (isFull === transport.isPaused || transport.ended !== null) return;
    transport.isPaused = isFull;
    if (isFull) transport.stream.pause();
    else transport.stream.resume();
  }

  #poll(nowMs: number): boolean {
    const { firmware } = this.#options;
    let hasPolled = false;
    for (;;) {
      const event = firmware.poll(nowMs) as Event;
      if (event === Event.None || this.#isStopped) return hasPolled;
      hasPolled = true;
      if (event === Event.OpenTransport) this.#open();
      else if (event === Event.CloseTransport) this.#close();
      this.#options.onEvent(event);
    }
  }

  #send(nowMs: number): boolean {
    const transport = this.#transport;
    const { core, client } = this.#options;
    let hasSent = false;
    while (transport?.isWritable && this.#transport === transport) {
      const length = core.exports.collect(client, core.outbox, core.scratchBytes, nowMs);
      if (length === 0) return hasSent;
      transport.isWritable = transport.stream.write(core.bytes.subarray(core.outbox, core.outbox + length));
      hasSent = true;
    }
    return hasSent;
  }

  /** Tells the client of the stream's end once it has had every byte before it. */
  #passOnEnd(): boolean {
    const transport = this.#transport;
    if (transport?.ended == null || (transport.inbox.length > 0 && !transport.isDraining)) return false;
    const { by, error } = transport.ended;
    transport.stream.destroy();
    this.#finish(transport, by, error);
    return true;
  }

  #finish(transport: Transport, by: ClosedBy, error: StreamError | null): void {
    if (this.#transport !== transport) return;
    const { core, client, clock, random } = this.#options;
    this.#transport = null;
    this.#drainTimer?.cancel();
    this.lastError = error;
    core.exports.closed(client, by, random.u32(), clientMs(clock));
  }

  #open(): void {
    const { core, client, dialer } = this.#options;
    const transport: Omit<Transport, "stream"> & { stream: Stream | null } = {
      stream: null,
      inbox: [],
      isWritable: false,
      isPaused: false,
      isDraining: false,
      ended: null,
    };
    const whileCurrent = (run: () => void) => () => {
      if (this.#transport !== transport) return;
      run();
      this.pump();
    };
    transport.stream = dialer.dial({
      onOpen: whileCurrent(() => {
        transport.isWritable = true;
        core.exports.opened(client);
      }),
      onData: (bytes) =>
        whileCurrent(() => {
          if (!transport.isDraining) transport.inbox.push(bytes);
        })(),
      onDrain: whileCurrent(() => {
        transport.isWritable = true;
      }),
      onEnd: whileCurrent(() => {
        transport.ended ??= { by: ClosedBy.Server, error: null };
      }),
      onClose: (error) =>
        whileCurrent(() => {
          transport.ended ??= { by: error === null ? ClosedBy.Server : ClosedBy.Link, error };
        })(),
    });
    this.#transport = transport as Transport;
  }

  /** The client wants the transport closed: gently, after DISCONNECT, or at once. */
  #close(): void {
    const transport = this.#transport;
    const { core, client, clock } = this.#options;
    if (transport === null) {
      core.exports.closed(client, ClosedBy.Client, 0, clientMs(clock));
      return;
    }
    if (clientField(core, client, "closesGently") === 0) {
      transport.stream.destroy();
      this.#finish(transport, ClosedBy.Client, null);
      return;
    }
    transport.isDraining = true;
    transport.inbox.length = 0;
    if (transport.isPaused) transport.stream.resume();
    transport.isPaused = false;
    transport.stream.end();
    this.#drainTimer = clock.at(clock.nowMs + DRAIN_MS, () => {
      if (this.#transport !== transport) return;
      transport.ended ??= { by: ClosedBy.Client, error: null };
      this.pump();
    });
  }

  /** Calling early does nothing, so a timer that is early enough stays. */
  #arm(): void {
    const { firmware, clock } = this.#options;
    const delayMs = firmware.deadlineMs(clientMs(clock));
    const atMs = delayMs < 0 ? Number.POSITIVE_INFINITY : clock.nowMs + delayMs;
    if (this.#timer !== null && this.#timerAtMs <= atMs) return;
    this.#timer?.cancel();
    this.#timer = null;
    if (delayMs < 0) return;
    this.#timerAtMs = atMs;
    this.#timer = clock.at(atMs, () => {
      this.#timer = null;
      this.pump();
    });
  }
}
