// Owns what the bytes of a CONNECT may be. Refuses to know whether the client is wanted.

import { fieldEnd, textAt } from "./fields.ts";
import type { Version } from "./message.ts";
import type { Breach } from "./statements.ts";
import { propertiesEnd, WILL_PROPERTIES } from "./strict-properties.ts";
import { type TextRules, textBreach, topicNameBreach } from "./strict-text.ts";

export type ConnectVerdict =
  | { readonly kind: "legal"; readonly version: Version }
  /** [MQTT3-3.1.2-2] is answered, not punished. */
  | { readonly kind: "unknown-level"; readonly level: number }
  | { readonly kind: "breach"; readonly breach: Breach; readonly version: Version };

const CLIENT_ID: TextRules = { bad: "clientIdText", nul: "textNul" };
const WILL_TOPIC: TextRules = { bad: "willTopicText", nul: "topicNul" };
const USER: TextRules = { bad: "userText", nul: "textNul" };

const NAMES: ReadonlyMap<string, readonly number[]> = new Map([
  ["MQTT", [4, 5]],
  ["MQIsdp", [3]],
]);

const MOST_LEVEL = 5;
const LEAST_LEVEL = 3;
const LONGEST_ID_31 = 23;

const Flag = { Reserved: 1, Clean: 2, Will: 4, WillQos: 0x18, WillRetain: 0x20, Password: 0x40, User: 0x80 };

export function judgeConnect(frame: Uint8Array, bodyAt: number): ConnectVerdict {
  const nameEnd = fieldEnd(frame, bodyAt);
  const levels = nameEnd === -1 ? undefined : NAMES.get(textAt(frame, bodyAt + 2, nameEnd));
  if (levels === undefined)
    return { kind: "breach", breach: nameEnd === -1 ? "malformed" : "protocolName", version: 4 };
  const level = frame[nameEnd];
  if (level === undefined) return { kind: "breach", breach: "malformed", version: 4 };
  if (!levels.includes(level)) return { kind: "unknown-level", level };
  const version = Math.min(MOST_LEVEL, Math.max(LEAST_LEVEL, level)) as Version;
  const breach = flagsBreach(frame, nameEnd + 1, version) ?? fieldsBreach(frame, nameEnd + 1, version);
  return breach === null ? { kind: "legal", version } : { kind: "breach", breach, version };
}

function flagsBreach(frame: Uint8Array, at: number, version: Version): Breach | null {
  const flags = frame[at];
  if (flags === undefined || at + 3 > frame.length) return "malformed";
  const has = (flag: number): boolean => (flags & flag) !== 0;
  if (has(Flag.Reserved)) return "connectReserved";
  if (!has(Flag.Will) && has(Flag.WillQos)) return "willQosUnflagged";
  if (!has(Flag.Will) && has(Flag.WillRetain)) return "willRetainUnflagged";
  if ((flags & Flag.WillQos) === Flag.WillQos) return "willQos3";
  return version !== 5 && has(Flag.Password) && !has(Flag.User) ? "passwordAlone" : null;
}

/** Goes through the payload in its one order: client id, will, user name, password. */
function fieldsBreach(frame: Uint8Array, flagsAt: number, version: Version): Breach | null {
  const flags = frame[flagsAt] as number;
  const fields = new Fields(frame, flagsAt + 3, version);
  fields.properties(null);
  fields.text("clientIdMissing", CLIENT_ID);
  const idLength = fields.lastLength;
  if ((flags & Flag.Will) !== 0) {
    fields.properties(WILL_PROPERTIES);
    fields.willTopic();
    fields.bytes("willMissing");
  }
  if ((flags & Flag.User) !== 0) fields.text("userMissing", USER);
  if ((flags & Flag.Password) !== 0) fields.bytes("passwordMissing");
  return fields.breach ?? restBreach(fields.isAtEnd, flags) ?? clientIdBreach(idLength, flags, version);
}

/** Whose field it is that is too much, nobody can tell: the first that has no flag. */
function restBreach(isAtEnd: boolean, flags: number): Breach | null {
  if (isAtEnd) return null;
  if ((flags & Flag.User) === 0) return "userUnflagged";
  if ((flags & Flag.Password) === 0) return "passwordUnflagged";
  return (flags & Flag.Will) === 0 ? "willUnflagged" : "malformed";
}

function clientIdBreach(length: number, flags: number, version: Version): Breach | null {
  if (version === 3) return length === 0 || length > LONGEST_ID_31 ? "clientIdLength" : null;
  return version === 4 && length === 0 && (flags & Flag.Clean) === 0 ? "emptyIdNotClean" : null;
}

class Fields {
  breach: Breach | null = null;
  /** Of the field that was read last, in bytes. */
  lastLength = 0;
  readonly #frame: Uint8Array;
  readonly #version: Version;
  #at: number;

  constructor(frame: Uint8Array, at: number, version: Version) {
    this.#frame = frame;
    this.#at = at;
    this.#version = version;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#frame.length;
  }

  properties(owner: number | null): void {
    if (this.#version !== 5 || this.breach !== null) return;
    const end = propertiesEnd(this.#frame, this.#at, owner);
    if (typeof end === "string") this.breach = end;
    else this.#at = end;
  }

  bytes(missing: Breach): number {
    const end = fieldEnd(this.#frame, this.#at);
    if (end === -1) this.breach ??= missing;
    if (this.breach !== null) return -1;
    this.lastLength = end - this.#at - 2;
    this.#at = end;
    return end - this.lastLength;
  }

  text(missing: Breach, rules: TextRules): void {
    const from = this.bytes(missing);
    if (from !== -1) this.breach = textBreach(this.#frame, from, this.#at, rules);
  }

  willTopic(): void {
    const from = this.bytes("willMissing");
    if (from === -1) return;
    this.breach =
      this.lastLength === 0
        ? "topicEmpty"
        : topicNameBreach(this.#frame, from, this.#at, "willTopicWildcard", WILL_TOPIC);
  }
}
