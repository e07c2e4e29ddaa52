// Owns the claims about what acknowledgements of MQTT 5 carry, and about exchanges that outlast what their message is good for.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { Event } from "../layout.generated.ts";
import { connack5, connectedFive } from "./support/five.ts";
import { packetBytes } from "./support/notation.ts";
import { connectedClient, receive, sentLines } from "./support/session.ts";

const core = new Core(loadModule());
const SMALLEST = 5;

describe("an acknowledgement of MQTT 5", () => {
  // [MQTT5-3.4.2-1] [MQTT5-3.5.2-1] [MQTT5-3.6.2-1] [MQTT5-3.7.2-1]
  // [MQTT5-3.4.2-2] [MQTT5-3.5.2-2] [MQTT5-3.6.2-2] [MQTT5-3.7.2-2]
  // [MQTT5-3.4.2-3] [MQTT5-3.5.2-3] [MQTT5-3.6.2-3] [MQTT5-3.7.2-3]
  it("has an id, and a reason if that is not success, and never a reason string or user properties", () => {
    const block = connectedFive(core, { connack: connack5({ maximumPacketSize: SMALLEST }) });
    const answers: readonly (readonly [packet: string, answer: string])[] = [
      ['PUBLISH "a" "" qos=1 id=1 contentType="text"', "40020001"],
      ['PUBLISH "a" "" qos=2 id=2 contentType="text"', "50020002"],
      ['PUBLISH "a" "" qos=2 id=2 dup', "50020002"],
      ['PUBREL id=2 reasonString="done"', "70020002"],
      ['PUBREL id=3 code=0x92 reasonString="unknown"', "7003000392"],
      ['PUBREC id=4 reasonString="taken"', "6203000492"],
    ];
    for (const [packet, answer] of answers) {
      receive(block, packet);
      block.events();
      assert.equal(block.collect().toString("hex"), answer, packet);
    }
    const sender = connectedFive(core);
    sender.publish("t", "x", 2);
    sender.collect();
    receive(sender, 'PUBREC id=1 code=0x10 reasonString="nobody"');
    sender.events();
    assert.equal(sender.collect().toString("hex"), "62020001");
  });

  // [MQTT5-3.3.4-1] [MQTT5-4.5.0-2] [MQTT5-4.3.3-9]
  it("refuses no message: one that is too large to be delivered gets the same PUBREC, and counts as had", () => {
    const block = connectedFive(core, { prepare: ({ client }) => core.exports.setTakesParts(client, 1) });
    const large = `PUBLISH "t" "x" qos=2 id=5 contentType="${"c".repeat(400)}"`;
    for (const packet of [large, `${large} dup`]) {
      const seen: Event[] = [];
      for (const byte of packetBytes(packet, 5)) {
        block.feed(Buffer.of(byte));
        seen.push(...block.events().map(({ event }) => event));
      }
      assert.deepEqual(seen, packet === large ? [Event.MessageTooLarge] : []);
      assert.deepEqual(sentLines(block), ["PUBREC id=5"]);
    }
  });
});

describe("an incoming exchange at QoS 2", () => {
  // [MQTT5-4.3.3-13] [MQTT5-4.3.3-10] [MQTT5-4.3.3-11] [MQTT5-4.3.3-12]
  it("goes on to its end although its message expired meanwhile", () => {
    const block = connectedClient(core, { version: 5 });
    const first = 'PUBLISH "t" "x" qos=2 id=5 messageExpiryInterval=1';
    receive(block, first);
    assert.deepEqual(
      block.events().map(({ event }) => event),
      [Event.Message],
    );
    assert.deepEqual(sentLines(block), ["PUBREC id=5"]);
    block.nowMs += 5000;
    assert.deepEqual(block.events(), []);
    receive(block, `${first} dup`);
    assert.deepEqual(block.events(), []);
    assert.deepEqual(sentLines(block), ["PUBREC id=5"]);
    receive(block, "PUBREL id=5");
    assert.deepEqual(block.events(), []);
    assert.deepEqual(sentLines(block), ["PUBCOMP id=5"]);
    receive(block, first);
    assert.equal(block.events().length, 1, "a new message under the same id");
  });
});
