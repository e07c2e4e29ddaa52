// Owns the claims about SUBSCRIBE and UNSUBSCRIBE of MQTT 5, as this client sends them and as it takes the answers.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, Event, Property, Status } from "../layout.generated.ts";
import {
  connack5,
  connectedFive,
  idleFive,
  packet5,
  packetsOf,
  propertiesOf,
  subscribeFive,
} from "./support/five.ts";

const core = new Core(loadModule());
const NO_LOCAL = 4;
const AS_PUBLISHED = 8;
const RETAINED_IF_NEW = 16;
const NOT_RETAINED = 32;

interface Wish {
  readonly topic: string;
  readonly qos: number;
  readonly nl: boolean;
  readonly rap: boolean;
  readonly rh: number;
}

function requests(
  bytes: Buffer,
): readonly { readonly id: number; readonly wishes: readonly Wish[]; readonly identifier: unknown }[] {
  return packetsOf(bytes)
    .filter(({ cmd }) => cmd === "subscribe")
    .map(({ messageId, subscriptions, properties }) => ({
      id: messageId as number,
      wishes: subscriptions as readonly Wish[],
      identifier: (properties as { subscriptionIdentifier?: number } | undefined)?.subscriptionIdentifier,
    }));
}

function suback(messageId: number, granted: readonly number[], properties: object = {}): Buffer {
  return packet5({ cmd: "suback", messageId, granted, properties });
}

describe("SUBSCRIBE of MQTT 5", () => {
  it("carries every option of every filter", () => {
    const block = connectedFive(core);
    subscribeFive(block, "a", 1 | NO_LOCAL);
    subscribeFive(block, "b/#", 2 | AS_PUBLISHED | RETAINED_IF_NEW);
    subscribeFive(block, "c", NOT_RETAINED);
    block.subscribe("d", 1);
    const [request, ...others] = requests(block.collect());
    assert.equal(others.length, 0);
    assert.deepEqual(
      request?.wishes.map(({ topic, qos, nl, rap, rh }) => [topic, qos, nl, rap, rh]),
      [
        ["a", 1, true, false, 0],
        ["b/#", 2, false, true, 1],
        ["c", 0, false, false, 2],
        ["d", 1, false, false, 0],
      ],
    );
  });

  it("has one identifier, so filters with others go into others", () => {
    const block = connectedFive(core);
    subscribeFive(block, "a", 0, 7);
    subscribeFive(block, "b", 0, 268_435_455);
    subscribeFive(block, "c", 0);
    subscribeFive(block, "d", 0, 7);
    const seen: unknown[] = [];
    for (let id = 1; id <= 3; id++) {
      const [request] = requests(block.collect());
      seen.push([request?.identifier, request?.wishes.map(({ topic }) => topic)]);
      block.feed(suback(id, request?.wishes.map(() => 0) ?? []));
      block.events();
    }
    assert.deepEqual(seen, [
      [7, ["a", "d"]],
      [268_435_455, ["b"]],
      [undefined, ["c"]],
    ]);
  });

  it("has none of its options before 5", () => {
    const block = idleFive(core);
    core.exports.setVersion(block.client, 4);
    block.connected(Buffer.from([0x20, 2, 0, 0]));
    subscribeFive(block, "a", 1 | NO_LOCAL | AS_PUBLISHED | NOT_RETAINED, 7);
    assert.equal(block.collect().toString("hex"), "8206000100016101");
  });

  it("lost with its connection asks for retained messages once", () => {
    const block = connectedFive(core, { clean: false });
    subscribeFive(block, "a", 1, 7);
    block.collect();
    block.closed(ClosedBy.Link);
    const { sent } = block.connected(connack5({}, { sessionPresent: true }));
    assert.deepEqual(
      requests(sent).map(({ id, wishes, identifier }) => [id, wishes[0]?.rh, identifier]),
      [[2, 1, 7]],
    );
  });

  // [MQTT5-3.8.3-4] [MQTT5-4.8.2-1] [MQTT5-4.8.2-2]
  it("is refused at the call where the standard forbids it", () => {
    const block = connectedFive(core);
    assert.equal(subscribeFive(block, "a", 3), Status.QosRange);
    assert.equal(subscribeFive(block, "a", 0x30), Status.ArgumentRange);
    assert.equal(subscribeFive(block, "a", 0x40), Status.ArgumentRange);
    assert.equal(subscribeFive(block, "a", 0, 268_435_456), Status.ArgumentRange);
    assert.equal(subscribeFive(block, "$share/g/a", NO_LOCAL), Status.ArgumentRange);
    for (const filter of [
      "$share/",
      "$share/g",
      "$share//a",
      "$share/g/",
      "$share/g+/a",
      "$share/+/a",
      "$share/#/a",
    ])
      assert.equal(subscribeFive(block, filter, 0), Status.BadFilter, filter);
    assert.ok(subscribeFive(block, "$share/g/#", 1) > 0);
    assert.ok(subscribeFive(block, "$shared/a", 1 | NO_LOCAL) > 0);
  });

  it("for what the broker does not do is answered by this client", () => {
    const cases = [
      [{ wildcardSubscriptionAvailable: false }, "a/+", 0, 0xa2],
      [{ sharedSubscriptionAvailable: false }, "$share/g/a", 0, 0x9e],
      [{ subscriptionIdentifiersAvailable: false }, "a", 5, 0xa1],
    ] as const;
    for (const [properties, filter, identifier, code] of cases) {
      const block = connectedFive(core, { connack: connack5(properties) });
      subscribeFive(block, filter, 1, identifier);
      subscribeFive(block, "plain", 1);
      assert.deepEqual(
        requests(block.collect()).map(({ wishes }) => wishes.map(({ topic }) => topic)),
        [["plain"]],
      );
      const seen = block.next();
      assert.deepEqual([seen?.event, seen?.code], [Event.Subscribed, code]);
    }
  });

  // [MQTT5-3.2.2-15]
  it("is not larger than the broker takes: the filters go into several, and one that is too large itself into none", () => {
    const block = connectedFive(core, { connack: connack5({ maximumPacketSize: 20 }) });
    const large = "x".repeat(13);
    for (const filter of ["aaaa", "bbbb", large, "cccc"]) subscribeFive(block, filter, 1);
    const seen: string[][] = [];
    for (let id = 1; id <= 2; id++) {
      const bytes = block.collect();
      assert.ok(bytes.length <= 20, `${bytes.length} bytes`);
      const topics = requests(bytes)[0]?.wishes.map(({ topic }) => topic) ?? [];
      seen.push(topics);
      block.feed(
        suback(
          id,
          topics.map(() => 1),
        ),
      );
      const refused = block.events().filter(({ code }) => code >= 0x80);
      assert.deepEqual(
        refused.map(({ event, code }) => [event, code]),
        id === 1 ? [[Event.Subscribed, 0x95]] : [],
      );
    }
    assert.deepEqual(seen, [["aaaa", "bbbb"], ["cccc"]]);
    assert.equal(block.collect().length, 0);
  });

  // [MQTT5-3.2.2-15]
  it("of 20 bytes is one that a broker of 20 bytes takes, and so is UNSUBSCRIBE", () => {
    const block = connectedFive(core, { connack: connack5({ maximumPacketSize: 20 }) });
    subscribeFive(block, "x".repeat(12), 1);
    assert.equal(block.collect().length, 20);
    block.feed(suback(1, [1]));
    block.events();
    for (const length of [14, 13]) block.unsubscribe("y".repeat(length));
    assert.equal(block.collect().length, 20);
    const [refused] = block.events();
    assert.deepEqual([refused?.event, refused?.code], [Event.Unsubscribed, 0x95]);
  });

  it("that shares is matched by the filter behind the share", () => {
    const block = connectedFive(core);
    const handle = subscribeFive(block, "$share/group/a/+", 0);
    block.collect();
    block.feed(packet5({ cmd: "publish", topic: "a/b", payload: "x", qos: 0, dup: false, retain: false }));
    assert.equal(block.next()?.filter, handle);
  });
});

describe("SUBACK and UNSUBACK of MQTT 5", () => {
  it("tell every code, each with the packet's properties", () => {
    for (const code of [0, 1, 2, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2]) {
      const block = connectedFive(core);
      block.subscribe("a", 2);
      block.subscribe("b", 2);
      block.collect();
      block.feed(suback(1, [code, 0], { reasonString: "why" }));
      const events = block.events();
      assert.deepEqual(events.map((seen) => seen.code).sort(), [code, 0].sort());
      for (const seen of events) assert.deepEqual(propertiesOf(seen), [[Property.ReasonString, "why"]]);
    }
    for (const code of [0, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91]) {
      const block = connectedFive(core);
      block.unsubscribe("a");
      assert.deepEqual(packetsOf(block.collect())[0]?.unsubscriptions, ["a"]);
      block.feed(packet5({ cmd: "unsuback", messageId: 1, granted: [code] }));
      assert.deepEqual([block.next()?.event, block.field("eventCode")], [Event.Unsubscribed, code]);
    }
  });

  it("with a code or a number of codes that cannot be close", () => {
    for (const digits of [
      "90040001000" + "3",
      "9005000100" + "0000",
      "9003000100",
      "90040002" + "0000",
      "9006000102" + "1f00" + "00",
    ]) {
      const block = connectedFive(core);
      block.subscribe("a", 2);
      block.collect();
      block.feed(Buffer.from(digits, "hex"));
      assert.equal(block.events().length, 0, digits);
      assert.match(block.collect().toString("hex"), /^e0018[12]$/, digits);
    }
  });
});
