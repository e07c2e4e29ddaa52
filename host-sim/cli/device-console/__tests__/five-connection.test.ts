// Claims about `device --stdio` in MQTT 5 against a broker that follows a script: connect, AUTH and the end, with every field on
// the wire and everything that the broker says as a line. Messages are for five-messages.test.ts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Packet } from "mqtt-packet";
import { world } from "./support/console-world.ts";
import { accepting, connectFive, plain } from "./support/five.ts";

describe("connect with version 5", () => {
  it("carries every property of the client and of its will", async (t) => {
    const { broker, console } = await world(t);
    const properties = {
      sessionExpiryInterval: 100,
      receiveMaximum: 20,
      maximumPacketSize: 50_000,
      topicAliasMaximum: 10,
      requestResponseInformation: true,
      requestProblemInformation: false,
      userProperties: { a: ["1", "2"] },
    };
    const will = {
      willDelayInterval: 5,
      payloadFormatIndicator: true,
      messageExpiryInterval: 60,
      contentType: "text/plain",
      responseTopic: "answers",
      userProperties: { w: "x" },
    };
    const connected = await console.ask(
      connectFive(broker, {
        properties,
        will: { topic: "w", payload: "gone", properties: { ...will, correlationDataBase64: "AP8=" } },
      }),
      "connected",
    );
    assert.deepEqual(connected, { ev: "connected", sessionPresent: false, reasonCode: 0, properties: {} });
    const [packet] = broker.of("connect");
    assert.deepEqual(plain(packet?.properties), properties);
    assert.deepEqual(plain(packet?.will?.properties), { ...will, correlationData: Buffer.of(0, 255) });
  });

  it("tells what the broker says of itself, and its refusal with reason and properties", async (t) => {
    const said = { maximumQoS: 1, retainAvailable: false, serverKeepAlive: 7, userProperties: { a: "b" } };
    const { broker, console } = await world(t, accepting(said));
    assert.deepEqual((await console.ask(connectFive(broker), "connected")).properties, said);

    const why = { reasonString: "no room", serverReference: "other" };
    const other = await world(t, accepting(why, { reasonCode: 0x97 }));
    assert.deepEqual(await other.console.ask(connectFive(other.broker, { tag: 1 }), "closed"), {
      ev: "closed",
      tag: 1,
      by: "server",
      reasonCode: 0x97,
      why: "quota-exceeded",
      properties: why,
    });
  });

  it("says so when the broker speaks 3.1.1 only", async (t) => {
    const { broker, console } = await world(t, (packet, peer) => {
      if (packet.cmd !== "connect" || packet.protocolVersion !== 5) return false;
      peer.sendBytes(Buffer.of(0x20, 2, 0, 1));
      return true;
    });
    assert.deepEqual(await console.ask(connectFive(broker, { tag: "c" }), "connected"), {
      ev: "connected",
      tag: "c",
      sessionPresent: false,
      reasonCode: 0,
      version: 4,
    });
    assert.equal(console.lines.length, 1);
  });

  it("begins a new session with clean, and goes on with a kept one without", async (t) => {
    const { broker, console } = await world(t, (packet, peer) => {
      if (packet.cmd !== "connect") return false;
      peer.send({ cmd: "connack", reasonCode: 0, sessionPresent: !packet.clean } as Packet);
      return true;
    });
    const kept = { properties: { sessionExpiryInterval: 100 } };
    for (const clean of [false, false, true, false]) {
      const { sessionPresent } = await console.ask(connectFive(broker, { ...kept, clean }), "connected");
      assert.equal(sessionPresent, !broker.of("connect").at(-1)?.clean);
      await console.ask({ op: "disconnect" }, "closed");
    }
    assert.deepEqual(
      broker.of("connect").map(({ clean, properties }) => [clean, properties?.sessionExpiryInterval]),
      [
        [true, 100],
        [false, 100],
        [true, 100],
        [false, 100],
      ],
    );
  });

  it("under the client id that the broker assigned goes on with its session", async (t) => {
    const { broker, console } = await world(t, accepting({ assignedClientIdentifier: "you" }));
    const kept = { clean: false, clientId: "" };
    await console.ask(connectFive(broker, kept), "connected");
    await console.ask({ op: "disconnect" }, "closed");
    console.send({ op: "publish", topic: "t", payload: "kept", qos: 1, tag: "kept" });
    console.send(connectFive(broker, { ...kept, clientId: "you" }));
    assert.equal((await console.next("published")).tag, "kept");
    assert.deepEqual(
      broker.of("connect").map(({ clientId, clean }) => [clientId, clean]),
      [
        ["", true],
        ["you", false],
      ],
    );
  });

  it("keeps its Receive Maximum while anything is kept", async (t) => {
    const { broker, console } = await world(t);
    const maximum = (receiveMaximum: number, more: object = {}) =>
      connectFive(broker, { properties: { receiveMaximum, sessionExpiryInterval: 9 }, ...more });
    await console.ask(maximum(20), "connected");
    await console.ask({ op: "subscribe", filters: [{ filter: "a" }] }, "subscribed");
    await console.ask({ op: "disconnect" }, "closed");
    const refused = await console.ask(maximum(1), "refused");
    assert.match(String(refused.why), /receiveMaximum stays 20 .*; accepted: 20, or any with fresh: true/);
    await console.ask(maximum(1, { fresh: true }), "connected");
    assert.deepEqual(
      broker.of("connect").map(({ properties }) => properties?.receiveMaximum),
      [20, 1],
    );
  });
});

describe("auth", () => {
  it("goes through its steps and begins anew, each side's code and data told", async (t) => {
    const method = { authenticationMethod: "M" };
    const { broker, console } = await world(t, (packet, peer) => {
      const step = broker.of("auth").length;
      if (packet.cmd === "connect" || (packet.cmd === "auth" && step === 2)) {
        const properties = { ...method, authenticationData: Buffer.of(0xff, step) };
        peer.send({ cmd: "auth", reasonCode: 0x18, properties } as Packet);
        return true;
      }
      if (packet.cmd !== "auth") return false;
      const accepted = { reasonCode: 0, properties: method };
      if (step === 1) peer.send({ cmd: "connack", sessionPresent: false, ...accepted } as Packet);
      else peer.send({ cmd: "auth", ...accepted } as Packet);
      return true;
    });
    const data = { authenticationData: "hello" };
    const first = await console.ask(connectFive(broker, { properties: { ...method, ...data } }), "auth");
    const challenge = { ...method, authenticationDataBase64: "/wA=" };
    assert.deepEqual(first, { ev: "auth", reasonCode: 24, properties: challenge });
    const early = await console.ask({ op: "auth", reasonCode: 25, properties: method }, "refused");
    assert.match(String(early.why), /reasonCode: accepted now: 24/);
    const answer = {
      op: "auth",
      reasonCode: 24,
      properties: { ...method, authenticationDataBase64: "AA==" },
    };
    await console.ask(answer, "connected");
    assert.equal(
      (await console.ask({ op: "auth", reasonCode: 25, properties: data }, "auth")).reasonCode,
      24,
    );
    assert.deepEqual(await console.ask({ op: "auth", properties: data }, "auth"), {
      ev: "auth",
      reasonCode: 0,
      properties: method,
    });
    assert.deepEqual(
      broker
        .of("auth")
        .map(({ reasonCode, properties }) => [
          reasonCode,
          properties?.authenticationMethod,
          properties?.authenticationData,
        ]),
      [
        [24, "M", Buffer.of(0)],
        [25, "M", Buffer.from("hello")],
        [24, "M", Buffer.from("hello")],
      ],
    );
    const other = { op: "auth", properties: { authenticationMethod: "N" } };
    assert.equal((await console.ask(other, "refused")).why, "bad-properties");
  });
});

describe("the end in MQTT 5", () => {
  it("asked for says its reason and properties", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectFive(broker, { properties: { sessionExpiryInterval: 9 } }), "connected");
    const properties = { sessionExpiryInterval: 5, reasonString: "bye", userProperties: { a: "b" } };
    const refused = await console.ask({ op: "disconnect", reasonCode: 1 }, "refused");
    assert.match(String(refused.why), /reasonCode must be one of 0, 4, 128/);
    const closed = await console.ask({ op: "disconnect", reasonCode: 4, properties, tag: 1 }, "closed");
    assert.deepEqual(closed, { ev: "closed", tag: 1, by: "client", reasonCode: 4, why: "goodbye" });
    const [packet] = broker.of("disconnect");
    assert.deepEqual([packet?.reasonCode, plain(packet?.properties)], [4, properties]);
  });

  it("by the broker is told with its reason and properties", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectFive(broker), "connected");
    const properties = { reasonString: "night", serverReference: "other" };
    broker.peers[0]?.send({ cmd: "disconnect", reasonCode: 0x9d, properties } as Packet);
    assert.deepEqual(await console.next("closed"), {
      ev: "closed",
      by: "server",
      reasonCode: 0x9d,
      why: "server-moved",
      properties,
    });
  });

  it("for what the broker did wrong tells the reason that it was given", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectFive(broker, { properties: { maximumPacketSize: 100 } }), "connected");
    const publish = { cmd: "publish", topic: "t", qos: 0, dup: false, retain: false } as const;
    broker.peers[0]?.send({ ...publish, payload: "x".repeat(100) });
    const { by, reasonCode, why } = await console.next("closed");
    assert.deepEqual([by, reasonCode, why], ["client", 0x95, "packet-too-large"]);
    await broker.seen("disconnect");
    assert.equal(broker.of("disconnect")[0]?.reasonCode, 0x95);
  });
});
