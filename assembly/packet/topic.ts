// The rules for topic names and topic filters, and which matches which. It knows nothing of who subscribed.

import { Status } from "../client/status";
import { isString, sequenceLength } from "./utf8";

const enum Character {
  Hash = 35,
  Dollar = 36,
  Plus = 43,
  Slash = 47,
}

/** Brings the first character behind the wildcards, a comma, around to 0; from there to 7F are so many. */
const BEFORE_PLAIN: u32 = 0x100 - 44;
const PLAIN_CHARACTERS: u32 = 84;

const MAX_TOPIC_BYTES: u32 = 65535; // [MQTT3-4.7.3-3] [MQTT5-4.7.3-3]

/** Bytes of the character at `at`; 0 if it is none, -1 for a wildcard. */
function nameCharacter(at: usize, left: u32): i32 {
  const character: u32 = load<u8>(at);
  if (character == Character.Plus || character == Character.Hash) return -1;
  return <i32>sequenceLength(at, left);
}

/** A character of one byte, behind the wildcards: nearly all are. One comparison, for one a byte is what a topic takes. */
function isPlain(byte: u32): bool {
  return ((byte + BEFORE_PLAIN) & 0xff) < PLAIN_CHARACTERS;
}

/** Ok, or why these bytes are not a topic name that can be published to. */
export function checkTopicName(at: usize, length: u32): i32 {
  if (length == 0) return Status.TopicEmpty; // [MQTT3-4.7.3-1] [MQTT5-4.7.3-1]
  if (length > MAX_TOPIC_BYTES) return Status.TopicTooLarge;
  const end: usize = at + length;
  let next: usize = at;
  while (true) {
    while (next < end && isPlain(load<u8>(next))) next++;
    if (next == end) return Status.Ok;
    const bytes: i32 = nameCharacter(next, <u32>(end - next));
    // [MQTT3-3.3.2-2] [MQTT3-4.7.1-1] [MQTT5-3.3.2-2] [MQTT5-4.7.0-1]
    if (bytes < 0) return Status.TopicWildcard;
    if (bytes == 0) return Status.BadUtf8; // [MQTT3-4.7.3-2] [MQTT5-4.7.3-2]
    next += <u32>bytes;
  }
}

/** Ok, or why these bytes are not a topic filter. */
export function checkTopicFilter(at: usize, length: u32): i32 {
  if (length == 0) return Status.TopicEmpty;
  if (length > MAX_TOPIC_BYTES) return Status.TopicTooLarge;
  // [MQTT3-3.8.3-1] [MQTT3-3.10.3-1] [MQTT5-3.8.3-1] [MQTT5-3.10.3-1]
  if (!isString(at, length)) return Status.BadUtf8;
  for (let i: u32 = 0; i < length; i++) {
    const character: u32 = load<u8>(at + i);
    if (character != Character.Plus && character != Character.Hash) continue;
    const startsLevel: bool = i == 0 || load<u8>(at + i - 1) == Character.Slash;
    const isLast: bool = i + 1 == length;
    if (!startsLevel) return Status.BadFilter;
    if (character == Character.Hash && !isLast) return Status.BadFilter; // [MQTT3-4.7.1-2] [MQTT5-4.7.1-1]
    if (!isLast && load<u8>(at + i + 1) != Character.Slash) return Status.BadFilter; // [MQTT3-4.7.1-3] [MQTT5-4.7.1-2]
  }
  return Status.Ok;
}

/** The end of the level that begins at `from`: the next slash, or the length. */
function levelEnd(at: usize, from: u32, length: u32): u32 {
  let i: u32 = from;
  while (i < length && load<u8>(at + i) != Character.Slash) i += 1;
  return i;
}

function sameBytes(a: usize, b: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i++) {
    if (load<u8>(a + i) != load<u8>(b + i)) return false;
  }
  return true;
}

export function sameText(a: usize, aLength: u32, b: usize, bLength: u32): bool {
  return aLength == bLength && sameBytes(a, b, aLength);
}

/** Whether a checked filter matches a topic name. Characters are compared as they are. [MQTT3-4.7.3-4] */
export function matches(filter: usize, filterLength: u32, topic: usize, topicLength: u32): bool {
  const leading: u32 = load<u8>(filter);
  // [MQTT3-4.7.2-1] a leading wildcard leaves out the server's own topics
  if (load<u8>(topic) == Character.Dollar && (leading == Character.Plus || leading == Character.Hash))
    return false;

  let f: u32 = 0;
  let t: u32 = 0;
  while (true) {
    const first: u32 = f < filterLength ? <u32>load<u8>(filter + f) : 0;
    if (first == Character.Hash) return true;
    const filterEnd: u32 = levelEnd(filter, f, filterLength);
    const topicEnd: u32 = levelEnd(topic, t, topicLength);
    if (first != Character.Plus && !sameText(filter + f, filterEnd - f, topic + t, topicEnd - t))
      return false;

    const filterIsOver: bool = filterEnd == filterLength;
    const topicIsOver: bool = topicEnd == topicLength;
    if (filterIsOver) return topicIsOver;
    // `a/#` matches its parent `a` too
    if (topicIsOver)
      return filterEnd + 2 == filterLength && load<u8>(filter + filterEnd + 1) == Character.Hash;
    f = filterEnd + 1;
    t = topicEnd + 1;
  }
}
