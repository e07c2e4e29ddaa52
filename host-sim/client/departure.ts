// Owns how a client ends, from the call of `end` on: it waits for what is in flight, though not for ever, says DISCONNECT, and is
// gone, once. Knows neither what it waits for nor what there is to let go.

import type { Core } from "../device/core.ts";
import { Packet } from "../device/layout.generated.ts";
import { clientMs } from "../device/port.ts";
import { after, type Clock, type Timer } from "../time/clock.ts";
import type { Leaving } from "./leaving.ts";
import type { PreparedProperties } from "./prepared-properties.ts";

export interface DepartureParts {
  readonly core: Core;
  readonly block: number;
  readonly clock: Clock;
  readonly prepared: PreparedProperties;
  /** What DISCONNECT says. */
  readonly leaving: Leaving;
  /** Whether there is a connection to say it on. */
  readonly isConnected: boolean;
  /** Messages accepted and not yet ended. */
  readonly unsettled: () => number;
  /** Sends what there is to send. */
  readonly pump: () => void;
  /** Called once, when the block is to be touched no more. */
  readonly letGo: () => void;
}

/** How long it waits for what is in flight, and for its DISCONNECT to leave. */
const END_WAIT_MS = 10_000;
const GOODBYE_MS = 2000;

export class Departure {
  /** Resolves when all was let go. */
  readonly done: Promise<void>;
  readonly #parts: DepartureParts;
  readonly #limit: Timer | null;
  #resolve = (): void => {};
  #isGone = false;

  constructor(parts: DepartureParts) {
    this.#parts = parts;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    const { clock, isConnected } = parts;
    this.#limit = isConnected ? after(clock, END_WAIT_MS, () => this.#sayGoodbye()) : null;
    if (!isConnected) this.finishSoon();
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Something may have ended that it waited for. */
  goWhenSettled(): void {
    if (this.#parts.unsettled() === 0) this.#sayGoodbye();
  }

  /** Without a DISCONNECT, once the caller and what it was called from have returned: that may be in the midst of an event. */
  finishSoon(): void {
    queueMicrotask(() => this.finish());
  }

  finish(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#limit?.cancel();
    this.#parts.letGo();
    this.#resolve();
  }

  #sayGoodbye(): void {
    if (this.#isGone) return;
    const { core, block, clock, prepared, leaving, pump } = this.#parts;
    const { exports } = core;
    const nowMs = clientMs(clock);
    const status = prepared.use(Packet.Disconnect, leaving.bytes, (text) =>
      exports.disconnectWith(block, leaving.reasonCode, text, GOODBYE_MS, nowMs),
    );
    // There is no connection that it could be said on.
    if (status < 0) exports.disconnect(block, GOODBYE_MS, nowMs);
    pump();
  }
}
