// Owns what the client's events say about a sensor node, as plain data that outlives the block. Refuses to know who asks.

import { blockBytes, clientField } from "./block.ts";
import type { Core } from "./core.ts";
import { ClosedBy, CloseReason, DropReason, Event, SessionOutcome, type Status } from "./layout.generated.ts";

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
  const code = clientField(core, client, "eventCode");
  const ticket = clientField(core, client, "eventTicket");
  switch (event) {
    case Event.OpenTransport:
      return { kind: "opening" };
    case Event.Connected:
      return { kind: "connected", session: wordOf(SessionOutcome, code) };
    case Event.Refused:
      return { kind: "refused", returnCode: code };
    case Event.Closed:
      return {
        kind: "closed",
        reason: wordOf(CloseReason, code),
        by: wordOf(ClosedBy, clientField(core, client, "eventFlag")),
        error: null,
      };
    case Event.Message:
      return { kind: "message", ...readMessage(core, client) };
    case Event.Published:
      return { kind: "ended", ticket, end: "published" };
    case Event.HandedOver:
      return { kind: "ended", ticket, end: "handedOver" };
    case Event.Dropped:
      return { kind: "ended", ticket, end: wordOf(DropReason, code) };
    case Event.StatusPublished:
      return { kind: "statusPublished", text: clientField(core, client, "eventFilter") };
    case Event.SecondDevice:
      return { kind: "secondDevice" };
    default:
      return null;
  }
}

/** Topic and payload of the message that was reported last. */
export function readMessage(
  core: Core,
  client: number,
): { readonly topic: string; readonly payload: string } {
  const text = (at: "eventTopicAt" | "eventPayloadAt", length: "eventTopicLength" | "eventPayloadLength") =>
    blockBytes(core, client, clientField(core, client, at), clientField(core, client, length)).toString();
  return {
    topic: text("eventTopicAt", "eventTopicLength"),
    payload: text("eventPayloadAt", "eventPayloadLength"),
  };
}

/** The name of a number of the client's, as a word. */
export function wordOf<Table extends Readonly<Record<string, number>>>(
  table: Table,
  value: number,
): Word<Table> {
  const name = Object.keys(table).find((key) => table[key] === value);
  if (name === undefined) throw new Error(`the client answered ${value}, which has no name`);
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}` as Word<Table>;
}
