// Owns the lines that the client's events come to, and which request each answers. Makes no requests.
import { readMessage } from "../../client/incoming.ts";
import { closeName, dropName, refusalName } from "../../client/words.ts";
import { type ClientField, clientField } from "../../device/block.ts";
import type { Core } from "../../device/core.ts";
import { ClosedBy, CloseReason, Event, Phase } from "../../device/layout.generated.ts";
import type { StreamError } from "../../net/stream.ts";
import type { Answer, Say } from "./answers.ts";
import { PendingRequests } from "./pending.ts";
import { payloadFieldsOf, type Tag } from "./request.ts";

const REFUSED = 0x80;

export interface ReportsParts {
  readonly core: Core;
  readonly block: number;
  readonly say: Say;
  /** Why the last transport closed, where it said so. */
  readonly lastError: () => StreamError | null;
}

/** The request whose answer is that a connection begins or ends. */
interface Awaiting {
  readonly tag: Tag;
}

export class Reports {
  readonly pending = new PendingRequests();
  connecting: Awaiting | null = null;
  closing: Awaiting | null = null;
  /** Called when nothing is open, and nothing will be by itself. */
  onIdle: () => void = () => {};
  readonly #core: Core;
  readonly #block: number;
  readonly #say: Say;
  readonly #lastError: () => StreamError | null;
  readonly #granted = new Set<number>();
  #returnCode = 0;

  constructor({ core, block, say, lastError }: ReportsParts) {
    this.#core = core;
    this.#block = block;
    this.#say = say;
    this.#lastError = lastError;
  }

  get subscriptions(): number {
    return this.#granted.size;
  }

  on(event: Event): void {
    this.#reactions[event]?.();
  }

  /** The client behind the reports has been replaced: what it had accepted ends with it. */
  forget(): void {
    this.#granted.clear();
    for (const tag of this.pending.forgetAll()) this.#say({ ev: "dropped", why: "forgotten" }, tag);
  }

  readonly #reactions: Readonly<Partial<Record<Event, () => void>>> = {
    [Event.Connected]: () => this.#connected(),
    [Event.Refused]: () => {
      this.#returnCode = this.#field("eventCode");
    },
    [Event.Closed]: () => this.#closed(this.#field("eventCode") as CloseReason),
    [Event.Message]: () => this.#message(),
    [Event.MessageAborted]: () => this.#say({ ev: "dropped", why: "aborted" }),
    [Event.MessageTooLarge]: () =>
      this.#say({ ev: "dropped", why: "too-large", total: this.#field("eventTotal") }),
    [Event.Published]: () => this.#published(),
    [Event.HandedOver]: () => this.#published(),
    [Event.Dropped]: () => {
      const why = dropName(this.#field("eventCode"));
      this.#say({ ev: "dropped", why }, this.pending.ended(this.#field("eventTicket")));
    },
    [Event.Subscribed]: () => this.#answered("subscribe", this.#field("eventCode")),
    [Event.Unsubscribed]: () => this.#answered("unsubscribe", 0),
    [Event.SecondDevice]: () => this.#say({ ev: "second-device" }),
    [Event.PartWanted]: () => this.#supply(),
  };

  #connected(): void {
    const sessionPresent = this.#field("eventFlag") === 1;
    this.#say({ ev: "connected", sessionPresent, reasonCode: 0 }, this.connecting?.tag);
    this.connecting = null;
  }

  #closed(reason: CloseReason): void {
    // What the client does for its own sake before it really connects: nobody's business.
    if (reason === CloseReason.SessionCleared || reason === CloseReason.ForeignSession) return;
    if (reason === CloseReason.OlderVersion) return;
    const isRefused = reason === CloseReason.Refused;
    const by = isRefused ? ClosedBy.Server : this.#field("eventFlag");
    const goodbyeCode = reason === CloseReason.Goodbye ? 0 : null;
    const answer: Answer = {
      ev: "closed",
      by: by === ClosedBy.Client ? "client" : by === ClosedBy.Server ? "server" : "link",
      reasonCode: isRefused ? this.#returnCode : goodbyeCode,
      why: isRefused ? refusalName(this.#returnCode) : (this.#lastError()?.message ?? closeName(reason)),
    };
    const isOver = this.#field("phase") === Phase.Idle;
    const awaiting = this.closing ?? (isOver ? this.connecting : null);
    this.closing = null;
    if (isOver) this.connecting = null;
    this.#say(answer, awaiting?.tag);
    if (isOver) this.onIdle();
  }

  #message(): void {
    const { payload, topic, qos, retain, dup, offset, total } = readMessage(this.#core, this.#block);
    const part = payload.length === total ? {} : { offset, total };
    this.#say({ ev: "message", topic, ...payloadFieldsOf(payload), qos, retain, dup, ...part });
  }

  #published(): void {
    this.#say({ ev: "published", reasonCode: 0 }, this.pending.ended(this.#field("eventTicket")));
  }

  #answered(verb: "subscribe" | "unsubscribe", code: number): void {
    const handle = this.#field("eventFilter");
    if (verb === "subscribe" && code < REFUSED) this.#granted.add(handle);
    else this.#granted.delete(handle);
    const answered = this.pending.answered(verb, handle, code);
    if (answered === null) return;
    this.#say({ ev: `${verb}d`, reasonCodes: answered.reasonCodes }, answered.tag);
  }

  #supply(): void {
    const ticket = this.#field("eventTicket");
    const payload = this.pending.source(ticket)?.payload;
    if (payload == null) return;
    const from = this.#field("partsGiven");
    const part = payload.subarray(from, from + this.#field("eventPayloadLength"));
    this.#core.exports.supply(this.#block, ticket, this.#core.inbox, this.#core.put(this.#core.inbox, part));
  }

  #field(name: ClientField): number {
    return clientField(this.#core, this.#block, name);
  }
}
