// Owns the claims about messages out in MQTT 5: properties, expiry, aliases, the broker's limits, and how it refuses.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, DropReason, Event, Option, Property, Status } from "../layout.generated.ts";
import type { BlockUnderTest } from "./support/block-under-test.ts";
import {
  connack5,
  connectedFive,
  idleFive,
  type Properties,
  packet5,
  packetsOf,
  publishFive,
} from "./support/five.ts";

const core = new Core(loadModule());
const RETAIN = 4;
const LONG_TOPIC = "greenhouse/north/bench-12/temperature/avg";

interface Sent {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly properties: Record<string, unknown>;
}

function publishes(bytes: Buffer): readonly Sent[] {
  return packetsOf(bytes)
    .filter(({ cmd }) => cmd === "publish")
    .map((packet) => ({
      topic: packet.topic as string,
      payload: String(packet.payload),
      qos: packet.qos as number,
      retain: packet.retain as boolean,
      dup: packet.dup as boolean,
      properties: { ...(packet.properties as object) },
    }));
}

function only(block: BlockUnderTest): Sent {
  const sent = publishes(block.collect());
  assert.equal(sent.length, 1);
  return sent[0] as Sent;
}

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
        const sent = only(block);
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

  it("has no properties as one of length 0 [MQTT5-2.2.2-1], and with the expiry alone no others", () => {
    const block = connectedFive(core);
    block.publish("t", "x", 1);
    assert.equal(block.collect().toString("hex"), "3207000174000100" + "78");
    publishFive(block, "t", "x", 1, [[Property.MessageExpiry, 5]]);
    assert.equal(block.collect().toString("hex"), "320c000174000205" + "0200000005" + "78");
  });

  it("is sent again with its properties, marked as such", () => {
    const block = connectedFive(core, { clean: false });
    publishFive(block, "t", "x", 1, EVERY);
    only(block);
    block.closed(ClosedBy.Link);
    const { sent } = block.connected(connack5({}, { sessionPresent: true }));
    const [again] = publishes(sent);
    assert.deepEqual([again?.dup, again?.properties.contentType], [true, "text/plain"]);
  });

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
    assert.equal(publishFive(block, "t", "x", 1, Buffer.from([3, 0, 9, 1])), Status.BadProperties);
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
    assert.equal(publishes(sent)[0]?.properties.messageExpiryInterval, 400);
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
    assert.equal(only(block).properties.messageExpiryInterval, 30);
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
      publishes(sent).map(({ payload }) => payload),
      ["stays", "for ever"],
    );
  });

  it("does not end one that was sent [MQTT5-4.3.3-7]", () => {
    const block = connectedFive(core, { clean: false });
    publishFive(block, "t", "x", 2, [[Property.MessageExpiry, 10]]);
    only(block);
    block.closed(ClosedBy.Link);
    const { events, sent } = block.connected(connack5({}, { sessionPresent: true })); // 200 s later
    assert.ok(!events.some(({ event }) => event === Event.Dropped));
    assert.deepEqual(
      publishes(sent).map(({ dup, properties }) => [dup, properties.messageExpiryInterval]),
      [[true, 0]],
    );
  });

  it("of a lifetime is as long as it says", () => {
    const block = connectedFive(core);
    publishFive(block, "t", "x", 1, [[Property.MessageExpiry, 0xffff_ffff]]);
    assert.ok((only(block).properties.messageExpiryInterval as number) > 0xffff_f000);
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
      publishes(block.collect()).map((sent) => [sent.topic, sent.payload, sent.properties.topicAlias]),
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
    const [first, second] = publishes(Buffer.concat(bytes));
    assert.deepEqual([first?.topic, first?.properties.topicAlias], [LONG_TOPIC, 1]);
    assert.deepEqual([second?.topic, second?.properties.topicAlias, second?.payload], ["", 1, "2"]);
    assert.equal(second?.properties.contentType, "text/plain");
  });

  it("is none that the broker does not take [MQTT5-3.2.2-17] [MQTT5-3.2.2-18]", () => {
    for (const most of [0, 1]) {
      const block = taking(most);
      const topics = [block.text(`${LONG_TOPIC}/a`, "Topic"), block.text(`${LONG_TOPIC}/b`, "Topic")];
      for (const topic of [...topics, ...topics]) block.publish(topic, "x", 1);
      const aliases = publishes(block.collect()).map(({ properties }) => properties.topicAlias);
      assert.deepEqual(
        aliases,
        most === 0 ? [undefined, undefined, undefined, undefined] : [1, undefined, 1, undefined],
      );
    }
  });

  it("does not outlive its connection [MQTT5-3.3.2-7]", () => {
    const block = taking(5);
    const topic = block.text(LONG_TOPIC, "Topic");
    block.publish(topic, "1", 0);
    block.collect();
    block.events();
    block.closed(ClosedBy.Link);
    block.connected(connack5({ topicAliasMaximum: 5 }));
    block.publish(topic, "2", 0);
    assert.equal(only(block).topic, LONG_TOPIC);
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
      publishes(bytes).map((sent) => [sent.topic, sent.payload, sent.properties.topicAlias]),
      [["", "x", 1]],
    );
  });
});

describe("what the broker does not take", () => {
  const poor = connack5({ maximumQoS: 1, retainAvailable: false, maximumPacketSize: 40 });

  it("is refused at the call, or lowered if the caller allows it [MQTT5-3.2.2-11] [MQTT5-3.2.2-14]", () => {
    const block = connectedFive(core, { connack: poor });
    assert.equal(block.publish("t", "x", 2), Status.NotSupported);
    assert.equal(block.publish("t", "x", 1 | RETAIN), Status.NotSupported);
    assert.ok(block.publish("t", "x", 2 | RETAIN | Option.MayLower) > 0);
    const sent = only(block);
    assert.deepEqual([sent.qos, sent.retain], [1, false]);
  });

  it("and was accepted offline ends so, or is lowered", () => {
    const block = idleFive(core);
    const [qos, kept, lowered, large] = [
      block.publish("t", "qos", 2),
      block.publish("t", "kept", 1 | RETAIN),
      block.publish("t", "lowered", 2 | RETAIN | Option.MayLower),
      block.publish("t", "l".repeat(40), 1),
    ];
    assert.ok(lowered > 0);
    const { sent } = block.connected(poor);
    assert.deepEqual(
      publishes(sent).map((one) => [one.payload, one.qos, one.retain]),
      [["lowered", 1, false]],
    );
    const dropped = block.events().filter(({ event }) => event === Event.Dropped);
    assert.deepEqual(
      dropped.map(({ ticket, code }) => [ticket, code]),
      [qos, kept, large].map((ticket) => [ticket, DropReason.NotSupported]),
    );
  });

  it("is a packet one byte too large [MQTT5-3.2.2-15]", () => {
    for (const [payload, isSent] of [
      ["p".repeat(10), true],
      ["p".repeat(11), false],
    ] as const) {
      const block = connectedFive(core, { connack: connack5({ maximumPacketSize: 18 }) });
      block.publish("t", payload, 1);
      assert.equal(publishes(block.collect()).length, isSent ? 1 : 0);
    }
  });
});

describe("the broker's Receive Maximum", () => {
  it("bounds the messages above QoS 0, and nothing else [MQTT5-3.3.4-7] [MQTT5-3.3.4-8]", () => {
    const block = connectedFive(core, { connack: connack5({ receiveMaximum: 1 }) });
    for (const payload of ["1", "2"]) block.publish("t", payload, 1);
    assert.equal(publishes(block.collect()).length, 1);
    block.subscribe("a", 0);
    assert.deepEqual(
      packetsOf(block.collect()).map(({ cmd }) => cmd),
      ["subscribe"],
    );
    block.feed(packet5({ cmd: "puback", messageId: 1, reasonCode: 0 }));
    assert.equal(block.next()?.event, Event.Published);
    assert.equal(only(block).payload, "2");
  });

  it("is given back by a refusal, at QoS 1 and 2 [MQTT5-4.4.0-2]", () => {
    for (const [qos, cmd] of [
      [1, "puback"],
      [2, "pubrec"],
    ] as const) {
      const block = connectedFive(core, { connack: connack5({ receiveMaximum: 1 }) });
      const ticket = block.publish("t", "1", qos);
      block.publish("t", "2", qos);
      assert.equal(only(block).payload, "1");
      block.feed(packet5({ cmd, messageId: 1, reasonCode: 0x97, properties: { reasonString: "full" } }));
      const seen = block.next();
      assert.deepEqual([seen?.event, seen?.ticket, seen?.code], [Event.Rejected, ticket, 0x97]);
      assert.equal(seen?.properties.length, 1);
      const sent = packetsOf(block.collect());
      assert.deepEqual(
        sent.map(({ cmd: name, messageId }) => [name, messageId]),
        [["publish", 2]],
        "no PUBREL",
      );
    }
  });

  it("is not given back by PUBREC", () => {
    const block = connectedFive(core, { connack: connack5({ receiveMaximum: 1 }) });
    block.publish("t", "1", 2);
    block.publish("t", "2", 2);
    block.collect();
    block.feed(packet5({ cmd: "pubrec", messageId: 1, reasonCode: 0x10 }));
    block.events();
    assert.deepEqual(
      packetsOf(block.collect()).map(({ cmd }) => cmd),
      ["pubrel"],
    );
    block.feed(packet5({ cmd: "pubcomp", messageId: 1, reasonCode: 0 }));
    assert.equal(block.next()?.event, Event.Published);
    assert.equal(only(block).payload, "2");
  });
});
