// Owns the claims about SUBSCRIBE, UNSUBSCRIBE, DISCONNECT and AUTH of MQTT 5, as this client sends them and as it takes the
// answers.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, CloseReason, Event, Phase, Property, Status } from "../layout.generated.ts";
import type { BlockUnderTest, Seen } from "./support/block-under-test.ts";
import {
  connack5,
  connectBytes,
  connectedFive,
  idleFive,
  packet5,
  packetsOf,
  prepared,
  propertiesOf,
  subscribeFive,
} from "./support/five.ts";

const core = new Core(loadModule());
const CONNECT = 1;
const DISCONNECT = 14;
const AUTH = 15;
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

  it("is refused at the call where the standard forbids it", () => {
    const block = connectedFive(core);
    assert.equal(subscribeFive(block, "a", 3), Status.QosRange);
    assert.equal(subscribeFive(block, "a", 0x30), Status.ArgumentRange);
    assert.equal(subscribeFive(block, "a", 0x40), Status.ArgumentRange);
    assert.equal(subscribeFive(block, "a", 0, 268_435_456), Status.ArgumentRange);
    assert.equal(subscribeFive(block, "$share/g/a", NO_LOCAL), Status.ArgumentRange);
    for (const filter of ["$share/", "$share/g", "$share//a", "$share/g/", "$share/g+/a", "$share/#/a"])
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

describe("DISCONNECT of this client's", () => {
  it("says no reason when it is a normal one", () => {
    const block = connectedFive(core);
    core.exports.disconnect(block.client, 1000, block.nowMs);
    assert.equal(block.collect().toString("hex"), "e000");
  });

  it("lets the will out with reason 4, and carries properties", () => {
    const block = connectedFive(core, { clean: false });
    const text = prepared(block, DISCONNECT, [
      [Property.SessionExpiry, 60],
      [Property.ReasonString, "asleep"],
    ]);
    assert.equal(core.exports.disconnectWith(block.client, 4, text, 1000, block.nowMs), Status.Ok);
    const [packet] = packetsOf(block.collect());
    assert.equal(packet?.reasonCode, 4);
    assert.deepEqual(
      { ...(packet?.properties as object) },
      { sessionExpiryInterval: 60, reasonString: "asleep" },
    );
    assert.deepEqual([block.next()?.code, block.phase], [CloseReason.Goodbye, Phase.Closing]);
  });

  it("cannot keep a session that CONNECT did not, nor give a server's reason", () => {
    const block = connectedFive(core);
    const text = prepared(block, DISCONNECT, [[Property.SessionExpiry, 60]]);
    const { exports } = core;
    assert.equal(exports.disconnectWith(block.client, 0, text, 1000, block.nowMs), Status.BadProperties);
    assert.equal(exports.disconnectWith(block.client, 0x8e, 0, 1000, block.nowMs), Status.ArgumentRange);
    assert.equal(prepared(block, DISCONNECT, [[Property.ServerReference, "x"]]), Status.BadProperties);
    assert.equal(block.phase, Phase.Connected);
  });

  it("after it the next connection is told nothing of it", () => {
    const block = connectedFive(core);
    core.exports.disconnectWith(block.client, 4, 0, 1000, block.nowMs);
    assert.equal(block.collect().toString("hex"), "e00104");
    block.events();
    block.closed(ClosedBy.Client);
    block.events();
    block.connected(connack5());
    core.exports.disconnect(block.client, 1000, block.nowMs);
    assert.equal(block.collect().toString("hex"), "e000");
  });
});

describe("AUTH", () => {
  const method = [Property.AuthMethod, "SCRAM"] as const;
  const auth = (reasonCode: number, data: string, name = "SCRAM") =>
    packet5({
      cmd: "auth",
      reasonCode,
      properties: { authenticationMethod: name, authenticationData: Buffer.from(data) },
    });
  const accepted = connack5({ authenticationMethod: "SCRAM" });

  function withMethod(): BlockUnderTest {
    return idleFive(core, {
      prepare: (block) => {
        const text = prepared(block, CONNECT, [method, [Property.AuthData, Buffer.from("hello")]]);
        assert.equal(core.exports.setConnectProperties(block.client, text), Status.Ok);
      },
    });
  }

  it("goes as many steps as the broker wants before CONNACK, and nothing else is sent meanwhile", () => {
    const block = withMethod();
    block.publish("t", "x", 1);
    assert.equal(packetsOf(connectBytes(block))[0]?.cmd, "connect");
    for (const step of ["one", "two"]) {
      block.feed(auth(0x18, `challenge ${step}`));
      const seen = block.next() as Seen;
      assert.deepEqual([seen.event, seen.code], [Event.Authenticate, 0x18]);
      assert.deepEqual(propertiesOf(seen), [method, [Property.AuthData, Buffer.from(`challenge ${step}`)]]);
      assert.equal(block.collect().length, 0);
      const text = prepared(block, AUTH, [method, [Property.AuthData, Buffer.from(step)]]);
      assert.equal(core.exports.authenticate(block.client, text), Status.Ok);
      const [answer, ...more] = packetsOf(block.collect());
      assert.equal(more.length, 0);
      assert.deepEqual([answer?.cmd, answer?.reasonCode], ["auth", 0x18]);
      const { authenticationData } = (answer?.properties ?? {}) as Record<string, unknown>;
      assert.equal(String(authenticationData), step);
      core.exports.forget(block.client, text);
    }
    block.feed(accepted);
    assert.equal(block.next()?.event, Event.Connected);
    assert.equal(packetsOf(block.collect())[0]?.cmd, "publish");
  });

  it("is begun anew while connected, and the broker says when it is content", () => {
    const block = withMethod();
    block.connected(accepted);
    const text = prepared(block, AUTH, [method]);
    assert.equal(core.exports.authenticate(block.client, text), Status.Ok);
    assert.equal(core.exports.authenticate(block.client, text), Status.WrongPhase, "one at a time");
    assert.deepEqual(
      packetsOf(block.collect()).map(({ cmd, reasonCode }) => [cmd, reasonCode]),
      [["auth", 0x19]],
    );
    block.feed(auth(0x18, "more"));
    assert.equal(block.next()?.code, 0x18);
    core.exports.authenticate(block.client, text);
    assert.equal(packetsOf(block.collect())[0]?.reasonCode, 0x18);
    block.feed(auth(0, "good"));
    assert.deepEqual([block.next()?.event, block.field("eventCode")], [Event.Authenticate, 0]);
    assert.equal(block.phase, Phase.Connected);
  });

  it("that was not agreed on closes [MQTT5-4.12.0-5] [MQTT5-4.12.0-6]", () => {
    const wrong: readonly (readonly [string, Buffer])[] = [
      ["another method", auth(0x18, "x", "OTHER")],
      ["no method", packet5({ cmd: "auth", reasonCode: 0x18 })],
      ["a CONNACK of another method", connack5({ authenticationMethod: "OTHER" })],
      ["a CONNACK without one", connack5()],
      ["success before CONNACK", auth(0, "x")],
    ];
    for (const [what, bytes] of wrong) {
      const block = withMethod();
      connectBytes(block);
      block.feed(bytes);
      const seen = block.next();
      assert.deepEqual(
        [seen?.event, seen?.code],
        [Event.CloseTransport, CloseReason.BadAuthentication],
        what,
      );
    }
    const connected = withMethod();
    connected.connected(accepted);
    connected.feed(auth(0x18, "unasked"));
    connected.events();
    assert.equal(connected.collect().toString("hex"), "e00182");
    const plain = idleFive(core);
    connectBytes(plain);
    plain.feed(connack5({ authenticationMethod: "SCRAM" }));
    assert.equal(plain.next()?.code, CloseReason.BadAuthentication);
  });

  it("is not sent by a client without a method, or with another [MQTT5-4.12.0-7] [MQTT5-4.12.1-1]", () => {
    const plain = connectedFive(core);
    assert.equal(core.exports.authenticate(plain.client, prepared(plain, AUTH, [method])), Status.WrongPhase);
    const block = withMethod();
    block.connected(accepted);
    const other = prepared(block, AUTH, [[Property.AuthMethod, "OTHER"]]);
    assert.equal(core.exports.authenticate(block.client, other), Status.BadProperties);
  });
});
