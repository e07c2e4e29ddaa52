// Owns the packet ids of one client's PUBLISHes: which are in use, and whether what comes under them may come. Refuses to know
// who gets the messages.

import { FewByNumber } from "../../collections/few-by-number.ts";
import type { Message, Version } from "./message.ts";
import type { Breach } from "./statements.ts";
import { NO_TRACE, Traces } from "./traces.ts";

/** A QoS 2 message until its PUBREL. */
export interface Unreleased<Origin> {
  readonly message: Message;
  /** Of the PUBLISH that brought it. */
  readonly origin: Origin;
  isRouted: boolean;
  /** Whether a PUBREC for it has left. */
  isReceived: boolean;
}

export type Arrival = "new" | "repeat" | Breach;

/** More than any client keeps in flight, fewer than there are ids. */
const RELEASED_KEPT = 1024;

export class Incoming<Origin> {
  readonly #unreleased = new FewByNumber<Unreleased<Origin>>();
  /** QoS 1, and requests: their acknowledgement has not left yet. */
  readonly #unanswered = new FewByNumber<Message | null>();
  /** Of those the requests. */
  #requests = 0;
  /** What PUBREL released, to know a PUBLISH that comes after it. */
  readonly #released = new Map<number, Message>();
  readonly #traces = new Traces();
  /** Where the present connection began, and how far it has come among what came before. */
  #connectionStart = 0;
  #lastResent = -1;

  /** A connection begins. */
  begin(): void {
    this.#connectionStart = this.#traces.next;
    this.#lastResent = -1;
  }

  /** QoS 1 and 2 messages that the client must still think unacknowledged. */
  get open(): number {
    return this.#unreleased.size + this.#unanswered.size - this.#requests;
  }

  /** Judges a QoS 1 or 2 PUBLISH by its id. `isNewSession`: it was created at this connection, and the client knows. */
  judge(id: number, isDup: boolean, message: Message, isNewSession: boolean, version: Version): Arrival {
    const isIdle = this.#unreleased.size + this.#unanswered.size === 0;
    const held = isIdle ? undefined : (this.#unreleased.get(id)?.message ?? this.#unanswered.get(id));
    if (held !== undefined) return this.#judgeHeld(id, isDup, message, held, version);
    if (isDup) return this.#judgeResent(id, message, isNewSession, version);
    this.#traces.mark(id, digestOf(message));
    return "new";
  }

  hold(id: number, entry: Unreleased<Origin>): void {
    this.#unreleased.set(id, entry);
  }

  held(id: number): Unreleased<Origin> | undefined {
    return this.#unreleased.get(id);
  }

  /** PUBREL came. */
  release(id: number): Unreleased<Origin> | undefined {
    const entry = this.#unreleased.get(id);
    if (entry === undefined) return undefined;
    this.#unreleased.delete(id);
    this.#released.set(id, entry.message);
    if (this.#released.size > RELEASED_KEPT) this.#released.delete(this.#released.keys().next().value ?? 0);
    return entry;
  }

  /** Null: a request, which is no message. */
  awaitAnswer(id: number, message: Message | null): void {
    if (message === null) this.#requests += 1;
    this.#unanswered.set(id, message);
  }

  answered(id: number): void {
    if (this.#unanswered.get(id) === null) this.#requests -= 1;
    this.#unanswered.delete(id);
  }

  /** Requests end with their connection. */
  forgetRequests(): void {
    for (const [id, message] of [...this.#unanswered]) if (message === null) this.answered(id);
  }

  isInUse(id: number): boolean {
    return this.#unreleased.has(id) || this.#unanswered.has(id);
  }

  #judgeHeld(id: number, isDup: boolean, message: Message, held: Message | null, version: Version): Arrival {
    if (held === null) return "idInUse";
    const isSame = held.qos === message.qos && isSameContent(held, message);
    if (!isDup) return isSame ? "dupMissing" : "idInUse";
    if (!isSame) return "otherUnderDup";
    // past PUBREL, its PUBCOMP has not left
    if (message.qos === 2 && !this.#unreleased.has(id)) return "publishAfterPubrel";
    const sequence = this.#traces.sequenceOf(id);
    const order = sequence === NO_TRACE ? null : this.#orderBreach(sequence, version);
    if (order !== null) return order;
    return message.qos === 2 ? "repeat" : "new";
  }

  #judgeResent(id: number, message: Message, isNewSession: boolean, version: Version): Arrival {
    const released = message.qos === 2 ? this.#released.get(id) : undefined;
    if (released !== undefined && isSameContent(released, message)) return "publishAfterPubrel";
    const sequence = this.#traces.sequenceOf(id);
    const isKnown = sequence !== NO_TRACE;
    // the first sending may have been lost with an earlier connection, but a new session had none
    if (!isKnown && isNewSession) return message.qos === 1 ? "dupFirst" : "dupFirstQos2";
    const digest = digestOf(message);
    if (isKnown && this.#traces.digestAt(sequence) === digest)
      return this.#orderBreach(sequence, version) ?? "new";
    this.#traces.mark(id, digest);
    return "new";
  }

  /** [MQTT3-4.6.0-1] What came before this connection comes again in its old order. */
  #orderBreach(sequence: number, version: Version): Breach | null {
    if (sequence >= this.#connectionStart) return version === 5 ? "resentTooSoon" : null;
    if (sequence <= this.#lastResent) return "resentOutOfOrder";
    this.#lastResent = sequence;
    return null;
  }
}

function isSameContent(a: Message, b: Message): boolean {
  return a.topic === b.topic && a.retain === b.retain && Buffer.compare(a.payload, b.payload) === 0;
}

/** FNV-1a over the payload and the topic's length: enough to tell an id that was given anew. */
function digestOf({ topic, payload }: Message): number {
  let digest = 0x811c9dc5 ^ topic.length;
  for (let i = 0; i < payload.length; i++) digest = Math.imul(digest ^ (payload[i] as number), 0x01000193);
  return digest;
}
