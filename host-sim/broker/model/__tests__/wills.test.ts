// Owns the claims about the end of a connection: what the broker calls it, and whether the will goes out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type BrokerBench, createBrokerBench, type RawClient } from "./support/broker-bench.ts";

const WILL = { topic: "status", payload: Buffer.from("offline"), qos: 1, retain: true } as const;

interface Ending {
  readonly how: string;
  readonly why: string;
  readonly isWillPublished: boolean;
  readonly act: (client: RawClient, bench: BrokerBench) => void;
}

const ENDINGS: readonly Ending[] = [
  {
    how: "a DISCONNECT",
    why: "disconnect",
    isWillPublished: false,
    act: (client) => client.send({ cmd: "disconnect" }),
  },
  {
    how: "a FIN without DISCONNECT",
    why: "connection-ended",
    isWillPublished: true,
    act: (client) => client.end(),
  },
  { how: "a reset", why: "connection-reset", isWillPublished: true, act: (client) => client.cut() },
  { how: "silence", why: "keep-alive", isWillPublished: true, act: (_, bench) => bench.advanceMs(15_000) },
  {
    how: "another client with its id",
    why: "taken-over",
    isWillPublished: true,
    act: (_, bench) => void bench.connected("d", { origin: "other" }),
  },
  {
    how: "takeOver",
    why: "taken-over",
    isWillPublished: true,
    act: (_, bench) => bench.broker.takeOver("d"),
  },
  {
    how: "the broker's whim",
    why: "broker-closed",
    isWillPublished: true,
    act: (_, bench) => bench.broker.closeConnection("d"),
  },
  {
    how: "a restart that keeps wills",
    why: "broker-stopped",
    isWillPublished: true,
    act(_, bench) {
      bench.broker.stop({ forget: false });
      assert.deepEqual(bench.of("will"), [], "a broker that is down publishes nothing");
      bench.broker.start();
    },
  },
  {
    how: "a restart that forgets",
    why: "broker-stopped",
    isWillPublished: false,
    act(_, bench) {
      bench.broker.stop({ forget: true });
      bench.broker.start();
    },
  },
];

for (const { how, why, isWillPublished, act } of ENDINGS) {
  for (const clean of [true, false]) {
    test(`${how} ends a ${clean ? "clean" : "persistent"} connection as ${why}; will: ${isWillPublished}`, () => {
      const bench = createBrokerBench();
      const client = bench.connected("d", { clean, keepalive: 10, will: WILL, origin: "life 1" });
      act(client, bench);
      bench.advanceMs(0);
      assert.deepEqual(
        bench.of("closed").map((event) => `${event.origin} ${event.why}`),
        [`life 1 ${why}`],
      );
      const expected = isWillPublished ? ["life 1 status=offline retain"] : [];
      assert.deepEqual(
        bench
          .of("routed")
          .map((event) => `${event.origin} ${event.topic}=${event.payload} ${event.retain ? "retain" : ""}`),
        expected,
      );
      assert.equal(bench.broker.counts.willsFired, expected.length);
      assert.notEqual(
        client.hasEnded || client.closedBy !== undefined,
        false,
        "the connection is over for the client too",
      );
    });
  }
}

test("a client that says something within one and a half keep-alives stays, and a packet half sent is nothing said", () => {
  const bench = createBrokerBench();
  const client = bench.connected("d", { keepalive: 10 });
  for (let i = 0; i < 3; i++) {
    bench.advanceMs(14_999);
    client.send({ cmd: "pingreq" });
  }
  assert.deepEqual(bench.of("closed"), []);
  bench.advanceMs(14_000);
  client.sendBytes(Uint8Array.of(0xc0));
  bench.advanceMs(999);
  assert.deepEqual(bench.of("closed"), []);
  bench.advanceMs(1);
  assert.equal(bench.of("closed")[0]?.why, "keep-alive");
});

test("a connection without CONNECT does not stay for ever, and one that the client never closes neither", () => {
  const bench = createBrokerBench();
  const silent = bench.dial("silent");
  const lingering = bench.connected("d");
  bench.broker.closeConnection("d");
  bench.advanceMs(60_000);
  assert.equal(silent.hasEnded, true);
  assert.equal(lingering.closedBy?.kind, "reset");
});

test("what comes on a connection that the broker has closed is answered by a reset", () => {
  const bench = createBrokerBench();
  const client = bench.connected("d");
  bench.broker.closeConnection("d");
  bench.advanceMs(0);
  client.publish("t", "too late", 0);
  assert.equal(client.closedBy?.kind, "reset");
  assert.deepEqual(bench.of("routed"), []);
});

test("MQTT 5: a will waits for its delay, not beyond the session, and its client's return withdraws it", () => {
  const bench = createBrokerBench();
  const properties = { sessionExpiryInterval: 100 };
  const patient = { ...WILL, properties: { willDelayInterval: 30 } };
  const connect = (): RawClient =>
    bench.connected("d", { version: 5, clean: false, properties, will: patient });
  connect().cut();
  bench.advanceMs(29_000);
  connect().cut();
  bench.advanceMs(29_000);
  assert.deepEqual(bench.of("will"), []);
  bench.advanceMs(1000);
  assert.equal(bench.of("will").length, 1);
  const late = { ...WILL, properties: { willDelayInterval: 1000 } };
  bench.connected("e", { version: 5, clean: false, properties, will: late }).cut();
  bench.advanceMs(100_000);
  assert.deepEqual(
    bench.of("will").map(({ clientId }) => clientId),
    ["d", "e"],
  );
});

test("MQTT 5: DISCONNECT with 0x04 lets the will out", () => {
  const bench = createBrokerBench();
  bench.connected("d", { version: 5, will: WILL }).send({ cmd: "disconnect", reasonCode: 4 });
  assert.equal(bench.of("will").length, 1);
});

test("the same bytes of CONNECT mean the same each time: a will, its delay, its properties", () => {
  const bench = createBrokerBench();
  const properties = { willDelayInterval: 5, userProperties: { kind: "last words" } };
  const will = { ...WILL, properties };
  const watcher = bench.connected("watcher", { version: 5 });
  watcher.subscribe("status", 0, 1);
  for (const life of ["life 1", "life 2", "life 3"]) {
    const session = { sessionExpiryInterval: 60 };
    bench.connected("d", { version: 5, origin: life, properties: session, will }).cut();
    watcher.received.length = 0;
    bench.advanceMs(4_999);
    assert.equal(watcher.received.length, 0, life);
    bench.advanceMs(1);
    const [heard] = watcher.received;
    assert.ok(heard?.cmd === "publish", life);
    assert.equal(`${heard.payload}`, "offline");
    assert.deepEqual({ ...heard.properties?.userProperties }, properties.userProperties);
    assert.equal(bench.of("will").at(-1)?.origin, life);
  }
});

test("two clients without an id that say the same are two clients", () => {
  const bench = createBrokerBench();
  const clients = [bench.connected(""), bench.connected("")];
  assert.deepEqual(
    bench.of("accepted").map(({ clientId }) => clientId),
    ["auto-1", "auto-2"],
  );
  for (const client of clients) assert.equal(client.hasEnded, false);
});
