// Owns the claims about the broker's limits on what this client of MQTT 5 sends: Maximum QoS, Retain Available, Maximum Packet Size,
// Receive Maximum; and about how it refuses.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, DropReason, Event, Option, Phase, Status } from "../layout.generated.ts";
import {
  connack5,
  connectedFive,
  idleFive,
  onlyPublish,
  packet5,
  packetsOf,
  publishesIn,
} from "./support/five.ts";

const core = new Core(loadModule());
const RETAIN = 4;

describe("what the broker does not take", () => {
  const poor = connack5({ maximumQoS: 1, retainAvailable: false, maximumPacketSize: 40 });

  // [MQTT5-3.2.2-11] [MQTT5-3.2.2-14]
  it("is refused at the call, or lowered if the caller allows it", () => {
    const block = connectedFive(core, { connack: poor });
    assert.equal(block.publish("t", "x", 2), Status.NotSupported);
    assert.equal(block.publish("t", "x", 1 | RETAIN), Status.NotSupported);
    assert.ok(block.publish("t", "x", 2 | RETAIN | Option.MayLower) > 0);
    const sent = onlyPublish(block);
    assert.deepEqual([sent.qos, sent.retain], [1, false]);
  });

  // [MQTT5-3.2.2-11] [MQTT5-3.2.2-14] [MQTT5-3.2.2-15]
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
      publishesIn(sent).map((one) => [one.payload, one.qos, one.retain]),
      [["lowered", 1, false]],
    );
    const dropped = block.events().filter(({ event }) => event === Event.Dropped);
    assert.deepEqual(
      dropped.map(({ ticket, code }) => [ticket, code]),
      [qos, kept, large].map((ticket) => [ticket, DropReason.NotSupported]),
    );
  });

  it("although one that knew the session had it sent ends without anybody knowing how", () => {
    const block = connectedFive(core, { clean: false });
    const sent = block.publish("t", "x", 2);
    const unsent = [1, 2, 3, 4].map(() => block.publish("t", "y", 2)).at(-1);
    block.collect();
    block.closed(ClosedBy.Link);
    block.connected(connack5({ maximumQoS: 1 }, { sessionPresent: true }));
    const dropped = block.events().filter(({ event }) => event === Event.Dropped);
    const whyOf = (ticket: number | undefined) => dropped.find((end) => end.ticket === ticket)?.code;
    assert.deepEqual([whyOf(sent), whyOf(unsent)], [DropReason.OutcomeUnknown, DropReason.NotSupported]);
  });

  // [MQTT5-3.2.2-15]
  it("is a packet one byte too large", () => {
    for (const [payload, isSent] of [
      ["p".repeat(10), true],
      ["p".repeat(11), false],
    ] as const) {
      const block = connectedFive(core, { connack: connack5({ maximumPacketSize: 18 }) });
      block.publish("t", payload, 1);
      assert.equal(publishesIn(block.collect()).length, isSent ? 1 : 0);
    }
  });
});

describe("the broker's Receive Maximum", () => {
  // [MQTT5-3.3.4-7] [MQTT5-3.3.4-8] [MQTT5-4.9.0-2] [MQTT5-4.9.0-3]
  it("bounds the messages above QoS 0, and nothing else", () => {
    const block = connectedFive(core, { connack: connack5({ receiveMaximum: 1 }) });
    for (const payload of ["1", "2"]) block.publish("t", payload, 1);
    assert.equal(publishesIn(block.collect()).length, 1);
    block.subscribe("a", 0);
    assert.deepEqual(
      packetsOf(block.collect()).map(({ cmd }) => cmd),
      ["subscribe"],
    );
    block.feed(packet5({ cmd: "puback", messageId: 1, reasonCode: 0 }));
    assert.equal(block.next()?.event, Event.Published);
    assert.equal(onlyPublish(block).payload, "2");
  });

  // [MQTT5-4.4.0-2]
  it("is given back by a refusal, at QoS 1 and 2", () => {
    for (const [qos, cmd] of [
      [1, "puback"],
      [2, "pubrec"],
    ] as const) {
      const block = connectedFive(core, { connack: connack5({ receiveMaximum: 1 }) });
      const ticket = block.publish("t", "1", qos);
      block.publish("t", "2", qos);
      assert.equal(onlyPublish(block).payload, "1");
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
    assert.equal(onlyPublish(block).payload, "2");
  });

  // [MQTT5-3.3.4-7] [MQTT5-4.9.0-1] [MQTT5-4.9.0-2]
  for (const [maximum, first] of [
    [1, 1],
    [3, 3],
    [65_535, 4],
    [undefined, 4],
  ] as const)
    it(`of ${maximum ?? "no number"} lets ${first} messages out at first, and one more for each that is acknowledged`, () => {
      const connack = connack5(maximum === undefined ? {} : { receiveMaximum: maximum });
      const block = connectedFive(core, { connack });
      for (let i = 1; i <= 6; i++) block.publish("t", `${i}`, 1 + (i % 2));
      assert.equal(publishesIn(block.collect()).length, first);
      for (let i = 1; i <= 6; i++) {
        const isTwo = i % 2 === 1;
        if (isTwo) block.feed(packet5({ cmd: "pubrec", messageId: i, reasonCode: 0 }));
        block.events();
        assert.equal(publishesIn(block.collect()).length, 0, "PUBREC is not the end");
        block.feed(packet5({ cmd: isTwo ? "pubcomp" : "puback", messageId: i, reasonCode: 0 }));
        block.events();
        assert.equal(publishesIn(block.collect()).length, first + i <= 6 ? 1 : 0);
      }
    });

  // [MQTT5-3.3.4-7] [MQTT5-4.9.0-1]
  it("counts anew on each connection, for what is sent again too", () => {
    const block = connectedFive(core, { clean: false, connack: connack5({ receiveMaximum: 3 }) });
    for (const payload of ["1", "2", "3"]) block.publish("t", payload, 1);
    assert.equal(publishesIn(block.collect()).length, 3);
    for (let round = 0; round < 2; round++) {
      block.closed(ClosedBy.Link);
      const { sent } = block.connected(connack5({ receiveMaximum: 1 }, { sessionPresent: true }));
      assert.deepEqual(
        publishesIn(sent).map(({ payload, dup }) => [payload, dup]),
        [["1", true]],
      );
    }
    block.feed(packet5({ cmd: "puback", messageId: 1, reasonCode: 0 }));
    block.events();
    assert.equal(onlyPublish(block).payload, "2");
  });

  // [MQTT5-4.9.0-1]
  it("that was not used up is not what the next connection begins with", () => {
    const block = connectedFive(core, { clean: false, connack: connack5({ receiveMaximum: 2 }) });
    block.publish("t", "1", 1);
    onlyPublish(block);
    block.closed(ClosedBy.Link);
    for (const payload of ["2", "3", "4"]) block.publish("t", payload, 1);
    const { sent } = block.connected(connack5({ receiveMaximum: 3 }, { sessionPresent: true }));
    assert.deepEqual(
      publishesIn(sent).map(({ payload }) => payload),
      ["1", "2", "3"],
    );
  });

  // [MQTT5-3.3.4-8] [MQTT5-4.9.0-3]
  it("that is used up holds back no other packet, and nothing that comes", () => {
    const block = connectedFive(core, { connack: connack5({ receiveMaximum: 1 }) });
    block.publish("t", "1", 2);
    block.publish("t", "2", 1);
    assert.equal(publishesIn(block.collect()).length, 1);
    const sentFor = (packet: object): readonly unknown[] => {
      block.feed(packet5(packet));
      block.events();
      return packetsOf(block.collect()).map(({ cmd }) => cmd);
    };
    const publish = { cmd: "publish", topic: "in", payload: "x", dup: false, retain: false };
    assert.deepEqual(sentFor({ ...publish, qos: 1, messageId: 7 }), ["puback"]);
    assert.deepEqual(sentFor({ ...publish, qos: 2, messageId: 8 }), ["pubrec"]);
    assert.deepEqual(sentFor({ cmd: "pubrel", messageId: 8, reasonCode: 0 }), ["pubcomp"]);
    assert.deepEqual(sentFor({ cmd: "pubrec", messageId: 1, reasonCode: 0 }), ["pubrel"]);
    block.subscribe("a", 0);
    assert.deepEqual(
      packetsOf(block.collect()).map(({ cmd }) => cmd),
      ["subscribe"],
    );
    block.unsubscribe("b");
    assert.deepEqual(sentFor({ cmd: "suback", messageId: 2, granted: [0] }), ["unsubscribe"]);
    block.nowMs += core.exports.deadlineMs(block.client, block.nowMs);
    block.events();
    assert.equal(block.collect().toString("hex"), "c000");
    core.exports.disconnect(block.client, 1000, block.nowMs);
    assert.equal(block.collect().toString("hex"), "e000");
    assert.equal(block.phase, Phase.Closing);
  });
});
