// Owns the claims about sessions and messages: who gets what, once or again, and in which order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Outgoing } from "../outgoing.ts";
import { createBrokerBench } from "./support/broker-bench.ts";

test("a QoS 2 message is routed once, at its PUBLISH or at its PUBREL as the manners say, with the origin of the first PUBLISH", () => {
  for (const routeQos2 of ["at-publish", "at-pubrel"] as const) {
    const bench = createBrokerBench({ manners: { routeQos2 } });
    const first = bench.connected("d", { clean: false, origin: "life 1" });
    first.publish("t", "x", 2, 9);
    assert.equal(bench.of("routed").length, routeQos2 === "at-publish" ? 1 : 0);
    first.cut();
    const second = bench.connected("d", { clean: false, origin: "life 2" });
    second.publish("t", "x", 2, 9, { dup: true });
    second.ack("pubrel", 9);
    second.ack("pubrel", 9);
    assert.deepEqual(second.took(), ["connack 0 present", "pubrec 9", "pubcomp 9", "pubcomp 9"]);
    assert.deepEqual(
      bench.of("routed").map(({ origin }) => origin),
      ["life 1"],
    );
    second.publish("t", "y", 2, 9);
    second.ack("pubrel", 9);
    assert.equal(bench.of("routed").length, 2, "after PUBCOMP the id stands for a new message");
  }
});

test("a persistent session keeps its subscriptions and its messages while its client is away, QoS 0 left out", () => {
  const bench = createBrokerBench();
  const away = bench.connected("away", { clean: false });
  away.subscribe("news/#", 2, 1);
  away.cut();
  const publisher = bench.connected("p");
  publisher.publish("news/a", "0", 0);
  publisher.publish("news/b", "1", 1, 1);
  publisher.publish("news", "2", 2, 2);
  const back = bench.connected("away", { clean: false });
  assert.deepEqual(back.took(), ["connack 0 present", "publish 1 q1 news/b=1", "publish 2 q2 news=2"]);
  assert.deepEqual(
    bench.of("accepted").map(({ clientId, session }) => `${clientId} ${session}`),
    ["away created", "p created", "away resumed"],
  );
});

test("what was not acknowledged comes again on resume: PUBRELs in the order of the PUBRECs, then PUBLISHes with DUP, then the new", () => {
  const bench = createBrokerBench({ limits: { inflightMessages: 4 } });
  const first = bench.connected("d", { clean: false });
  first.subscribe("t", 2, 1);
  for (const text of ["a", "b", "c", "d", "e"]) {
    bench.broker.publish({
      topic: "t",
      payload: Buffer.from(text),
      qos: text === "c" ? 1 : 2,
      retain: false,
    });
  }
  bench.advanceMs(0);
  first.ack("pubrec", 1);
  first.ack("pubrec", 2);
  assert.deepEqual(first.took().slice(2), [
    "publish 1 q2 t=a",
    "publish 2 q2 t=b",
    "publish 3 q1 t=c",
    "publish 4 q2 t=d",
    "pubrel 1",
    "pubrel 2",
  ]);
  first.cut();
  const second = bench.connected("d", { clean: false });
  assert.deepEqual(second.took(), [
    "connack 0 present",
    "pubrel 1",
    "pubrel 2",
    "publish 3 q1 dup t=c",
    "publish 4 q2 dup t=d",
  ]);
  second.ack("pubcomp", 1);
  assert.deepEqual(second.took(), ["publish 5 q2 t=e"], "PUBCOMP frees the window");
});

test("a clean connection ends the old session, and its own with it", () => {
  const bench = createBrokerBench();
  const first = bench.connected("d", { clean: false });
  first.subscribe("t", 1, 1);
  first.cut();
  bench.connected("d", { clean: true }).cut();
  const third = bench.connected("d", { clean: false });
  bench.broker.publish({ topic: "t", payload: Buffer.from("x"), qos: 1, retain: false });
  bench.advanceMs(0);
  assert.deepEqual(third.took(), ["connack 0"]);
  assert.deepEqual(
    bench.of("session-gone").map(({ why }) => why),
    ["ended", "ended"],
  );
});

test("a session expires when its time has passed since its connection, not before, and not while connected", () => {
  const bench = createBrokerBench({ limits: { sessionExpiryMs: 1000 } });
  bench.connected("d", { clean: false }).cut();
  bench.advanceMs(999);
  const back = bench.connected("d", { clean: false });
  assert.deepEqual(back.took(), ["connack 0 present"]);
  bench.advanceMs(5000);
  assert.deepEqual(bench.of("session-gone"), []);
  back.cut();
  bench.advanceMs(1000);
  assert.deepEqual(
    bench.of("session-gone").map(({ why }) => why),
    ["expired"],
  );
  assert.deepEqual(bench.connected("d", { clean: false }).took(), ["connack 0"]);
});

test("MQTT 5: the session lives as long as CONNECT said, or as DISCONNECT said instead", () => {
  const bench = createBrokerBench();
  const properties = { sessionExpiryInterval: 10 };
  bench.connected("d", { version: 5, clean: false, properties }).cut();
  bench.advanceMs(9000);
  const back = bench.connected("d", { version: 5, clean: false, properties });
  assert.deepEqual(back.took(), ["connack 0 present"]);
  back.send({ cmd: "disconnect", reasonCode: 0, properties: { sessionExpiryInterval: 60 } });
  bench.advanceMs(59_000);
  assert.deepEqual(bench.of("session-gone"), []);
  bench.advanceMs(1000);
  assert.equal(bench.of("session-gone")[0]?.why, "expired");
});

test("overlapping subscriptions bring one copy, at the highest QoS, and # does not match $-topics", () => {
  const bench = createBrokerBench();
  const client = bench.connected("d");
  client.send({
    cmd: "subscribe",
    messageId: 1,
    subscriptions: [
      { topic: "#", qos: 0 },
      { topic: "a/+", qos: 1 },
      { topic: "+/b", qos: 2 },
    ],
  });
  const publisher = bench.connected("p");
  publisher.publish("a/b", "x", 1, 1);
  publisher.publish("$SYS/b", "hidden", 0);
  publisher.publish("a", "y", 2, 2);
  bench.advanceMs(0);
  assert.deepEqual(client.took(), ["connack 0", "suback 1 0,1,2", "publish 1 q1 a/b=x", "publish - q0 a=y"]);
});

test("the retained message comes at each SUBSCRIBE with RETAIN, later ones without, and an empty one deletes it", () => {
  const bench = createBrokerBench();
  const publisher = bench.connected("p");
  publisher.publish("s/1", "old", 1, 1, { retain: true });
  publisher.publish("s/1", "kept", 0, 0, { retain: true });
  publisher.publish("s/1", "passing", 0);
  publisher.publish("s/2", "gone", 0, 0, { retain: true });
  publisher.publish("s/2", "", 0, 0, { retain: true });
  const client = bench.connected("d");
  client.subscribe("s/+", 1, 1);
  client.subscribe("s/+", 0, 2);
  publisher.publish("s/1", "new", 0, 0, { retain: true });
  bench.advanceMs(0);
  const kept = "publish - q0 retain s/1=kept";
  assert.deepEqual(client.took(), [
    "connack 0",
    "suback 1 1",
    kept,
    "suback 2 0",
    kept,
    "publish - q0 s/1=new",
  ]);
});

test("after UNSUBSCRIBE nothing new comes, and what has begun is finished", () => {
  const bench = createBrokerBench({ limits: { inflightMessages: 1 } });
  const client = bench.connected("d");
  client.subscribe("t", 2, 1);
  bench.broker.publish({ topic: "t", payload: Buffer.from("begun"), qos: 2, retain: false });
  bench.advanceMs(0);
  client.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["t", "never"] });
  bench.broker.publish({ topic: "t", payload: Buffer.from("late"), qos: 2, retain: false });
  client.ack("pubrec", 1);
  client.ack("pubcomp", 1);
  assert.deepEqual(client.took().slice(2), ["publish 1 q2 t=begun", "unsuback 2", "pubrel 1"]);
  assert.equal(bench.of("acknowledged").length, 1);
});

test("a full queue drops the newest and says so", () => {
  const bench = createBrokerBench({ limits: { queueMessages: 2 } });
  const client = bench.connected("d", { clean: false });
  client.subscribe("t", 1, 1);
  client.cut();
  for (const text of ["a", "b", "c"]) {
    bench.broker.publish({ topic: "t", payload: Buffer.from(text), qos: 1, retain: false });
  }
  assert.deepEqual(
    bench.of("dropped").map(({ payload, why }) => `${payload} ${why}`),
    ["c queue-full"],
  );
  const back = bench.connected("d", { clean: false });
  assert.deepEqual(back.took().slice(1), ["publish 1 q1 t=a", "publish 2 q1 t=b"]);
});

test("the broker's packet ids begin at 1, skip one that is in use, and 65535 is followed by 1", () => {
  const outgoing = new Outgoing();
  const message = {
    topic: "t",
    payload: Buffer.from("x"),
    qos: 1,
    retain: false,
    properties: null,
    expiresMs: 0,
  } as const;
  const send = (): number => outgoing.send({ message, qos: 1, retain: false, subscriptionIds: [] });
  assert.deepEqual([send(), send()], [1, 2], "the first stays in flight");
  outgoing.puback(2);
  for (let id = 3; id <= 65_535; id++) {
    assert.equal(send(), id);
    outgoing.puback(id);
  }
  assert.equal(send(), 2);
});

test("a restart that keeps everything resumes sessions, and one that forgets does not", () => {
  for (const forget of [false, true]) {
    const bench = createBrokerBench();
    const client = bench.connected("d", { clean: false });
    client.subscribe("t", 1, 1);
    client.publish("kept", "k", 0, 0, { retain: true });
    bench.broker.stop({ forget });
    bench.advanceMs(10);
    assert.equal(client.closedBy?.kind, "reset");
    assert.equal(bench.dial("x").closedBy?.kind, "refused");
    bench.broker.start();
    bench.broker.publish({ topic: "t", payload: Buffer.from("x"), qos: 1, retain: false });
    const back = bench.connected("d", { clean: false });
    back.subscribe("kept", 0, 2);
    const kept = ["connack 0 present", "publish 1 q1 t=x", "suback 2 0", "publish - q0 retain kept=k"];
    assert.deepEqual(back.took(), forget ? ["connack 0", "suback 2 0"] : kept);
  }
});
