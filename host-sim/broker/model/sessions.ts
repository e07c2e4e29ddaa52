// Owns which sessions there are, and how each ends. Refuses to know connections.

import { after, type Clock } from "../../time/clock.ts";
import type { BrokerEvent } from "./broker-event.ts";
import type { Version } from "./message.ts";
import { Session } from "./session.ts";

export interface SessionsSurroundings<Origin> {
  readonly clock: Clock;
  readonly observer: (event: BrokerEvent<Origin>) => void;
  /** Its subscriptions and its will are to be seen to. */
  readonly onGone: (session: Session<Origin>) => void;
}

export class Sessions<Origin> {
  readonly #byClientId = new Map<string, Session<Origin>>();
  readonly #around: SessionsSurroundings<Origin>;

  constructor(around: SessionsSurroundings<Origin>) {
    this.#around = around;
  }

  get size(): number {
    return this.#byClientId.size;
  }

  get all(): readonly Session<Origin>[] {
    return [...this.#byClientId.values()];
  }

  find(clientId: string): Session<Origin> | undefined {
    return this.#byClientId.get(clientId);
  }

  create(clientId: string, origin: Origin, version: Version): Session<Origin> {
    const session = new Session(clientId, origin, version);
    this.#byClientId.set(clientId, session);
    return session;
  }

  /** Its client is back. */
  keep(session: Session<Origin>): void {
    session.expiry?.cancel();
    session.expiry = null;
  }

  /** Its client has gone. */
  leave(session: Session<Origin>): void {
    if (session.expiryMs === 0) return this.end(session, "ended");
    if (session.expiryMs === Number.POSITIVE_INFINITY) return;
    session.expiry = after(this.#around.clock, session.expiryMs, () => this.end(session, "expired"));
  }

  end(session: Session<Origin>, why: "ended" | "expired" | "forgotten"): void {
    this.keep(session);
    this.#byClientId.delete(session.clientId);
    const { clientId, origin } = session;
    this.#around.observer({ kind: "session-gone", origin, clientId, why });
    this.#around.onGone(session);
  }

  /** Without a word: the broker has lost its memory. */
  clear(): void {
    for (const session of this.#byClientId.values()) session.expiry?.cancel();
    this.#byClientId.clear();
  }
}
