// Owns the claims about what a server of MQTT 5 sends: messages with properties and aliases, large ones, too many, and every
// packet that is wrong in some way, with the reason that DISCONNECT gives for it.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, CloseReason, Event, Phase, Property } from "../layout.generated.ts";
import type { Seen } from "./support/block-under-test.ts";
import { connack5, connectedFive, packet5, packetsOf, prepared, propertiesOf } from "./support/five.ts";

const core = new Core(loadModule());

function publish(topic: string, payload: string, properties: object = {}, more: object = {}): Buffer {
  return packet5({ cmd: "publish", topic, payload, qos: 0, dup: false, retain: false, properties, ...more });
}

function lastClose(events: readonly Seen[]): readonly (number | undefined)[] {
  const seen = events.findLast(({ event }) => event === Event.CloseTransport);
  return [seen?.code, seen?.flag];
}

const withAliases = (count: number, more: object = {}) =>
  connectedFive(core, { prepare: ({ client }) => core.exports.setIntake(client, 0, count), ...more });

const EVERY = {
  payloadFormatIndicator: true,
  messageExpiryInterval: 9,
  contentType: "text",
  responseTopic: "answer/here",
  correlationData: Buffer.from([1, 0, 2]),
  userProperties: { a: ["1", "2"] },
  subscriptionIdentifier: [3, 300],
};

const EVERY_SEEN = [
  [Property.PayloadFormat, 1],
  [Property.MessageExpiry, 9],
  [Property.ContentType, "text"],
  [Property.ResponseTopic, "answer/here"],
  [Property.CorrelationData, Buffer.from([1, 0, 2])],
  [Property.UserProperty, ["a", "1"]],
  [Property.UserProperty, ["a", "2"]],
  [Property.SubscriptionIdentifier, 3],
  [Property.SubscriptionIdentifier, 300],
];

function byId(properties: ReturnType<typeof propertiesOf>): unknown {
  return [...properties].sort(([a], [b]) => a - b);
}

const SORTED = [...EVERY_SEEN].sort(([a], [b]) => (a as number) - (b as number));

describe("an incoming message of MQTT 5", () => {
  it("shows every property, until the next poll", () => {
    const block = connectedFive(core);
    block.feed(publish("t", "body", EVERY, { qos: 1, messageId: 5 }));
    const seen = block.next() as Seen;
    assert.deepEqual([seen.event, seen.topic, seen.payload.toString()], [Event.Message, "t", "body"]);
    assert.deepEqual(byId(propertiesOf(seen)), SORTED);
    assert.equal(block.next(), null);
    assert.equal(core.exports.nextProperty(block.client, 0), 0);
    assert.equal(block.collect().toString("hex"), "40020005");
  });

  it("that comes in parts shows them with the first", () => {
    const bytes = publish("t", "p".repeat(300), EVERY);
    for (const chunk of [1, 7, 1000]) {
      const block = connectedFive(core, {
        receiveBytes: 160,
        prepare: ({ client }) => core.exports.setTakesParts(client, 1),
      });
      const parts: Seen[] = [];
      for (let at = 0; at < bytes.length; ) {
        at += block.feed(bytes.subarray(at, at + chunk));
        parts.push(...block.events());
      }
      assert.equal(parts.map(({ payload }) => payload.toString()).join(""), "p".repeat(300));
      assert.deepEqual(byId(propertiesOf(parts[0] as Seen)), SORTED);
      assert.ok(parts.length > 1 && parts.slice(1).every(({ properties }) => properties.length === 0));
      assert.ok(parts.every(({ topic, total }) => topic === "t" && total === 300));
    }
  });

  it("whose properties fit nowhere is skipped, acknowledged and told", () => {
    const bytes = publish("t", "body", { contentType: "c".repeat(400) }, { qos: 1, messageId: 5 });
    const block = connectedFive(core, { prepare: ({ client }) => core.exports.setTakesParts(client, 1) });
    const events: Seen[] = [];
    for (const byte of bytes) {
      block.feed(Buffer.from([byte]));
      events.push(...block.events());
    }
    assert.deepEqual(
      events.map(({ event, topic }) => [event, topic]),
      [[Event.MessageTooLarge, "t"]],
    );
    assert.equal(block.collect().toString("hex"), "40020005");
  });
});

describe("an alias of the broker's", () => {
  it("stands for the topic that it came with, and for a later one in its place", () => {
    const block = withAliases(2);
    block.feed(
      Buffer.concat([
        publish("first/topic", "1", { topicAlias: 1 }),
        publish("", "2", { topicAlias: 1 }),
        publish("other", "3", { topicAlias: 2 }),
        publish("", "4", { topicAlias: 1 }),
        publish("new", "5", { topicAlias: 1 }),
        publish("", "6", { topicAlias: 1 }),
      ]),
    );
    assert.deepEqual(
      block.events().map(({ topic, payload }) => `${topic} ${payload}`),
      ["first/topic 1", "first/topic 2", "other 3", "first/topic 4", "new 5", "new 6"],
    );
  });

  it("is found by the filter that matches its topic", () => {
    const block = withAliases(1);
    const handle = block.subscribe("a/+", 0);
    block.collect();
    block.feed(Buffer.concat([publish("a/b", "1", { topicAlias: 1 }), publish("", "2", { topicAlias: 1 })]));
    assert.deepEqual(
      block.events().map(({ filter }) => filter),
      [handle, handle],
    );
  });

  it("does not outlive its connection [MQTT5-3.3.2-7]", () => {
    const block = withAliases(1);
    block.feed(publish("a", "1", { topicAlias: 1 }));
    block.events();
    block.closed(ClosedBy.Link);
    block.connected(connack5());
    block.feed(publish("", "2", { topicAlias: 1 }));
    block.events();
    assert.equal(block.collect().toString("hex"), "e00194");
  });

  it("whose topic finds no room is delivered with its name and skipped without", () => {
    const block = withAliases(1);
    const topic = "x".repeat(200); // as many bytes as there are for all texts
    block.feed(publish(topic, "1", { topicAlias: 1 }));
    block.feed(publish("", "2", { topicAlias: 1 }, { qos: 1, messageId: 3 }));
    assert.deepEqual(
      block.events().map(({ event }) => event),
      [Event.Message, Event.MessageTooLarge],
    );
    assert.equal(block.collect().toString("hex"), "40020003");
    assert.equal(block.phase, Phase.Connected);
  });

  it("is learned from a message that is not delivered a second time", () => {
    const block = withAliases(1);
    const again = { qos: 2, messageId: 3, dup: true };
    block.feed(publish("a", "1", {}, { qos: 2, messageId: 3 }));
    block.feed(publish("b", "1", { topicAlias: 1 }, again));
    block.feed(publish("", "2", { topicAlias: 1 }));
    assert.deepEqual(
      block.events().map(({ topic, payload }) => `${topic} ${payload}`),
      ["a 1", "b 2"],
    );
  });
});

describe("this client's Receive Maximum", () => {
  const qos = (level: number, messageId: number) => publish("t", "x", {}, { qos: level, messageId });

  it("is four at once, and one more closes with 0x93 [MQTT5-3.3.4-9]", () => {
    const block = connectedFive(core);
    for (const id of [1, 2, 3, 4]) block.feed(qos(2, id));
    assert.equal(block.events().length, 4);
    block.feed(qos(2, 4));
    block.events();
    assert.equal(block.phase, Phase.Connected, "a repeated one is not one more");
    block.feed(qos(2, 5));
    assert.equal(block.events().length, 0);
    assert.ok(block.collect().toString("hex").endsWith("e00193"));
    assert.deepEqual(lastClose(block.events()), [CloseReason.ReceiveMaximumExceeded, 1]);
  });

  it("is free again when the exchange is over, of either kind", () => {
    const block = connectedFive(core);
    for (let id = 1; id <= 20; id++) {
      block.feed(qos(1 + (id % 2), id));
      block.events();
      block.collect();
      if (id % 2 === 1) block.feed(packet5({ cmd: "pubrel", messageId: id, reasonCode: 0 }));
      block.events();
      block.collect();
    }
    assert.equal(block.phase, Phase.Connected);
  });

  it("counts messages at QoS 1 whose PUBACK has not left", () => {
    const block = connectedFive(core);
    for (const id of [1, 2, 3, 4]) block.feed(qos(1, id));
    assert.equal(block.events().length, 4);
    block.feed(qos(1, 5));
    block.events();
    assert.ok(block.collect().toString("hex").endsWith("e00193"));
  });
});

describe("a packet of the broker's that is wrong", () => {
  const M = "e00181"; // malformed
  const P = "e00182"; // protocol error
  const wrong: Readonly<Record<string, readonly [bytes: string, sent: string]>> = {
    "PUBLISH without properties": ["3003000174", M],
    "PUBLISH with properties that are cut short": ["30050001740101", M],
    "PUBLISH with properties beyond its end": ["30040001747f", M],
    "PUBLISH with a long length of properties": ["30060001748100" + "00", M],
    "PUBLISH with an unknown property": ["3006000174027f00", M],
    "PUBLISH with another packet's property": ["3009000174051100000001", M],
    "PUBLISH with a property twice": ["30080001740401000100", P],
    "PUBLISH with a payload format of 2": ["3006000174020102", P],
    "PUBLISH with a response topic of wildcards": ["3008000174040800012b", P],
    "PUBLISH with a content type that is not UTF-8": ["300800017404030001ff", M],
    "PUBLISH without topic and alias": ["3003000000", P],
    "PUBLISH with an alias that was not allowed": ["300700017403230001", "e00194"],
    "PUBLISH with alias 0": ["300700017403230000", "e00194"],
    "PUBLISH with a wildcard": ["300400012b00", M],
    "PUBLISH at QoS 3": ["360600017400010000", M],
    "PUBLISH with packet id 0": ["32060001740000" + "00", P],
    "a long remaining length": ["d08000", M],
    "a remaining length of five bytes": ["308080808001", M],
    "a packet above this client's maximum": ["30ff01", "e00195"],
    "PUBACK with an unknown reason": ["4003000111", P],
    "PUBACK with bytes behind its properties": ["400500010000" + "00", M],
    "PUBACK with a will delay": ["4009000100051800000001", M],
    "PUBREL with another's reason": ["6203000110", P],
    "PUBREL with wrong flags": ["60020001", M],
    "PUBACK with id 0": ["40020000", P],
    "SUBACK that nobody asked for": ["9004000100" + "00", P],
    "UNSUBACK that nobody asked for": ["b004000100" + "00", P],
    "PINGRESP with a body": ["d00100", M],
    "a second CONNACK": ["2003000000", P],
    "AUTH without a method": ["f0021800", P],
    "DISCONNECT with a client's reason": ["e00104", P],
    "DISCONNECT with a session expiry [MQTT5-3.14.2-2]": ["e00700051100000001", P],
    "DISCONNECT with wrong flags": ["e100", M],
    "a client's packet": ["c000", P],
    "a reserved packet": ["0000", P],
  };
  for (const [what, [bytes, sent]] of Object.entries(wrong)) {
    it(`${what} is answered by ${sent.slice(-2)}`, () => {
      const block = connectedFive(core);
      block.feed(Buffer.from(bytes, "hex"));
      assert.equal(block.events().length, 0, "nothing is told before DISCONNECT has left");
      assert.equal(block.collect().toString("hex"), sent);
      const events = block.events();
      assert.deepEqual(
        events.map(({ event, flag }) => [event, flag]),
        [[Event.CloseTransport, 1]],
      );
      assert.notEqual(events[0]?.code, CloseReason.None);
      assert.equal(block.collect().length, 0, "nothing follows DISCONNECT [MQTT5-3.14.4-1]");
    });
  }

  it("closes in the end even when DISCONNECT cannot leave", () => {
    const block = connectedFive(core);
    block.feed(Buffer.from("c000", "hex"));
    block.events();
    assert.ok(core.exports.deadlineMs(block.client, block.nowMs) <= 5000);
    block.nowMs += 5000;
    assert.deepEqual(lastClose(block.events()), [CloseReason.UnexpectedPacket, 0]);
  });

  it("is told of behind the packet that is on its way", () => {
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

describe("a foreign acknowledgement", () => {
  it("changes nothing, but a PUBREC is answered by PUBREL 0x92 and a PUBREL by PUBCOMP 0x92", () => {
    const block = connectedFive(core);
    block.feed(Buffer.from("40020009" + "70020009" + "50020009" + "62020008", "hex"));
    assert.deepEqual(block.events(), []);
    assert.equal(block.collect().toString("hex"), "6203000992" + "7003000892");
  });
});

describe("DISCONNECT of the broker's", () => {
  it("is told with its reason and properties, and closes", () => {
    const block = connectedFive(core);
    block.feed(
      packet5({ cmd: "disconnect", reasonCode: 0x9d, properties: { serverReference: "other:1883" } }),
    );
    const seen = block.next() as Seen;
    assert.deepEqual(
      [seen.event, seen.code, seen.reason],
      [Event.CloseTransport, CloseReason.ServerDisconnect, 0x9d],
    );
    assert.deepEqual(propertiesOf(seen), [[Property.ServerReference, "other:1883"]]);
    assert.equal(block.collect().length, 0);
    block.closed(ClosedBy.Client);
    assert.deepEqual([block.next()?.flag, core.exports.eventReason(block.client)], [ClosedBy.Server, 0x9d]);
  });

  it("of one that took over says so at once", () => {
    const block = connectedFive(core);
    block.feed(packet5({ cmd: "disconnect", reasonCode: 0x8e }));
    block.events();
    block.closed(ClosedBy.Server);
    assert.ok(block.events().some(({ event }) => event === Event.SecondDevice));
  });

  it("without a reason is a normal one", () => {
    const block = connectedFive(core);
    block.feed(Buffer.from([0xe0, 0]));
    assert.deepEqual(
      [block.next()?.code, core.exports.eventReason(block.client)],
      [CloseReason.ServerDisconnect, 0],
    );
    assert.equal(prepared(block, 14, []) > 0, true);
  });
});
