// Owns how long a client may be silent, by a clock of one's own, whatever its broker's timers do. Refuses to know the broker.

import { type Dialer, RESET, type Stream, type StreamHandlers } from "../../net/stream.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import { ConnectKeepAlive } from "./connect-keep-alive.ts";

/** Aedes's own limit for a client that says no CONNECT. */
const CONNECT_LIMIT_MS = 30_000;

/** [MQTT3-3.1.2-24] Within one and a half times the keep-alive something must come from the client. */
const MS_PER_KEEP_ALIVE_SECOND = 1500;

/** The broker behind `inner` is told of no keep-alive; who is silent for too long is reset on both sides. */
export function endingSilence(inner: Dialer, clock: Clock): Dialer {
  return { dial: (handlers) => watchedStream(inner, clock, handlers) };
}

function watchedStream(inner: Dialer, clock: Clock, handlers: StreamHandlers): Stream {
  const connect = new ConnectKeepAlive();
  let isConnected = false;
  let wasSilent = false;
  const stream = inner.dial({
    onOpen: () => handlers.onOpen(),
    onData: (bytes) => handlers.onData(bytes),
    onDrain: () => handlers.onDrain(),
    onEnd: () => handlers.onEnd(),
    onClose(error) {
      silence.stop();
      handlers.onClose(wasSilent ? RESET : error);
    },
  });
  const silence = new Silence(clock, CONNECT_LIMIT_MS, () => {
    wasSilent = true;
    stream.destroy();
  });
  return {
    write(bytes) {
      silence.heard();
      if (isConnected) return stream.write(bytes);
      const whole = connect.take(bytes);
      if (whole === null) return true;
      isConnected = true;
      if (whole.keepAlive !== null) silence.limit(whole.keepAlive * MS_PER_KEEP_ALIVE_SECOND);
      return stream.write(whole.bytes);
    },
    end: () => stream.end(),
    destroy: () => stream.destroy(),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
  };
}

/** One timer, however much is heard: it asks again when it comes too early. */
class Silence {
  readonly #clock: Clock;
  readonly #onTooLong: () => void;
  #limitMs: number;
  #lastHeardMs: number;
  #timer: Timer | null = null;

  constructor(clock: Clock, limitMs: number, onTooLong: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onTooLong = onTooLong;
    this.#lastHeardMs = clock.nowMs;
    this.#arm();
  }

  heard(): void {
    this.#lastHeardMs = this.#clock.nowMs;
  }

  /** 0: as long as it likes. */
  limit(limitMs: number): void {
    this.#limitMs = limitMs;
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #arm(): void {
    this.stop();
    if (this.#limitMs > 0)
      this.#timer = this.#clock.at(this.#lastHeardMs + this.#limitMs, () => this.#look());
  }

  #look(): void {
    if (this.#clock.nowMs >= this.#lastHeardMs + this.#limitMs) this.#onTooLong();
    else this.#arm();
  }
}
