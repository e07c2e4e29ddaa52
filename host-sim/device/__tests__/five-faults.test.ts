// Owns the claims about packets of a server of MQTT 5 that are wrong in some way: DISCONNECT with the reason that the standard
// has for it, then the end. Knows nothing of what right ones do.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { CloseReason, Event, Phase } from "../layout.generated.ts";
import { connectBytes, connectedFive, idleFive, packetsOf } from "./support/five.ts";

const core = new Core(loadModule());

const MALFORMED = 0x81;
const PROTOCOL_ERROR = 0x82;
const BAD_ALIAS = 0x94;
const TOO_LARGE = 0x95;

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** A connected client is given these bytes, says DISCONNECT with this reason, and nothing more. */
function assertAnswered(digits: string, reason: number): void {
  const block = connectedFive(core);
  block.feed(Buffer.from(digits, "hex"));
  assert.equal(block.events().length, 0, `${digits}: nothing is told before DISCONNECT has left`);
  assert.equal(block.collect().toString("hex"), `e001${hex(reason)}`, digits);
  const events = block.events();
  assert.deepEqual(
    events.map(({ event, flag }) => [event, flag]),
    [[Event.CloseTransport, 1]],
  );
  assert.notEqual(events[0]?.code, CloseReason.None);
  assert.equal(block.collect().length, 0);
}

describe("a broken rule of packets", () => {
  /** Of every packet that a server sends, one that would be right with its own flags. */
  const bodies: readonly (readonly [type: number, flags: number, body: string])[] = [
    [4, 0, "020001"],
    [5, 0, "020001"],
    [6, 2, "020001"],
    [7, 0, "020001"],
    [9, 0, "0400010000"],
    [11, 0, "0400010000"],
    [13, 0, "00"],
    [14, 0, "00"],
    [15, 0, "00"],
  ];
  // [MQTT5-2.1.3-1] [MQTT5-3.6.1-1] [MQTT5-3.14.1-1] [MQTT5-3.15.1-1]
  for (const [type, own, body] of bodies)
    it(`is any flag of packet ${type} that is not its own`, () => {
      for (let flags = 0; flags < 16; flags++)
        if (flags !== own) assertAnswered(`${hex((type << 4) | flags)}${body}`, MALFORMED);
    });

  // [MQTT5-3.15.1-1]
  it("before CONNACK too, where nothing is said", () => {
    const block = idleFive(core);
    connectBytes(block);
    block.feed(Buffer.from("f1021800", "hex"));
    assert.deepEqual(
      block.events().map(({ event, code }) => [event, code]),
      [[Event.CloseTransport, CloseReason.BadFlags]],
    );
    assert.equal(block.collect().length, 0);
  });

  const lengths = {
    "a remaining length that is longer than it need be": "d08000",
    "one of five bytes": "308080808001",
    "a length of properties that is longer than it need be": "300600017481000000",
    "a subscription identifier that is longer than it need be": "3007000174030b8100",
  };
  // [MQTT5-1.5.5-1]
  for (const [what, bytes] of Object.entries(lengths))
    it(`is ${what}`, () => assertAnswered(bytes, MALFORMED));

  const others: Readonly<Record<string, readonly [bytes: string, reason: number]>> = {
    "PUBLISH with packet id 0": ["3206000174000000", PROTOCOL_ERROR],
    "PUBACK with id 0": ["40020000", PROTOCOL_ERROR],
    "PUBACK with bytes behind its properties": ["4005000100" + "0000", MALFORMED],
    "PINGRESP with a body": ["d00100", MALFORMED],
    "a packet above this client's maximum": ["30ff01", TOO_LARGE],
    "SUBACK that nobody asked for": ["900400010000", PROTOCOL_ERROR],
    "UNSUBACK that nobody asked for": ["b00400010000", PROTOCOL_ERROR],
    "a second CONNACK": ["2003000000", PROTOCOL_ERROR],
    "AUTH without a method": ["f0021800", PROTOCOL_ERROR],
    "a client's packet": ["c000", PROTOCOL_ERROR],
    "a reserved packet": ["0000", PROTOCOL_ERROR],
  };
  for (const [what, [bytes, reason]] of Object.entries(others))
    it(`is ${what}`, () => assertAnswered(bytes, reason));
});

describe("a broken rule of messages", () => {
  // [MQTT5-3.3.1-4]
  it("is QoS 3", () => {
    for (const first of ["36", "37", "3e", "3f"]) assertAnswered(`${first}06000174000100`, MALFORMED);
  });

  // [MQTT5-3.3.1-2]
  it("is DUP at QoS 0", () => {
    for (const first of ["38", "39"]) assertAnswered(`${first}0400017400`, MALFORMED);
  });

  const topics = { "a +": "012b", "a #": "0123", "a/#": "03612f23" };
  // [MQTT5-3.3.2-2] [MQTT5-4.7.0-1]
  for (const [what, digits] of Object.entries(topics))
    it(`is a wildcard in its topic: ${what}`, () =>
      assertAnswered(`30${hex(digits.length / 2 + 2)}00${digits}00`, MALFORMED));

  // [MQTT5-3.3.2-14]
  it("is a wildcard in its response topic", () => assertAnswered("3008000174040800012b", PROTOCOL_ERROR));

  // [MQTT5-3.3.2-8]
  it("is alias 0", () => assertAnswered("300700017403230000", BAD_ALIAS));

  it("is an alias that was not allowed", () => assertAnswered("300700017403230001", BAD_ALIAS));

  it("is neither a topic nor an alias", () => assertAnswered("3003000000", PROTOCOL_ERROR));
});

describe("a broken rule of strings", () => {
  const bad = { "a lone continuation": "80", "an overlong NUL": "c080", "a surrogate": "eda080", NUL: "00" };
  const places: Readonly<Record<string, (text: string) => string>> = {
    "a topic": (text) => `30,${text},00`,
    "a response topic": (text) => `30,000174,P08${text}`,
    "a content type": (text) => `30,000174,P03${text}`,
    "the name of a user property": (text) => `30,000174,P26${text}000161`,
    "the value of a user property": (text) => `30,000174,P26000161${text}`,
    "a reason string": (text) => `40,000100,P1f${text}`,
  };

  /** Fills in both lengths. */
  function packet(parts: string): string {
    const [first = "", ...rest] = parts.split(",");
    const body = rest.map((part) =>
      part.startsWith("P") ? hex(part.length / 2 - 0.5) + part.slice(1) : part,
    );
    return `${first}${hex(body.join("").length / 2)}${body.join("")}`;
  }

  // [MQTT5-1.5.4-1] [MQTT5-1.5.4-2] [MQTT5-1.5.7-1] [MQTT5-3.3.2-1] [MQTT5-3.3.2-13] [MQTT5-3.3.2-19] [MQTT5-4.7.3-2]
  for (const [where, spell] of Object.entries(places))
    for (const [what, digits] of Object.entries(bad))
      it(`is ${what} in ${where}`, () =>
        assertAnswered(packet(spell(`00${hex(digits.length / 2)}${digits}`)), MALFORMED));

  // [MQTT5-1.5.4-3]
  it("is not EF BB BF, which is handed on with the rest", () => {
    const block = connectedFive(core);
    block.feed(Buffer.from(packet("30,0004efbbbf74,P030004efbbbf61"), "hex"));
    const seen = block.next();
    assert.equal(seen?.topic, "\ufefft");
    assert.equal(seen?.properties[0]?.toString("hex"), "030004efbbbf61");
  });
});

describe("a broken rule of properties", () => {
  const malformed = {
    "PUBLISH without any": "3003000174",
    "PUBLISH with some that are cut short": "30050001740101",
    "PUBLISH with some beyond its end": "30040001747f",
    "PUBLISH with an unknown one": "3006000174027f00",
    "PUBLISH with another packet's": "3009000174051100000001",
    "PUBACK with a will delay": "4009000100051800000001",
  };
  for (const [what, bytes] of Object.entries(malformed))
    it(`is ${what}`, () => assertAnswered(bytes, MALFORMED));

  const wrong = {
    "PUBLISH with one twice": "30080001740401000100",
    "PUBLISH with a payload format of 2": "3006000174020102",
    "DISCONNECT with a session expiry [MQTT5-3.14.2-2]": "e00700051100000001",
  };
  for (const [what, bytes] of Object.entries(wrong))
    it(`is ${what}`, () => assertAnswered(bytes, PROTOCOL_ERROR));
});

describe("a reason code that its packet does not have", () => {
  const ends: Readonly<Record<string, readonly [prefix: string, codes: readonly number[]]>> = {
    PUBACK: ["40030009", [0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]],
    PUBREC: ["50030009", [0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]],
    PUBREL: ["62030009", [0, 0x92]],
    PUBCOMP: ["70030009", [0, 0x92]],
  };
  // [MQTT5-3.4.2-1] [MQTT5-3.5.2-1] [MQTT5-3.6.2-1] [MQTT5-3.7.2-1]
  for (const [name, [prefix, codes]] of Object.entries(ends))
    it(`is every one but ${codes.length} in ${name}`, () => {
      for (let code = 0; code < 256; code++)
        if (!codes.includes(code)) assertAnswered(prefix + hex(code), PROTOCOL_ERROR);
      const block = connectedFive(core);
      for (const code of codes) {
        block.feed(Buffer.from(prefix + hex(code), "hex"));
        block.events();
        block.collect();
      }
      assert.equal(block.phase, Phase.Connected);
    });

  // [MQTT5-3.14.2-1]
  it("is every one below 0x80 but 0 in DISCONNECT, and what only others have above", () => {
    for (let code = 1; code < 0x80; code++) assertAnswered(`e001${hex(code)}`, PROTOCOL_ERROR);
    for (const code of [0x84, 0x85, 0x86, 0x88, 0x8a, 0x91, 0x92, 0xa3, 0xff])
      assertAnswered(`e001${hex(code)}`, PROTOCOL_ERROR);
  });
});

describe("DISCONNECT because of a broken rule", () => {
  it("is given up when it cannot leave", () => {
    const block = connectedFive(core);
    block.feed(Buffer.from("c000", "hex"));
    block.events();
    assert.ok(core.exports.deadlineMs(block.client, block.nowMs) <= 5000);
    block.nowMs += 5000;
    const [close] = block.events();
    assert.deepEqual([close?.code, close?.flag], [CloseReason.UnexpectedPacket, 0]);
  });

  it("goes behind the packet that is on its way", () => {
    const block = connectedFive(core);
    block.publish("topic", "payload", 1);
    const start = block.collect(5);
    block.feed(Buffer.from("c000", "hex"));
    block.events();
    assert.deepEqual(
      packetsOf(Buffer.concat([start, block.collect()])).map(({ cmd, reasonCode }) => [cmd, reasonCode]),
      [
        ["publish", undefined],
        ["disconnect", 0x82],
      ],
    );
  });
});
