// One happening of every kind, and any number of drawn ones. Knows no format of theirs.

import fc from "fast-check";
import type { Happening } from "../../happening.ts";
import { HAPPENING_KINDS, type HappeningKind, type HappeningOf, VOCABULARY } from "../../vocabulary.ts";

const when = { atMs: 1000.25 };
const who = { ...when, device: 2, life: 3 };

/** A kind without a sample does not compile. */
export const SAMPLES: { readonly [Kind in HappeningKind]: HappeningOf<Kind> } = {
  power: { ...who, kind: "power", isOn: true, cause: "sleep" },
  link: { ...who, kind: "link", downWhy: "fade" },
  radio: { ...who, kind: "radio", state: "attaching", why: null },
  opening: { ...who, kind: "opening" },
  connected: { ...who, kind: "connected", session: "resumed", version: 5 },
  refused: { ...who, kind: "refused", returnCode: 0x87, said: "no such\nuser" },
  closed: {
    ...who,
    kind: "closed",
    reason: "peerSilent",
    by: "client",
    error: "reset by peer",
    code: null,
    said: null,
  },
  packet: {
    ...who,
    kind: "packet",
    way: "out",
    connection: 4,
    type: 3,
    packetId: 65535,
    qos: 2,
    isDup: true,
    isRetain: false,
    isStatus: true,
    code: 0,
    isSessionPresent: false,
    level: 5,
    properties: "2=60 35=1",
    bytes: 56,
  },
  segment: {
    ...who,
    kind: "segment",
    way: "up",
    fate: "lost",
    why: "loss",
    connection: 4,
    seq: 100,
    ack: 4,
    window: 5840,
    flags: "AP",
    payload: "c000",
  },
  reading: { ...who, kind: "reading", seq: 3, thousandths: -500, refusal: null },
  readingEnded: { ...who, kind: "readingEnded", seq: 3, end: "sessionLost" },
  status: { ...who, kind: "status", status: "online" },
  statusRefused: { ...who, kind: "statusRefused", status: "offline" },
  message: { ...who, kind: "message", topic: "a/b", payload: "output on" },
  output: { ...who, kind: "output", output: 1, isOn: false },
  secondDevice: { ...who, kind: "secondDevice" },
  goodbye: { ...who, kind: "goodbye" },
  left: { ...who, kind: "left" },
  overrun: { ...who, kind: "overrun" },
  seen: { ...who, kind: "seen", level: "error", payload: 'a "b"\nc', isRetained: true },
  session: { ...who, kind: "session", what: "expired" },
  will: { ...who, kind: "will" },
  brokerClosed: { ...who, kind: "brokerClosed", why: "keep-alive" },
  illegal: { ...who, kind: "illegal", statement: "MQTT3-2.3.1-1", what: "packet id 0" },
  commanded: { ...who, kind: "commanded", number: 7, qos: 1, isRetained: false, payload: "output off" },
  fault: { ...when, kind: "fault", fault: "cut@5s" },
  broker: { ...when, kind: "broker", isUp: false, hasForgotten: true },
  samplingEnded: { ...when, kind: "samplingEnded" },
};

/** Any UTF-16, halves of pairs, line ends and terminal controls too. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(10, 13, 27, 32, 34, 92, 0x85, 0x9b, 0x2028),
      fc.integer({ min: 0, max: 0xffff }),
    ),
  )
  .map((codes) => String.fromCharCode(...codes));

const VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  number: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map((n) => n + 0),
  qos: fc.constantFrom(0, 1, 2),
  flag: fc.boolean(),
  word: fc.constantFrom("published", "sessionLost", "none", "qos2"),
  text,
};

function valuesOf(format: string): fc.Arbitrary<unknown> {
  const value = VALUES[format.replace("?", "")] as fc.Arbitrary<unknown>;
  return format.endsWith("?") ? fc.option(value) : value;
}

/** Times as a line keeps them: whole microseconds, up to thirty years. */
const times = fc.integer({ min: 0, max: 946_080_000_000_000 }).map((us) => us / 1000);

export const anyHappening: fc.Arbitrary<Happening> = fc.constantFrom(...HAPPENING_KINDS).chain((kind) => {
  const { to, fields } = VOCABULARY[kind];
  const count = fc.integer({ min: 1, max: 100_000 });
  const lead = to === "device" ? { device: count, life: count } : {};
  const drawn = Object.entries(fields).map(([name, format]) => [name, valuesOf(format)] as const);
  return fc.record({ kind: fc.constant(kind), atMs: times, ...lead, ...Object.fromEntries(drawn) });
}) as fc.Arbitrary<Happening>;
