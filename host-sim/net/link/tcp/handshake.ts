// Owns the repetition of a SYN or SYN-ACK until it is answered. Refuses to know what it says.

import type { Clock } from "../../../time/clock.ts";
import type { TcpFlavour } from "./flavour.ts";
import { LazyTimer } from "./lazy-timer.ts";
import { SLOW_TICK_MS, tickAfter, wheelDeadline } from "./timer-grid.ts";

export class Handshake {
  readonly #clock: Clock;
  readonly #flavour: TcpFlavour;
  readonly #sinceMs: number;
  readonly #send: () => void;
  readonly #onGiveUp: () => void;
  readonly #timer: LazyTimer;
  #isCaller = true;
  #repeats = 0;
  #beganMs = 0;

  constructor(clock: Clock, flavour: TcpFlavour, sinceMs: number, send: () => void, onGiveUp: () => void) {
    this.#clock = clock;
    this.#flavour = flavour;
    this.#sinceMs = sinceMs;
    this.#send = send;
    this.#onGiveUp = onGiveUp;
    this.#timer = new LazyTimer(clock, () => this.#onTimeout());
  }

  get beganMs(): number {
    return this.#beganMs;
  }

  get repeats(): number {
    return this.#repeats;
  }

  begin(isCaller: boolean): void {
    this.#isCaller = isCaller;
    this.#beganMs = this.#clock.nowMs;
    this.#send();
    this.#arm();
  }

  stop(): void {
    this.#timer.stop();
  }

  #onTimeout(): void {
    if (this.#repeats >= this.#mostRepeats()) {
      this.#onGiveUp();
      return;
    }
    this.#repeats += 1;
    this.#send();
    this.#arm();
  }

  #mostRepeats(): number {
    const { synRetransmissions, steadySyns, synAckRetransmissions } = this.#flavour;
    return this.#isCaller ? synRetransmissions + steadySyns : synAckRetransmissions;
  }

  #arm(): void {
    const { stack, firstRtoMs, mostRtoMs } = this.#flavour;
    const waitMs = Math.min(firstRtoMs * 2 ** this.#doublings(), mostRtoMs);
    const { nowMs } = this.#clock;
    if (stack === "linux") {
      this.#timer.set(wheelDeadline(nowMs, this.#sinceMs, waitMs));
      return;
    }
    // tcp_slowtmr gives up at the tick after the last repetition.
    const ticks = this.#repeats >= this.#mostRepeats() ? 1 : Math.ceil(waitMs / SLOW_TICK_MS);
    this.#timer.set(tickAfter(nowMs, this.#sinceMs, SLOW_TICK_MS, ticks));
  }

  #doublings(): number {
    const { synBacksOff, steadySyns } = this.#flavour;
    if (!this.#isCaller) return this.#repeats;
    return synBacksOff ? Math.max(0, this.#repeats - steadySyns) : 0;
  }
}
