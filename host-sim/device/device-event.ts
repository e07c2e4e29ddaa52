// Owns what the client's events say about a sensor node, as plain data that outlives the block. Refuses to know who asks.

import { type Field, readField } from "./block.ts";
import type { Core } from "./core.ts";
import {
  ClientLayout,
  ClosedBy,
  CloseReason,
  DropReason,
  Event,
  SessionOutcome,
  type Status,
} from "./layout.generated.ts";

const FIELDS = ClientLayout.fields;

type Word<Table> = Uncapitalize<keyof Table & string>;

export type DropWord = Word<typeof DropReason>;
export type ReadingEnd = "published" | "handedOver" | DropWord;

/** A ticket is the client's number for a message until that message's end was told; then it is given out again. */
export type ClientEvent =
  | { readonly kind: "opening" }
  | { readonly kind: "connected"; readonly session: Word<typeof SessionOutcome> }
  | { readonly kind: "refused"; readonly returnCode: number }
  | {
      readonly kind: "closed";
      readonly reason: Word<typeof CloseReason>;
      readonly by: Word<typeof ClosedBy>;
      /** What the transport had to say about it. */
      readonly error: string | null;
    }
  | { readonly kind: "message"; readonly topic: string; readonly payload: string }
  | { readonly kind: "ended"; readonly ticket: number; readonly end: ReadingEnd }
  | { readonly kind: "statusPublished"; readonly text: number }
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
  | { readonly kind: "output"; readonly output: number; readonly isOn: boolean }
  | Exclude<ClientEvent, { readonly kind: "ended" | "statusPublished" }>;

/** The event that `poll` has just answered; null for one that only the port has to do with. */
export function readClientEvent(core: Core, client: number, event: Event): ClientEvent | null {
  switch (event) {
    case Event.OpenTransport:
      return { kind: "opening" };
    case Event.Connected:
      return {
        kind: "connected",
        session: wordOf(SessionOutcome, readField(core, client, FIELDS.eventCode)),
      };
    case Event.Refused:
      return { kind: "refused", returnCode: readField(core, client, FIELDS.eventCode) };
    case Event.Closed:
      return {
        kind: "closed",
        reason: wordOf(CloseReason, readField(core, client, FIELDS.eventCode)),
        by: wordOf(ClosedBy, readField(core, client, FIELDS.eventFlag)),
        error: null,
      };
    case Event.Message:
      return readMessage(core, client);
    case Event.Published:
      return endedAs("published", core, client);
    case Event.HandedOver:
      return endedAs("handedOver", core, client);
    case Event.Dropped:
      return endedAs(wordOf(DropReason, readField(core, client, FIELDS.eventCode)), core, client);
    case Event.StatusPublished:
      return { kind: "statusPublished", text: readField(core, client, FIELDS.eventFilter) };
    case Event.SecondDevice:
      return { kind: "secondDevice" };
    default:
      return null;
  }
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
