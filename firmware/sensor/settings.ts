// How a device is made: the board's name, its topics, its will and what it listens to, all given to the client. When and how
// it connects is the port's business.

import { Client } from "../../assembly/client/block";
import { Status } from "../../assembly/client/status";
import {
  blockBytes,
  init,
  prepareBytes,
  prepareString,
  prepareTopic,
  setClientId,
  setStatus,
  setStatusTopic,
  setWill,
  subscribe,
} from "../../assembly/index";
import { Option } from "../../assembly/session/entry-state";
import { writeIdentity } from "./board";
import { LONGEST_INTERVAL_MS } from "./sampling";
import { clientOf, IDENTITY_BYTES, ownBytes, Sensor, textAddress, topicAddress } from "./sensor";
import { writeText } from "./text";
import { writeTopic } from "./topics";
import { COMMAND_LEVEL, OFFLINE, ONLINE, READING_LEVEL, STATUS_LEVEL } from "./words";

const AT_LEAST_ONCE: u32 = 1;
const RETAIN: u32 = 4;

/** Bytes of a device whose client has these capacities, or CapacityRange. */
export function sizeOfDevice(
  receive: u32,
  outbox: u32,
  entries: u32,
  window: u32,
  inboundIds: u32,
  texts: u32,
  textBytes: u32,
  filters: u32,
): i32 {
  const bytes: i32 = blockBytes(receive, outbox, entries, window, inboundIds, texts, textBytes, filters);
  return bytes < 0 ? bytes : bytes + <i32>ownBytes();
}

/** Every field but the settings and the handles, which are known only later. */
function clear(s: Sensor): void {
  s.readings = 0;
  s.accepted = 0;
  s.refused = 0;
  s.published = 0;
  s.dropped = 0;
  s.lastThousandths = 0;
  s.lastTicket = 0;
  s.waitSinceMs = 0;
  s.waitMs = 0;
  s.expirySeconds = 0;
  s.untold = 0;
  s.told = 0;
  s.noticeTicket = 0;
  s.owedNotices = 0;
  s.notice = 0;
  s.isSampling = false;
  s.reserved = 0;
}

/** The board's name is the client id as well. */
function prepareIdentity(s: Sensor): i32 {
  const c: Client = clientOf(s);
  const length: u32 = writeIdentity(textAddress(s), IDENTITY_BYTES);
  if (length == 0 || length > IDENTITY_BYTES) return Status.ArgumentRange;
  const text: i32 = prepareString(c, textAddress(s), length);
  if (text < 0) return text;
  s.identityText = <u16>text;
  return setClientId(c, <u32>text);
}

function prepareWord(s: Sensor, word: usize): i32 {
  const at: usize = textAddress(s);
  const end: usize = writeText(at, word);
  return prepareBytes(clientOf(s), at, <u32>(end - at));
}

/** Born `online`; `offline` by its will, or as its last word. */
function prepareStatus(s: Sensor): i32 {
  const c: Client = clientOf(s);
  const length: u32 = writeTopic(s, STATUS_LEVEL);
  const topic: i32 = prepareTopic(c, topicAddress(s), length);
  if (topic < 0) return topic;
  const online: i32 = prepareWord(s, ONLINE);
  if (online < 0) return online;
  const offline: i32 = prepareWord(s, OFFLINE);
  if (offline < 0) return offline;
  s.onlineText = <u16>online;
  setWill(c, <u32>topic, <u32>offline, AT_LEAST_ONCE | RETAIN | <u32>Option.MayLower);
  setStatusTopic(c, <u32>topic, <u32>offline);
  setStatus(c, <u32>online);
  // the device watches its own status: a will that comes late is answered by the client
  return subscribe(c, topicAddress(s), length, AT_LEAST_ONCE);
}

function prepareReading(s: Sensor): i32 {
  const length: u32 = writeTopic(s, READING_LEVEL);
  const topic: i32 = prepareTopic(clientOf(s), topicAddress(s), length);
  s.readingTopic = topic < 0 ? 0 : <u16>topic;
  return topic;
}

function listen(s: Sensor): i32 {
  const length: u32 = writeTopic(s, COMMAND_LEVEL);
  const filter: i32 = subscribe(clientOf(s), topicAddress(s), length, AT_LEAST_ONCE);
  s.commandFilter = filter < 0 ? 0 : <u16>filter;
  return filter;
}

function prepare(s: Sensor): i32 {
  let answer: i32 = prepareIdentity(s);
  if (answer >= 0) answer = prepareStatus(s);
  if (answer >= 0) answer = prepareReading(s);
  if (answer >= 0) answer = listen(s);
  return answer;
}

/** Makes a fresh device. When it is refused, there is none. */
export function initialise(
  s: Sensor,
  receive: u32,
  outbox: u32,
  entries: u32,
  window: u32,
  inboundIds: u32,
  texts: u32,
  textBytes: u32,
  filters: u32,
  qos: u32,
  intervalMs: u32,
): i32 {
  if (qos > 2) return Status.QosRange;
  if (intervalMs == 0 || intervalMs > LONGEST_INTERVAL_MS) return Status.ArgumentRange;
  const c: Client = clientOf(s);
  const bytes: i32 = init(c, receive, outbox, entries, window, inboundIds, texts, textBytes, filters);
  if (bytes < 0) return bytes;
  clear(s);
  s.qos = <u8>qos;
  s.intervalMs = intervalMs;
  const refusal: i32 = prepare(s);
  if (refusal >= 0) return bytes + <i32>ownBytes();
  c.magic = 0;
  return refusal;
}
