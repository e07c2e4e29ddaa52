// Owns how packets and events are written in a vector: one line each, read and written. Knows nothing of running a client.
//
//   CONNACK sp=1 code=0            PUBLISH "a/b" "21.5" qos=1 id=7 retain dup     SUBACK id=3 codes=0,1,128
//   PUBACK id=7                    PUBLISH "a" "x"*16384                           hex 30 05 00 01 "a" ff*2
//   PUBREC id=7 code=0x97 reasonString="full"       of MQTT 5; a code of 0 is not written
//
// A text is a JSON string, perhaps repeated with `*`. `hex` takes bytes, repeated bytes and texts, for what no client of a
// codec would ever write. What is none of a packet's own words is a property of MQTT 5, by mqtt-packet's name.

import { generate, type Packet, parser } from "mqtt-packet";
import { ClosedBy, CloseReason, DropReason, Event, SessionOutcome } from "../../layout.generated.ts";
import type { Seen } from "./block-under-test.ts";

/** 3.1.1, whose packets 3.1 has too but for CONNECT, and 5. */
export type Version = 4 | 5;

const OWN_WORDS = ["id", "sp", "code", "qos", "retain", "dup", "codes"];

/** The words of a line: texts in quotes stay whole. */
export function wordsOf(line: string): readonly string[] {
  return line.match(/(?:\w+=)?"(?:[^"\\]|\\.)*"(?:\*\d+)?(?:=\S+)?|\S+/g) ?? [];
}

export function textOf(word: string): string {
  const [, quoted = '""', times = "1"] = /^("(?:[^"\\]|\\.)*")(?:\*(\d+))?/.exec(word) ?? [];
  return (JSON.parse(quoted) as string).repeat(Number(times));
}

export function optionsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const pairs = words
    .filter((word) => !word.startsWith('"'))
    .map((word) => word.split("=") as [string, string?]);
  return new Map(pairs.map(([key, value]) => [key, value ?? "1"]));
}

function hexBytes(words: readonly string[]): Buffer {
  return Buffer.concat(
    words.map((word) => {
      if (word.startsWith('"')) return Buffer.from(textOf(word));
      const [byte = "", times = "1"] = word.split("*");
      return Buffer.alloc(Number(times), Buffer.from(byte, "hex"));
    }),
  );
}

function propertiesIn(options: ReadonlyMap<string, string>): Readonly<Record<string, number | string>> {
  const properties = [...options].filter(([name]) => !OWN_WORDS.includes(name));
  return Object.fromEntries(
    properties.map(([name, value]) => [name, value.startsWith('"') ? textOf(value) : Number(value)]),
  );
}

/** The bytes of a packet line. */
export function packetBytes(line: string, version: Version = 4): Buffer {
  const [type = "", ...rest] = wordsOf(line);
  if (type === "hex") return hexBytes(rest);
  const texts = rest.filter((word) => word.startsWith('"')).map(textOf);
  const options = optionsOf(rest);
  const number = (name: string) => Number(options.get(name) ?? 0);
  const packet = {
    cmd: type.toLowerCase(),
    messageId: number("id"),
    sessionPresent: number("sp") === 1,
    returnCode: number("code"),
    reasonCode: number("code"),
    topic: texts[0] ?? "",
    payload: texts[1] ?? "",
    qos: number("qos"),
    retain: options.has("retain"),
    dup: options.has("dup"),
    granted: (options.get("codes") ?? "0").split(",").map(Number),
    properties: version === 5 ? propertiesIn(options) : undefined,
  };
  return generate(packet as unknown as Packet, { protocolVersion: version });
}

/** A text as a line has it: one character many times over is written once, and what does not print as its number. */
function quoted(text: string): string {
  const isRun = text.length > 8 && text === (text[0] ?? "").repeat(text.length);
  const escaped = JSON.stringify(isRun ? text[0] : text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return isRun ? `${escaped}*${text.length}` : escaped;
}

function flagWords(flags: Readonly<Record<string, boolean>>): string {
  return Object.entries(flags)
    .filter(([, isSet]) => isSet)
    .map(([word]) => ` ${word}`)
    .join("");
}

/** What only MQTT 5 has behind the rest: a code that is not 0, and properties. */
function fivesWords(packet: Packet): string {
  const { reasonCode = 0, properties = {} } = packet as { reasonCode?: number; properties?: object };
  const code = reasonCode === 0 ? "" : ` code=0x${reasonCode.toString(16)}`;
  const words = Object.entries(properties).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return [code, ...words].join("");
}

function packetLine(packet: Packet): string {
  const type = packet.cmd.toUpperCase();
  switch (packet.cmd) {
    case "connect":
      return `CONNECT${packet.clean ? " clean" : ""}`;
    case "publish": {
      const id = packet.qos > 0 ? ` qos=${packet.qos} id=${packet.messageId}` : "";
      const flags = flagWords({ retain: packet.retain, dup: packet.dup });
      return `PUBLISH ${quoted(packet.topic)} ${quoted(packet.payload.toString())}${id}${flags}${fivesWords(packet)}`;
    }
    case "subscribe":
      return `SUBSCRIBE id=${packet.messageId} ${packet.subscriptions.map(({ topic, qos }) => `${quoted(topic)}=${qos}`).join(" ")}`;
    case "unsubscribe":
      return `UNSUBSCRIBE id=${packet.messageId} ${packet.unsubscriptions.map(quoted).join(" ")}`;
    case "pingreq":
      return type;
    case "disconnect":
    case "auth":
      return `${type}${fivesWords(packet)}`;
    default:
      return `${type} id=${packet.messageId}${fivesWords(packet)}`;
  }
}

/** The packets that a client sent, a line each, and what is left of one cut short. */
export function packetLines(bytes: Uint8Array, version: Version = 4): readonly string[] {
  const lines: string[] = [];
  const reader = parser({ protocolVersion: version });
  reader.on("packet", (packet) => lines.push(packetLine(packet)));
  reader.on("error", (error) => lines.push(`not MQTT: ${error.message}`));
  const left = reader.parse(Buffer.from(bytes));
  return left > 0 ? [...lines, `${left} bytes of a packet cut short`] : lines;
}

export function nameOf(values: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(values).find(([, number]) => number === value)?.[0] ?? String(value);
}

function messageLine(seen: Seen): string {
  const isPart = seen.payloadLength !== seen.total;
  const flags = flagWords({ retain: seen.retain, dup: seen.dup });
  const part = isPart ? ` part=${seen.partOffset}/${seen.total}` : "";
  const filter = seen.filter === 0 ? "" : ` filter=${seen.filter}`;
  return `Message ${quoted(seen.topic)} ${quoted(seen.payload.toString())} qos=${seen.qos}${flags}${filter}${part}`;
}

/** An event as a line; a message of ours has the number of the call that published it. */
export function eventLine(seen: Seen, numberOf: (ticket: number) => number): string {
  const name = nameOf(Event, seen.event);
  switch (seen.event) {
    case Event.Connected:
      return `${name} ${nameOf(SessionOutcome, seen.code)} sp=${seen.flag}`;
    case Event.Refused:
    case Event.Authenticate:
      return `${name} code=${seen.code}`;
    case Event.CloseTransport:
      return `${name} ${nameOf(CloseReason, seen.code)}`;
    case Event.Closed:
      return `${name} ${nameOf(CloseReason, seen.code)} by=${nameOf(ClosedBy, seen.flag)}`;
    case Event.Message:
      return messageLine(seen);
    case Event.MessageAborted:
      return `${name} had=${seen.partOffset} of=${seen.total}`;
    case Event.MessageTooLarge:
      return `${name} ${quoted(seen.topic)} total=${seen.total}`;
    case Event.Published:
    case Event.HandedOver:
      return `${name} #${numberOf(seen.ticket)}`;
    case Event.Rejected:
      return `${name} #${numberOf(seen.ticket)} code=${seen.code}`;
    case Event.Dropped:
      return `${name} #${numberOf(seen.ticket)} ${nameOf(DropReason, seen.code)}`;
    case Event.PartWanted:
      return `${name} #${numberOf(seen.ticket)} bytes=${seen.payloadLength}`;
    case Event.Subscribed:
      return `${name} ${seen.filter} code=${seen.code}`;
    case Event.Unsubscribed:
      return `${name} ${seen.filter}`;
    default:
      return name;
  }
}
