// Owns what the bytes after the head of a packet may be, CONNECT's left out. Refuses to know the session.

import { fieldEnd, textAt, u16At } from "./fields.ts";
import type { Version } from "./message.ts";
import type { Breach } from "./statements.ts";
import { Type } from "./strict-head.ts";
import { propertiesEnd } from "./strict-properties.ts";
import { filterBreach, shareBreach, topicNameBreach } from "./strict-text.ts";

/** Null when nothing is wrong with it. The head must have been found legal. */
export function bodyBreach(frame: Uint8Array, bodyAt: number, version: Version): Breach | null {
  switch ((frame[0] as number) >> 4) {
    case Type.Publish:
      return publishBreach(frame, bodyAt, version);
    case Type.Subscribe:
      return filtersBreach(frame, bodyAt + 2, version, Type.Subscribe);
    case Type.Unsubscribe:
      return filtersBreach(frame, bodyAt + 2, version, Type.Unsubscribe);
    case Type.Pingreq:
      return null;
    default:
      return version === 5 ? reasonBreach(frame, bodyAt) : null;
  }
}

function publishBreach(frame: Uint8Array, bodyAt: number, version: Version): Breach | null {
  const topicEnd = fieldEnd(frame, bodyAt);
  if (topicEnd === -1) return "malformed";
  if (topicEnd === bodyAt + 2 && version !== 5) return "topicEmpty";
  const topic = topicNameBreach(frame, bodyAt + 2, topicEnd);
  if (topic !== null) return topic;
  let at = topicEnd;
  if ((((frame[0] as number) >> 1) & 3) !== 0) {
    at += 2;
    if (at > frame.length) return "malformed";
    if (u16At(frame, at - 2) === 0) return "idZero";
  }
  return version === 5 ? breachOf(propertiesEnd(frame, at, Type.Publish)) : null;
}

function filtersBreach(frame: Uint8Array, from: number, version: Version, type: number): Breach | null {
  const isSubscribe = type === Type.Subscribe;
  const begin = version === 5 ? propertiesEnd(frame, from, type) : from;
  if (typeof begin === "string") return begin;
  if (begin === frame.length) return isSubscribe ? "subscribeEmpty" : "unsubscribeEmpty";
  let at = begin;
  while (at < frame.length) {
    const end = fieldEnd(frame, at);
    if (end === -1 || (isSubscribe && end === frame.length)) return "malformed";
    const breach =
      filterBreach(frame, at + 2, end, isSubscribe ? "subscribeText" : "unsubscribeText") ??
      (isSubscribe ? optionsBreach(frame[end] as number, version) : null) ??
      (version === 5 ? shareBreach(textAt(frame, at + 2, end), isSubscribe && isNoLocal(frame[end])) : null);
    if (breach !== null) return breach;
    at = isSubscribe ? end + 1 : end;
  }
  return null;
}

function isNoLocal(options: number | undefined): boolean {
  return ((options ?? 0) & 4) !== 0;
}

function optionsBreach(options: number, version: Version): Breach | null {
  const reserved = version === 5 ? 0xc0 : 0xfc;
  const retainHandling = (options >> 4) & 3;
  return (options & reserved) !== 0 || (options & 3) === 3 || retainHandling === 3
    ? "subscribeOptions"
    : null;
}

/** Acknowledgements begin with an id, DISCONNECT and AUTH with the reason code itself; both may leave out the end. */
function reasonBreach(frame: Uint8Array, bodyAt: number): Breach | null {
  const type = (frame[0] as number) >> 4;
  const reasonAt = type >= Type.Disconnect ? bodyAt : bodyAt + 2;
  const reason = frame[reasonAt] ?? 0;
  const known = REASONS.get(type);
  if (known !== undefined && !known.includes(reason)) return WRONG_REASONS.get(type) ?? "ackReason";
  if (reasonAt + 1 >= frame.length) return null;
  const end = propertiesEnd(frame, reasonAt + 1, type);
  return typeof end === "string" ? end : end === frame.length ? null : "malformed";
}

const WRONG_REASONS: ReadonlyMap<number, Breach> = new Map([
  [Type.Disconnect, "disconnectReason"],
  [Type.Auth, "authReason"],
]);

const RECEIVED = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];
const RELEASED = [0x00, 0x92];

/** Those that a client may send. */
const REASONS: ReadonlyMap<number, readonly number[]> = new Map([
  [Type.Puback, RECEIVED],
  [Type.Pubrec, RECEIVED],
  [Type.Pubrel, RELEASED],
  [Type.Pubcomp, RELEASED],
  [Type.Disconnect, [0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99]],
  [Type.Auth, [0x18, 0x19]],
]);

function breachOf(end: number | Breach): Breach | null {
  return typeof end === "string" ? end : null;
}
