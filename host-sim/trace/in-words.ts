// Owns each happening as a person would tell it. Refuses to know colours, and how lines stand on a page.

import { FIRST_FAILURE, reasonName } from "../words/reason-codes.ts";
import type { Happening } from "./happening.ts";
import { quoted } from "./values.ts";
import type { HappeningKind, HappeningOf } from "./vocabulary.ts";

type Words = { readonly [Kind in HappeningKind]: (happening: HappeningOf<Kind>) => string };

/** Those of section 2.2.1, and MQTT 5's AUTH, by their numbers. */
const PACKET_NAMES: readonly string[] =
  "? CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK PINGREQ PINGRESP DISCONNECT AUTH".split(
    " ",
  );
const PACKETS_WITH_CODE: ReadonlySet<string> = new Set(["CONNACK", "SUBACK", "UNSUBACK"]);
/** Of these 0 goes without saying. */
const PACKETS_WITH_REASON: ReadonlySet<string> = new Set([
  "PUBACK",
  "PUBREC",
  "PUBREL",
  "PUBCOMP",
  "DISCONNECT",
]);

const VERSION_NAMES = { 3: "3.1", 4: "3.1.1", 5: "5" } as const;

const WORDS: Words = {
  power: ({ isOn, cause }) => `${isOn ? "on" : "off"}: ${cause}`,
  link: ({ downWhy }) => (downWhy === null ? "up" : `down: ${shown(downWhy)}`),
  radio: ({ state, why }) => because(state, why),
  opening: () => "the client wants a connection",
  connected: ({ session, version }) => `session ${session}, MQTT ${VERSION_NAMES[version]}`,
  refused: ({ returnCode, said }) => because(`by the broker, ${codeInWords(returnCode)}`, said),
  closed: closedWords,
  packet: packetWords,
  segment: segmentWords,
  reading: ({ seq, thousandths, refusal }) =>
    `${seq}: ${temperature(thousandths)}${refusal === null ? "" : `, refused: ${inWords(refusal)}`}`,
  readingEnded: ({ seq, end }) => `${seq}: ${inWords(end)}`,
  status: ({ status: text }) => `${text}, acknowledged`,
  statusRefused: ({ status: text }) => `${text}, not taken by the broker`,
  message: ({ topic, payload }) => `${shown(topic)} ${quoted(payload)}`,
  output: ({ output, isOn }) => `${output} ${isOn ? "on" : "off"}`,
  secondDevice: () => "another device seems to use this client id",
  goodbye: () => "told to say goodbye",
  left: () => "goodbye is over",
  overrun: () => "bytes around its memory have changed",
  seen: ({ level, payload, isRetained }) =>
    `${shown(level)} ${quoted(payload)}${isRetained ? ", retained" : ""}`,
  session: ({ what }) => `${what} in the broker`,
  will: () => "published by the broker",
  brokerClosed: ({ why }) => shown(why),
  illegal: ({ statement, what }) => `[${shown(statement)}] ${shown(what)}`,
  commanded: ({ number, qos, isRetained, payload }) =>
    `${number}: QoS ${qos}${isRetained ? ", retained" : ""} ${quoted(payload)}`,
  fault: ({ fault }) => shown(fault),
  broker: ({ isUp, hasForgotten }) => `${isUp ? "up" : "down"}${hasForgotten ? ", all forgotten" : ""}`,
  samplingEnded: () => "no more readings, no more faults",
};

/** What the fields of a happening say, on one line that is safe to print. */
export function inOurWords(happening: Happening): string {
  const tell = WORDS[happening.kind] as (happening: Happening) => string;
  return tell(happening);
}

const DAY_MS = 86_400_000;

/** `d hh:mm:ss.mmm` since the start. What is finer than a millisecond is cut off. */
export function timeInWords(atMs: number): string {
  const ms = Math.floor(atMs);
  const part = (unitMs: number, count: number, digits: number): string =>
    String(Math.floor(ms / unitMs) % count).padStart(digits, "0");
  const clock = `${part(3_600_000, 24, 2)}:${part(60_000, 60, 2)}:${part(1000, 60, 2)}.${part(1, 1000, 3)}`;
  return `${Math.floor(ms / DAY_MS)} ${clock}`;
}

function packetWords(packet: HappeningOf<"packet">): string {
  const { way, connection, type, packetId, qos, isDup, isRetain, code, isSessionPresent, bytes } = packet;
  const { properties } = packet;
  const packetName = PACKET_NAMES[type] ?? String(type);
  const said = [`${way === "out" ? "->" : "<-"} ${packetName}`];
  if (packetId !== null) said.push(`${packetId}`);
  if (packetName === "PUBLISH") said.push(`QoS ${qos}`);
  if (isDup) said.push("DUP");
  if (isRetain) said.push("retain");
  if (PACKETS_WITH_CODE.has(packetName) || (code > 0 && PACKETS_WITH_REASON.has(packetName)))
    said.push(`code ${code}`);
  if (isSessionPresent) said.push("session present");
  if (properties !== null) said.push(`properties ${shown(properties)}`);
  return `${said.join(" ")}, ${bytes} bytes, connection ${connection}`;
}

function closedWords({ reason, by, error, code, said }: HappeningOf<"closed">): string {
  const ended = because(`${inWords(reason)}, by ${by}`, error);
  return code === null ? ended : because(`${ended}, ${codeInWords(code)}`, said);
}

/** In 3.1.1 they are numbers alone. */
function codeInWords(code: number): string {
  return code < FIRST_FAILURE ? `code ${code}` : `code ${code}, ${reasonName(code)}`;
}

function segmentWords(segment: HappeningOf<"segment">): string {
  const { way, fate, why, connection, seq, ack, window: room, flags, payload } = segment;
  const what = `${shown(flags)} seq ${seq} ack ${ack} window ${room}, ${payload.length / 2} bytes`;
  return `${way} ${because(fate, why)}: ${what}, connection ${connection}`;
}

function because(what: string, why: string | null): string {
  return why === null ? what : `${what} (${shown(why)})`;
}

/** Without quotes where nothing needs them. */
function shown(text: string): string {
  return quoted(text).slice(1, -1);
}

/** `sessionLost` as words. */
function inWords(word: string): string {
  return word.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function temperature(thousandths: number | null): string {
  return thousandths === null ? "no value" : `${(thousandths / 1000).toFixed(3)} °C`;
}
