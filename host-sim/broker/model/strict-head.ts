// Owns what a packet's first byte, length and packet id may be, coming from a client. Refuses to know its contents, and the
// session.

import { u16At } from "./fields.ts";
import type { Version } from "./message.ts";
import type { Breach } from "./statements.ts";

/** Control packet types, as they are numbered in the first four bits. */
export const Type = {
  Connect: 1,
  Publish: 3,
  Puback: 4,
  Pubrec: 5,
  Pubrel: 6,
  Pubcomp: 7,
  Subscribe: 8,
  Unsubscribe: 10,
  Pingreq: 12,
  Disconnect: 14,
  Auth: 15,
} as const;

interface Shape {
  /** Null: they mean something. */
  readonly flags: number | null;
  readonly wrongFlags: Breach;
  /** What follows the remaining length, in bytes. */
  readonly least: number;
  readonly most: number;
  /** In MQTT 5, where a reason code and properties may follow. */
  readonly most5: number;
  /** What an id of 0 at the start breaks; null: there is none. */
  readonly idZero: Breach | null;
  /** What a packet that ends after its id breaks. */
  readonly tooShort: Breach;
}

const ANY = Number.POSITIVE_INFINITY;

const SHAPES: readonly (Shape | null)[] = [
  null,
  shape({}),
  null,
  shape({ flags: null, least: 2 }),
  shape({ least: 2, most: 2, idZero: "ackForeign" }),
  shape({ least: 2, most: 2, idZero: "ackForeign" }),
  shape({ flags: 2, wrongFlags: "pubrelFlags", least: 2, most: 2, idZero: "ackForeign" }),
  shape({ least: 2, most: 2, idZero: "ackForeign" }),
  shape({ flags: 2, wrongFlags: "subscribeFlags", least: 3, idZero: "idZero", tooShort: "subscribeEmpty" }),
  null,
  shape({
    flags: 2,
    wrongFlags: "unsubscribeFlags",
    least: 3,
    idZero: "idZero",
    tooShort: "unsubscribeEmpty",
  }),
  null,
  shape({ most: 0, most5: 0 }),
  null,
  shape({ wrongFlags: "disconnectFlags", most: 0 }),
  shape({ wrongFlags: "authFlags" }),
];

/** Null when nothing is wrong with it. `version` is null before CONNECT. */
export function headBreach(frame: Uint8Array, bodyAt: number, version: Version | null): Breach | null {
  const first = frame[0] as number;
  const type = first >> 4;
  if (version === null && type !== Type.Connect) return "firstPacket";
  if (version !== null && type === Type.Connect) return "secondConnect";
  const shape = SHAPES[type] ?? null;
  if (shape === null || (type === Type.Auth && version !== 5)) return "notForServers";
  if (type === Type.Publish) return publishFlagsBreach(first);
  if ((first & 15) !== shape.flags) return shape.wrongFlags;
  return lengthBreach(frame, bodyAt, version, shape);
}

function publishFlagsBreach(first: number): Breach | null {
  const qos = (first >> 1) & 3;
  if (qos === 3) return "qos3";
  return qos === 0 && (first & 8) !== 0 ? "dupQos0" : null;
}

function lengthBreach(
  frame: Uint8Array,
  bodyAt: number,
  version: Version | null,
  shape: Shape,
): Breach | null {
  const length = frame.length - bodyAt;
  if (length > (version === 5 ? shape.most5 : shape.most)) return "malformed";
  if (shape.idZero !== null && length >= 2 && u16At(frame, bodyAt) === 0) return shape.idZero;
  if (length >= shape.least) return null;
  return length === 2 ? shape.tooShort : "malformed";
}

function shape(given: Partial<Shape>): Shape {
  return {
    flags: 0,
    wrongFlags: "reservedFlags",
    least: 0,
    most: ANY,
    most5: ANY,
    idZero: null,
    tooShort: "malformed",
    ...given,
  };
}
