// Owns the claims about a message at QoS 0 that is told at once, and about all that is not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Core, loadModule } from "../core.ts";
import { Event } from "../layout.generated.ts";
import { type BlockUnderTest, smallCapacities } from "./support/block-under-test.ts";
import { packetBytes } from "./support/notation.ts";
import { connectedClient, sentLines } from "./support/session.ts";

const core = new Core(loadModule());
const { exports } = core;

const MESSAGE = packetBytes('PUBLISH "a/b" "xyz" retain');

/** What `readNow` answers to these bytes. */
function readNow(block: BlockUnderTest, bytes: Uint8Array, known = 0): number {
  core.bytes.set(bytes, exports.receiveAddress(block.client));
  return exports.readNow(block.client, bytes.length, known, block.nowMs);
}

/** Topic, payload and retain, as told. */
function told(block: BlockUnderTest): readonly unknown[] {
  const { topic, payload, retain } = block.told(Event.Message);
  return [topic, payload.toString(), retain];
}

/** The block but for the receive buffer, to which the bytes themselves are written. */
function stateOf(block: BlockUnderTest): Buffer {
  const { client, bytes } = block;
  return Buffer.from(core.bytes.subarray(client, client + bytes - smallCapacities.receiveBytes));
}

/** Bytes that are not told at once change nothing, and are received as ever. */
function assertLeft(block: BlockUnderTest, bytes: Uint8Array): void {
  const before = stateOf(block);
  assert.equal(readNow(block, bytes), 0);
  assert.ok(stateOf(block).equals(before), "the block has changed");
}

test("a whole message at QoS 0 is told at once, and nothing of it remains to be told", () => {
  const block = connectedClient(core);
  assert.equal(readNow(block, MESSAGE), MESSAGE.length);
  assert.deepEqual(told(block), ["a/b", "xyz", true]);
  assert.deepEqual(block.events(), []);
  assert.deepEqual(sentLines(block), []);
});

test("of several messages the first is told, and those behind it when they are written again", () => {
  const block = connectedClient(core);
  const second = packetBytes('PUBLISH "c" ""');
  assert.equal(readNow(block, Buffer.concat([MESSAGE, second])), MESSAGE.length);
  assert.equal(readNow(block, second), second.length);
  assert.deepEqual(told(block), ["c", "", false]);
});

test("a message at QoS 0 of every length up to 127 bytes is told at once, and longer ones are left", () => {
  for (let length = 0; length <= 200; length++) {
    const block = connectedClient(core);
    const packet = packetBytes(`PUBLISH "a/b" "x"*${length}`);
    if (length + 5 > 127) assertLeft(block, packet);
    else {
      assert.equal(readNow(block, packet), packet.length);
      assert.deepEqual(told(block), ["a/b", "x".repeat(length), false]);
    }
  }
});

test("a message that is cut anywhere is left, and told when the rest has come", () => {
  for (let cut = 0; cut < MESSAGE.length; cut++) {
    const block = connectedClient(core);
    assertLeft(block, MESSAGE.subarray(0, cut));
    block.feed(MESSAGE.subarray(0, cut));
    assert.deepEqual(block.events(), []);
    if (cut > 0) assertLeft(block, MESSAGE.subarray(cut));
    block.feed(MESSAGE.subarray(cut));
    assert.equal(block.next()?.topic, "a/b");
  }
});

// [MQTT3-3.3.1-2] [MQTT3-3.3.1-4] [MQTT3-3.3.2-1] [MQTT3-3.3.2-2]
test("whatever is not a right message at QoS 0 is left", () => {
  const others = {
    "QoS 1": packetBytes('PUBLISH "a/b" "x" qos=1 id=1'),
    "QoS 2": packetBytes('PUBLISH "a/b" "x" qos=2 id=1'),
    "QoS 3": packetBytes('hex 36 06 00 01 "a" 00 01 "x"'),
    "DUP at QoS 0": packetBytes('hex 38 04 00 01 "a" "x"'),
    "an acknowledgement": packetBytes("PINGRESP"),
    "no topic": packetBytes("hex 30 03 00 00 00"),
    "a topic longer than the packet": packetBytes('hex 30 04 00 03 "aa"'),
    "a wildcard": packetBytes('PUBLISH "a/+" "x"'),
    "a NUL": packetBytes('hex 30 04 00 01 00 "x"'),
    "no UTF-8": packetBytes('hex 30 04 00 01 ff "x"'),
  };
  for (const bytes of Object.values(others)) assertLeft(connectedClient(core), bytes);
});

test("nothing is told at once in MQTT 5, or without a connection", () => {
  assertLeft(connectedClient(core, { version: 5 }), packetBytes('PUBLISH "a/b" "xyz"', 5));
  const block = connectedClient(core);
  block.closed(1);
  assertLeft(block, MESSAGE);
});

test("more bytes than there is room for are left", () => {
  const block = connectedClient(core);
  exports.receiveRoom(block.client);
  const bytes = Buffer.concat([MESSAGE, Buffer.alloc(smallCapacities.receiveBytes)]);
  const before = stateOf(block);
  assert.equal(exports.readNow(block.client, bytes.length, 0, block.nowMs), 0);
  assert.ok(stateOf(block).equals(before));
});

test("a topic that is known needs no second judgement, and tells its message all the same", () => {
  const block = connectedClient(core);
  assert.equal(readNow(block, MESSAGE, 5), MESSAGE.length);
  assert.deepEqual(told(block), ["a/b", "xyz", true]);
  assert.equal(readNow(block, packetBytes('hex 30 02 00 03 "a/b"'), 5), 0);
});

test("so few known bytes as hold no topic are no reason to believe one", () => {
  for (const known of [1, 2]) {
    const block = connectedClient(core);
    assert.equal(readNow(block, MESSAGE, known), MESSAGE.length);
    assert.deepEqual(told(block), ["a/b", "xyz", true]);
    assert.equal(readNow(block, packetBytes('PUBLISH "a/+" "x"'), known), 0);
  }
});

test("the first filter that matches it is named when asked for", () => {
  const block = connectedClient(core);
  block.subscribe("c", 0);
  const handle = block.subscribe("a/#", 0);
  readNow(block, MESSAGE);
  assert.equal(exports.nextMatching(block.client, 0), handle);
});

test("it shows that the peer lives: a PINGREQ is due a keep-alive later", () => {
  const block = connectedClient(core, { keepAliveSeconds: 60 });
  block.publish("t", "x", 1);
  block.collect();
  const before = exports.deadlineMs(block.client, block.nowMs);
  block.nowMs += before - 1;
  readNow(block, MESSAGE);
  assert.ok(exports.deadlineMs(block.client, block.nowMs) > 1);
});

test("an old will on the status topic makes the status owed again, and the status itself does not", () => {
  const block = connectedClient(core, {
    prepare: (fresh) => {
      exports.setStatusTopic(fresh.client, fresh.text("s", "Topic"), fresh.text("offline", "Bytes"));
      exports.setStatus(fresh.client, fresh.text("online", "Bytes"));
    },
  });
  block.feed(packetBytes("PUBACK id=1"));
  block.events();
  readNow(block, packetBytes('PUBLISH "s" "online"'));
  assert.deepEqual(sentLines(block), []);
  readNow(block, packetBytes('PUBLISH "s" "offline"'));
  assert.deepEqual(sentLines(block), ['PUBLISH "s" "online" qos=1 id=2 retain']);
});
