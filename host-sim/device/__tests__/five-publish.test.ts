// Owns the claims about messages out in MQTT 5: properties, expiry, aliases. The broker's limits have their own.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, DropReason, Event, Property, Status } from "../layout.generated.ts";
import {
  connack5,
  connectedFive,
  idleFive,
  onlyPublish,
  type Properties,
  publishesIn,
  publishFive,
} from "./support/five.ts";

const core = new Core(loadModule());
const LONG_TOPIC = "greenhouse/north/bench-12/temperature/avg";

const EVERY: Properties = [
  [Property.PayloadFormat, 1],
  [Property.MessageExpiry, 60],
  [Property.ContentType, "text/plain"],
  [Property.ResponseTopic, "answers/1"],
  [Property.CorrelationData, Buffer.from([0, 1, 255])],
  [Property.UserProperty, ["a", "1"]],
  [Property.UserProperty, ["a", "2"]],
];

describe("a message of MQTT 5", () => {
  for (const topic of ["named", "prepared"]) {
    for (const qos of [0, 1, 2]) {
      it(`carries every property, ${topic}, at QoS ${qos}`, () => {
        const block = connectedFive(core);
        const to = topic === "named" ? "t/1" : block.text("t/1", "Topic");
        assert.ok(publishFive(block, to, "body", qos, EVERY) > 0);
        const sent = onlyPublish(block);
        assert.deepEqual([sent.topic, sent.payload, sent.qos], ["t/1", "body", qos]);
        const { userProperties, ...rest } = sent.properties;
        assert.deepEqual(rest, {
          payloadFormatIndicator: true,
          messageExpiryInterval: 60,
          contentType: "text/plain",
          responseTopic: "answers/1",
          correlationData: Buffer.from([0, 1, 255]),
        });
        assert.deepEqual({ ...(userProperties as object) }, { a: ["1", "2"] });
      });
    }
  }

  // [MQTT5-2.2.2-1]
  it("has no properties as one of length 0, and with the expiry alone no others", () => {
    const block = connectedFive(core);
    block.publish("t", "x", 1);
    assert.equal(block.collect().toString("hex"), "3207000174000100" + "78");
    publishFive(block, "t", "x", 1, [[Property.MessageExpiry, 5]]);
    assert.equal(block.collect().toString("hex"), "320c000174000205" + "0200000005" + "78");
  });

  it("is sent again with its properties, marked as such", () => {
    const block = connectedFive(core, { clean: false });
    publishFive(block, "t", "x", 1, EVERY);
    onlyPublish(block);
    block.closed(ClosedBy.Link);
    const { sent } = block.connected(connack5({}, { sessionPresent: true }));
    const [again] = publishesIn(sent);
    assert.deepEqual([again?.dup, again?.properties.contentType], [true, "text/plain"]);
  });

  // [MQTT5-3.3.4-6] [MQTT5-3.3.2-14] [MQTT5-3.3.2-13] [MQTT5-3.3.2-19] [MQTT5-1.5.4-1] [MQTT5-1.5.7-1]
  it("is refused with properties that it cannot have, and then nothing has changed", () => {
    const block = connectedFive(core);
    const before = block.field("freeCount");
    for (const properties of [
      [[Property.TopicAlias, 1]],
      [[Property.SubscriptionIdentifier, 1]],
      [[Property.WillDelay, 1]],
      [
        [Property.ContentType, "a"],
        [Property.ContentType, "b"],
      ],
      [[Property.ResponseTopic, "a/#"]],
    ] as Properties[])
      assert.equal(publishFive(block, "t", "x", 1, properties), Status.BadProperties);
    const digits = ["03000901", "030001ff", "080001ff", "03000100", "26000161000180", "260001ff000161"];
    for (const bytes of digits)
      assert.equal(publishFive(block, "t", "x", 1, Buffer.from(bytes, "hex")), Status.BadProperties, bytes);
    assert.equal(block.field("freeCount"), before);
    assert.equal(block.collect().length, 0);
  });
});

describe("message expiry", () => {
  it("is counted down while the message waits", () => {
    const block = connectedFive(core);
    block.closed(ClosedBy.Link);
    block.events();
    publishFive(block, "t", "x", 1, [[Property.MessageExpiry, 600]]);
    const { sent } = block.connected(connack5()); // 200 s later
    assert.equal(publishesIn(sent)[0]?.properties.messageExpiryInterval, 400);
  });

  it("goes on through a sleep, for one who speaks 3.1.1 too", () => {
    const block = idleFive(core);
    core.exports.setVersion(block.client, 4);
    block.connected(Buffer.from([0x20, 2, 0, 0]));
    block.closed(ClosedBy.Link);
    block.events();
    const ticket = publishFive(block, "t", "x", 1, [[Property.MessageExpiry, 600]]);
    core.exports.restore(block.client, 700_000, 0);
    block.nowMs = 0;
    const dropped = block.events().find(({ event }) => event === Event.Dropped);
    assert.deepEqual([dropped?.ticket, dropped?.code], [ticket, DropReason.Expired]);
  });

  it("counts from the call, however long ago the last poll was", () => {
    const block = connectedFive(core);
    block.nowMs += 50_000;
    publishFive(block, "t", "x", 1, [[Property.MessageExpiry, 30]]);
    assert.deepEqual(block.events(), []);
    assert.equal(onlyPublish(block).properties.messageExpiryInterval, 30);
  });

  it("ends a message that was never sent, with an event, and no other", () => {
    const block = connectedFive(core);
    block.closed(ClosedBy.Link);
    block.events();
    const gone = publishFive(block, "t", "gone", 1, [[Property.MessageExpiry, 199]]);
    publishFive(block, "t", "stays", 1, [[Property.MessageExpiry, 201]]);
    publishFive(block, "t", "for ever", 1);
    const { events, sent } = block.connected(connack5()); // 200 s later
    const dropped = events.filter(({ event }) => event === Event.Dropped);
    assert.deepEqual(
      dropped.map(({ ticket, code }) => [ticket, code]),
      [[gone, DropReason.Expired]],
    );
    assert.deepEqual(
      publishesIn(sent).map(({ payload }) => payload),
      ["stays", "for ever"],
    );
  });

  // [MQTT5-4.3.3-7]
  it("does not end one that was sent", () => {
    const block = connectedFive(core, { clean: false });
    publishFive(block, "t", "x", 2, [[Property.MessageExpiry, 10]]);
    onlyPublish(block);
    block.closed(ClosedBy.Link);
    const { events, sent } = block.connected(connack5({}, { sessionPresent: true })); // 200 s later
    assert.ok(!events.some(({ event }) => event === Event.Dropped));
    assert.deepEqual(
      publishesIn(sent).map(({ dup, properties }) => [dup, properties.messageExpiryInterval]),
      [[true, 0]],
    );
  });

  it("of a lifetime is as long as it says", () => {
    const block = connectedFive(core);
    publishFive(block, "t", "x", 1, [[Property.MessageExpiry, 0xffff_ffff]]);
    assert.ok((onlyPublish(block).properties.messageExpiryInterval as number) > 0xffff_f000);
  });
});

describe("a topic alias", () => {
  const taking = (topicAliasMaximum: number) =>
    connectedFive(core, { connack: connack5({ topicAliasMaximum }) });

  it("stands for a prepared topic from its second message on", () => {
    const block = taking(5);
    const topic = block.text(LONG_TOPIC, "Topic");
    for (const payload of ["1", "2", "3"]) block.publish(topic, payload, 1);
    assert.deepEqual(
      publishesIn(block.collect()).map((sent) => [sent.topic, sent.payload, sent.properties.topicAlias]),
      [
        [LONG_TOPIC, "1", 1],
        ["", "2", 1],
        ["", "3", 1],
      ],
    );
  });

  it("stands beside other properties, in a short write too", () => {
    const block = taking(5);
    const topic = block.text(LONG_TOPIC, "Topic");
    publishFive(block, topic, "1", 1, EVERY);
    publishFive(block, topic, "2", 2, EVERY);
    const bytes: Buffer[] = [];
    for (let one = block.collect(1); one.length > 0; one = block.collect(1)) bytes.push(one);
    const [first, second] = publishesIn(Buffer.concat(bytes));
    assert.deepEqual([first?.topic, first?.properties.topicAlias], [LONG_TOPIC, 1]);
    assert.deepEqual([second?.topic, second?.properties.topicAlias, second?.payload], ["", 1, "2"]);
    assert.equal(second?.properties.contentType, "text/plain");
  });

  // [MQTT5-3.2.2-17] [MQTT5-3.2.2-18] [MQTT5-3.3.2-8] [MQTT5-3.3.2-9]
  it("is none that the broker does not take", () => {
    for (const most of [undefined, 0, 1]) {
      const block = most === undefined ? connectedFive(core) : taking(most);
      const topics = [block.text(`${LONG_TOPIC}/a`, "Topic"), block.text(`${LONG_TOPIC}/b`, "Topic")];
      for (const topic of [...topics, ...topics]) block.publish(topic, "x", 1);
      const aliases = publishesIn(block.collect()).map(({ properties }) => properties.topicAlias);
      assert.deepEqual(
        aliases,
        most === 1 ? [1, undefined, 1, undefined] : [undefined, undefined, undefined, undefined],
      );
    }
  });

  // [MQTT5-3.3.2-7] [MQTT5-3.2.2-18]
  it("does not outlive its connection", () => {
    for (const topicAliasMaximum of [5, undefined]) {
      const block = taking(5);
      const topic = block.text(LONG_TOPIC, "Topic");
      block.publish(topic, "1", 0);
      block.collect();
      block.events();
      block.closed(ClosedBy.Link);
      block.connected(connack5(topicAliasMaximum === undefined ? {} : { topicAliasMaximum }));
      block.publish(topic, "2", 0);
      const { topic: name, properties } = onlyPublish(block);
      assert.deepEqual([name, properties.topicAlias], [LONG_TOPIC, topicAliasMaximum && 1]);
    }
  });

  it("saves its bytes on the way that keeps nothing, too", () => {
    const block = taking(5);
    const topic = block.text(LONG_TOPIC, "Topic");
    const sizes = [1, 2].map(() => {
      const length = core.put(core.inbox, "x");
      return core.exports.publishNow(
        block.client,
        topic,
        core.inbox,
        length,
        0,
        core.outbox,
        200,
        block.nowMs,
      );
    });
    assert.deepEqual(sizes, [2 + 2 + LONG_TOPIC.length + 4 + 1, 2 + 2 + 4 + 1]);
    const bytes = Buffer.from(core.bytes.subarray(core.outbox, core.outbox + (sizes[1] as number)));
    assert.deepEqual(
      publishesIn(bytes).map((sent) => [sent.topic, sent.payload, sent.properties.topicAlias]),
      [["", "x", 1]],
    );
  });
});
