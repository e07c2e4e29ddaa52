// Owns the claims about the acknowledgements that this client sends, in bytes and in order, and about what a resumed session
// sends again, in 3.1.1 and in 5.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import type { BlockUnderTest } from "./support/block-under-test.ts";
import { packetBytes } from "./support/notation.ts";
import {
  accept,
  connectedClient,
  nameOfVersion,
  receive,
  resume,
  sentLines,
  VERSIONS,
} from "./support/session.ts";
import { spelled } from "./support/spelled.ts";

const core = new Core(loadModule());

/** A connected client whose message of QoS 2 is past PUBREC, and its PUBREL sent. */
function released(version: (typeof VERSIONS)[number]): BlockUnderTest {
  const block = connectedClient(core, { version, clean: false });
  block.publish("t", "x", 2);
  block.collect();
  receive(block, "PUBREC id=1");
  block.events();
  assert.equal(block.collect().toString("hex"), "62020001");
  return block;
}

for (const version of VERSIONS) {
  describe(`acknowledgements of ${nameOfVersion(version)}`, () => {
    // [MQTT3-2.2.2-1] [MQTT3-2.3.1-6] [MQTT3-3.6.1-1] [MQTT3-4.3.2-2] [MQTT3-4.3.3-1] [MQTT3-4.3.3-2]
    // [MQTT5-2.1.3-1] [MQTT5-2.2.1-5] [MQTT5-3.6.1-1] [MQTT5-4.3.2-4] [MQTT5-4.3.3-4] [MQTT5-4.3.3-8] [MQTT5-4.3.3-11]
    it("have the flags of their type, two bytes, and the id that they answer", () => {
      const answers: readonly (readonly [packet: string, bytes: string])[] = [
        ['PUBLISH "a" "" qos=1 id=258', "40 01 02"],
        ['PUBLISH "a" "" qos=2 id=65535', "50 ff ff"],
        ["PUBREL id=65535", "70 ff ff"],
      ];
      const block = connectedClient(core, { version });
      for (const [packet, bytes] of answers) {
        receive(block, packet);
        block.events();
        assert.equal(block.collect().toString("hex"), spelled(version, bytes));
      }
      released(version);
    });

    // [MQTT3-2.2.2-1] [MQTT3-3.6.1-1] [MQTT3-4.4.0-1]
    // [MQTT5-2.1.3-1] [MQTT5-3.6.1-1] [MQTT5-4.4.0-1] [MQTT5-4.3.3-5]
    it("that a resumed session sends again have the same bytes", () => {
      const block = released(version);
      block.closed(2);
      const { sent } = block.connected(packetBytes("CONNACK sp=1 code=0", version));
      assert.equal(sent.toString("hex"), "62020001");
    });

    // [MQTT3-4.5.0-2]
    // [MQTT5-4.5.0-2]
    it("are owed for messages that no filter of this client asked for", () => {
      const block = connectedClient(core, { version });
      for (const qos of [1, 2]) {
        receive(block, `PUBLISH "nobody/asked" "x" qos=${qos} id=${qos}`);
        assert.equal(block.events()[0]?.filter, 0);
      }
      assert.deepEqual(sentLines(block), ["PUBACK id=1", "PUBREC id=2"]);
    });

    // [MQTT3-4.6.0-2] [MQTT3-4.6.0-3]
    // [MQTT5-4.6.0-2] [MQTT5-4.6.0-3]
    it("of messages leave in the order in which the messages came", () => {
      const block = connectedClient(core, { version });
      const order = [1, 2, 1, 2];
      for (const [index, qos] of order.entries()) {
        receive(block, `PUBLISH "t" "x" qos=${qos} id=${90 - index}`);
        block.events();
      }
      const expected = order.map((qos, index) => `${qos === 1 ? "PUBACK" : "PUBREC"} id=${90 - index}`);
      assert.deepEqual(sentLines(block), expected);
    });

    // [MQTT3-4.6.0-4]
    // [MQTT5-4.6.0-4]
    it("of PUBRECs leave in the order in which the PUBRECs came, and so again in a resumed session", () => {
      const block = connectedClient(core, { version, clean: false });
      for (const text of ["x", "y", "z"]) block.publish("t", text, 2);
      block.collect();
      for (const id of [3, 1, 2]) receive(block, `PUBREC id=${id}`);
      block.events();
      const expected = ["PUBREL id=3", "PUBREL id=1", "PUBREL id=2"];
      assert.deepEqual(sentLines(block), expected);
      assert.deepEqual(resume(block), expected);
    });
  });

  describe(`what a resumed session of ${nameOfVersion(version)} sends again`, () => {
    // [MQTT3-4.4.0-1] [MQTT3-4.6.0-1] [MQTT3-3.3.1-1] [MQTT3-3.1.2-4] [MQTT3-4.1.0-1]
    // [MQTT5-4.4.0-1] [MQTT5-4.6.0-1] [MQTT5-3.3.1-1] [MQTT5-3.1.2-23] [MQTT5-4.3.2-3] [MQTT5-4.3.3-3]
    it("is every message without its acknowledgement, in the order of the first sending, with its id and DUP", () => {
      const block = connectedClient(core, { version, clean: false });
      const sent = [1, 2, 1, 2].map((qos, index) => {
        block.publish("t", `${index}`, qos);
        return sentLines(block)[0];
      });
      receive(block, "PUBACK id=3");
      block.events();
      const again = sent.filter((_, index) => index !== 2).map((line) => `${line} dup`);
      assert.deepEqual(resume(block), again);
      assert.deepEqual(resume(block), again, "and on the connection after that");
    });

    // [MQTT3-4.3.3-1]
    // [MQTT5-4.3.3-5] [MQTT5-4.3.3-6]
    it("is no PUBLISH whose PUBREL has left", () => {
      const block = released(version);
      for (let i = 0; i < 3; i++) assert.deepEqual(resume(block), ["PUBREL id=1"]);
    });

    // [MQTT3-4.4.0-1] [MQTT3-4.1.0-1]
    // [MQTT5-4.4.0-1] [MQTT5-4.1.0-1]
    it("is sent at no other time, and is not forgotten, however long the connection lasts without an answer", () => {
      const block = released(version);
      block.publish("t", "y", 1);
      receive(block, 'PUBLISH "in" "x" qos=2 id=7');
      block.events();
      assert.deepEqual(sentLines(block), ["PUBREC id=7", 'PUBLISH "t" "y" qos=1 id=2']);
      for (let seconds = 0; seconds < 1000; seconds++) {
        block.nowMs += 1000;
        assert.deepEqual(block.events(), []);
        const lines = sentLines(block);
        assert.ok(lines.length === 0 || lines.join() === "PINGREQ", lines.join());
        if (lines.length > 0) receive(block, "PINGRESP");
      }
      receive(block, 'PUBLISH "in" "x" qos=2 id=7 dup');
      assert.deepEqual(block.events(), [], "it is known still");
      assert.deepEqual(sentLines(block), ["PUBREC id=7"]);
      assert.deepEqual(resume(block), ["PUBREL id=1", 'PUBLISH "t" "y" qos=1 id=2 dup']);
    });

    // [MQTT3-3.1.2-6] [MQTT3-4.1.0-1]
    // [MQTT5-3.2.2-5]
    it("is nothing when the session began anew: no id, no DUP and no PUBREL of the one before is used", () => {
      const block = connectedClient(core, { version, clean: false });
      block.publish("t", "x", 1);
      block.publish("t", "y", 2);
      block.collect();
      receive(block, "PUBREC id=2");
      block.events();
      block.collect();
      block.closed(2);
      assert.deepEqual(accept(block), ['PUBLISH "t" "x" qos=1 id=3']);
      assert.equal(block.field("inflight"), 1);
    });
  });
}
