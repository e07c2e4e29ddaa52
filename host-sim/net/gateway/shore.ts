// Owns what the shore does with a device's messages, and what it says of a device that is silent. Refuses to know how messages cross
// the network, and the broker's packets.

import { Buffer } from "node:buffer";
import { after, type Clock, type Timer } from "../../time/clock.ts";
import type { Dialer } from "../stream.ts";
import { decodeUp, encodeDown } from "./mapping.ts";
import type { Publication, UpMessage } from "./message.ts";
import { NameTable } from "./names.ts";
import { ShoreClient } from "./shore-client.ts";
import type { ShoreMailbox } from "./shore-mailbox.ts";

export interface ShoreParts {
  readonly clock: Clock;
  /** To the broker. */
  readonly dialer: Dialer;
  readonly mailbox: ShoreMailbox;
  readonly downBytes: number;
  readonly silentAfterMs: number;
  /** There is something new in the mailbox. */
  onMail(): void;
}

export interface ShoreCounts {
  /** Messages that came a second time, because the modem had not heard of their success. */
  repeats: number;
  /** Messages for the device that no message of the network can hold. */
  tooLarge: number;
  /** How often the will was published. */
  silences: number;
}

/** More are under way to the broker at no time that matters. */
const ECHOES_MAX = 16;

export class Shore {
  readonly counts: ShoreCounts = { repeats: 0, tooLarge: 0, silences: 0 };
  readonly #parts: ShoreParts;
  readonly #names = new NameTable();
  readonly #filters = new Set<string>();
  #client: ShoreClient | null = null;
  #clientId: string | null = null;
  #will: Publication | null = null;
  /** What the device itself last said on its will's topic; it is said again when a silence is over. */
  #status: Publication | null = null;
  /** What was published here on each topic that the device listens to: the broker sends it back, and the device knows it. */
  readonly #echoes = new Map<string, Uint8Array[]>();
  #lastNumber: number | null = null;
  #lastHeardMs = 0;
  #isSilent = false;
  #timer: Timer | null = null;

  constructor(parts: ShoreParts) {
    this.#parts = parts;
  }

  /** Throws `MappingError`. */
  receive(bytes: Uint8Array): void {
    const { number, message } = decodeUp(bytes, this.#names);
    this.#hear();
    // The modem sends one message at a time, so a repetition follows the original at once. A hello may begin its numbers anew.
    if (number === this.#lastNumber && message.kind !== "hello") this.counts.repeats += 1;
    else this.#obey(message);
    this.#lastNumber = number;
  }

  close(): void {
    this.#timer?.cancel();
    this.#client?.close();
  }

  #obey(message: UpMessage): void {
    switch (message.kind) {
      case "hello":
        return this.#greet(message);
      case "publish":
        return this.#publish(message);
      case "subscribe":
        this.#filters.add(message.filter);
        return this.#client?.subscribe(message.filter, message.qos);
      case "unsubscribe":
        this.#filters.delete(message.filter);
        return this.#client?.unsubscribe(message.filter);
      case "bye":
        this.#will = null;
        return;
    }
  }

  #greet({ isFresh, clientId, will }: Extract<UpMessage, { kind: "hello" }>): void {
    if (clientId !== this.#clientId) this.#dialAs(clientId);
    this.#will = will;
    if (!isFresh) return;
    this.#client?.unsubscribeAll();
    this.#filters.clear();
    this.#echoes.clear();
    this.#status = null;
    this.#parts.mailbox.clear();
  }

  #dialAs(clientId: string): void {
    const { dialer, clock } = this.#parts;
    this.#client?.close();
    this.#clientId = clientId;
    this.#client = new ShoreClient({
      clientId,
      dialer,
      clock,
      onMessage: (publication, taken) => this.#mail(publication, taken),
    });
  }

  #publish(publication: Publication): void {
    if (publication.topic === this.#will?.topic) this.#status = publication;
    this.#say(publication);
  }

  #say(publication: Publication): void {
    const { topic, payload } = publication;
    if (this.#filters.has(topic))
      this.#echoes.set(topic, [...(this.#echoes.get(topic) ?? []), payload].slice(-ECHOES_MAX));
    this.#client?.publish(publication);
  }

  #isEcho({ topic, payload }: Publication): boolean {
    const awaited = this.#echoes.get(topic) ?? [];
    const at = awaited.findIndex((echo) => Buffer.compare(echo, payload) === 0);
    if (at >= 0) this.#echoes.set(topic, awaited.slice(at + 1));
    return at >= 0;
  }

  /** [MQTT3-4.6.0-2] What goes no further is acknowledged in its turn too. */
  #mail(publication: Publication, taken: () => void): void {
    const { mailbox, downBytes, onMail } = this.#parts;
    if (this.#isEcho(publication)) return mailbox.pass(taken);
    const bytes = encodeDown(publication);
    if (bytes === null || bytes.length > downBytes) {
      this.counts.tooLarge += 1;
      return mailbox.pass(taken);
    }
    mailbox.put(bytes, taken);
    onMail();
  }

  #hear(): void {
    this.#lastHeardMs = this.#parts.clock.nowMs;
    this.#timer ??= after(this.#parts.clock, this.#parts.silentAfterMs, () => this.#lookForSilence());
    if (!this.#isSilent) return;
    this.#isSilent = false;
    if (this.#status !== null) this.#say(this.#status);
  }

  #lookForSilence(): void {
    const { clock, silentAfterMs } = this.#parts;
    const silentMs = this.#lastHeardMs + silentAfterMs;
    this.#timer = clock.nowMs < silentMs ? clock.at(silentMs, () => this.#lookForSilence()) : null;
    if (this.#timer !== null || this.#will === null) return;
    this.#isSilent = true;
    this.counts.silences += 1;
    this.#say(this.#will);
  }
}
