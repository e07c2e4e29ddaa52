// Owns the claims about what a caller asks of a client of MQTT 5 beside single packets: a will that may be lowered, properties of
// every request, parts with properties, and when to look again because a message expires.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { CloseReason, DropReason, Event, Property, Status } from "../layout.generated.ts";
import type { BlockUnderTest } from "./support/block-under-test.ts";
import {
  connack5,
  connectBytes,
  connectedFive,
  encoded,
  idleFive,
  packet5,
  packetsOf,
  prepared,
  publishFive,
  subscribeFive,
} from "./support/five.ts";

const core = new Core(loadModule());
const { exports } = core;
const PUBLISH = 3;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
const RETAIN = 4;
const MAY_LOWER = 256;
const RETAIN_NOT_SUPPORTED = 0x9a;
const QOS_NOT_SUPPORTED = 0x9b;

describe("a will that the broker refuses", () => {
  const withWill = (options: number): BlockUnderTest =>
    idleFive(core, {
      prepare: (block) =>
        exports.setWill(block.client, block.text("t", "Topic"), block.text("x", "Bytes"), options),
    });
  const willOf = (connect: Buffer): unknown => {
    const will = packetsOf(connect)[0]?.will as
      | { readonly qos: number; readonly retain: boolean }
      | undefined;
    return [will?.qos, will?.retain];
  };
  /** The will of each CONNECT, where each but the last is refused with one of these codes. */
  const wills = (block: BlockUnderTest, codes: readonly number[]): readonly unknown[] => {
    const said = [willOf(connectBytes(block))];
    for (const reasonCode of codes) {
      block.feed(connack5({}, { reasonCode }));
      const refused = block.events().find(({ event }) => event === Event.Refused);
      assert.equal(refused?.code, reasonCode);
      block.closed(0);
      said.push(willOf(connectBytes(block)));
    }
    return said;
  };

  it("is lowered where its caller allows it, one step for each refusal", () => {
    assert.deepEqual(
      wills(withWill(2 | RETAIN | MAY_LOWER), [QOS_NOT_SUPPORTED, RETAIN_NOT_SUPPORTED, QOS_NOT_SUPPORTED]),
      [
        [2, true],
        [1, true],
        [1, false],
        [0, false],
      ],
    );
  });

  it("is not lowered otherwise, nor for another refusal", () => {
    assert.deepEqual(wills(withWill(1 | RETAIN), [QOS_NOT_SUPPORTED, RETAIN_NOT_SUPPORTED]), [
      [1, true],
      [1, true],
      [1, true],
    ]);
    assert.deepEqual(wills(withWill(1 | RETAIN | MAY_LOWER), [0x88]), [
      [1, true],
      [1, true],
    ]);
  });
});

describe("properties of requests", () => {
  const userProperties = (packet: Record<string, unknown> | undefined): unknown => {
    const all = (packet?.properties as { userProperties?: object } | undefined)?.userProperties;
    return all === undefined ? undefined : { ...all };
  };

  it("are carried by every request of their type, before its filters", () => {
    const block = connectedFive(core);
    const asking = prepared(block, SUBSCRIBE, [[Property.UserProperty, ["k", "subscribe"]]]);
    const leaving = prepared(block, UNSUBSCRIBE, [[Property.UserProperty, ["k", "unsubscribe"]]]);
    assert.equal(exports.setRequestProperties(block.client, SUBSCRIBE, asking), Status.Ok);
    assert.equal(exports.setRequestProperties(block.client, UNSUBSCRIBE, leaving), Status.Ok);
    subscribeFive(block, "a/b", 1, 9);
    subscribeFive(block, "c", 2, 9);
    const [subscribe] = packetsOf(block.collect());
    assert.deepEqual(userProperties(subscribe), { k: "subscribe" });
    const filters = subscribe?.subscriptions as readonly { readonly topic: string }[];
    assert.deepEqual(
      filters.map(({ topic }) => topic),
      ["a/b", "c"],
    );
    assert.equal(
      (subscribe?.properties as { subscriptionIdentifier?: number } | undefined)?.subscriptionIdentifier,
      9,
    );
    block.feed(packet5({ cmd: "suback", messageId: 1, granted: [1, 2] }));
    block.events();
    block.unsubscribe("a/b");
    const [unsubscribe] = packetsOf(block.collect());
    assert.deepEqual(userProperties(unsubscribe), { k: "unsubscribe" });
    assert.deepEqual(unsubscribe?.unsubscriptions, ["a/b"]);
  });

  it("are left out when they are taken back, and before 5", () => {
    const block = connectedFive(core);
    const asking = prepared(block, SUBSCRIBE, [[Property.UserProperty, ["k", "v"]]]);
    exports.setRequestProperties(block.client, SUBSCRIBE, asking);
    assert.equal(exports.forget(block.client, asking), Status.TextInUse);
    exports.setRequestProperties(block.client, SUBSCRIBE, 0);
    assert.equal(exports.forget(block.client, asking), Status.Ok);
    subscribeFive(block, "a", 1);
    assert.equal(userProperties(packetsOf(block.collect())[0]), undefined);

    const old = idleFive(core);
    exports.setRequestProperties(
      old.client,
      SUBSCRIBE,
      prepared(old, SUBSCRIBE, [[Property.UserProperty, ["k", "v"]]]),
    );
    exports.setVersion(old.client, 4);
    old.connected(Buffer.from([0x20, 2, 0, 0]));
    old.subscribe("a", 1);
    assert.equal(old.collect().toString("hex"), "8206000100016101");
  });

  it("are refused for another packet, and while a request is under way", () => {
    const block = connectedFive(core);
    const asking = prepared(block, SUBSCRIBE, [[Property.UserProperty, ["k", "v"]]]);
    assert.equal(exports.setRequestProperties(block.client, UNSUBSCRIBE, asking), Status.BadHandle);
    assert.equal(exports.setRequestProperties(block.client, PUBLISH, asking), Status.ArgumentRange);
    assert.equal(prepared(block, SUBSCRIBE, [[Property.SubscriptionIdentifier, 1]]), Status.BadProperties);
    subscribeFive(block, "a", 1);
    block.collect();
    assert.equal(exports.setRequestProperties(block.client, SUBSCRIBE, asking), Status.RequestPending);
  });
});

describe("a message in parts", () => {
  const inParts = (block: BlockUnderTest, properties: Buffer, total: number): number => {
    const at = core.inbox + 1000;
    const length = core.put(at, properties);
    const name = core.put(core.inbox, "t");
    return exports.publishPartsWith(block.client, 0, core.inbox, name, at, length, total, 1, block.nowMs);
  };

  it("carries its properties, its expiry counted down", () => {
    const block = connectedFive(core);
    block.closed(0);
    block.events();
    const properties = encoded(core, [
      [Property.ContentType, "application/json"],
      [Property.MessageExpiry, 500],
    ]);
    const ticket = inParts(block, properties, 300);
    assert.ok(ticket > 0);
    const bytes = [block.connected(connack5()).sent]; // 200 s later
    const wanted = () => block.events().find(({ event }) => event === Event.PartWanted);
    for (let seen = wanted(); seen !== undefined; seen = wanted()) {
      assert.equal(block.supply(ticket, "x".repeat(seen.payloadLength)), Status.Ok);
      bytes.push(block.collect());
    }
    const [packet] = packetsOf(Buffer.concat(bytes));
    const told = packet?.properties as Record<string, unknown>;
    assert.deepEqual([told.contentType, told.messageExpiryInterval], ["application/json", 300]);
    assert.equal(String(packet?.payload), "x".repeat(300));
  });

  it("is refused with properties that it cannot have", () => {
    const block = connectedFive(core);
    assert.equal(inParts(block, encoded(core, [[Property.WillDelay, 1]]), 300), Status.BadProperties);
  });
});

describe("the deadline of a message that expires", () => {
  it("is when it is of no use any more, to the millisecond", () => {
    const block = idleFive(core);
    const ticket = publishFive(block, "t", "x", 1, [[Property.MessageExpiry, 90]]);
    publishFive(block, "t", "y", 1, [[Property.MessageExpiry, 300]]);
    const deadlineMs = exports.deadlineMs(block.client, block.nowMs);
    assert.ok(deadlineMs > 89_000 && deadlineMs <= 90_000, `${deadlineMs} ms`);
    block.nowMs += deadlineMs - 1;
    assert.deepEqual(block.events(), []);
    block.nowMs += 1;
    assert.deepEqual(
      block.events().map(({ event, ticket, code }) => [event, ticket, code]),
      [[Event.Dropped, ticket, DropReason.Expired]],
    );
    assert.ok(exports.deadlineMs(block.client, block.nowMs) > 200_000);
  });

  it("is kept although another is published in the same second", () => {
    const block = idleFive(core);
    const ticket = publishFive(block, "t", "x", 1, [[Property.MessageExpiry, 2]]);
    block.nowMs += 2000;
    publishFive(block, "t", "y", 1, [[Property.MessageExpiry, 60]]);
    assert.deepEqual(
      block.events().map(({ event, ticket, code }) => [event, ticket, code]),
      [[Event.Dropped, ticket, DropReason.Expired]],
    );
    assert.ok(exports.deadlineMs(block.client, block.nowMs) > 58_000);
  });

  it("is a day for one of a lifetime, and none without one", () => {
    const block = idleFive(core);
    assert.equal(exports.deadlineMs(block.client, block.nowMs), -1);
    publishFive(block, "t", "x", 1);
    assert.equal(exports.deadlineMs(block.client, block.nowMs), -1);
    publishFive(block, "t", "y", 1, [[Property.MessageExpiry, 0xffff_ffff]]);
    assert.equal(exports.deadlineMs(block.client, block.nowMs), -1);
    publishFive(block, "t", "z", 1, [[Property.MessageExpiry, 86_400]]);
    assert.ok(exports.deadlineMs(block.client, block.nowMs) > 86_000_000);
  });

  it("is none for a message that was sent", () => {
    const block = connectedFive(core);
    publishFive(block, "t", "x", 1, [[Property.MessageExpiry, 2]]);
    block.collect();
    assert.ok(exports.deadlineMs(block.client, block.nowMs) > 2000);
    assert.equal(block.closeReason, CloseReason.None);
  });
});
