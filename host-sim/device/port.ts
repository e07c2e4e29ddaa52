// Owns the loop between one client block and the outside: bytes in, events, bytes out, the next deadline. It is what a
// firmware port does on a board, over a Dialer and a Clock. Refuses to know what the events mean to anyone else.

import type { Dialer, StreamError } from "../net/stream.ts";
import type { RandomStream } from "../random/random.ts";
import type { Clock, Timer } from "../time/clock.ts";
import { clientField } from "./block.ts";
import type { Core } from "./core.ts";
import { ClosedBy, Event } from "./layout.generated.ts";
import { Transport, type TransportOwner } from "./transport.ts";

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
  readonly onEvent?: (event: Event) => void;
  /** Called after each step: bytes given to the client, an event, bytes given to the transport. It may stop the port. */
  readonly onStep?: () => void;
}

/** How long a closed connection may still drain: a close with unread input could destroy the DISCONNECT. */
const DRAIN_MS = 3000;

/** The clock as the client reads it: milliseconds in 32 bits. */
export function clientMs(clock: Clock): number {
  return Math.floor(clock.nowMs) >>> 0;
}

/**
 * Whatever it calls may stop it, and may make another port for the same block before it returns. After each such call
 * it therefore looks whether it still runs, and touches the block no more if not.
 */
export class Port implements TransportOwner {
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
    const transport = this.#transport;
    this.#isStopped = true;
    this.#transport = null;
    this.#timer?.cancel();
    this.#drainTimer?.cancel();
    transport?.stream.destroy();
  }

  transportOpened(transport: Transport): void {
    if (this.#transport !== transport) return;
    this.#options.core.exports.opened(this.#options.client);
    this.pump();
  }

  transportMoved(transport: Transport): void {
    if (this.#transport === transport) this.pump();
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
    while (transport.inbox.length > 0 && !this.#isStopped) {
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
      this.#options.onStep?.();
    }
    if (!this.#isStopped) holdBack(transport);
    return hasFed;
  }

  #poll(nowMs: number): boolean {
    const { firmware, onEvent, onStep } = this.#options;
    let hasPolled = false;
    while (!this.#isStopped) {
      const event = firmware.poll(nowMs) as Event;
      if (event === Event.None || this.#isStopped) break;
      hasPolled = true;
      if (event === Event.OpenTransport) this.#open();
      else if (event === Event.CloseTransport) this.#close();
      if (this.#isStopped) break;
      onEvent?.(event);
      onStep?.();
    }
    return hasPolled;
  }

  #send(nowMs: number): boolean {
    const transport = this.#transport;
    const { core, client, onStep } = this.#options;
    let hasSent = false;
    while (transport?.isWritable && this.#transport === transport) {
      const length = core.exports.collect(client, core.outbox, core.scratchBytes, nowMs);
      if (length === 0) return hasSent;
      transport.isWritable = transport.stream.write(core.bytes.subarray(core.outbox, core.outbox + length));
      hasSent = true;
      onStep?.();
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
    // It would hold the transport, and with it both ends of the connection.
    this.#drainTimer = null;
    this.lastError = error;
    core.exports.closed(client, by, random.u32(), clientMs(clock));
  }

  #open(): void {
    const transport = new Transport(this);
    transport.stream = this.#options.dialer.dial(transport.handlers);
    if (this.#isStopped) transport.stream.destroy();
    else this.#transport = transport;
  }

  /** The client wants the transport closed: gently, after DISCONNECT, or at once. */
  #close(): void {
    const transport = this.#transport;
    const { core, client, clock } = this.#options;
    if (transport === null) {
      core.exports.closed(client, ClosedBy.Client, 0, clientMs(clock));
    } else if (clientField(core, client, "closesGently") === 0) {
      transport.stream.destroy();
      this.#finish(transport, ClosedBy.Client, null);
    } else {
      transport.drain();
      if (!this.#isStopped) this.#limitDraining(transport);
    }
  }

  #limitDraining(transport: Transport): void {
    const { clock } = this.#options;
    this.#drainTimer = clock.at(clock.nowMs + DRAIN_MS, () => {
      if (this.#transport !== transport) return;
      transport.endedBy(ClosedBy.Client, null);
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
    this.#timer = clock.at(atMs, this.#onTimer);
  }

  /** One for all timers of the port: a device sets as many as it sends packets. */
  readonly #onTimer = (): void => {
    this.#timer = null;
    this.pump();
  };
}

/** A client that takes no more makes the peer wait. */
function holdBack(transport: Transport): void {
  const isFull = transport.inbox.length > 0;
  if (isFull === transport.isPaused || transport.ended !== null) return;
  transport.isPaused = isFull;
  if (isFull) transport.stream.pause();
  else transport.stream.resume();
}
