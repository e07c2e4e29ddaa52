// Owns what the client's events say about a sensor node, as plain data that outlives the block. Refuses to know who asks.

import type { ProtocolLevel } from "../words/protocol.ts";
import { type Field, readField } from "./block.ts";
import type { Core } from "./core.ts";
import {
  ClientLayout,
  ClosedBy,
  CloseReason,
  DropReason,
  Event,
  Property,
  SessionOutcome,
  type Status,
} from "./layout.generated.ts";

const FIELDS = ClientLayout.fields;

/** Of a property that is a text: behind its identifier and its length. */
const TEXT_AT = 3;

type Word<Table> = Uncapitalize<keyof Table & string>;

export type DropWord = Word<typeof DropReason>;
export type ReadingEnd = "published" | "rejected" | "handedOver" | DropWord;

/** A ticket is the client's number for a message until that message's end was told; then it is given out again. */
export type ClientEvent =
  | { readonly kind: "opening" }
  | {
      readonly kind: "connected";
      readonly session: Word<typeof SessionOutcome>;
      /** What is spoken on this connection, whatever was asked for. */
      readonly version: ProtocolLevel;
    }
  | {
      readonly kind: "refused";
      /** A return code of 3.1.1, from 1 to 5, or a reason code of 5. */
      readonly returnCode: number;
      /** The broker's reason string. */
      readonly said: string | null;
    }
  | {
      readonly kind: "closed";
      readonly reason: Word<typeof CloseReason>;
      readonly by: Word<typeof ClosedBy>;
      /** What the transport had to say about it. */
      readonly error: string | null;
      /** The reason code of the broker's DISCONNECT, if that ended it. */
      readonly code: number | null;
      /** Its reason string, which is there only when the transport is to be closed: see `readReasonString`. */
      readonly said: string | null;
    }
  | { readonly kind: "message"; readonly topic: string; readonly payload: string }
  | { readonly kind: "ended"; readonly ticket: number; readonly end: ReadingEnd }
  | { readonly kind: "statusPublished"; readonly text: number }
  | { readonly kind: "statusRefused"; readonly text: number }
  | { readonly kind: "secondDevice" };

export interface ReadingTaken {
  readonly kind: "reading";
  /** Counts from 1 in every life of the device. */
  readonly seq: number;
  /** Null: the sensor did not answer. */
  readonly thousandths: number | null;
  /** Null: accepted. */
  readonly refusal: Word<typeof Status> | null;
}

/** What a device tells its observers. */
export type DeviceEvent =
  | ReadingTaken
  | { readonly kind: "readingEnded"; readonly seq: number; readonly end: ReadingEnd }
  | { readonly kind: "status"; readonly status: "online" | "offline" }
  | { readonly kind: "statusRefused"; readonly status: "online" | "offline" }
  | { readonly kind: "output"; readonly output: number; readonly isOn: boolean }
  | Exclude<ClientEvent, { readonly kind: "ended" } | { readonly text: number }>;

/** The event that `poll` has just answered; null for one that only the port has to do with. */
export function readClientEvent(core: Core, client: number, event: Event): ClientEvent | null {
  switch (event) {
    case Event.OpenTransport:
      return { kind: "opening" };
    case Event.Connected:
      return {
        kind: "connected",
        session: wordOf(SessionOutcome, readField(core, client, FIELDS.eventCode)),
        version: readField(core, client, FIELDS.version) as ProtocolLevel,
      };
    case Event.Refused: {
      const returnCode = readField(core, client, FIELDS.eventCode);
      return { kind: "refused", returnCode, said: readReasonString(core, client) };
    }
    case Event.Closed:
      return readClosed(core, client);
    case Event.Message:
      return readMessage(core, client);
    case Event.Published:
      return endedAs("published", core, client);
    case Event.HandedOver:
      return endedAs("handedOver", core, client);
    case Event.Rejected:
      return endedAs("rejected", core, client);
    case Event.Dropped:
      return endedAs(wordOf(DropReason, readField(core, client, FIELDS.eventCode)), core, client);
    case Event.StatusPublished:
      return { kind: "statusPublished", text: readField(core, client, FIELDS.eventFilter) };
    case Event.StatusRefused:
      return { kind: "statusRefused", text: readField(core, client, FIELDS.eventFilter) };
    case Event.SecondDevice:
      return { kind: "secondDevice" };
    default:
      return null;
  }
}

function readClosed(core: Core, client: number): ClientEvent {
  const reason = readField(core, client, FIELDS.eventCode);
  const isTold = reason === CloseReason.ServerDisconnect;
  return {
    kind: "closed",
    reason: wordOf(CloseReason, reason),
    by: wordOf(ClosedBy, readField(core, client, FIELDS.eventFlag)),
    error: null,
    code: isTold ? core.exports.eventReason(client) : null,
    said: null,
  };
}

/** What the broker said in words about `Refused`, or by DISCONNECT about `CloseTransport`, if `poll` has just answered that; null: nothing. */
export function readReasonString(core: Core, client: number): string | null {
  const { exports } = core;
  for (let at = exports.nextProperty(client, 0); at !== 0; at = exports.nextProperty(client, at)) {
    const from = client + at;
    if (core.bytes[from] !== Property.ReasonString) continue;
    return core.bytes.toString("utf8", from + TEXT_AT, from + exports.propertyLength(client, at));
  }
  return null;
}

function endedAs(end: ReadingEnd, core: Core, client: number): ClientEvent {
  return { kind: "ended", ticket: readField(core, client, FIELDS.eventTicket), end };
}

/** Topic and payload of the message that was reported last. */
export function readMessage(core: Core, client: number): Extract<ClientEvent, { readonly kind: "message" }> {
  return {
    kind: "message",
    topic: textAt(core, client, FIELDS.eventTopicAt, FIELDS.eventTopicLength),
    payload: textAt(core, client, FIELDS.eventPayloadAt, FIELDS.eventPayloadLength),
  };
}

function textAt(core: Core, client: number, at: Field, length: Field): string {
  const from = client + readField(core, client, at);
  return core.bytes.toString("utf8", from, from + readField(core, client, length));
}

const WORDS = new Map<object, ReadonlyMap<number, string>>();

function wordsOf(table: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  const known = WORDS.get(table);
  if (known !== undefined) return known;
  const words = new Map(
    Object.entries(table).map(([name, value]) => [value, `${name.charAt(0).toLowerCase()}${name.slice(1)}`]),
  );
  WORDS.set(table, words);
  return words;
}

/** The name of a number of the client's, as a word. */
export function wordOf<Table extends Readonly<Record<string, number>>>(
  table: Table,
  value: number,
): Word<Table> {
  const word = wordsOf(table).get(value);
  if (word === undefined) throw new Error(`the client answered ${value}, which has no name`);
  return word as Word<Table>;
}
