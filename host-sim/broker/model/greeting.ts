// Owns the answer to one connection's CONNECT: who is refused, what AUTH says before and later, and when. Refuses to know what
// an accepted connection does, and how one ends.

import type { IAuthPacket, IConnackPacket } from "mqtt-packet";
import { after, type Timer } from "../../time/clock.ts";
import { type Application, refusalOf } from "./admission.ts";
import { Authentication, type AuthenticationVerdict } from "./authentication.ts";
import type { Inside } from "./inside.ts";
import { drawMs } from "./manners.ts";
import type { Outlet } from "./outlet.ts";
import { authBytes, authProperties, connackErrorBytes } from "./packets.ts";
import type { Reader } from "./reader.ts";
import type { Breach } from "./statements.ts";

const NOT_AUTHORIZED = 0x87;
const CONTINUE_AUTHENTICATION = 0x18;
const NORMAL = 0;

export interface GreetingHandlers {
  /** `agreed` is what CONNACK says of the authentication that went before it. */
  onAccepted(application: Application, agreed: IConnackPacket["properties"]): void;
  /** CONNACK's bytes. */
  onRefused(connack: Uint8Array): void;
  /** An accepted client failed when it authenticated anew. */
  onExpelled(): void;
}

export interface GreetingParts<Origin> {
  readonly inside: Inside<Origin>;
  readonly outlet: Outlet;
  readonly reader: Reader;
}

export class Greeting<Origin> {
  readonly #parts: GreetingParts<Origin>;
  readonly #handlers: GreetingHandlers;
  /** Null unless CONNECT has named the broker's method. */
  #authentication: Authentication | null = null;
  #isAccepted = false;
  /** Until CONNACK or AUTH. */
  #timer: Timer | null = null;

  constructor(parts: GreetingParts<Origin>, handlers: GreetingHandlers) {
    this.#parts = parts;
    this.#handlers = handlers;
  }

  /** Answers with what the CONNECT breaks, or null. */
  take(application: Application): Breach | null {
    const { authenticationMethod: name, authenticationData: data } = application.packet.properties ?? {};
    if (name === undefined && data !== undefined) return "authDataAlone";
    const { authentication } = this.#parts.inside;
    if (name !== undefined && name === authentication?.name) {
      this.#authentication = new Authentication(authentication, application);
      this.#authenticate(this.#authentication, data);
      return null;
    }
    const { reader } = this.#parts;
    const isLate = this.#answer(() => {
      this.#decide(application);
      reader.resume();
    });
    if (isLate) reader.hold();
    return null;
  }

  /** Answers with what the AUTH breaks, or null. */
  takeAuth(packet: IAuthPacket): Breach | null {
    const authentication = this.#authentication;
    if (authentication === null) return "authUnasked";
    const breach = authentication.breachOf(packet);
    if (breach === null) this.#authenticate(authentication, packet.properties?.authenticationData);
    return breach;
  }

  /** What was to be said later is not. */
  end(): void {
    this.#timer?.cancel();
  }

  /** Now, or after a delay, which is answered. */
  #answer(say: () => void): boolean {
    const { inside, outlet } = this.#parts;
    const delayMs = drawMs(inside.manners().connackDelayMs, inside.random);
    if (delayMs === 0) say();
    else {
      this.#timer = after(inside.clock, delayMs, () => {
        outlet.gather();
        say();
        outlet.flush();
      });
    }
    return delayMs > 0;
  }

  /** Nothing is held back until the answer: what comes before it is out of turn. */
  #authenticate(authentication: Authentication, data: Uint8Array | undefined): void {
    const verdict = authentication.judge(data);
    this.#answer(() => {
      authentication.answered(verdict);
      this.#sayVerdict(authentication, verdict);
    });
  }

  #sayVerdict({ method, application }: Authentication, verdict: AuthenticationVerdict): void {
    const { inside, outlet } = this.#parts;
    const isAccepted = this.#isAccepted;
    const refusal = isAccepted ? null : refusalOf(application, inside);
    if (refusal !== null) return this.#handlers.onRefused(refusal);
    if (verdict.kind === "refused")
      return isAccepted
        ? this.#handlers.onExpelled()
        : this.#handlers.onRefused(connackErrorBytes(NOT_AUTHORIZED));
    const said = authProperties(method, verdict.data);
    if (verdict.kind === "challenge") outlet.write(authBytes(CONTINUE_AUTHENTICATION, said));
    else if (isAccepted) outlet.write(authBytes(NORMAL, said));
    else this.#accept(application, said);
  }

  #decide(application: Application): void {
    const refusal = refusalOf(application, this.#parts.inside);
    if (refusal === null) this.#accept(application, {});
    else this.#handlers.onRefused(refusal);
  }

  #accept(application: Application, agreed: IConnackPacket["properties"]): void {
    this.#isAccepted = true;
    this.#handlers.onAccepted(application, agreed);
  }
}
