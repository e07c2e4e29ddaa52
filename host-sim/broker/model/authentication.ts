// Owns enhanced authentication of one client, MQTT 5's section 4.12: whose turn it is, and what its AUTH may be. Refuses to know
// what a method's data mean, which is for the broker's user, and what becomes of the connection.

import type { IAuthPacket } from "mqtt-packet";
import type { Application } from "./admission.ts";
import type { Breach } from "./statements.ts";

export type AuthenticationVerdict =
  | { readonly kind: "challenge"; readonly data: Uint8Array }
  | { readonly kind: "content"; readonly data: Uint8Array | null }
  | { readonly kind: "refused" };

/** One exchange, given the client's data step by step; null: it had none. */
export type AuthenticationSteps = (data: Uint8Array | null) => AuthenticationVerdict;

export interface AuthenticationMethod {
  readonly name: string;
  /** Whether who names no method is refused; those who speak no MQTT 5 cannot name one. */
  readonly isRequired: boolean;
  /** For each CONNECT, and each time that a client authenticates anew. */
  readonly begin: () => AuthenticationSteps;
}

const CONTINUE = 0x18;
const RE_AUTHENTICATE = 0x19;

export class Authentication {
  readonly method: string;
  /** The CONNECT that it is about. */
  readonly application: Application;
  readonly #begin: () => AuthenticationSteps;
  /** Null when the last one is over. */
  #steps: AuthenticationSteps | null;
  #isClientsTurn = false;

  constructor({ name, begin }: AuthenticationMethod, application: Application) {
    this.method = name;
    this.application = application;
    this.#begin = begin;
    this.#steps = begin();
  }

  /** What is wrong with an AUTH; null: `judge` is to be asked. */
  breachOf({ reasonCode, properties }: IAuthPacket): Breach | null {
    const isAnew = reasonCode === RE_AUTHENTICATE;
    if (properties?.authenticationMethod === undefined) return "authMethodMissing";
    if (properties.authenticationMethod !== this.method) return isAnew ? "authMethodAnew" : "authMethodOther";
    const isInTurn = this.#steps === null ? isAnew : this.#isClientsTurn && reasonCode === CONTINUE;
    return isInTurn ? null : "authOutOfTurn";
  }

  /** Then it is the broker's turn, until `answered`. */
  judge(data: Uint8Array | undefined): AuthenticationVerdict {
    this.#isClientsTurn = false;
    this.#steps ??= this.#begin();
    return this.#steps(data ?? null);
  }

  answered({ kind }: AuthenticationVerdict): void {
    this.#isClientsTurn = kind === "challenge";
    if (kind !== "challenge") this.#steps = null;
  }
}
