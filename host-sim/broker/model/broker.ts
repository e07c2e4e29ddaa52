// Owns the model broker as others use it: strict, deterministic, on any clock. Refuses to know who its clients are.

import { PassersBy } from "../../collections/passers-by.ts";
import type { Accept } from "../../net/memory-stream.ts";
import type { RandomStream } from "../../random/random.ts";
import type { Clock } from "../../time/clock.ts";
import type { AuthenticationMethod } from "./authentication.ts";
import type { BrokerEvent } from "./broker-event.ts";
import { Connection } from "./connection.ts";
import type { Inside } from "./inside.ts";
import { HONEST, LIES, type LieName, type StandingLies } from "./lies.ts";
import { LIMITS, type Limits } from "./limits.ts";
import { type Manners, PLAIN } from "./manners.ts";
import type { QoS } from "./message.ts";
import { ReaderMemory } from "./reader.ts";
import { Router } from "./router.ts";
import type { Session, Will } from "./session.ts";
import { Sessions } from "./sessions.ts";
import { Wills } from "./wills.ts";

export type { BrokerEvent } from "./broker-event.ts";

export interface ModelBrokerSettings<Origin> {
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly observer: (event: BrokerEvent<Origin>) => void;
  /** Those of `LIMITS` where it does not say otherwise. */
  readonly limits?: Partial<Limits>;
  /** The one that it knows; without, a CONNECT that names a method is refused. */
  readonly authentication?: AuthenticationMethod;
}

export interface BrokerCounts {
  /** CONNECTs that were accepted. */
  readonly connections: number;
  readonly willsFired: number;
  /** Messages that were routed, wills and the broker's own included. */
  readonly published: number;
  readonly illegal: number;
}

export interface ModelBroker<Origin> {
  /** What a listener does with a stream that comes from there: `origin` tags everything that its connection causes. */
  accept(origin: Origin): Accept;
  /** As from a client of its own: routed to subscribers, retained if asked. */
  publish(message: {
    readonly topic: string;
    readonly payload: Uint8Array;
    readonly qos: QoS;
    readonly retain: boolean;
  }): void;
  readonly isUp: boolean;
  /**
   * The machine loses power, or its process is killed: connections end with a reset. Sessions, retained messages and wills are
   * kept, which lets the wills out at the next start, or they are gone.
   */
  stop(options: { readonly forget: boolean }): void;
  start(): void;
  /** Another client connects with this client id and leaves again: the present connection ends. */
  takeOver(clientId: string): void;
  /** The present connection ends for no reason that it knows: without a word, or in 5 with a DISCONNECT. */
  closeConnection(clientId: string): void;
  /** What is not given stays as it is. */
  setManners(manners: Partial<Manners>): void;
  /** Tells a client something that no broker may send. False when it is not connected. */
  lie(clientId: string, name: LieName): boolean;
  /** From now on; what is not given stays as it is. */
  setLies(lies: Partial<StandingLies>): void;
  readonly counts: BrokerCounts;
}

export function createModelBroker<Origin>(settings: ModelBrokerSettings<Origin>): ModelBroker<Origin> {
  return new StrictBroker(settings);
}

class StrictBroker<Origin> implements ModelBroker<Origin> {
  readonly #inside: Inside<Origin>;
  readonly #connections = new PassersBy<Connection<Origin>>();
  #manners: Manners = PLAIN;
  #lies: StandingLies = HONEST;
  #isUp = true;
  #clientIds = 0;
  #accepted = 0;
  #illegal = 0;

  constructor(settings: ModelBrokerSettings<Origin>) {
    const { clock, random, observer: tell, authentication = null } = settings;
    const limits = { ...LIMITS, ...settings.limits };
    const observer = (event: BrokerEvent<Origin>): void => {
      if (event.kind === "accepted") this.#accepted += 1;
      else if (event.kind === "illegal") this.#illegal += 1;
      tell(event);
    };
    const router = new Router<Origin>({ limits, observer });
    const wills = new Wills<Origin>(clock, (session, will) => this.#publishWill(session, will));
    const sessions = new Sessions<Origin>({
      clock,
      observer,
      onGone(session) {
        router.forget(session);
        wills.sessionGone(session);
      },
    });
    this.#inside = {
      clock,
      random,
      limits,
      authentication,
      observer,
      router,
      wills,
      sessions,
      readerMemory: new ReaderMemory(),
      manners: () => this.#manners,
      lies: () => this.#lies,
      newClientId: () => `auto-${++this.#clientIds}`,
    };
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get counts(): BrokerCounts {
    return {
      connections: this.#accepted,
      willsFired: this.#inside.wills.fired,
      published: this.#inside.router.routed,
      illegal: this.#illegal,
    };
  }

  accept(origin: Origin): Accept {
    return (stream) => {
      if (!this.#isUp) return null;
      const connection = new Connection(stream, origin, this.#inside, () => leave());
      const leave = this.#connections.add(connection);
      return connection;
    };
  }

  publish(message: Parameters<ModelBroker<Origin>["publish"]>[0]): void {
    if (!this.#isUp) return;
    this.#inside.router.route(
      { ...message, properties: null, expiresMs: Number.POSITIVE_INFINITY },
      null,
      null,
    );
  }

  stop({ forget }: { readonly forget: boolean }): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    const { wills, sessions, router } = this.#inside;
    wills.stop();
    for (const connection of this.#connections.all()) {
      if (forget && connection.session !== null) connection.session.will = null;
      connection.close("broker-stopped");
    }
    if (!forget) return;
    wills.clear();
    for (const session of sessions.all) router.forget(session);
    sessions.clear();
    router.retained.clear();
  }

  start(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#inside.wills.start();
  }

  takeOver(clientId: string): void {
    this.#inside.sessions.find(clientId)?.link?.close("taken-over");
  }

  closeConnection(clientId: string): void {
    this.#inside.sessions.find(clientId)?.link?.close("broker-closed");
  }

  setManners(manners: Partial<Manners>): void {
    this.#manners = { ...this.#manners, ...manners };
  }

  lie(clientId: string, name: LieName): boolean {
    const link = this.#inside.sessions.find(clientId)?.link ?? null;
    link?.writeRaw(LIES[name]);
    return link !== null;
  }

  setLies(lies: Partial<StandingLies>): void {
    this.#lies = { ...this.#lies, ...lies };
  }

  #publishWill(session: Session<Origin>, { message }: Will): void {
    const { clientId, origin } = session;
    this.#inside.observer({ kind: "will", origin, clientId, topic: message.topic });
    this.#inside.router.route(message, origin, session);
  }
}
