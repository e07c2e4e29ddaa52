// Owns the modem's exchanges with the network: when one begins, how it ends, and what it carried. Refuses to know MQTT.

import type { RandomStream } from "../../random/random.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import type { Meter } from "../link/meter/meter.ts";
import type { Carriage } from "./carriage.ts";
import type { GatewayFigures } from "./figures.ts";
import { encodeUp } from "./mapping.ts";
import { nameIn } from "./message.ts";
import type { NameTable } from "./names.ts";
import { drawMs, type Sky } from "./sky.ts";
import type { UpEntry, UpQueue } from "./up-queue.ts";

/** What the network holds for the modem. */
export interface Mailbox {
  readonly length: number;
  take(): Uint8Array | null;
}

export interface ExchangeParts {
  readonly figures: GatewayFigures;
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly sky: Sky;
  readonly queue: UpQueue;
  /** Of the modem; begun anew by each fresh hello. */
  readonly names: NameTable;
  readonly mailbox: Mailbox;
  readonly carriage: Carriage;
  readonly meter: Pick<Meter, "up" | "down">;
  /** Whether the modem has somebody to give a message to. */
  canTakeMail(): boolean;
  onMail(bytes: Uint8Array): void;
}

export interface ExchangeCounts {
  exchanges: number;
  /** Of them, those whose success the modem was not told. */
  failed: number;
  /** Those that carried nothing either way. */
  emptyChecks: number;
  messagesUp: number;
  messagesDown: number;
}

interface Exchange {
  readonly entry: UpEntry | null;
  readonly bytes: Uint8Array | null;
  readonly fromMs: number;
  readonly passUntilMs: number;
  readonly hasLuck: boolean;
  readonly isTakenUnheard: boolean;
}

/** Writing a message into the modem takes a moment, in which one that has become pointless can still be withdrawn. An estimate. */
const LOAD_MS = 1000;
const NUMBERS = 256;

export class Exchanges {
  readonly counts: ExchangeCounts = {
    exchanges: 0,
    failed: 0,
    emptyChecks: 0,
    messagesUp: 0,
    messagesDown: 0,
  };
  readonly #parts: ExchangeParts;
  #timer: Timer | null = null;
  #current: Exchange | null = null;
  #earliestMs: number;
  #lastMs: number;
  #knowsOfMail = false;
  #isSettled = false;
  /** A message keeps its number when it is sent again, which is how the shore knows it. */
  #numbered: UpEntry | null = null;
  #number = 0;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#earliestMs = parts.clock.nowMs;
    this.#lastMs = parts.clock.nowMs;
  }

  /** The shore may have this one, heard or unheard. */
  get lastTried(): UpEntry | null {
    return this.#numbered;
  }

  /** To be called when there is something new to send or to fetch. */
  look(): void {
    if (this.#current !== null) return;
    this.#timer?.cancel();
    const dueMs = this.#dueMs();
    this.#timer = dueMs === null ? null : this.#parts.clock.at(dueMs, () => this.#begin());
  }

  /** The modem is without power. What the network took stays on its way. */
  powerOff(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#current = null;
    this.#knowsOfMail = false;
  }

  /** From now on an exchange takes no time, succeeds, and needs no other before it. */
  settle(): void {
    this.#isSettled = true;
    this.#earliestMs = this.#parts.clock.nowMs;
    this.#timer?.cancel();
    if (this.#current === null) this.look();
    else this.#timer = this.#parts.clock.at(this.#earliestMs, () => this.#finish());
  }

  #dueMs(): number | null {
    const { queue, clock, mailbox } = this.#parts;
    const head = queue.head();
    if (head !== null) return Math.max(this.#earliestMs, head.queuedMs + (this.#isSettled ? 0 : LOAD_MS));
    if (!this.#parts.canTakeMail()) return null;
    if (this.#knowsOfMail || (this.#isSettled && mailbox.length > 0))
      return Math.max(this.#earliestMs, clock.nowMs);
    const { checkEveryMs } = this.#parts.figures;
    return checkEveryMs === null ? null : Math.max(this.#earliestMs, this.#lastMs + checkEveryMs);
  }

  #begin(): void {
    const { clock, sky, figures, random, queue } = this.#parts;
    this.#timer = null;
    const fromMs = clock.nowMs;
    // What it was to begin for may be gone.
    if ((this.#dueMs() ?? Number.POSITIVE_INFINITY) > fromMs) return this.look();
    if (sky.downWhy(fromMs) !== null) return this.#waitForSky(fromMs);
    // As many draws for every exchange, however it goes.
    const lengthMs = drawMs(figures.sessionMs, random);
    const spacingMs = drawMs(figures.spacingMs, random);
    const hasLuck = random.chance(figures.successShare);
    const isTakenUnheard = random.chance(figures.unheardShare);
    const entry = queue.head();
    const bytes = entry === null ? null : this.#encode(entry);
    this.#current = { entry, bytes, fromMs, passUntilMs: sky.passUntilMs(fromMs), hasLuck, isTakenUnheard };
    this.#earliestMs = fromMs + (this.#isSettled ? 0 : spacingMs);
    this.#timer = clock.at(fromMs + (this.#isSettled ? 0 : lengthMs), () => this.#finish());
  }

  #waitForSky(nowMs: number): void {
    const { clock, sky } = this.#parts;
    const changeMs = sky.nextChangeMs(nowMs);
    if (changeMs !== null) this.#timer = clock.at(changeMs, () => this.#begin());
  }

  #encode(entry: UpEntry): Uint8Array {
    if (entry !== this.#numbered) this.#number = (this.#number + 1) % NUMBERS;
    this.#numbered = entry;
    return encodeUp(entry.message, this.#number, this.#parts.names);
  }

  #finish(): void {
    const { clock, sky } = this.#parts;
    const { entry, bytes, fromMs, passUntilMs, hasLuck, isTakenUnheard } = this.#current as Exchange;
    this.#timer = null;
    this.#current = null;
    const wasUp = sky.wasUp(fromMs, clock.nowMs, passUntilMs);
    const isHeard = wasUp && (hasLuck || this.#isSettled);
    this.counts.exchanges += 1;
    if (bytes !== null && wasUp && (isHeard || isTakenUnheard)) this.#carry(bytes);
    if (isHeard) this.#succeed(entry);
    else this.counts.failed += 1;
    this.look();
  }

  #succeed(entry: UpEntry | null): void {
    const { clock, queue, names, meter, mailbox } = this.#parts;
    this.#lastMs = clock.nowMs;
    const mail = this.#parts.canTakeMail() ? mailbox.take() : null;
    this.#knowsOfMail = mailbox.length > 0;
    if (entry !== null) {
      const name = nameIn(entry.message);
      if (name !== null) names.agree(name);
      queue.remove(entry);
      entry.onTaken?.();
    } else if (mail === null) {
      this.counts.emptyChecks += 1;
      meter.up(0, false);
    }
    if (mail === null) return;
    this.counts.messagesDown += 1;
    meter.down(mail.length);
    this.#parts.onMail(mail);
  }

  #carry(bytes: Uint8Array): void {
    this.counts.messagesUp += 1;
    this.#parts.meter.up(bytes.length, true);
    this.#parts.carriage.carry(bytes);
  }
}
