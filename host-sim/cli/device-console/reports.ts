// Owns the lines that the client's events come to, and which request each answers. Makes no requests.
import { type Ending, Endings } from "../../client/ending.ts";
import { readMessage } from "../../client/incoming.ts";
import { eventProperties } from "../../client/properties/decode.ts";
import { reasonWord } from "../../client/reasons.ts";
import { closeName, dropName, refusalName } from "../../client/words.ts";
import { type ClientField, clientField } from "../../device/block.ts";
import type { Core } from "../../device/core.ts";
import { ClosedBy, CloseReason, Event, Phase } from "../../device/layout.generated.ts";
import type { StreamError } from "../../net/stream.ts";
import { FIRST_FAILURE } from "../../words/reason-codes.ts";
import type { Answer, Say } from "./answers.ts";
import { type JsonProperties, jsonOf } from "./json-properties.ts";
import { PendingRequests } from "./pending.ts";
import { payloadFieldsOf, type Tag } from "./request.ts";

const FIVE = 5;

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

interface Connecting extends Awaiting {
  readonly version: number;
}

export class Reports {
  readonly pending = new PendingRequests();
  connecting: Connecting | null = null;
  closing: Awaiting | null = null;
  /** Called when nothing is open, and nothing will be by itself. */
  onIdle: () => void = () => {};
  /** Called when the broker has answered a request for filters. */
  onAnswered: () => void = () => {};
  readonly #core: Core;
  readonly #block: number;
  readonly #say: Say;
  readonly #lastError: () => StreamError | null;
  readonly #granted = new Set<number>();
  readonly #endings: Endings;

  constructor({ core, block, say, lastError }: ReportsParts) {
    this.#core = core;
    this.#block = block;
    this.#say = say;
    this.#lastError = lastError;
    this.#endings = new Endings(core, block);
  }

  get subscriptions(): number {
    return this.#granted.size;
  }

  on(event: Event): void {
    this.#reactions[event]?.();
  }

  /** The client behind the reports has been replaced: what it had accepted ends with it, and so does what waited. */
  forget(waiting: readonly Tag[]): void {
    this.#granted.clear();
    for (const tag of [...this.pending.forgetAll(), ...waiting])
      this.#say({ ev: "dropped", why: "forgotten" }, tag);
  }

  readonly #reactions: Readonly<Partial<Record<Event, () => void>>> = {
    [Event.Connected]: () => this.#connected(),
    [Event.Refused]: () => this.#endings.refused(),
    [Event.CloseTransport]: () => void this.#endings.closing(),
    [Event.Closed]: () => this.#closed(this.#endings.closed()),
    [Event.Authenticate]: () =>
      this.#say({ ev: "auth", reasonCode: this.#field("eventCode"), ...this.#properties() }),
    [Event.Message]: () => this.#message(),
    [Event.MessageAborted]: () => this.#say({ ev: "dropped", why: "aborted" }),
    [Event.MessageTooLarge]: () =>
      this.#say({ ev: "dropped", why: "too-large", total: this.#field("eventTotal") }),
    [Event.Published]: () => this.#acknowledged("published", this.#field("eventCode")),
    [Event.HandedOver]: () => this.#acknowledged("published", 0),
    [Event.Rejected]: () => this.#acknowledged("rejected", this.#field("eventCode")),
    [Event.Dropped]: () => {
      const why = dropName(this.#field("eventCode"));
      this.#say({ ev: "dropped", why }, this.pending.ended(this.#field("eventTicket")));
    },
    [Event.Subscribed]: () => this.#answered("subscribe", this.#field("eventCode")),
    [Event.Unsubscribed]: () => this.#answered("unsubscribe", this.#field("eventCode")),
    [Event.SecondDevice]: () => this.#say({ ev: "second-device" }),
    [Event.PartWanted]: () => this.#supply(),
  };

  #connected(): void {
    const sessionPresent = this.#field("eventFlag") === 1;
    const spoken = this.#field("version");
    const isOlder = spoken !== FIVE && this.connecting?.version === FIVE;
    const older = isOlder ? { version: spoken } : {};
    this.#say(
      { ev: "connected", sessionPresent, reasonCode: 0, ...older, ...this.#properties() },
      this.connecting?.tag,
    );
    this.connecting = null;
  }

  #closed(ending: Ending | null): void {
    // What the client does for its own sake before it really connects: nobody's business.
    if (ending === null) return;
    const answer = this.#answerTo(ending);
    const isOver = this.#field("phase") === Phase.Idle;
    const awaiting = this.closing ?? (isOver ? this.connecting : null);
    this.closing = null;
    if (isOver) this.connecting = null;
    this.#say(answer, awaiting?.tag);
    if (isOver) this.onIdle();
  }

  #answerTo({ reason, by, reasonCode, properties }: Ending): Answer {
    const closer = reason === CloseReason.Refused ? ClosedBy.Server : by;
    return {
      ev: "closed",
      by: closer === ClosedBy.Client ? "client" : closer === ClosedBy.Server ? "server" : "link",
      reasonCode: reasonCode ?? (reason === CloseReason.Goodbye ? 0 : null),
      why: this.#why(reason, reasonCode ?? 0),
      ...(properties !== null && { properties: jsonOf(properties) }),
    };
  }

  #why(reason: CloseReason, reasonCode: number): string {
    if (reason === CloseReason.Refused) return refusalName(reasonCode);
    if (reason === CloseReason.ServerDisconnect) return reasonWord(reasonCode);
    return this.#lastError()?.message ?? closeName(reason);
  }

  #message(): void {
    const { payload, topic, qos, retain, dup, offset, total } = readMessage(this.#core, this.#block);
    const part = payload.length === total ? {} : { offset, total };
    const properties = offset === 0 ? this.#properties() : {};
    this.#say({
      ...{ ev: "message", topic, ...payloadFieldsOf(payload), qos, retain, dup },
      ...part,
      ...properties,
    });
  }

  #acknowledged(ev: "published" | "rejected", reasonCode: number): void {
    const tag = this.pending.ended(this.#field("eventTicket"));
    this.#say({ ev, reasonCode, ...this.#anyProperties() }, tag);
  }

  #answered(verb: "subscribe" | "unsubscribe", code: number): void {
    const handle = this.#field("eventFilter");
    if (verb === "subscribe" && code < FIRST_FAILURE) this.#granted.add(handle);
    else this.#granted.delete(handle);
    const answered = this.pending.answered(verb, handle, code);
    if (answered !== null) {
      const { reasonCodes, tag } = answered;
      this.#say({ ev: `${verb}d`, reasonCodes, ...this.#anyProperties() }, tag);
    }
    this.onAnswered();
  }

  /** In MQTT 5 also when there are none. */
  #properties(): { readonly properties?: JsonProperties } {
    return this.#field("version") === FIVE ? { properties: {}, ...this.#anyProperties() } : {};
  }

  #anyProperties(): { readonly properties?: JsonProperties } {
    const properties = eventProperties(this.#core, this.#block);
    return properties === null ? {} : { properties: jsonOf(properties) };
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
