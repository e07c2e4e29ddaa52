// Claims about reading the heads of packets: against mqtt-packet, in any pieces.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generate, type Packet } from "mqtt-packet";
import { propertyIn } from "../../trace/packet-properties.ts";
import { type PacketHead, PacketHeads } from "../packet-heads.ts";

function headsOf(bytes: Uint8Array, piece: number, atHead: boolean, level = 0): readonly PacketHead[] {
  const heads: PacketHead[] = [];
  const reader = new PacketHeads((head) => heads.push({ ...head }), atHead, { level });
  for (let at = 0; at < bytes.length; at += piece) reader.read(bytes.subarray(at, at + piece));
  return heads;
}

const PLAIN = {
  packetId: null,
  qos: 0,
  isDup: false,
  isRetain: false,
  isStatus: false,
  code: 0,
  isSessionPresent: false,
  level: 0,
  properties: null,
};

function publish(qos: 0 | 1 | 2, payloadBytes: number): Packet {
  const payload = Buffer.alloc(payloadBytes, 0x30);
  return { cmd: "publish", topic: "a/b", payload, qos, messageId: 0x1234, dup: qos > 0, retain: true };
}

const VECTORS: readonly (readonly [packet: Packet, head: Partial<PacketHead>])[] = [
  [
    { cmd: "connack", sessionPresent: true, returnCode: 0 },
    { type: 2, isSessionPresent: true },
  ],
  [
    { cmd: "connack", sessionPresent: false, returnCode: 5 },
    { type: 2, code: 5 },
  ],
  [publish(0, 3), { type: 3, isRetain: true }],
  [publish(1, 3), { type: 3, qos: 1, packetId: 0x1234, isDup: true, isRetain: true }],
  [publish(2, 0), { type: 3, qos: 2, packetId: 0x1234, isDup: true, isRetain: true }],
  [publish(1, 20_000), { type: 3, qos: 1, packetId: 0x1234, isDup: true, isRetain: true }],
  [
    { cmd: "puback", messageId: 7 },
    { type: 4, packetId: 7 },
  ],
  [
    { cmd: "pubrel", messageId: 65_535 },
    { type: 6, packetId: 65_535 },
  ],
  [
    { cmd: "suback", messageId: 9, granted: [128, 1] },
    { type: 9, packetId: 9, code: 128 },
  ],
  [{ cmd: "unsuback", messageId: 9 } as Packet, { type: 11, packetId: 9 }],
  [{ cmd: "pingreq" }, { type: 12 }],
  [{ cmd: "pingresp" }, { type: 13 }],
  [{ cmd: "disconnect" }, { type: 14 }],
];

describe("the heads of packets", () => {
  const packets = VECTORS.map(([packet]) => generate(packet));
  const expected = VECTORS.map(([, head], i) => ({ ...PLAIN, ...head, bytes: packets[i]?.length }));

  for (const piece of [1, 2, 3, 7, 1000, 1_000_000]) {
    it(`are read from pieces of ${piece} bytes when the packets are complete`, () => {
      assert.deepEqual(headsOf(Buffer.concat(packets), piece, false), expected);
    });

    it(`and as soon as they are known`, () => {
      const soon = headsOf(Buffer.concat(packets), piece, true);
      const codes = soon.map(({ code: _code, ...head }) => head);
      assert.deepEqual(
        codes,
        expected.map(({ code: _code, ...head }) => head),
      );
    });
  }

  it("of a large packet are told before its payload has gone by", () => {
    assert.equal(headsOf(generate(publish(1, 20_000)).subarray(0, 11), 1, true).length, 1);
    assert.equal(headsOf(generate(publish(1, 20_000)).subarray(0, 11), 1, false).length, 0);
  });

  it("end where the bytes are no MQTT: a length of five bytes", () => {
    const bad = Uint8Array.of(0xc0, 0xff, 0xff, 0xff, 0xff, 0x01, 0xc0, 0x00);
    assert.deepEqual(headsOf(bad, 1, false), []);
  });
});

/** Properties of every shape around the numbers, so that one that is read wrongly spoils the rest. */
const AROUND = {
  userProperties: { name: "value", other: "" },
  contentType: "text",
  correlationData: Buffer.from([1, 2, 3]),
};

const FIVES: readonly (readonly [packet: object, head: Partial<PacketHead>])[] = [
  [
    {
      cmd: "connect",
      clientId: "d",
      protocolVersion: 5,
      clean: false,
      keepalive: 60,
      properties: { sessionExpiryInterval: 3600, receiveMaximum: 32, userProperties: { a: "b" } },
    },
    { type: 1, properties: "17=3600 33=32" },
  ],
  [
    {
      cmd: "connack",
      sessionPresent: true,
      reasonCode: 0,
      properties: { serverKeepAlive: 20, reasonString: "x", topicAliasMaximum: 300, maximumQoS: 1 },
    },
    { type: 2, isSessionPresent: true, properties: "19=20 34=300 36=1" },
  ],
  [
    { cmd: "connack", sessionPresent: false, reasonCode: 0x84 },
    { type: 2, code: 0x84 },
  ],
  [
    {
      ...publish(1, 200),
      topic: "motekit/d/status",
      properties: { ...AROUND, messageExpiryInterval: 70_000, topicAlias: 258 },
    },
    {
      type: 3,
      qos: 1,
      packetId: 0x1234,
      isDup: true,
      isRetain: true,
      isStatus: true,
      properties: "2=70000 35=258",
    },
  ],
  [
    { ...publish(0, 3), topic: "", properties: { topicAlias: 1 } },
    { type: 3, isRetain: true, properties: "35=1" },
  ],
  [
    { ...publish(0, 3), topic: "motekit/d/statu" },
    { type: 3, isRetain: true },
  ],
  [
    { cmd: "puback", messageId: 7, reasonCode: 0x97 },
    { type: 4, packetId: 7, code: 0x97 },
  ],
  [
    { cmd: "pubrec", messageId: 7, reasonCode: 0 },
    { type: 5, packetId: 7 },
  ],
  [
    { cmd: "suback", messageId: 9, granted: [0x87], properties: { reasonString: "no" } },
    { type: 9, packetId: 9, code: 0x87 },
  ],
  [
    { cmd: "disconnect", reasonCode: 0x8b },
    { type: 14, code: 0x8b },
  ],
];

describe("the heads of packets of MQTT 5", () => {
  const packets = FIVES.map(([packet]) => generate(packet as Packet, { protocolVersion: 5 }));
  const expected = FIVES.map(([, head], i) => ({ ...PLAIN, level: 5, ...head, bytes: packets[i]?.length }));

  for (const piece of [1, 2, 5, 1_000_000]) {
    it(`have their numbers and reasons from pieces of ${piece} bytes`, () => {
      assert.deepEqual(headsOf(Buffer.concat(packets), piece, false, 5), expected);
    });

    it("and as soon as they are known, but for the first code of a SUBACK", () => {
      const soon = headsOf(Buffer.concat(packets), piece, true, 5);
      const withoutCode = ({ code, ...head }: PacketHead) => (head.type === 9 ? head : { ...head, code });
      assert.deepEqual(
        soon.map(withoutCode),
        (expected as unknown as readonly PacketHead[]).map(withoutCode),
      );
    });
  }

  it("are those of the version that CONNECT asks for, which both directions know", () => {
    const dialect = { level: 0 };
    const heads: PacketHead[] = [];
    const out = new PacketHeads((head) => heads.push({ ...head }), true, dialect);
    const incoming = new PacketHeads((head) => heads.push({ ...head }), false, dialect);
    out.read(packets[0] as Uint8Array);
    incoming.read(packets[1] as Uint8Array);
    assert.deepEqual(
      heads.map(({ level, properties }) => [level, properties]),
      [
        [5, "17=3600 33=32"],
        [5, "19=20 34=300 36=1"],
      ],
    );
  });

  it("of 3.1.1 have none, whatever the bytes are", () => {
    const [head] = headsOf(generate(publish(1, 3)), 1, true, 4);
    assert.equal(head?.properties, null);
  });
});

describe("the properties that were noted", () => {
  it("are found by their ids", () => {
    assert.equal(propertyIn("17=3600 33=32", 0x21), 32);
    assert.equal(propertyIn("17=3600 33=32", 3), null);
    assert.equal(propertyIn(null, 17), null);
  });
});
