// Owns the claims about the bytes of every packet that is sent after CONNACK, spelled out. CONNECT has its own.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { Event, Option, Status } from "../layout.generated.ts";
import type { BlockUnderTest } from "./support/block-under-test.ts";
import { packetBytes, packetLines } from "./support/notation.ts";
import { connectedClient, receive, resume, sentLines } from "./support/session.ts";

const core = new Core(loadModule());
const { exports } = core;

function assertSends(block: BlockUnderTest, spelled: string): void {
  assert.equal(block.collect().toString("hex"), packetBytes(`hex ${spelled}`).toString("hex"));
}

/** The packet id of a PUBLISH in the line that a test sees. */
function idIn(line: string | undefined): number {
  return Number(/ id=(\d+)/.exec(line ?? "")?.[1]);
}

describe("PUBLISH", () => {
  // [MQTT3-2.3.1-5] [MQTT3-3.3.1-2] [MQTT3-3.3.2-1] [MQTT3-4.3.1-1]
  it("of QoS 0 has its topic first and no packet id, and QoS and DUP are 0", () => {
    const block = connectedClient(core);
    block.publish("a/b", "xy", 0);
    assertSends(block, '30 07 00 03 "a/b" "xy"');
  });

  // [MQTT3-2.3.1-5] [MQTT3-3.3.1-2] [MQTT3-4.3.1-1]
  it("of QoS 0 that goes straight to the transport has the same bytes", () => {
    const block = connectedClient(core);
    const topic = block.text("a/b", "Topic");
    const length = core.put(core.inbox, "xy");
    const { client, nowMs } = block;
    const written = exports.publishNow(client, topic, core.inbox, length, 0, core.outbox, 100, nowMs);
    const sent = Buffer.from(core.bytes.subarray(core.outbox, core.outbox + written));
    assert.equal(sent.toString("hex"), packetBytes('hex 30 07 00 03 "a/b" "xy"').toString("hex"));
  });

  // [MQTT3-4.3.1-1] [MQTT3-3.3.1-2]
  it("of QoS 0 that was cut off in the middle is not sent again", () => {
    const block = connectedClient(core, { clean: false });
    block.publish("a/b", "xy", 0);
    block.collect(5);
    assert.deepEqual(resume(block), []);
  });

  // [MQTT3-2.3.1-1] [MQTT3-3.3.2-1] [MQTT3-4.3.2-1] [MQTT3-4.3.3-1]
  it("of QoS 1 and 2 has its packet id behind its topic, and DUP is 0 the first time", () => {
    const block = connectedClient(core);
    block.publish("t", "x", 1);
    block.publish("t", "y", 2 | Option.Retain);
    assertSends(block, '32 06 00 01 "t" 00 01 "x" 35 06 00 01 "t" 00 02 "y"');
  });

  // [MQTT3-1.5.3-3]
  it("keeps EF BB BF at the front of its topic", () => {
    const block = connectedClient(core);
    block.publish("\ufefft", "", 0);
    assertSends(block, '30 06 00 04 ef bb bf "t"');
  });

  // [MQTT3-1.5.3-1] [MQTT3-1.5.3-2] [MQTT3-3.3.2-1] [MQTT3-3.3.2-2] [MQTT3-4.7.1-1] [MQTT3-4.7.3-1] [MQTT3-4.7.3-2] [MQTT3-4.7.3-3]
  it("to what is no topic name is refused at the call, and nothing is sent", () => {
    const block = connectedClient(core);
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
      assert.equal(exports.publishTo(block.client, core.inbox, length, core.inbox, 0, 1), status);
    }
    assert.equal(block.collect().length, 0);
  });

  // [MQTT3-3.3.1-4]
  it("of QoS 3 is refused at the call, and nothing is sent", () => {
    const block = connectedClient(core);
    assert.equal(block.publish("t", "x", 3), Status.QosRange);
    assert.equal(block.publishParts("t", 5, 3), Status.QosRange);
    assert.equal(block.collect().length, 0);
  });
});

describe("the id of a message", () => {
  // [MQTT3-2.3.1-2] [MQTT3-4.3.2-1] [MQTT3-4.3.3-1]
  it("is one that nothing in flight has, requests among it", () => {
    const block = connectedClient(core);
    block.subscribe("f", 1);
    for (let i = 0; i < 4; i++) block.publish("t", `${i}`, 1 + (i % 2));
    const ids = sentLines(block).map(idIn);
    assert.equal(ids.length, 5);
    assert.equal(new Set(ids).size, 5);
  });

  // [MQTT3-2.3.1-3]
  it("stays its own through every connection until its last acknowledgement, and is free then", () => {
    const block = connectedClient(core, { clean: false });
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

  // [MQTT3-2.3.1-3]
  it("of QoS 1 is not given to another before its PUBACK, wherever the ids have got to", () => {
    const block = connectedClient(core);
    block.publish("t", "stuck", 1);
    block.collect();
    for (let i = 0; i < 65_536; i++) {
      block.publish("t", "", 1);
      const id = idIn(packetLines(block.collect())[0]);
      assert.notEqual(id, 1);
      receive(block, `PUBACK id=${id}`);
      block.events();
    }
    receive(block, "PUBACK id=1");
    assert.equal(block.events().length, 1);
  });
});

describe("acknowledgements", () => {
  // [MQTT3-2.2.2-1] [MQTT3-2.3.1-6] [MQTT3-3.6.1-1] [MQTT3-4.3.2-2] [MQTT3-4.3.3-1] [MQTT3-4.3.3-2]
  it("have the flags of their type, two bytes, and the id that they answer", () => {
    const answers: readonly (readonly [packet: string, bytes: string])[] = [
      ['PUBLISH "a" "" qos=1 id=258', "40 02 01 02"],
      ['PUBLISH "a" "" qos=2 id=65535', "50 02 ff ff"],
      ["PUBREL id=65535", "70 02 ff ff"],
    ];
    const block = connectedClient(core);
    for (const [packet, bytes] of answers) {
      receive(block, packet);
      block.events();
      assertSends(block, bytes);
    }
    block.publish("t", "x", 2);
    block.collect();
    receive(block, "PUBREC id=1");
    block.events();
    assertSends(block, "62 02 00 01");
  });

  // [MQTT3-2.2.2-1] [MQTT3-3.6.1-1] [MQTT3-4.4.0-1]
  it("that a resumed session sends again have the same bytes", () => {
    const block = connectedClient(core, { clean: false });
    block.publish("t", "x", 2);
    block.collect();
    receive(block, "PUBREC id=1");
    block.events();
    block.collect();
    block.closed(2);
    const { sent } = block.connected(packetBytes("CONNACK sp=1 code=0"));
    assert.equal(sent.toString("hex"), "62020001");
  });

  // [MQTT3-4.5.0-2]
  it("are owed for messages that no filter of this client asked for", () => {
    const block = connectedClient(core);
    for (const qos of [1, 2]) {
      receive(block, `PUBLISH "nobody/asked" "x" qos=${qos} id=${qos}`);
      assert.equal(block.events()[0]?.filter, 0);
    }
    assert.deepEqual(sentLines(block), ["PUBACK id=1", "PUBREC id=2"]);
  });

  // [MQTT3-4.6.0-2] [MQTT3-4.6.0-3]
  it("of messages leave in the order in which the messages came", () => {
    const block = connectedClient(core);
    const order = [1, 2, 1, 1, 2, 1];
    for (const [index, qos] of order.entries()) {
      receive(block, `PUBLISH "t" "x" qos=${qos} id=${90 - index}`);
      block.events();
    }
    const expected = order.map((qos, index) => `${qos === 1 ? "PUBACK" : "PUBREC"} id=${90 - index}`);
    assert.deepEqual(sentLines(block), expected);
  });

  // [MQTT3-4.6.0-4]
  it("of PUBRECs leave in the order in which the PUBRECs came, and so again in a resumed session", () => {
    const block = connectedClient(core, { clean: false });
    for (const text of ["x", "y", "z"]) block.publish("t", text, 2);
    block.collect();
    for (const id of [3, 1, 2]) receive(block, `PUBREC id=${id}`);
    block.events();
    const expected = ["PUBREL id=3", "PUBREL id=1", "PUBREL id=2"];
    assert.deepEqual(sentLines(block), expected);
    assert.deepEqual(resume(block), expected);
  });
});

describe("what a resumed session sends again", () => {
  // [MQTT3-4.4.0-1] [MQTT3-4.6.0-1] [MQTT3-3.3.1-1] [MQTT3-3.1.2-4] [MQTT3-4.1.0-1]
  it("is every message without its acknowledgement, in the order of the first sending, with its id and DUP", () => {
    const block = connectedClient(core, { clean: false });
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
  it("is no PUBLISH whose PUBREL has left", () => {
    const block = connectedClient(core, { clean: false });
    block.publish("t", "x", 2);
    block.collect();
    receive(block, "PUBREC id=1");
    block.events();
    block.collect();
    for (let i = 0; i < 3; i++) assert.deepEqual(resume(block), ["PUBREL id=1"]);
  });

  // [MQTT3-3.1.2-6] [MQTT3-4.1.0-1]
  it("is nothing when the session began anew: no id, no DUP and no PUBREL of the one before is used", () => {
    const block = connectedClient(core, { clean: false });
    block.publish("t", "x", 1);
    block.publish("t", "y", 2);
    block.collect();
    receive(block, "PUBREC id=2");
    block.events();
    block.collect();
    block.closed(2);
    const { sent } = block.connected(packetBytes("CONNACK sp=0 code=0"));
    assert.deepEqual(packetLines(sent), ['PUBLISH "t" "x" qos=1 id=3']);
    assert.equal(block.field("inflight"), 1);
  });
});

describe("requests", () => {
  // [MQTT3-2.3.1-1] [MQTT3-3.8.1-1] [MQTT3-3.8.3-1] [MQTT3-2.2.2-1]
  it("SUBSCRIBE has flags 2, its id, and each filter with the QoS that is wanted", () => {
    const block = connectedClient(core);
    block.subscribe("a/+", 0);
    block.subscribe("#", 2);
    assertSends(block, '82 0c 00 01 00 03 "a/+" 00 00 01 "#" 02');
  });

  // [MQTT3-2.3.1-1] [MQTT3-3.10.1-1] [MQTT3-3.10.3-1] [MQTT3-2.2.2-1]
  it("UNSUBSCRIBE has flags 2, its id, and each filter", () => {
    const block = connectedClient(core);
    block.unsubscribe("a/+");
    block.unsubscribe("#");
    assertSends(block, 'a2 0a 00 01 00 03 "a/+" 00 01 "#"');
  });

  // [MQTT3-3.8.3-1] [MQTT3-3.10.3-1] [MQTT3-4.7.1-2] [MQTT3-4.7.1-3] [MQTT3-4.7.3-1] [MQTT3-4.7.3-2] [MQTT3-4.7.3-3]
  it("with what is no filter are refused at the call, and nothing is sent", () => {
    const block = connectedClient(core);
    const filters: readonly (readonly [filter: string | Uint8Array, status: number])[] = [
      ["", Status.TopicEmpty],
      ["a#", Status.BadFilter],
      ["#/a", Status.BadFilter],
      ["a+", Status.BadFilter],
      ["a/+b", Status.BadFilter],
      ["a\0", Status.BadUtf8],
      [Uint8Array.of(0xc0, 0x80), Status.BadUtf8],
      [Uint8Array.of(0xed, 0xa0, 0x80), Status.BadUtf8],
      ["x".repeat(65_536), Status.TopicTooLarge],
    ];
    for (const [filter, status] of filters) {
      const length = core.put(core.inbox, filter);
      assert.equal(exports.subscribe(block.client, core.inbox, length, 0), status);
      assert.equal(exports.unsubscribe(block.client, core.inbox, length), status);
    }
    assert.equal(exports.subscribe(block.client, core.inbox, core.put(core.inbox, "a"), 3), Status.QosRange);
    assert.equal(block.collect().length, 0);
  });

  // [MQTT3-3.8.3-3] [MQTT3-3.10.3-2]
  it("are not sent without a filter, also when the last that was owed is wanted otherwise meanwhile", () => {
    const block = connectedClient(core);
    assert.equal(block.collect().length, 0);
    block.subscribe("a", 1);
    block.unsubscribe("a");
    assert.deepEqual(sentLines(block), ['UNSUBSCRIBE id=1 "a"']);
    receive(block, "UNSUBACK id=1");
    block.events();
    block.unsubscribe("a");
    block.subscribe("a", 2);
    assert.deepEqual(sentLines(block), ['SUBSCRIBE id=2 "a"=2']);
    receive(block, "SUBACK id=2 codes=2");
    block.events();
    assert.equal(block.collect().length, 0);
  });
});

describe("PINGREQ and DISCONNECT", () => {
  // [MQTT3-3.1.2-23] [MQTT3-2.2.2-1]
  it("PINGREQ is two bytes, and leaves before the keep-alive is over", () => {
    const block = connectedClient(core, { keepAliveSeconds: 10 });
    for (let round = 0; round < 3; round++) {
      const waitMs = exports.deadlineMs(block.client, block.nowMs);
      assert.ok(waitMs > 0 && waitMs <= 10_000, `${waitMs}`);
      block.nowMs += waitMs;
      block.events();
      assertSends(block, "c0 00");
      receive(block, "PINGRESP");
      block.events();
    }
  });

  // [MQTT3-3.14.4-1] [MQTT3-3.14.4-2] [MQTT3-2.2.2-1]
  it("DISCONNECT is two bytes and the last: the transport is closed, and nothing more is sent", () => {
    const block = connectedClient(core, { clean: false });
    exports.disconnect(block.client, 0, block.nowMs);
    block.events();
    assertSends(block, "e0 00");
    assert.equal(block.events()[0]?.event, Event.CloseTransport);
    block.publish("t", "x", 1);
    block.subscribe("f", 1);
    receive(block, 'PUBLISH "a" "late" qos=1 id=7');
    for (let seconds = 0; seconds < 200; seconds++) {
      block.nowMs += 1000;
      assert.deepEqual(block.events(), []);
      assert.equal(block.collect().length, 0);
    }
  });
});
