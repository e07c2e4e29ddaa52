// Claims about `device --stdio` against a broker that follows a script: how a connection begins and ends, on both sides. Which
// messages it carries is for messages.test.ts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connectTo, world } from "./support/console-world.ts";
import { DrivenConsole } from "./support/driven-console.ts";

describe("connect", () => {
  it("sends every field as it was given, and repeats the tag", async (t) => {
    const { broker, console } = await world(t);
    const connected = await console.ask(
      connectTo(broker, {
        version: 3,
        keepAlive: 9,
        username: "me",
        passwordBase64: "AP8=",
        will: { topic: "w", payload: "gone", qos: 2, retain: true },
        tag: { any: ["json"] },
      }),
      "connected",
    );
    assert.deepEqual(connected, {
      ev: "connected",
      tag: { any: ["json"] },
      sessionPresent: false,
      reasonCode: 0,
    });
    const [connect] = broker.of("connect");
    assert.equal(connect?.protocolId, "MQIsdp");
    assert.deepEqual(
      [connect?.clientId, connect?.clean, connect?.keepalive, connect?.username],
      ["one", true, 9, "me"],
    );
    assert.deepEqual(connect?.password, Buffer.of(0, 255));
    const { topic, payload, qos, retain } = connect?.will ?? {};
    assert.deepEqual([topic, String(payload), qos, retain], ["w", "gone", 2, true]);
  });

  it("that the broker refuses is `closed` with its return code, and no `connected`", async (t) => {
    const { broker, console } = await world(t, (packet, peer) => {
      if (packet.cmd !== "connect") return false;
      peer.send({ cmd: "connack", returnCode: 5, sessionPresent: false });
      return true;
    });
    assert.deepEqual(await console.ask(connectTo(broker, { tag: 1 }), "closed"), {
      ev: "closed",
      tag: 1,
      by: "server",
      reasonCode: 5,
      why: "not-authorised",
    });
    assert.equal(console.lines.length, 1);
  });

  it("to nobody is `closed` by the link, with why in words", async (t) => {
    const console = new DrivenConsole(t);
    const closed = await console.ask({ op: "connect", host: "127.0.0.1", port: 1, tag: "x" }, "closed");
    assert.deepEqual([closed.by, closed.reasonCode, closed.tag], ["link", null, "x"]);
    assert.match(String(closed.why), /refused the connection/);
  });

  it("with clean false and no stored state has the broker forget first, and tells nobody of it", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker, { clean: false }), "connected");
    assert.deepEqual(
      broker.packets.map((packet) => (packet.cmd === "connect" ? packet.clean : packet.cmd)),
      [true, "disconnect", false],
    );
    assert.equal(console.lines.length, 1);
  });

  it("does not come back by itself, unless it was asked to", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    broker.peers[0]?.end();
    assert.equal((await console.next("closed")).by, "server");
    assert.equal((await console.ask({ op: "state" }, "state")).phase, "idle");

    await console.ask(connectTo(broker, { reconnect: true }), "connected");
    broker.peers[1]?.reset();
    assert.equal((await console.next("closed")).by, "link");
    const again = await console.next("connected");
    assert.ok(!("tag" in again));
  });

  it("while connected is refused and changes nothing", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    const refused = await console.ask(connectTo(broker, { clientId: "two", fresh: true, tag: 2 }), "refused");
    assert.deepEqual(refused, { ev: "refused", tag: 2, why: "wrong-phase" });
    await console.ask({ op: "publish", topic: "t", qos: 1 }, "published");
    assert.equal(broker.of("connect").length, 1);
  });

  it("that the client refuses keeps the queued messages, even with fresh", async (t) => {
    const { broker, console } = await world(t);
    console.send({ op: "publish", topic: "t", payload: "kept", qos: 1, tag: "kept" });
    const why = async (fields: object) =>
      (await console.ask({ op: "connect", host: "127.0.0.1", port: broker.port, ...fields }, "refused")).why;
    assert.equal(await why({ fresh: true, clean: false }), "client-id-required");
    assert.equal(await why({ fresh: true, version: 3, clientId: "a".repeat(24) }), "client-id-too-long");
    assert.equal(await why({ fresh: true, password: "p" }), "password-without-user");
    assert.equal(await why({ fresh: true, will: { topic: "a/#" } }), "topic-wildcard");
    assert.match(String(await why({ tls: { cert: "x" } })), /certificate and its key go together/);
    assert.equal((await console.ask({ op: "state" }, "state")).outbox, 1);
    console.send(connectTo(broker));
    assert.equal((await console.next("published")).tag, "kept");
  });
});

describe("the end", () => {
  it("of input is DISCONNECT and exit 0", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    assert.equal(await console.end(), 0);
    assert.equal(broker.packets.at(-1)?.cmd, "disconnect");
    assert.deepEqual(console.lines.at(-1), { ev: "closed", by: "client", reasonCode: 0, why: "goodbye" });
  });

  it("of input without a connection is exit 0", async (t) => {
    assert.equal(await new DrivenConsole(t).end(), 0);
  });

  it("asked for with disconnect repeats its tag, and needs a connection", async (t) => {
    const { broker, console } = await world(t);
    assert.equal((await console.ask({ op: "disconnect" }, "refused")).why, "wrong-phase");
    assert.equal((await console.ask({ op: "cut" }, "refused")).why, "wrong-phase");
    await console.ask(connectTo(broker), "connected");
    const closed = await console.ask({ op: "disconnect", tag: 4 }, "closed");
    assert.deepEqual(closed, { ev: "closed", tag: 4, by: "client", reasonCode: 0, why: "goodbye" });
  });
});
