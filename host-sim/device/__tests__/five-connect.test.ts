// Owns the claims about CONNECT of MQTT 5: what is said of this client, its will and its session.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, CloseReason, Event, Property, SessionOutcome, Status } from "../layout.generated.ts";
import { connack5, connectBytes, connectedFive, connectPacket, idleFive, prepared } from "./support/five.ts";

const core = new Core(loadModule());
const CONNECT = 1;
const WILL = 0;

describe("CONNECT of MQTT 5", () => {
  it("says what this client takes, and with a kept session how long it is kept", () => {
    const plain = connectPacket(idleFive(core));
    assert.equal(plain.protocolVersion, 5);
    assert.deepEqual({ ...(plain.properties as object) }, { receiveMaximum: 4, maximumPacketSize: 256 });
    const kept = idleFive(core, { clean: false });
    core.exports.setIntake(kept.client, 200, 3);
    assert.deepEqual(
      { ...(connectPacket(kept).properties as object) },
      { sessionExpiryInterval: 604_800, receiveMaximum: 4, maximumPacketSize: 200, topicAliasMaximum: 3 },
    );
  });

  it("announces no more than a taker of parts has asked for", () => {
    const block = idleFive(core);
    core.exports.setTakesParts(block.client, 1);
    assert.equal(
      (connectPacket(block).properties as { maximumPacketSize?: number }).maximumPacketSize,
      undefined,
    );
    const bounded = idleFive(core);
    core.exports.setTakesParts(bounded.client, 1);
    core.exports.setIntake(bounded.client, 100_000, 0);
    assert.equal(
      (connectPacket(bounded).properties as { maximumPacketSize?: number }).maximumPacketSize,
      100_000,
    );
  });

  // [MQTT5-3.1.2-9] [MQTT5-3.1.3-1]
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
    const packet = connectPacket(block);
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
    const packet = connectPacket(block);
    assert.equal(packet.clientId, "");
    assert.equal(String(packet.password), "secret");
    assert.equal(packet.username, undefined);
  });

  // [MQTT5-3.1.2-4]
  it("asks for a new session as long as this client has no state of its own, and for it afterwards", () => {
    const block = idleFive(core, { clean: false });
    assert.equal(connectPacket(block).clean, true);
    block.feed(connack5());
    assert.equal(block.events().find(({ event }) => event === Event.Connected)?.code, SessionOutcome.Cleared);
    block.closed(ClosedBy.Link);
    assert.equal(connectPacket(block).clean, false);
    block.feed(connack5({}, { sessionPresent: true }));
    assert.equal(block.events().at(-1)?.code, SessionOutcome.Resumed);
  });

  // [MQTT5-3.2.2-4]
  it("that asked for a new session believes no broker that kept one", () => {
    for (const clean of [true, false]) {
      const block = idleFive(core, { clean });
      connectBytes(block);
      block.feed(connack5({}, { sessionPresent: true }));
      const close = block.next();
      assert.deepEqual([close?.event, close?.code], [Event.CloseTransport, CloseReason.BadConnack]);
    }
  });

  // [MQTT5-3.1.2-4]
  it("that gives up a kept session leaves nothing of it on this side: no id, and no message that awaits one", () => {
    const block = connectedFive(core, { clean: false });
    const lost = block.publish("t", "x", 2);
    block.collect();
    block.feed(Buffer.from("34060001610007" + "00", "hex"));
    assert.equal(block.next()?.event, Event.Message);
    block.events();
    core.exports.disconnect(block.client, 1000, block.nowMs);
    block.collect();
    block.events();
    block.closed(ClosedBy.Client);
    block.events();
    core.exports.setClean(block.client, 1);
    assert.equal(connectPacket(block).clean, true);
    block.feed(connack5());
    const events = block.events();
    assert.ok(events.some(({ event, ticket }) => event === Event.Dropped && ticket === lost));
    assert.equal(block.collect().length, 0);
    block.feed(Buffer.from("34060001610007" + "00", "hex"));
    assert.equal(block.next()?.event, Event.Message, "the id means a new message");
  });
});
