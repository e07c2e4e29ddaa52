// Owns what a program is told of its client's connections: tried, accepted, asked to authenticate, ended and why. Knows no
// messages, and not whether the client itself is ending.

import { clientField } from "../device/block.ts";
import type { Core } from "../device/core.ts";
import { Event, SessionOutcome } from "../device/layout.generated.ts";
import type { StreamError } from "../net/stream.ts";
import type { ProtocolVersion } from "./block-settings.ts";
import { Endings, endingError } from "./ending.ts";
import type { SessionStory, Tell } from "./events.ts";
import { eventProperties } from "./properties/decode.ts";
import type { Properties } from "./properties/table.ts";

export interface ConnectionStoryParts {
  readonly core: Core;
  readonly block: number;
  readonly tell: Tell;
  /** What the transport had to say about its end. */
  readonly lastError: () => StreamError | null;
  /** The broker has accepted; the program is not told yet. */
  readonly onAccepted: () => void;
  /** A connection has ended, and the program was told. */
  readonly onClosed: () => void;
}

const SESSION_STORIES: Readonly<Record<number, SessionStory>> = {
  [SessionOutcome.Fresh]: "fresh",
  [SessionOutcome.Resumed]: "resumed",
  [SessionOutcome.Lost]: "lost",
  [SessionOutcome.Cleared]: "cleared",
};

export class ConnectionStory {
  readonly #parts: ConnectionStoryParts;
  readonly #endings: Endings;
  #wasAccepted = false;
  #hasDialled = false;

  constructor(parts: ConnectionStoryParts) {
    this.#parts = parts;
    this.#endings = new Endings(parts.core, parts.block);
  }

  /** Whether the program was told of a connection, and not of its end. */
  get isOpen(): boolean {
    return this.#wasAccepted;
  }

  readonly reactions: Readonly<Partial<Record<Event, () => void>>> = {
    [Event.OpenTransport]: () => this.#opening(),
    [Event.Authenticate]: () => this.#asked(),
    [Event.Connected]: () => this.#accepted(),
    [Event.Refused]: () => this.#endings.refused(),
    [Event.SecondDevice]: () => this.#parts.tell("secondDevice"),
    [Event.CloseTransport]: () => this.#closing(),
    [Event.Closed]: () => this.#closed(),
  };

  #opening(): void {
    if (this.#hasDialled) this.#parts.tell("reconnect");
    this.#hasDialled = true;
  }

  #asked(): void {
    this.#parts.tell("auth", { reasonCode: this.#field("eventCode"), properties: this.#properties() });
  }

  #accepted(): void {
    const { tell, onAccepted } = this.#parts;
    this.#wasAccepted = true;
    const session = SESSION_STORIES[this.#field("eventCode")] ?? "fresh";
    const sessionPresent = this.#field("eventFlag") === 1;
    const properties = this.#properties();
    const protocolVersion = this.#field("version") as ProtocolVersion;
    onAccepted();
    tell("connect", { sessionPresent, session, protocolVersion, properties });
    if (session === "lost") tell("sessionLost");
  }

  #closing(): void {
    const said = this.#endings.closing();
    if (said === null) return;
    this.#parts.tell("disconnect", { reasonCode: said.reasonCode, properties: said.properties ?? {} });
  }

  #closed(): void {
    const { tell, lastError, onClosed } = this.#parts;
    const ending = this.#endings.closed();
    if (ending === null) {
      this.#hasDialled = false;
      return;
    }
    const error = endingError(ending, lastError());
    const wasAccepted = this.#wasAccepted;
    this.#wasAccepted = false;
    if (error !== null) tell("error", error);
    tell("close");
    if (wasAccepted) tell("offline");
    onClosed();
  }

  #properties(): Properties {
    return eventProperties(this.#parts.core, this.#parts.block) ?? {};
  }

  #field(name: Parameters<typeof clientField>[2]): number {
    return clientField(this.#parts.core, this.#parts.block, name);
  }
}
