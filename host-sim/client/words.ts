// Owns the words for the client's numbers: names that scripts may rely on, sentences for people. Decides nothing.

import { CloseReason, DropReason, Phase, Status } from "../device/layout.generated.ts";
import { FIRST_FAILURE } from "../words/reason-codes.ts";
import type { Properties } from "./properties/table.ts";
import { reasonWord, reasonWords } from "./reasons.ts";

type Numbers = Readonly<Record<string, number>>;

/** `OutboxFull` is `outbox-full`. */
function kebab(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

function namesOf(numbers: Numbers): ReadonlyMap<number, string> {
  return new Map(Object.entries(numbers).map(([name, value]) => [value, kebab(name)]));
}

const statusNames = namesOf(Status);
const phaseNames = namesOf(Phase);
const closeNames = namesOf(CloseReason);
const dropNames = new Map(namesOf(DropReason))
  .set(DropReason.OutcomeUnknown, "session-lost-outcome-unknown")
  .set(DropReason.NotSupported, "not-supported-by-broker");

/** Such as `outbox-full`, for what a call answered when it refused. */
export function statusName(status: number): string {
  return statusNames.get(status) ?? `status-${status}`;
}

export function phaseName(phase: number): string {
  return phaseNames.get(phase) ?? `phase-${phase}`;
}

/** Such as `peer-silent`, for why a connection ended. */
export function closeName(reason: number): string {
  return closeNames.get(reason) ?? `reason-${reason}`;
}

/** Such as `session-lost`, for why an accepted message ended unpublished. */
export function dropName(reason: number): string {
  return dropNames.get(reason) ?? `reason-${reason}`;
}

const STATUS_SENTENCES: Numbered = {
  [Status.TopicEmpty]: "a topic needs at least one character",
  [Status.TopicWildcard]: "a topic that is published to holds no + or #",
  [Status.BadUtf8]: "the text is not well-formed UTF-8, or holds the character U+0000",
  [Status.QosRange]: "QoS is 0, 1 or 2",
  [Status.PayloadTooLarge]: "the payload is larger than MQTT, or the outbox, allows",
  [Status.TopicTooLarge]: "the topic is longer than 65,535 bytes, or than the outbox",
  [Status.OutboxFull]: "the outbox is full",
  [Status.TooManyFilters]: "every place for a topic filter is taken: raise capacities.filters",
  [Status.TooManyTexts]: "every place for a text is taken: raise capacities.texts",
  [Status.TextBytesFull]: "the bytes for texts are used up: raise capacities.textBytes",
  [Status.Offline]: "there is no connection, and a QoS 0 message does not wait for one",
  [Status.BadFilter]: "in a topic filter, # stands last and alone in its level, + alone in its level",
  [Status.ClientIdRequired]: "a client id is needed: always in MQTT 3.1, in 3.1.1 with clean: false",
  [Status.ClientIdTooLong]: "MQTT 3.1 allows a client id of at most 23 bytes",
  [Status.PasswordWithoutUser]: "a password needs a user name",
  [Status.CapacityRange]: "a capacity is out of range",
  [Status.VersionUnknown]: "this client does not speak that version of MQTT",
  [Status.BadProperties]: "the properties do not fit together, or not what is there already",
  [Status.NotSupported]: "the broker takes no message of this QoS, or none that is retained",
};

type Numbered = Readonly<Record<number, string>>;

export function statusSentence(status: number): string {
  return STATUS_SENTENCES[status] ?? `the client answered ${statusName(status)}`;
}

const DROP_SENTENCES: Numbered = {
  [DropReason.Offline]: "there was no connection",
  [DropReason.ConnectionClosed]: "the connection closed before the message had left",
  [DropReason.Overflow]: "a newer message needed its place",
  [DropReason.Superseded]: "a newer message of the same topic took its place",
  [DropReason.SessionLost]: "the broker forgot the session before it acknowledged the message",
  [DropReason.OutcomeUnknown]:
    "the broker forgot the session in the last steps of the message: it may or may not have been published",
  [DropReason.Cancelled]: "it was taken back before it was sent",
  [DropReason.Expired]: "its time was over before it could be sent",
  [DropReason.NotSupported]: "the broker takes no message of its QoS or size, or none that is retained",
};

export function dropSentence(reason: number): string {
  return DROP_SENTENCES[reason] ?? `it was dropped: ${dropName(reason)}`;
}

const CLOSE_SENTENCES: Numbered = {
  [CloseReason.Goodbye]: "the connection was ended",
  [CloseReason.Link]: "the connection was lost",
  [CloseReason.Server]: "the broker closed the connection",
  [CloseReason.ConnectTimeout]: "the broker did not answer in time",
  [CloseReason.PeerSilent]: "the broker did not answer a ping in time",
  [CloseReason.InboundFull]: "the broker sent more QoS 2 messages at once than there is room for",
  [CloseReason.NoRoomForClientId]: "the broker gave a client id that there is no room for",
};

/** What the peer did wrong has no sentence of its own: its name says it. */
export function closeSentence(reason: number): string {
  return CLOSE_SENTENCES[reason] ?? `the connection was closed: ${closeName(reason)}`;
}

/** CONNACK's return codes before MQTT 5. [MQTT3-3.2.2-4] */
const REFUSALS: readonly { readonly code: string; readonly sentence: string }[] = [
  { code: "bad-protocol-version", sentence: "it does not speak this version of MQTT" },
  { code: "bad-client-id", sentence: "it does not accept the client id" },
  { code: "server-unavailable", sentence: "it is unavailable" },
  { code: "bad-user-name-or-password", sentence: "the user name or the password is wrong" },
  { code: "not-authorised", sentence: "this client is not authorised to connect" },
];

/** Of a CONNACK's return code, or in MQTT 5 its reason code. */
export function refusalName(code: number): string {
  if (code >= FIRST_FAILURE) return reasonWord(code);
  return REFUSALS[code - 1]?.code ?? `return-code-${code}`;
}

export function refusalSentence(code: number, properties: Properties | null = null): string {
  const why = code >= FIRST_FAILURE ? reasonWords(code, properties) : REFUSALS[code - 1]?.sentence;
  return `the broker refused the connection: ${why ?? `code ${code}`}`;
}
