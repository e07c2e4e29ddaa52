// Claims about `device --stdio` against a broker that follows a script: what each request brings about on both sides.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import {
  type Script,
  type ScriptedBroker,
  startScriptedBroker,
} from "../../../client/__tests__/support/scripted-broker.ts";
import { DrivenConsole } from "./support/driven-console.ts";

async function world(t: TestContext, script?: Script) {
  const broker = await startScriptedBroker(script);
  t.after(() => broker.close());
  return { broker, console: new DrivenConsole(t) };
}

function connectTo({ port }: ScriptedBroker, fields: object = {}) {
  return { op: "connect", host: "127.0.0.1", port, clientId: "one", ...fields };
}

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

describe("publish", () => {
  it("ends once, with its own tag, at the final ack", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    for (const qos of [0, 1, 2]) {
      const published = await console.ask(
        { op: "publish", topic: "t", payload: "p", qos, tag: qos },
        "published",
      );
      assert.deepEqual(published, { ev: "published", tag: qos, reasonCode: 0 });
    }
    const sent = broker.of("publish");
    assert.deepEqual(
      sent.map(({ qos, messageId, dup }) => [qos, messageId, dup]),
      [
        [0, undefined, false],
        [1, 1, false],
        [2, 2, false],
      ],
    );
    assert.equal(broker.of("pubrel").length, 1);
  });

  it("queued offline starts with packet id 1 and keeps its order", async (t) => {
    const { broker, console } = await world(t);
    for (let i = 0; i < 300; i++)
      console.send({ op: "publish", topic: "t", payload: `${i}`, qos: 1, tag: i });
    await console.ask({ op: "state" }, "state");
    console.send(connectTo(broker));
    for (let i = 0; i < 300; i++) assert.equal((await console.next("published")).tag, i);
    const sent = broker.of("publish");
    assert.deepEqual(
      sent.map(({ payload, messageId }) => [String(payload), messageId]),
      Array.from({ length: 300 }, (_, i) => [`${i}`, i + 1]),
    );
  });

  it("larger than the outbox goes out whole, and so does what follows it", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    const large = "0123456789".repeat(10_000);
    console.send({ op: "publish", topic: "big", payload: large, qos: 1, tag: "big" });
    console.send({ op: "publish", topic: "small", payload: "s", qos: 1, tag: "small" });
    assert.equal((await console.next("published")).tag, "big");
    assert.equal((await console.next("published")).tag, "small");
    const [first, second] = broker.of("publish");
    assert.equal(String(first?.payload), large);
    assert.deepEqual([second?.topic, String(second?.payload)], ["small", "s"]);
  });

  // [MQTT3-3.3.1-1] [MQTT3-4.4.0-1]
  it("is sent again with DUP and the same id after a cut, in the same session", async (t) => {
    const { broker, console } = await world(t, (packet, peer) => {
      if (packet.cmd === "connect" && peer.connection === 2) {
        peer.send({ cmd: "connack", returnCode: 0, sessionPresent: true });
        return true;
      }
      return packet.cmd === "publish" && peer.connection < 2;
    });
    await console.ask(connectTo(broker, { clean: false }), "connected");
    console.send({ op: "publish", topic: "t", payload: "p", qos: 1, tag: "p" });
    await broker.seen("publish");
    const closed = await console.ask({ op: "cut", tag: "cut" }, "closed");
    assert.deepEqual([closed.tag, closed.by], ["cut", "link"]);
    const connected = await console.ask(connectTo(broker, { clean: false }), "connected");
    assert.equal(connected.sessionPresent, true);
    assert.equal((await console.next("published")).tag, "p");
    assert.deepEqual(
      broker.of("publish").map(({ messageId, dup }) => [messageId, dup]),
      [
        [1, false],
        [1, true],
      ],
    );
    assert.equal(broker.of("disconnect").length, 1, "the one of the clearing connection, none for the cut");
  });

  it("that was accepted and is forgotten ends as dropped", async (t) => {
    const { broker, console } = await world(t);
    console.send({ op: "publish", topic: "t", qos: 1, tag: "old" });
    const dropped = await console.ask(connectTo(broker, { fresh: true }), "dropped");
    assert.deepEqual(dropped, { ev: "dropped", tag: "old", why: "forgotten" });
    await console.ask({ op: "publish", topic: "t", qos: 1 }, "published");
    assert.deepEqual(
      broker.of("publish").map(({ messageId }) => messageId),
      [1],
    );
  });

  // [MQTT3-3.1.3-2]
  it("of one client id is never sent under another", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker, { clean: false }), "connected");
    await console.ask({ op: "disconnect" }, "closed");
    console.send({ op: "publish", topic: "t", qos: 2, tag: "mine" });
    console.send(connectTo(broker, { clientId: "other", clean: false }));
    assert.equal((await console.next("dropped")).tag, "mine");
    await console.next("connected");
    assert.equal(broker.of("publish").length, 0);
  });
});

describe("subscribe and unsubscribe", () => {
  it("answer for each filter in order, refusals and a filter named twice included", async (t) => {
    const { broker, console } = await world(t, (packet, peer) => {
      if (packet.cmd !== "subscribe") return false;
      const granted = packet.subscriptions.map(({ topic, qos }) => (topic === "no" ? 0x80 : qos));
      peer.send({ cmd: "suback", messageId: packet.messageId, granted });
      return true;
    });
    await console.ask(connectTo(broker), "connected");
    const filters = [
      { filter: "a/#", qos: 2 },
      { filter: "no" },
      { filter: "b", qos: 1 },
      { filter: "b", qos: 1 },
    ];
    assert.deepEqual(await console.ask({ op: "subscribe", filters, tag: "s" }, "subscribed"), {
      ev: "subscribed",
      tag: "s",
      reasonCodes: [2, 0x80, 1, 1],
    });
    assert.equal(broker.of("subscribe").length, 1);
    assert.equal((await console.ask({ op: "state" }, "state")).subscriptions, 2);
    const gone = await console.ask({ op: "unsubscribe", filters: ["b", "never"], tag: "u" }, "unsubscribed");
    assert.deepEqual(gone, { ev: "unsubscribed", tag: "u", reasonCodes: [0, 0] });
    assert.equal((await console.ask({ op: "state" }, "state")).subscriptions, 1);
  });

  it("with one wrong filter are refused whole", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    const filters = [{ filter: "right" }, { filter: "wr#ng" }];
    assert.equal((await console.ask({ op: "subscribe", filters }, "refused")).why, "bad-filter");
    await console.ask({ op: "subscribe", filters: [{ filter: "other" }] }, "subscribed");
    assert.deepEqual(
      broker.of("subscribe").map(({ subscriptions }) => subscriptions.map(({ topic }) => topic)),
      [["other"]],
    );
  });
});

describe("message", () => {
  it("is text where it is UTF-8, else base64", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    const peer = broker.peers[0];
    const publish = { cmd: "publish", topic: "t", qos: 0, dup: false, retain: true } as const;
    peer?.send({ ...publish, payload: "\ufeffgrün" });
    peer?.send({ ...publish, payload: Buffer.of(0xff, 0) });
    const plain = { ev: "message", topic: "t", qos: 0, retain: true, dup: false };
    assert.deepEqual(await console.next("message"), { ...plain, payload: "\ufeffgrün" });
    assert.deepEqual(await console.next("message"), { ...plain, payloadBase64: "/wA=" });
  });

  it("that is large comes in parts that add up, and is acknowledged once", async (t) => {
    const { broker, console } = await world(t);
    await console.ask(connectTo(broker), "connected");
    const payload = Buffer.from(Array.from({ length: 50_000 }, (_, i) => i % 251));
    broker.peers[0]?.send({
      cmd: "publish",
      topic: "t",
      payload,
      qos: 1,
      messageId: 7,
      dup: false,
      retain: false,
    });
    const parts: Buffer[] = [];
    for (let length = 0; length < payload.length; length = Buffer.concat(parts).length) {
      const part = await console.next("message");
      assert.deepEqual([part.offset, part.total], [length, payload.length]);
      const { payload: text, payloadBase64 } = part as { payload?: string; payloadBase64?: string };
      parts.push(
        payloadBase64 === undefined ? Buffer.from(text ?? "") : Buffer.from(payloadBase64, "base64"),
      );
    }
    assert.ok(parts.length > 1);
    assert.deepEqual(Buffer.concat(parts), payload);
    await console.ask({ op: "publish", topic: "t", qos: 1 }, "published");
    assert.deepEqual(
      broker.of("puback").map(({ messageId }) => messageId),
      [7],
    );
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

describe("a line that is no request", () => {
  const refused: readonly (readonly [line: string, why: RegExp])[] = [
    ["", /not JSON/],
    ["hello", /not JSON/],
    ["[]", /not a JSON object/],
    ["{}", /"op" is missing; accepted: connect, publish/],
    ['{"op":"publsh"}', /did you mean publish/],
    ['{"op":"publish"}', /must have required property 'topic'/],
    ['{"op":"publish","topic":"t","qos":3}', /qos: accepted: 0, 1, 2/],
    ['{"op":"publish","topic":"t","payload":7}', /payload: it must be string/],
    ['{"op":"publish","topic":"t","payloadBase64":"a b="}', /payloadBase64: it is not base64/],
    ['{"op":"publish","topic":"t","payload":"","payloadBase64":""}', /not both/],
    ['{"op":"publish","topic":"t","retian":true}', /no field "retian".*did you mean retain/],
    [
      '{"op":"publish","topic":"t","qos":1,"properties":{"topicAlias":1}}',
      /properties.topicAlias does not stand in PUBLISH; accepted: payloadFormatIndicator/,
    ],
    [
      '{"op":"publish","topic":"t","qos":1,"properties":{"correlationDataBase64":"?"}}',
      /properties.correlationDataBase64 is not base64/,
    ],
    ['{"op":"connect","host":"h","port":1,"properties":{"receiveMaximum":1}}', /properties need MQTT 5/],
    [
      '{"op":"connect","host":"h","port":1,"will":{"topic":"w","properties":{"willDelayInterval":1}}}',
      /will.properties need MQTT 5/,
    ],
    [
      '{"op":"connect","host":"h","port":1,"version":5,"properties":{"receiveMaximum":0}}',
      /properties.receiveMaximum must be a whole number from 1 to 65535/,
    ],
    [
      '{"op":"connect","host":"h","port":1,"version":5,"properties":{"topicAliasMaximum":53}}',
      /properties.topicAliasMaximum must be a whole number from 0 to 52/,
    ],
    [
      '{"op":"connect","host":"h","port":1,"version":5,"properties":{"sessionExpiry":1}}',
      /no property properties.sessionExpiry \(did you mean sessionExpiryInterval\?\)/,
    ],
    ['{"op":"publish","topic":"\\ud800","qos":1}', /^bad-utf8$/],
    ['{"op":"publish","topic":"","qos":1}', /^topic-empty$/],
    ['{"op":"publish","topic":"a/+","qos":1}', /^topic-wildcard$/],
    ['{"op":"publish","topic":"t"}', /^offline$/],
    ['{"op":"connect","host":"h","port":1,"version":6}', /version: accepted: 3, 4, 5/],
    ['{"op":"connect","host":"h","port":70000}', /port: it must be <= 65535/],
    ['{"op":"subscribe","filters":[]}', /filters: it must NOT have fewer than 1 items/],
    ['{"op":"subscribe","filters":[{"filter":"a","retainHandling":3}]}', /retainHandling: accepted: 0, 1, 2/],
    ['{"op":"auth","reasonCode":23}', /reasonCode: accepted: 24, 25/],
    ['{"op":"auth"}', /^wrong-phase$/],
    ['{"op":"disconnect","reasonCode":4}', /^wrong-phase$/],
  ];

  for (const [line, why] of refused) {
    it(`is refused: ${line}`, async (t) => {
      const console = new DrivenConsole(t);
      console.sendLine(line);
      assert.match(String((await console.next("refused")).why), why);
      const state = await console.ask({ op: "state" }, "state");
      assert.deepEqual([state.phase, state.outbox], ["idle", 0]);
    });
  }

  it("repeats its tag all the same, and is refused when it is not UTF-8", async (t) => {
    const console = new DrivenConsole(t);
    assert.equal((await console.ask({ op: "nothing", tag: "t" }, "refused")).tag, "t");
    console.sendLine(Buffer.from('{"op":"\xff"}', "latin1"));
    assert.match(String((await console.next("refused")).why), /UTF-8/);
  });
});
