// Owns what a client's events say, as plain data that outlives the block. Knows nothing of who asks, and judges nothing.
import { blockBytes, type ClientField, clientField } from "../../device/block.ts";
import type { Core } from "../../device/core.ts";
import { type DropWord, wordOf } from "../../device/device-event.ts";
import { ClosedBy, CloseReason, DropReason, Event, SessionOutcome } from "../../device/layout.generated.ts";
import type { StreamError } from "../../net/stream.ts";

export type MessageEnd = "published" | "handedOver" | DropWord;

type WordOf<Table> = Uncapitalize<keyof Table & string>;

export type Happening =
  | { readonly kind: "connected"; readonly session: WordOf<typeof SessionOutcome>; readonly present: boolean }
  | { readonly kind: "refused"; readonly returnCode: number }
  | {
      readonly kind: "closed";
      readonly reason: WordOf<typeof CloseReason>;
      readonly by: WordOf<typeof ClosedBy>;
      readonly error: StreamError | null;
      /** How long it waits before the next attempt, or what is left of an earlier wait if there is none. */
      readonly waitMs: number;
    }
  | {
      readonly kind: "message";
      readonly topic: string;
      readonly payload: string;
      readonly qos: number;
      readonly retain: boolean;
      readonly dup: boolean;
      readonly offset: number;
      readonly total: number;
    }
  | { readonly kind: "messageAborted"; readonly offset: number; readonly total: number }
  | { readonly kind: "messageTooLarge"; readonly total: number }
  | { readonly kind: "ended"; readonly ticket: number; readonly end: MessageEnd }
  | { readonly kind: "subscribed"; readonly code: number }
  | { readonly kind: "statusPublished" }
  | { readonly kind: "secondDevice" };

/** The event that `poll` has just answered; null for one that only concerns whoever drives the client. */
export function readHappening(
  core: Core,
  block: number,
  event: Event,
  error: StreamError | null,
): Happening | null {
  const field = (name: ClientField): number => clientField(core, block, name);
  const code = field("eventCode");
  const ended = (end: MessageEnd): Happening => ({ kind: "ended", ticket: field("eventTicket"), end });
  switch (event) {
    case Event.Connected:
      return {
        kind: "connected",
        session: wordOf(SessionOutcome, code),
        present: field("eventFlag") === 1,
      };
    case Event.Refused:
      return { kind: "refused", returnCode: code };
    case Event.Closed: {
      const by = wordOf(ClosedBy, field("eventFlag"));
      return { kind: "closed", reason: wordOf(CloseReason, code), by, error, waitMs: field("phaseMs") };
    }
    case Event.Message:
      return readMessage(core, block, field);
    case Event.MessageAborted:
      return { kind: "messageAborted", offset: field("eventPartOffset"), total: field("eventTotal") };
    case Event.MessageTooLarge:
      return { kind: "messageTooLarge", total: field("eventTotal") };
    case Event.Published:
      return ended("published");
    case Event.HandedOver:
      return ended("handedOver");
    case Event.Dropped:
      return ended(wordOf(DropReason, code));
    case Event.Subscribed:
      return { kind: "subscribed", code };
    case Event.StatusPublished:
      return { kind: "statusPublished" };
    case Event.SecondDevice:
      return { kind: "secondDevice" };
    default:
      return null;
  }
}

function readMessage(core: Core, block: number, field: (name: ClientField) => number): Happening {
  return {
    kind: "message",
    topic: blockBytes(core, block, field("eventTopicAt"), field("eventTopicLength")).toString(),
    payload: blockBytes(core, block, field("eventPayloadAt"), field("eventPayloadLength")).toString("latin1"),
    qos: field("eventQos"),
    retain: field("eventRetain") === 1,
    dup: field("eventDup") === 1,
    offset: field("eventPartOffset"),
    total: field("eventTotal"),
  };
}
