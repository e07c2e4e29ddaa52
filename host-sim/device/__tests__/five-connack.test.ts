// Owns the claims about CONNACK of MQTT 5: what is learned from it, how it refuses, when 3.1.1 is spoken instead.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, CloseReason, Event, FiveLayout, Phase, Property } from "../layout.generated.ts";
import type { BlockUnderTest } from "./support/block-under-test.ts";
import {
  connack5,
  connectBytes,
  connectedFive,
  connectPacket,
  idleFive,
  packetsOf,
  propertiesOf,
  publishFive,
} from "./support/five.ts";

const core = new Core(loadModule());

function five(block: BlockUnderTest, name: keyof typeof FiveLayout.fields): number {
  const { offset, type } = FiveLayout.fields[name];
  const at = block.client + block.field("headAt") - FiveLayout.bytes + offset;
  if (type === "u32") return core.view.getUint32(at, true);
  return type === "u16" ? core.view.getUint16(at, true) : core.view.getUint8(at);
}

describe("CONNACK of MQTT 5", () => {
  it("of an earlier connection says nothing about one of 3.1.1", () => {
    const block = connectedFive(core, { connack: connack5({ serverKeepAlive: 7 }) });
    block.closed(ClosedBy.Link);
    connectBytes(block);
    block.feed(connack5({}, { reasonCode: 0x84 }));
    block.events();
    block.closed(ClosedBy.Client);
    block.connected(Buffer.from([0x20, 2, 0, 0]));
    assert.equal(block.field("version"), 4);
    assert.equal(block.field("keepAliveMs"), 60_000);
  });

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

  // [MQTT5-3.1.2-20] [MQTT5-3.1.2-21] [MQTT5-3.2.2-21]
  for (const [ours, servers] of [
    [60, 7],
    [10, 120],
  ] as const)
    it(`has a keep-alive of ${servers} s in place of this client's ${ours} s`, () => {
      const block = connectedFive(core, {
        prepare: ({ client }) => core.exports.setKeepAlive(client, ours),
        connack: connack5({ serverKeepAlive: servers }),
      });
      const start = block.nowMs;
      for (let round = 0; round < 3; round++) {
        const before = block.nowMs;
        while (block.collect().length === 0 && block.nowMs - before <= servers * 1000) {
          block.nowMs += 100;
          block.events();
        }
        const waitedMs = block.nowMs - before;
        assert.ok(waitedMs <= servers * 1000 && waitedMs > servers * 500, `${waitedMs}`);
        block.feed(Buffer.from("d000", "hex"));
        block.events();
      }
      assert.ok(block.nowMs > start);
    });

  // [MQTT5-3.1.2-21] [MQTT5-3.2.2-21]
  it("can do away with the keep-alive", () => {
    const block = connectedFive(core, { connack: connack5({ serverKeepAlive: 0 }) });
    for (let minutes = 0; minutes < 60; minutes++) {
      block.nowMs += 60_000;
      block.events();
      assert.equal(block.collect().length, 0);
    }
    assert.equal(block.phase, Phase.Connected);
  });

  it("can give a client id, which this client keeps", () => {
    const block = idleFive(core);
    core.exports.setClientId(block.client, block.text("", "String"));
    block.connected(connack5({ assignedClientIdentifier: "auto-7" }));
    assert.equal(block.phase, Phase.Connected);
    block.closed(ClosedBy.Link);
    assert.equal(connectPacket(block).clientId, "auto-7");
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

  // [MQTT5-4.13.2-1]
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
      const close = block.next();
      assert.deepEqual([close?.event, close?.code], [Event.CloseTransport, CloseReason.Refused]);
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
