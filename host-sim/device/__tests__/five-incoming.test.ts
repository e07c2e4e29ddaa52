// Owns the claims about what a server of MQTT 5 sends: messages with properties and aliases, large ones, too many, and DISCONNECT.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, CloseReason, Event, Phase, Property } from "../layout.generated.ts";
import type { Seen } from "./support/block-under-test.ts";
import { connack5, connectedFive, idleFive, packet5, propertiesOf } from "./support/five.ts";

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

  // [MQTT5-3.3.2-10]
  it("is every number up to this client's maximum, and no other", () => {
    const block = idleFive(core, {
      texts: 260,
      textBytes: 2000,
      prepare: ({ client }) => core.exports.setIntake(client, 0, 255),
    });
    block.connected(connack5());
    for (let topicAlias = 1; topicAlias <= 255; topicAlias++) {
      block.feed(publish(`t${topicAlias}`, "1", { topicAlias }));
      assert.equal(block.events().length, 1);
    }
    for (let topicAlias = 1; topicAlias <= 255; topicAlias++) {
      block.feed(publish("", "2", { topicAlias }));
      assert.deepEqual(
        block.events().map(({ event, topic }) => [event, topic]),
        [[Event.Message, `t${topicAlias}`]],
      );
    }
    block.feed(publish("t", "3", { topicAlias: 256 }));
    block.events();
    assert.equal(block.collect().toString("hex"), "e00194");
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

  // [MQTT5-3.3.2-7]
  it("does not outlive its connection", () => {
    const block = withAliases(1);
    block.feed(publish("a", "1", { topicAlias: 1 }));
    block.events();
    block.closed(ClosedBy.Link);
    block.connected(connack5());
    block.feed(publish("", "2", { topicAlias: 1 }));
    block.events();
    assert.equal(block.collect().toString("hex"), "e00182");
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

  // [MQTT5-3.3.4-9]
  it("is four at once, and one more closes with 0x93", () => {
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

describe("DISCONNECT of the broker's", () => {
  // [MQTT5-4.13.2-1] [MQTT5-3.14.4-1]
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
  });
});
