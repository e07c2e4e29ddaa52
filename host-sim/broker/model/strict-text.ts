// Owns what a string, a topic name and a topic filter may be, in bytes. Refuses to know the packets they stand in.

import { isUtf8 } from "node:buffer";
import type { Breach } from "./statements.ts";

/** What each kind of bad text breaks, where it stands. */
export interface TextRules {
  readonly bad: Breach;
  readonly nul: Breach;
}

export const ANY_TEXT: TextRules = { bad: "textBad", nul: "textNul" };

const SLASH = 0x2f;
const PLUS = 0x2b;
const HASH = 0x23;

/** [MQTT3-1.5.3-1] [MQTT3-1.5.3-2]: Node's check refuses surrogates too. */
export function textBreach(bytes: Uint8Array, from: number, to: number, rules: TextRules): Breach | null {
  let isAscii = true;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte === 0) return rules.nul;
    if (byte >= 0x80) isAscii = false;
  }
  return isAscii || isUtf8(bytes.subarray(from, to)) ? null : rules.bad;
}

const TOPIC_TEXT: TextRules = { bad: "topicText", nul: "topicNul" };

/** Of a PUBLISH; an empty one is for the caller to judge, since an alias may stand for it. */
export function topicNameBreach(
  bytes: Uint8Array,
  from: number,
  to: number,
  wildcard: Breach = "topicWildcard",
  rules: TextRules = TOPIC_TEXT,
): Breach | null {
  let hasNul = false;
  let isAscii = true;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte === HASH || byte === PLUS) return wildcard;
    if (byte === 0) hasNul = true;
    if (byte >= 0x80) isAscii = false;
  }
  if (hasNul) return rules.nul;
  return isAscii || isUtf8(bytes.subarray(from, to)) ? null : rules.bad;
}

/** [MQTT3-4.7.1-2] [MQTT3-4.7.1-3] */
export function filterBreach(bytes: Uint8Array, from: number, to: number, bad: Breach): Breach | null {
  if (from === to) return "filterEmpty";
  const text = textBreach(bytes, from, to, { bad, nul: "topicNul" });
  if (text !== null) return text;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    const beginsLevel = i === from || bytes[i - 1] === SLASH;
    if (byte === HASH && !(beginsLevel && i + 1 === to)) return "hashMisplaced";
    if (byte === PLUS && !(beginsLevel && (i + 1 === to || bytes[i + 1] === SLASH))) return "plusMisplaced";
  }
  return null;
}

/** [MQTT5-4.8.2-1] [MQTT5-4.8.2-2] */
export function shareBreach(filter: string, isNoLocal: boolean): Breach | null {
  if (!filter.startsWith("$share/")) return null;
  if (isNoLocal) return "noLocalShared";
  const [, name = "", ...rest] = filter.split("/");
  if (name === "") return "shareNameEmpty";
  return /[+#]/.test(name) || rest.join("/") === "" ? "shareNameBad" : null;
}
