// Owns the words for how a broker turns a client away, in CONNACK and in DISCONNECT. Refuses to know whom.

import { printable } from "../words/printable.ts";
import { FIRST_FAILURE, reasonName } from "../words/reason-codes.ts";

const WORDS: Readonly<Record<number, string>> = {
  1: "the broker does not speak this version of MQTT",
  2: "the broker does not take this client id",
  3: "the broker is unavailable",
  4: "the broker refuses the user name or password",
  5: "the broker does not authorise this client",
};

/** Of a return code of 3.1.1, from 1 to 5, or a reason code of 5; `said` is the reason string that came with it. */
export function refusalInWords(code: number, said: string | null): string {
  if (code >= FIRST_FAILURE) return `the broker refuses: ${reasonInWords(code, said)}`;
  return WORDS[code] ?? `the broker refuses with return code ${code}`;
}

/** Such as `Server shutting down (back at noon)`. */
export function reasonInWords(code: number, said: string | null): string {
  return said === null ? reasonName(code) : `${reasonName(code)} (${printable(said)})`;
}

export interface Closed {
  readonly reason: string;
  readonly error: string | null;
  /** The reason code of the broker's DISCONNECT; null when there was none. */
  readonly code: number | null;
  readonly said: string | null;
}

/** Why a connection ended: what the broker said, else the transport, else the client's own word. */
export function closingInWords({ reason, error, code, said }: Closed): string {
  if (code !== null) return `the broker closed it: ${reasonInWords(code, said)}`;
  return error ?? reason;
}
