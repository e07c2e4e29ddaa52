// Owns the claims about CONNECT and CONNACK of MQTT 5: what is said, what is learned, when 3.1.1 is spoken instead.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import {
  ClosedBy,
  CloseReason,
  Event,
  FiveLayout,
  Phase,
  Property,
  SessionOutcome,
  Status,
} from "../layout.generated.ts";
import type { BlockUnderTest } from "./support/block-under-test.ts";
import {
  connack5,
  connectBytes,
  connectedFive,
  idleFive,
  packetsOf,
  prepared,
  propertiesOf,
  publishFive,
} from "./support/five.ts";

const core = new Core(loadModule());
const CONNECT = 1;
const WILL = 0;

function five(block: BlockUnderTest, name: keyof typeof FiveLayout.fields): number {
  const { offset, type } = FiveLayout.fields[name];
  const at = block.client + block.field("headAt") - FiveLayout.bytes + offset;
  if (type === "u32") return core.view.getUint32(at, true);
  return type === "u16" ? core.view.getUint16(at, true) : core.view.getUint8(at);
}

function connectOf(block: BlockUnderTest): Record<string, unknown> {
  const [packet, ...more] = packetsOf(connectBytes(block));
  assert.equal(more.length, 0, "CONNECT is all that is sent before CONNACK");
  return packet as Record<string, unknown>;
}

describe("CONNECT of MQTT 5", () => {
  it("says what this client takes, and with a kept session how long it is kept", () => {
    const plain = connectOf(idleFive(core));
    assert.equal(plain.protocolVersion, 5);
    assert.deepEqual({ ...(plain.properties as object) }, { receiveMaximum: 4, maximumPacketSize: 256 });
    const kept = idleFive(core, { clean: false });
    core.exports.setIntake(kept.client, 200, 3);
    assert.deepEqual(
      { ...(connectOf(kept).properties as object) },
      { sessionExpiryInterval: 604_800, receiveMaximum: 4, maximumPacketSize: 200, topicAliasMaximum: 3 },
    );
  });

  it("announces no more than a taker of parts has asked for", () => {
    const block = idleFive(core);
    core.exports.setTakesParts(block.client, 1);
    assert.equal(
      (connectOf(block).properties as { maximumPacketSize?: number }).maximumPacketSize,
      undefined,
    );
    const bounded = idleFive(core);
    core.exports.setTakesParts(bounded.client, 1);
    core.exports.setIntake(bounded.client, 100_000, 0);
    assert.equal(
      (connectOf(bounded).properties as { maximumPacketSize?: number }).maximumPacketSize,
      100_000,
    );
  });

  it("carries what the caller prepared, and the will its own properties and delay", () => {
    const block = idleFive(core);
    const { exports } = core;
    const own = prepared(block, CONNECT, [
      [Property.RequestResponseInformation, 1],
      [Property.UserProperty, ["a", "b"]],
    ]);
    const will = prepared(block, WILL, [
      [Property.WillDelay, 30],
      [Property.ContentType, "text"],
      [Property.CorrelationData, Buffer.from([0, 255])],
    ]);
    assert.ok(own > 0 && will > 0);
    assert.equal(exports.setConnectProperties(block.client, own), Status.Ok);
    assert.equal(exports.setWillProperties(block.client, will), Status.Ok);
    exports.setWill(block.client, block.text("w", "Topic"), block.text("gone", "Bytes"), 1);
    const packet = connectOf(block);
    const { requestResponseInformation, userProperties } = packet.properties as Record<string, unknown>;
    assert.deepEqual([requestResponseInformation, { ...(userProperties as object) }], [true, { a: "b" }]);
    const told = packet.will as { topic: string; payload: Buffer; properties: object };
    assert.deepEqual([told.topic, told.payload.toString()], ["w", "gone"]);
    const willTold = { ...told.properties } as Record<string, unknown>;
    assert.equal(willTold.willDelayInterval, 30);
    assert.equal(willTold.contentType, "text");
    assert.deepEqual(willTold.correlationData, Buffer.from([0, 255]));
  });

  it("is not given properties of another packet, nor those that the client sets itself", () => {
    const block = idleFive(core);
    assert.equal(prepared(block, CONNECT, [[Property.WillDelay, 1]]), Status.BadProperties);
    assert.equal(prepared(block, CONNECT, [[Property.ReceiveMaximum, 9]]), Status.BadProperties);
    const will = prepared(block, WILL, [[Property.WillDelay, 1]]);
    assert.equal(core.exports.setConnectProperties(block.client, will), Status.BadHandle);
    assert.equal(core.exports.forget(block.client, will), Status.Ok);
  });

  it("may have a password alone, and an empty client id with a kept session", () => {
    const block = idleFive(core, { clean: false });
    core.exports.setClientId(block.client, block.text("", "String"));
    core.exports.setCredentials(block.client, 0, block.text("secret", "Bytes"));
    const packet = connectOf(block);
    assert.equal(packet.clientId, "");
    assert.equal(String(packet.password), "secret");
    assert.equal(packet.username, undefined);
  });

  it("asks for a new session as long as this client has no state of its own, and for it afterwards", () => {
    const block = idleFive(core, { clean: false });
    assert.equal(connectOf(block).clean, true);
    block.feed(connack5());
    assert.equal(block.events().find(({ event }) => event === Event.Connected)?.code, SessionOutcome.Cleared);
    block.closed(ClosedBy.Link);
    assert.equal(connectOf(block).clean, false);
    block.feed(connack5({}, { sessionPresent: true }));
    assert.equal(block.events().at(-1)?.code, SessionOutcome.Resumed);
  });

  it("that asked for a new session believes no broker that kept one [MQTT5-3.2.2-4]", () => {
    const block = idleFive(core, { clean: false });
    connectBytes(block);
    block.feed(connack5({}, { sessionPresent: true }));
    assert.equal(block.events().at(-1)?.code, CloseReason.BadConnack);
  });
});

describe("CONNACK of MQTT 5", () => {
  it("sets the keep-alive, the quota, the aliases and the largest packet of this connection alone", () => {
    const block = connectedFive(core, {
      connack: connack5({
        serverKeepAlive: 7,
        receiveMaximum: 2,
        topicAliasMaximum: 300,
        maximumPacketSize: 99,
      }),
    });
    assert.equal(block.field("keepAliveMs"), 7000);
    assert.equal(five(block, "quotaMax"), 2);
    assert.equal(five(block, "serverAliasMax"), 255);
    assert.equal(five(block, "serverPacketMax"), 99);
    block.closed(ClosedBy.Link);
    block.connected(connack5());
    assert.equal(block.field("keepAliveMs"), 60_000);
    assert.deepEqual(
      [five(block, "quotaMax"), five(block, "serverAliasMax"), five(block, "serverPacketMax")],
      [4, 0, 0],
    );
  });

  it("can give a client id, which this client keeps", () => {
    const block = idleFive(core);
    core.exports.setClientId(block.client, block.text("", "String"));
    block.connected(connack5({ assignedClientIdentifier: "auto-7" }));
    assert.equal(block.phase, Phase.Connected);
    block.closed(ClosedBy.Link);
    assert.equal(connectOf(block).clientId, "auto-7");
  });

  it("shows the firmware all its properties", () => {
    const block = idleFive(core);
    connectBytes(block);
    block.feed(
      connack5({
        reasonString: "hello",
        responseInformation: "r/",
        serverReference: "other",
        userProperties: { k: "v" },
      }),
    );
    const seen = block.next();
    assert.equal(seen?.event, Event.Connected);
    assert.deepEqual(
      new Map(propertiesOf(seen as NonNullable<typeof seen>) as never),
      new Map<number, unknown>([
        [Property.ReasonString, "hello"],
        [Property.ResponseInformation, "r/"],
        [Property.ServerReference, "other"],
        [Property.UserProperty, ["k", "v"]],
      ]),
    );
    assert.equal(block.next(), null);
  });

  it("refuses with any of its reasons, each told with its properties", () => {
    const codes = [
      0x80, 0x81, 0x82, 0x83, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b,
      0x9c, 0x9d, 0x9f,
    ];
    for (const reasonCode of codes) {
      const block = idleFive(core);
      connectBytes(block);
      block.feed(connack5({ reasonString: "no" }, { reasonCode }));
      const seen = block.next();
      assert.deepEqual([seen?.event, seen?.code, seen?.reason], [Event.Refused, reasonCode, reasonCode]);
      assert.deepEqual(propertiesOf(seen as NonNullable<typeof seen>), [[Property.ReasonString, "no"]]);
      assert.equal(block.next()?.code, CloseReason.Refused);
    }
  });

  it("that the standard does not have closes", () => {
    const wrong: readonly (readonly [string, CloseReason])[] = [
      ["2003000100", CloseReason.BadConnack],
      ["2003007f00", CloseReason.BadConnack],
      ["2003020000", CloseReason.BadConnack],
      ["2003018000", CloseReason.BadConnack],
      ["20020000", CloseReason.BadLength],
      ["20020101", CloseReason.BadLength],
      ["2003000001", CloseReason.BadProperties],
      ["200400000201", CloseReason.BadProperties],
      ["2006000003210000", CloseReason.BadPropertyValue],
      ["2005000001" + "2400", CloseReason.BadProperties],
      ["20040000000000", CloseReason.BadLength],
      ["208300000000", CloseReason.BadLength],
      ["2008000005" + "1100000000", CloseReason.None],
      ["e0020000", CloseReason.UnexpectedPacket],
      ["f0021800", CloseReason.BadAuthentication],
    ];
    for (const [digits, reason] of wrong) {
      const block = idleFive(core);
      connectBytes(block);
      block.feed(Buffer.from(digits, "hex"));
      const seen = block.events().at(-1);
      if (reason === CloseReason.None) assert.equal(seen?.event, Event.Connected, digits);
      else assert.deepEqual([seen?.event, seen?.code], [Event.CloseTransport, reason], digits);
      assert.equal(block.collect().length, 0, "nothing is said before CONNACK");
    }
  });
});

describe("a broker that does not speak MQTT 5", () => {
  const refusals = { "0x84": connack5({}, { reasonCode: 0x84 }), "3.1.1's": Buffer.from([0x20, 2, 0, 1]) };
  for (const [what, bytes] of Object.entries(refusals)) {
    it(`is spoken to in 3.1.1 at once after its refusal, ${what}, and in 5 again after a day`, () => {
      const block = idleFive(core);
      publishFive(block, "t", "x", 1, [[Property.ContentType, "text"]]);
      connectBytes(block);
      block.feed(bytes);
      assert.deepEqual(
        block.events().map(({ event, code }) => [event, code]),
        [[Event.CloseTransport, CloseReason.OlderVersion]],
      );
      block.closed(ClosedBy.Client);
      assert.equal(block.next()?.code, CloseReason.OlderVersion);
      assert.equal(block.next()?.event, Event.OpenTransport, "without a wait");
      core.exports.opened(block.client);
      assert.equal(packetsOf(block.collect())[0]?.protocolVersion, 4);
      block.feed(Buffer.from([0x20, 2, 0, 0]));
      assert.equal(block.next()?.event, Event.Connected);
      assert.equal(block.collect().toString("hex"), "32060001740001" + "78", "as 3.1.1 has it");
      block.closed(ClosedBy.Link);
      assert.equal(packetsOf(connectBytes(block))[0]?.protocolVersion, 4);
      block.closed(ClosedBy.Link);
      for (let hours = 0; hours < 24; hours++) {
        block.nowMs += 3_600_000;
        block.events();
      }
      block.closed(ClosedBy.Link);
      assert.equal(packetsOf(connectBytes(block))[0]?.protocolVersion, 5);
    });
  }

  it("is not one that merely closes", () => {
    const block = idleFive(core);
    for (let round = 0; round < 5; round++) {
      assert.equal(packetsOf(connectBytes(block))[0]?.protocolVersion, 5);
      block.closed(ClosedBy.Server);
      block.events();
    }
  });

  it("is not spoken to in a version that forbids what was settled", () => {
    const block = idleFive(core);
    core.exports.setCredentials(block.client, 0, block.text("secret", "Bytes"));
    connectBytes(block);
    block.feed(connack5({}, { reasonCode: 0x84 }));
    assert.deepEqual([block.next()?.event, block.next()?.code], [Event.Refused, CloseReason.Refused]);
  });
});
