// Owns the claims about AUTH of MQTT 5: whose turn it is, which method it names, what becomes of one that fails.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { CloseReason, Event, Phase, Property, Status } from "../layout.generated.ts";
import type { BlockUnderTest, Seen } from "./support/block-under-test.ts";
import {
  connack5,
  connectBytes,
  connectedFive,
  encoded,
  idleFive,
  packet5,
  packetsOf,
  prepared,
  propertiesOf,
} from "./support/five.ts";

const core = new Core(loadModule());
const CONNECT = 1;
const AUTH = 15;
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

describe("AUTH", () => {
  // [MQTT5-4.12.0-3] [MQTT5-3.1.2-30] [MQTT5-3.15.1-1] [MQTT5-3.15.2-1]
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
      const bytes = block.collect();
      assert.equal(bytes.readUInt8(0), 0xf0);
      const [answer, ...more] = packetsOf(bytes);
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

  // [MQTT5-4.12.1-1] [MQTT5-3.15.2-1]
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

  // [MQTT5-4.12.0-5] [MQTT5-4.12.0-6]
  it("that was not agreed on closes", () => {
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

  // [MQTT5-4.12.0-5] [MQTT5-4.12.0-7] [MQTT5-4.12.1-1]
  it("is not sent by a client without a method, or with another", () => {
    const plain = connectedFive(core);
    assert.equal(core.exports.authenticate(plain.client, prepared(plain, AUTH, [method])), Status.WrongPhase);
    const block = withMethod();
    block.connected(accepted);
    const other = prepared(block, AUTH, [[Property.AuthMethod, "OTHER"]]);
    assert.equal(core.exports.authenticate(block.client, other), Status.BadProperties);
  });

  // [MQTT5-3.15.2-1]
  it("has a reason code of 0 or 0x18 from the broker, and no other", () => {
    for (let code = 0; code < 256; code++) {
      const block = withMethod();
      block.connected(accepted);
      core.exports.authenticate(block.client, prepared(block, AUTH, [method]));
      block.collect();
      const bytes = auth(0x18, "x");
      bytes[2] = code;
      block.feed(bytes);
      const isRight = code === 0 || code === 0x18;
      assert.equal(block.next()?.event, isRight ? Event.Authenticate : undefined, `${code}`);
      assert.equal(block.collect().toString("hex"), isRight ? "" : "e00182", `${code}`);
    }
  });

  // [MQTT5-4.12.1-2]
  it("that fails while connected ends the connection, whoever finds it out", () => {
    const begun = () => {
      const block = withMethod();
      block.connected(accepted);
      core.exports.authenticate(block.client, prepared(block, AUTH, [method]));
      block.collect();
      return block;
    };
    const ours = begun();
    ours.feed(auth(0, "of another kind", "OTHER"));
    ours.events();
    assert.equal(ours.collect().toString("hex"), "e00182");
    assert.deepEqual(
      ours.events().map(({ event, code }) => [event, code]),
      [[Event.CloseTransport, CloseReason.BadAuthentication]],
    );
    const firmwares = begun();
    firmwares.feed(auth(0x18, "not what it should be"));
    firmwares.events();
    core.exports.disconnectWith(firmwares.client, 0x80, 0, 1000, firmwares.nowMs);
    assert.equal(firmwares.collect().toString("hex"), "e00180");
    assert.equal(firmwares.next()?.event, Event.CloseTransport);
    const brokers = begun();
    brokers.feed(packet5({ cmd: "disconnect", reasonCode: 0x87 }));
    assert.deepEqual([brokers.next()?.event, brokers.collect().length], [Event.CloseTransport, 0]);
  });

  // [MQTT5-3.15.2-2] [MQTT5-3.15.2-3] [MQTT5-3.2.2-15]
  it("has no properties that make it larger than the broker takes", () => {
    for (const extra of [
      [Property.ReasonString, "because"],
      [Property.UserProperty, ["why", "ha"]],
    ] as const) {
      const block = withMethod();
      const most = 4 + encoded(core, [method]).length;
      block.connected(connack5({ authenticationMethod: "SCRAM", maximumPacketSize: most }));
      const large = prepared(block, AUTH, [method, extra]);
      assert.equal(core.exports.authenticate(block.client, large), Status.NotSupported);
      assert.equal(block.collect().length, 0);
      const text = prepared(block, AUTH, [method]);
      assert.equal(core.exports.authenticate(block.client, text), Status.Ok);
      assert.equal(block.collect().length, most);
    }
  });
});
