// Claims about reading the heads of packets: against mqtt-packet, in any pieces.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generate, type Packet } from "mqtt-packet";
import { type PacketHead, PacketHeads } from "../packet-heads.ts";

function headsOf(bytes: Uint8Array, piece: number, atHead: boolean): readonly PacketHead[] {
  const heads: PacketHead[] = [];
  const reader = new PacketHeads((head) => heads.push({ ...head }), atHead);
  for (let at = 0; at < bytes.length; at += piece) reader.read(bytes.subarray(at, at + piece));
  return heads;
}

const PLAIN = { packetId: null, qos: 0, isDup: false, isRetain: false, code: 0, isSessionPresent: false };

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
