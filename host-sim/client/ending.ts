// Owns how a connection ended: what the broker said before it did, what this side said, and who closed. Decides nothing about what follows.

import { clientField, fiveField } from "../device/block.ts";
import type { Core } from "../device/core.ts";
import { type ClosedBy, CloseReason } from "../device/layout.generated.ts";
import type { StreamError } from "../net/stream.ts";
import { MqttError } from "./errors.ts";
import { eventProperties } from "./properties/decode.ts";
import type { Properties } from "./properties/table.ts";
import { reasonWord, reasonWords } from "./reasons.ts";
import { closeName, closeSentence, refusalName, refusalSentence } from "./words.ts";

export interface Ending {
  readonly reason: CloseReason;
  readonly by: ClosedBy;
  /** Of the CONNACK that refused, or of DISCONNECT, the broker's or our own; null when neither was said. */
  readonly reasonCode: number | null;
  /** What the broker said with it; null for nothing. */
  readonly properties: Properties | null;
}

type Said = Pick<Ending, "reasonCode" | "properties">;

const NOTHING: Said = { reasonCode: null, properties: null };
const FIVE = 5;

export class Endings {
  readonly #core: Core;
  readonly #block: number;
  #said: Said = NOTHING;

  constructor(core: Core, block: number) {
    this.#core = core;
    this.#block = block;
  }

  /** Event.Refused holds. */
  refused(): void {
    this.#said = {
      reasonCode: this.#field("eventCode"),
      properties: eventProperties(this.#core, this.#block),
    };
  }

  /** Event.CloseTransport holds. Answers what the broker said in its DISCONNECT, null when it said none. */
  closing(): { readonly reasonCode: number; readonly properties: Properties | null } | null {
    const reason = this.#field("eventCode");
    if (reason === CloseReason.ServerDisconnect) {
      const reasonCode = this.#core.exports.eventReason(this.#block);
      const said = { reasonCode, properties: eventProperties(this.#core, this.#block) };
      this.#said = said;
      return said;
    }
    const saysDisconnect = this.#field("eventFlag") === 1 && this.#field("version") === FIVE;
    if (saysDisconnect) {
      this.#said = { reasonCode: fiveField(this.#core, this.#block, "closeCode"), properties: null };
    }
    return null;
  }

  /** Event.Closed holds; null when the client closed for its own sake, before it really connects. */
  closed(): Ending | null {
    const said = this.#said;
    this.#said = NOTHING;
    const reason = this.#field("eventCode") as CloseReason;
    if (OWN_SAKE.includes(reason)) return null;
    return { reason, by: this.#field("eventFlag") as ClosedBy, ...said };
  }

  #field(name: Parameters<typeof clientField>[2]): number {
    return clientField(this.#core, this.#block, name);
  }
}

/** It has what the broker kept for an earlier life of it discarded, or falls back to an older version. */
const OWN_SAKE: readonly CloseReason[] = [
  CloseReason.SessionCleared,
  CloseReason.ForeignSession,
  CloseReason.OlderVersion,
];

/** What went wrong, for who listens; null for a goodbye. `lastError`: what the transport had to say about it. */
export function endingError(ending: Ending, lastError: StreamError | null): MqttError | null {
  const { reason, properties } = ending;
  if (reason === CloseReason.Goodbye) return null;
  const reasonCode = ending.reasonCode ?? 0;
  const word = { reasonCode, ...(properties !== null && { properties }) };
  if (reason === CloseReason.Refused) {
    const words = refusalSentence(reasonCode, properties);
    return new MqttError(refusalName(reasonCode), words, { ...word, returnCode: reasonCode });
  }
  if (reason === CloseReason.ServerDisconnect) {
    const words = `the broker ended the connection: ${reasonWords(reasonCode, properties)}`;
    return new MqttError(reasonWord(reasonCode), words, word);
  }
  if (lastError === null) return new MqttError(closeName(reason), closeSentence(reason));
  return new MqttError(lastError.kind === "tls" ? lastError.reason : lastError.kind, lastError.message);
}
