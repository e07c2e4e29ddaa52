// Claims about a capture, read by a reader of its own that checks every length and checksum.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { captured, type RecordedSegment } from "../capture.ts";
import { pcapHeader } from "../pcap-file.ts";

function segment(part: Partial<RecordedSegment>): RecordedSegment {
  return {
    kind: "segment",
    atMs: 0,
    device: 1,
    way: "up",
    fate: part.way === "down" ? "arrived" : "sent",
    why: null,
    connection: 1,
    seq: 0,
    ack: 0,
    window: 5840,
    flags: "A",
    payload: "",
    ...part,
  };
}

function seenIn(one: RecordedSegment) {
  const record = captured(one);
  assert.ok(record !== null);
  const bytes = record.readUInt32LE(8);
  assert.equal(record.readUInt32LE(12), bytes);
  const packet = record.subarray(16);
  assert.equal(packet.length, bytes);
  assert.equal(packet[0], 0x45, "IPv4 with five words of header");
  assert.equal(packet.readUInt16BE(2), bytes, "the IP header's total length");
  assert.equal(packet[9], 6, "TCP");
  assert.equal(onesSum(packet.subarray(0, 20)), 0xffff, "the IP checksum");
  const pseudo = Buffer.from([...packet.subarray(12, 20), 0, 6, 0, bytes - 20]);
  assert.equal(onesSum(Buffer.concat([pseudo, packet.subarray(20)])), 0xffff, "the TCP checksum");
  assert.equal((packet[32] as number) >> 4, 5, "five words of TCP header");
  return {
    atMs: (record.readUInt32LE(0) * 1_000_000 + record.readUInt32LE(4) - START_MICROSECONDS) / 1000,
    from: `${packet.subarray(12, 16).join(".")}:${packet.readUInt16BE(20)}`,
    to: `${packet.subarray(16, 20).join(".")}:${packet.readUInt16BE(22)}`,
    seq: packet.readUInt32BE(24),
    ack: packet.readUInt32BE(28),
    flags: packet[33] as number,
    window: packet.readUInt16BE(34),
    payload: packet.subarray(40).toString("hex"),
  };
}

const START_MICROSECONDS = Date.parse("2026-01-01T00:00:00Z") * 1000;
const [FIN, SYN, RST, PSH, ACK] = [1, 2, 4, 8, 16];

/** RFC 1071, written otherwise than in the code under test: byte by byte, carrying at once. */
function onesSum(bytes: Buffer): number {
  let sum = 0;
  bytes.forEach((byte, at) => {
    sum += at % 2 === 0 ? byte << 8 : byte;
    sum = sum > 0xffff ? sum - 0xffff : sum;
  });
  return sum;
}

describe("the capture's file header", () => {
  it("is that of a classic file of raw IP packets with microseconds", () => {
    assert.equal(pcapHeader().toString("hex"), "d4c3b2a1020004000000000000000000ffff000065000000");
  });
});

describe("a captured segment", () => {
  it("is seen from the device: when it is sent up, lost or not, and when it comes down", () => {
    const isSeen = (way: "up" | "down", fate: RecordedSegment["fate"]) =>
      captured(segment({ way, fate })) !== null;
    assert.deepEqual(
      ["sent", "arrived", "lost"].map((fate) => isSeen("up", fate as "sent")),
      [true, false, false],
    );
    assert.deepEqual(
      ["sent", "arrived", "lost"].map((fate) => isSeen("down", fate as "sent")),
      [false, true, false],
    );
  });

  it("is between the device's address and the broker's MQTT port, a port for each connection", () => {
    const up = seenIn(segment({ device: 300, connection: 3 }));
    const down = seenIn(segment({ device: 300, connection: 3, way: "down" }));
    assert.deepEqual([up.from, up.to], ["10.0.1.44:49154", "10.255.0.1:1883"]);
    assert.deepEqual([down.from, down.to], ["10.255.0.1:1883", "10.0.1.44:49154"]);
    assert.equal(seenIn(segment({ device: 70_000 })).from, "10.1.17.112:49152");
  });

  it("has the time of the run, to the microsecond, after a year too", () => {
    for (const atMs of [0, 0.001, 1234.567, 31_536_000_000.125])
      assert.equal(seenIn(segment({ atMs })).atMs, atMs);
  });

  it("counts SYN and FIN as TCP does, so that both ends' numbers meet", () => {
    const syn = seenIn(segment({ flags: "S" }));
    const synAck = seenIn(segment({ flags: "SA", way: "down" }));
    const ack = seenIn(segment({}));
    const data = seenIn(segment({ flags: "AP", payload: "c00010" }));
    const answer = seenIn(segment({ way: "down", flags: "AP", ack: 3, payload: "d000" }));
    const fin = seenIn(segment({ flags: "AF", seq: 3, ack: 2 }));
    const lastAck = seenIn(segment({ way: "down", seq: 2, ack: 4 }));
    assert.deepEqual([syn.flags, synAck.flags, ack.flags], [SYN, SYN + ACK, ACK]);
    assert.equal(syn.ack, 0);
    assert.equal(synAck.ack, syn.seq + 1);
    assert.deepEqual([ack.seq, ack.ack], [synAck.ack, synAck.seq + 1]);
    assert.deepEqual([data.seq, data.flags, data.payload], [ack.seq, ACK + PSH, "c00010"]);
    assert.deepEqual([answer.seq, answer.ack], [ack.ack, data.seq + 3]);
    assert.deepEqual([fin.seq, fin.flags, fin.ack], [data.seq + 3, ACK + FIN, answer.seq + 2]);
    assert.deepEqual([lastAck.seq, lastAck.ack], [answer.seq + 2, fin.seq + 1]);
    assert.equal(seenIn(segment({ flags: "AR" })).flags, ACK + RST);
  });

  it("sent again has the number it had, which is how readers know", () => {
    const [first, again] = [1, 1500].map((atMs) =>
      seenIn(segment({ atMs, seq: 15, flags: "AP", payload: "c000" })),
    );
    assert.equal(first?.seq, again?.seq);
  });

  it("of a connection that reuses a port begins elsewhere", () => {
    const [first, later] = [1, 1 + 16_384].map((connection) => seenIn(segment({ connection, flags: "S" })));
    assert.equal(first?.from, later?.from);
    assert.notEqual(first?.seq, later?.seq);
  });

  it("has sequence numbers that wrap at 2^32, and a window that ends at 65535", () => {
    const start = seenIn(segment({ flags: "S" })).seq;
    assert.equal(seenIn(segment({ seq: 2 ** 32 })).seq, (start + 1) % 2 ** 32);
    assert.equal(seenIn(segment({ window: 100_000 })).window, 65_535);
  });

  it("may have an odd number of bytes", () => {
    assert.equal(seenIn(segment({ payload: "ff", flags: "AP" })).payload, "ff");
  });
});
