// Owns the claims about the bytes of PUBLISH as this client sends it, spelled out, and about its packet id, in 3.1.1 and in 5.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { Event, Option, Status } from "../layout.generated.ts";
import { connectedClient, nameOfVersion, receive, resume, sentLines, VERSIONS } from "./support/session.ts";
import { spelled } from "./support/spelled.ts";

const core = new Core(loadModule());
const { exports } = core;

/** The packet id of a PUBLISH in the line that a test sees. */
function idIn(line: string | undefined): number {
  return Number(/ id=(\d+)/.exec(line ?? "")?.[1]);
}

for (const version of VERSIONS) {
  describe(`PUBLISH of ${nameOfVersion(version)}`, () => {
    // [MQTT3-2.3.1-5] [MQTT3-3.3.1-2] [MQTT3-3.3.2-1] [MQTT3-4.3.1-1]
    // [MQTT5-2.2.1-2] [MQTT5-2.2.2-1] [MQTT5-3.3.1-2] [MQTT5-3.3.2-1] [MQTT5-4.3.1-1]
    it("of QoS 0 has its topic first and no packet id, and QoS and DUP are 0", () => {
      const block = connectedClient(core, { version });
      block.publish("a/b", "xy", 0);
      assert.equal(block.collect().toString("hex"), spelled(version, '30 00 03 "a/b" {00} "xy"'));
    });

    // [MQTT3-2.3.1-5] [MQTT3-3.3.1-2] [MQTT3-4.3.1-1]
    // [MQTT5-2.2.1-2] [MQTT5-2.2.2-1] [MQTT5-3.3.1-2] [MQTT5-4.3.1-1]
    it("of QoS 0 that goes straight to the transport has the same bytes", () => {
      const block = connectedClient(core, { version });
      const topic = block.text("a/b", "Topic");
      const length = core.put(core.inbox, "xy");
      const { client, nowMs } = block;
      const written = exports.publishNow(client, topic, core.inbox, length, 0, core.outbox, 100, nowMs);
      const sent = Buffer.from(core.bytes.subarray(core.outbox, core.outbox + written));
      assert.equal(sent.toString("hex"), spelled(version, '30 00 03 "a/b" {00} "xy"'));
    });

    // [MQTT3-4.3.1-1] [MQTT3-3.3.1-2]
    // [MQTT5-4.3.1-1] [MQTT5-3.3.1-2]
    it("of QoS 0 that was cut off in the middle is not sent again", () => {
      const block = connectedClient(core, { version, clean: false });
      block.publish("a/b", "xy", 0);
      block.collect(5);
      assert.deepEqual(resume(block), []);
    });

    // [MQTT3-2.3.1-1] [MQTT3-3.3.2-1] [MQTT3-4.3.2-1] [MQTT3-4.3.3-1]
    // [MQTT5-2.2.1-3] [MQTT5-3.3.2-1] [MQTT5-4.3.2-2] [MQTT5-4.3.3-2] [MQTT5-2.2.2-1]
    it("of QoS 1 and 2 has its packet id behind its topic, and DUP is 0 the first time", () => {
      const block = connectedClient(core, { version });
      block.publish("t", "x", 1);
      block.publish("t", "y", 2 | Option.Retain);
      const packets = ['32 00 01 "t" 00 01 {00} "x"', '35 00 01 "t" 00 02 {00} "y"'];
      assert.equal(block.collect().toString("hex"), spelled(version, ...packets));
    });

    // [MQTT3-1.5.3-3]
    // [MQTT5-1.5.4-3]
    it("keeps EF BB BF at the front of its topic", () => {
      const block = connectedClient(core, { version });
      block.publish("\ufefft", "", 0);
      assert.equal(block.collect().toString("hex"), spelled(version, '30 00 04 ef bb bf "t" {00}'));
    });

    // [MQTT5-1.5.5-1]
    it("says its remaining length in as few bytes as hold it", () => {
      const around = version === 5 ? 4 : 3; // topic and properties
      for (const [remaining, digits] of [
        [127, "7f"],
        [128, "8001"],
        [300, "ac02"],
      ] as const) {
        const block = connectedClient(core, { version });
        block.publish("t", "x".repeat(remaining - around), 0);
        const bytes = block.collect();
        assert.equal(bytes.toString("hex", 1, 1 + digits.length / 2), digits);
        assert.equal(bytes.length, 1 + digits.length / 2 + remaining);
      }
    });

    // [MQTT3-1.5.3-1] [MQTT3-1.5.3-2] [MQTT3-3.3.2-1] [MQTT3-3.3.2-2] [MQTT3-4.7.1-1] [MQTT3-4.7.3-1] [MQTT3-4.7.3-2] [MQTT3-4.7.3-3]
    // [MQTT5-1.5.4-1] [MQTT5-1.5.4-2] [MQTT5-3.3.2-1] [MQTT5-3.3.2-2] [MQTT5-4.7.0-1] [MQTT5-4.7.3-1] [MQTT5-4.7.3-2] [MQTT5-4.7.3-3]
    it("to what is no topic name is refused at the call, and nothing is sent", () => {
      const block = connectedClient(core, { version });
      const topics: readonly (readonly [topic: string | Uint8Array, status: number])[] = [
        ["", Status.TopicEmpty],
        ["a/#", Status.TopicWildcard],
        ["+", Status.TopicWildcard],
        ["a\0b", Status.BadUtf8],
        [Uint8Array.of(0xed, 0xb0, 0x80), Status.BadUtf8],
        [Uint8Array.of(0x61, 0xc3), Status.BadUtf8],
        ["x".repeat(65_536), Status.TopicTooLarge],
      ];
      for (const [topic, status] of topics) {
        const length = core.put(core.inbox, topic);
        const { client, nowMs } = block;
        assert.equal(exports.publishTo(client, core.inbox, length, core.inbox, 0, 1), status);
        const answer = exports.publishWith(client, 0, core.inbox, length, 0, 0, core.inbox, 0, 1, nowMs);
        assert.equal(answer, status);
      }
      assert.equal(block.collect().length, 0);
    });

    // [MQTT3-3.3.1-4]
    // [MQTT5-3.3.1-4]
    it("of QoS 3 is refused at the call, and nothing is sent", () => {
      const block = connectedClient(core, { version });
      assert.equal(block.publish("t", "x", 3), Status.QosRange);
      assert.equal(block.publishParts("t", 5, 3), Status.QosRange);
      assert.equal(block.collect().length, 0);
    });
  });

  describe(`the id of a message of ${nameOfVersion(version)}`, () => {
    // [MQTT3-2.3.1-2] [MQTT3-4.3.2-1] [MQTT3-4.3.3-1]
    // [MQTT5-2.2.1-3] [MQTT5-4.3.2-1] [MQTT5-4.3.3-1]
    it("is one that nothing in flight has, requests among it", () => {
      const block = connectedClient(core, { version });
      block.subscribe("f", 1);
      for (let i = 0; i < 4; i++) block.publish("t", `${i}`, 1 + (i % 2));
      const ids = sentLines(block).map(idIn);
      assert.equal(ids.length, 5);
      assert.equal(new Set(ids).size, 5);
    });

    // [MQTT3-2.3.1-3]
    // [MQTT5-2.2.1-5] [MQTT5-4.3.3-3] [MQTT5-4.3.3-4] [MQTT5-4.3.3-5] [MQTT5-4.4.0-1]
    it("stays its own through every connection until its last acknowledgement, and is free then", () => {
      const block = connectedClient(core, { version, clean: false });
      block.publish("t", "x", 2);
      assert.deepEqual(sentLines(block), ['PUBLISH "t" "x" qos=2 id=1']);
      const isTaken = () => block.field("inflight") === 1;
      assert.deepEqual(resume(block), ['PUBLISH "t" "x" qos=2 id=1 dup']);
      receive(block, "PUBREC id=1");
      block.events();
      assert.deepEqual(sentLines(block), ["PUBREL id=1"]);
      assert.ok(isTaken(), "PUBREC is not the last");
      assert.deepEqual(resume(block), ["PUBREL id=1"]);
      receive(block, "PUBCOMP id=1");
      assert.ok(block.events().some(({ event }) => event === Event.Published));
      assert.ok(!isTaken());
    });

    for (const qos of [1, 2]) {
      // [MQTT3-2.3.1-3]
      // [MQTT5-2.2.1-3] [MQTT5-4.3.2-1] [MQTT5-4.3.2-3] [MQTT5-4.3.3-1] [MQTT5-4.3.3-3]
      it(`of QoS ${qos} is not given to another before its acknowledgement, wherever the ids have got to`, () => {
        const block = connectedClient(core, { version });
        block.publish("t", "stuck", qos);
        block.collect();
        for (let i = 0; i < 65_536; i++) {
          block.publish("t", "", 1);
          const id = block.collect().readUInt16BE(5);
          assert.ok(id > 1, `${id}`);
          block.feed(Buffer.of(0x40, 2, id >> 8, id & 255));
          block.events();
        }
        receive(block, qos === 1 ? "PUBACK id=1" : "PUBREC id=1");
        receive(block, qos === 1 ? "PUBACK id=1" : "PUBCOMP id=1");
        assert.equal(block.events().length, 1);
      });
    }
  });
}
