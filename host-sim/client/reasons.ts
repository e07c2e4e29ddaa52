// Owns how a program and its people are told a reason code of MQTT 5: a word to compare, and a sentence. Knows no packets.

import { reasonName } from "../words/reason-codes.ts";
import type { Properties } from "./properties/table.ts";

/** The standard's name as one word, such as `not-authorized`. */
export function reasonWord(code: number): string {
  return reasonName(code).toLowerCase().replaceAll(" ", "-");
}

/** Such as `Not authorized`, with what the broker itself had to say about it. */
export function reasonWords(code: number, properties: Properties | null = null): string {
  const { reasonString, serverReference } = properties ?? {};
  const said = reasonString === undefined ? "" : `: ${reasonString}`;
  const other = serverReference === undefined ? "" : ` (it names another server: ${serverReference})`;
  return `${reasonName(code)}${said}${other}`;
}
