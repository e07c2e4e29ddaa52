// Owns the claims about packets that are only half sent: short writes, ends in mid-packet, answers that come too early, and
// calls in between.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, CloseReason, Event, Phase } from "../layout.generated.ts";
import { BlockUnderTest } from "./support/block-under-test.ts";
import { checkInvariants } from "./support/invariants.ts";
import { packetBytes, packetLines } from "./support/notation.ts";
import { connectedClient, nameOfVersion, receive, resume, sentLines, VERSIONS } from "./support/session.ts";

const core = new Core(loadModule());

describe("a short write", () => {
  it("of any length leaves the same bytes on the wire", () => {
    const bytesWith = (limit: number) => {
      const block = connectedClient(core);
      block.subscribe("a/+", 1);
      block.subscribe("b/#", 2);
      block.publish("topic", "payload", 1);
      block.publish("topic", "", 2);
      block.publish("topic", "x".repeat(130), 4);
      receive(block, 'PUBLISH "in" "x" qos=1 id=7');
      block.events();
      const parts: Buffer[] = [];
      for (let part = block.collect(limit); part.length > 0; part = block.collect(limit)) parts.push(part);
      return Buffer.concat(parts).toString("hex");
    };
    const all = bytesWith(1000);
    for (let limit = 1; limit <= all.length / 2; limit++)
      assert.equal(bytesWith(limit), all, `${limit} at a time`);
  });

  it("through the span gives the same bytes as a copy", () => {
    const block = connectedClient(core);
    block.publish("topic", "payload", 1);
    const parts: Buffer[] = [];
    for (
      let length = core.exports.toSend(block.client);
      length > 0;
      length = core.exports.toSend(block.client)
    ) {
      const at = core.exports.sendAddress(block.client);
      parts.push(Buffer.from(core.bytes.subarray(at, at + 1)));
      core.exports.sent(block.client, 1, block.nowMs);
    }
    assert.deepEqual(packetLines(Buffer.concat(parts)), ['PUBLISH "topic" "payload" qos=1 id=1']);
  });
});

// [MQTT3-3.3.1-1] [MQTT3-4.3.3-1]
// [MQTT5-3.3.1-1] [MQTT5-3.3.1-3] [MQTT5-4.3.2-2] [MQTT5-4.3.3-2]
for (const version of VERSIONS)
  describe(`DUP of ${nameOfVersion(version)} is 1 exactly when a byte of that PUBLISH was given to a transport before in the same session`, () => {
    for (const qos of [1, 2])
      for (let given = 0; given <= 12; given++) {
        it(`after ${given} of its bytes at QoS ${qos}`, () => {
          const block = connectedClient(core, { version, clean: false });
          receive(block, 'PUBLISH "in" "x" qos=1 id=9 dup');
          block.events();
          assert.deepEqual(sentLines(block), ["PUBACK id=9"]);
          block.publish("t", "p", qos);
          if (given > 0) block.collect(given);
          const wasTouched = given > 0;
          const expected = `PUBLISH "t" "p" qos=${qos} id=1${wasTouched ? " dup" : ""}`;
          assert.deepEqual(resume(block), [expected]);
        });
      }

    it("also when the resumed connection broke before a byte of the repetition was taken", () => {
      const block = connectedClient(core, { version, clean: false });
      block.publish("t", "p", 2);
      block.collect();
      block.closed(ClosedBy.Link);
      block.nowMs += 200_000;
      block.events();
      core.exports.opened(block.client);
      block.collect();
      receive(block, "CONNACK sp=1 code=0");
      block.events();
      assert.ok(core.exports.toSend(block.client) > 0, "the repetition is ready, and nothing of it is taken");
      assert.deepEqual(resume(block), ['PUBLISH "t" "p" qos=2 id=1 dup']);
    });
  });

describe("an answer that comes before the packet was sent whole", () => {
  const early: readonly (readonly [packet: string, qos: 1 | 2])[] = [
    ["PUBACK id=1", 1],
    ["PUBREC id=1", 2],
  ];
  for (const [packet, qos] of early) {
    it(`closes: ${packet}`, () => {
      const block = connectedClient(core);
      block.publish("t", "payload", qos);
      block.collect(4);
      receive(block, packet);
      block.events();
      assert.equal(block.closeReason, CloseReason.UnexpectedAck);
    });
  }

  it("closes: SUBACK", () => {
    const block = connectedClient(core);
    block.subscribe("aaaa", 0);
    block.subscribe("bbbb", 0);
    block.collect(8);
    receive(block, "SUBACK id=1 codes=0,0");
    assert.ok(
      !block.events().some(({ event }) => event === Event.Subscribed),
      "nothing was subscribed to yet",
    );
    assert.equal(block.closeReason, CloseReason.UnexpectedAck);
  });

  it("closes: UNSUBACK", () => {
    const block = connectedClient(core);
    block.unsubscribe("aaaa");
    block.collect(5);
    receive(block, "UNSUBACK id=1");
    block.events();
    assert.equal(block.closeReason, CloseReason.UnexpectedAck);
  });

  it("closes: CONNACK", () => {
    const block = new BlockUnderTest(core);
    core.exports.connect(block.client, block.nowMs);
    block.events();
    core.exports.opened(block.client);
    block.collect(3);
    receive(block, "CONNACK sp=0 code=0");
    block.events();
    assert.equal(block.closeReason, CloseReason.UnexpectedPacket);
  });
});

describe("a setting made while CONNECT is being sent", () => {
  const settings: readonly (readonly [name: string, set: (block: BlockUnderTest) => void])[] = [
    ["client id", (block) => core.exports.setClientId(block.client, block.text("another device", "String"))],
    ["user name", (block) => core.exports.setCredentials(block.client, block.text("user", "String"), 0)],
    [
      "will",
      (block) => core.exports.setWill(block.client, block.text("w", "Topic"), block.text("x", "Bytes"), 0),
    ],
  ];
  for (const [name, set] of settings) {
    it(`counts from the next connection on: ${name}`, () => {
      const block = new BlockUnderTest(core);
      core.exports.setClientId(block.client, block.text("device", "String"));
      core.exports.connect(block.client, block.nowMs);
      block.events();
      core.exports.opened(block.client);
      const first = block.collect(5);
      set(block);
      const whole = Buffer.concat([first, block.collect()]);
      assert.equal(whole.length, 2 + whole.readUInt8(1), "CONNECT is as long as it says");
      assert.deepEqual(packetLines(whole), ["CONNECT clean"]);
    });
  }
});

for (const version of VERSIONS)
  describe(`a large window of ${nameOfVersion(version)}`, () => {
    // [MQTT3-2.3.1-2] [MQTT3-2.3.1-1]
    // [MQTT5-2.2.1-3] [MQTT5-4.3.2-1]
    it("skips the id that is never acknowledged, across the wrap at 65535 and never uses 0", () => {
      const block = connectedClient(core, { version });
      const stuck = block.publish("t", "stuck", 1);
      assert.deepEqual(sentLines(block), ['PUBLISH "t" "stuck" qos=1 id=1']);
      const slots = block.field("slotCount");
      let previous = 1;
      for (let i = 0; i < 70_000; i++) {
        const ticket = block.publish("t", "", 1);
        const id = block.collect().readUInt16BE(5);
        assert.notEqual(id % slots, 1, "the slot of the id in flight is skipped");
        assert.ok(id > previous || (previous > 65_500 && id > 0 && id < 40), `${id} follows ${previous}`);
        assert.ok(ticket !== stuck && id !== 0);
        previous = id;
        block.feed(Buffer.from([0x40, 2, id >> 8, id & 255]));
        assert.equal(block.next()?.event, Event.Published);
      }
      checkInvariants(block);
      block.feed(packetBytes("PUBACK id=1"));
      assert.equal(block.next()?.ticket, stuck);
    });
  });

for (const version of VERSIONS)
  describe(`the link's end in ${nameOfVersion(version)}`, () => {
    // [MQTT3-4.4.0-1] [MQTT3-4.3.1-1]
    // [MQTT5-4.4.0-1] [MQTT5-4.3.1-1]
    it("at every byte of a batch keeps what was not acknowledged and drops QoS 0", () => {
      for (let given = 0; given < 40; given++) {
        const block = connectedClient(core, { version, clean: false });
        block.publish("t", "one", 1);
        const zero = block.publish("t", "zero", 0);
        block.publish("t", "two", 1);
        if (given > 0) block.collect(given);
        const handed = block
          .events()
          .some(({ event, ticket }) => event === Event.HandedOver && ticket === zero);
        block.closed(ClosedBy.Link);
        const dropped = block
          .events()
          .some(({ event, ticket }) => event === Event.Dropped && ticket === zero);
        assert.notEqual(handed, dropped, `QoS 0 ends once, cut after ${given} bytes`);
        checkInvariants(block);
        const resumed = block.connected(packetBytes("CONNACK sp=1 code=0", version));
        assert.equal(block.phase, Phase.Connected);
        assert.deepEqual(
          packetLines(resumed.sent, version).map((line) => line.replace(" dup", "")),
          ['PUBLISH "t" "one" qos=1 id=1', 'PUBLISH "t" "two" qos=1 id=2'],
          `cut after ${given} bytes`,
        );
      }
    });
  });
