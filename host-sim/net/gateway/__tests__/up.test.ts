// Owns the claims about messages from a device to the broker over a gateway that works. Outages and faults are for
// up-outages.test.ts.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CREDIT_BYTES,
  gatewayRun,
  greetedRun,
  HOUR_MS,
  MINUTE_MS,
  numbered,
  SECOND_MS,
  TOPIC,
} from "./gateway-run.ts";

describe("a publish over a gateway", () => {
  test("reaches the broker as it was, one exchange and one delivery later", () => {
    const run = greetedRun();
    run.client.publish(TOPIC, "21.5", 1, true);
    run.advanceMs(1 * SECOND_MS + 10 * SECOND_MS + 14_999);
    assert.deepEqual(run.broker.taken, []);
    run.advanceMs(1);
    assert.deepEqual(run.broker.taken, [{ topic: TOPIC, payload: "21.5", qos: 1, isRetained: true }]);
    assert.deepEqual(run.broker.clientIds, ["node-1"]);
  });

  test("is acknowledged when the modem hears that the network has it, and not before", () => {
    for (const qos of [1, 2] as const) {
      const run = greetedRun();
      run.client.publish(TOPIC, "x", qos);
      run.advanceMs(10_999);
      assert.deepEqual(run.client.acked, []);
      run.advanceMs(2);
      assert.deepEqual(run.client.acked, ["x"], `QoS ${qos}`);
    }
  });

  test("is not acknowledged while nothing gets through, is tried again, and is acknowledged then", () => {
    const run = greetedRun();
    run.client.publish(TOPIC, "x");
    run.link.blackhole(30 * MINUTE_MS);
    run.advanceMs(30 * MINUTE_MS);
    assert.deepEqual(run.client.acked, []);
    assert.equal(run.link.state.up, true);
    run.advanceMs(30 * SECOND_MS);
    assert.deepEqual(run.client.acked, ["x"]);
    assert.deepEqual(run.broker.payloadsOn(TOPIC), ["x"]);
  });

  test("that was under way when a blackhole began is lost with it, and tried again", () => {
    const run = greetedRun();
    run.client.publish(TOPIC, "x");
    run.advanceMs(6 * SECOND_MS);
    run.link.blackhole(1 * SECOND_MS);
    run.advanceMs(6 * SECOND_MS);
    assert.deepEqual([run.client.acked, run.link.counts.failed], [[], 1]);
    run.advanceMs(60 * SECOND_MS);
    assert.deepEqual(run.broker.payloadsOn(TOPIC), ["x"]);
  });

  test("that was taken without the modem hearing of it comes again, and is published once", () => {
    const run = greetedRun({ successShare: 0.3, unheardShare: 1 }, 3);
    for (const [i, text] of numbered(20).entries()) run.client.publish(TOPIC, text, i % 2 === 0 ? 1 : 2);
    run.advanceMs(3 * HOUR_MS);
    assert.ok(run.link.counts.repeats > 5, `${run.link.counts.repeats} repeats`);
    assert.deepEqual(run.broker.payloadsOn(TOPIC), numbered(20));
    assert.deepEqual(run.client.acked, numbered(20));
  });

  test("costs a credit for each 50 bytes begun, and its topic is paid for once", () => {
    const run = greetedRun();
    const before = run.meter.snapshot().costUsd ?? 0;
    run.client.publish(TOPIC, "x".repeat(40));
    run.advanceMs(MINUTE_MS);
    run.client.publish(TOPIC, "x".repeat(40));
    run.client.publish(TOPIC, "x".repeat(CREDIT_BYTES - 2));
    run.advanceMs(5 * MINUTE_MS);
    assert.equal((run.meter.snapshot().costUsd ?? 0) - before, 2 + 1 + 2);
  });

  test("that cannot fit ends the connection, and the reason names both lengths", () => {
    const run = greetedRun();
    const head = 2 + 1 + 1 + TOPIC.length;
    run.client.publish(TOPIC, "x".repeat(340 - head));
    run.advanceMs(MINUTE_MS);
    assert.deepEqual([run.client.acked.length, run.link.counts.refused], [1, 0]);
    run.client.publish(TOPIC, "x".repeat(341 - head));
    run.advanceMs(MINUTE_MS);
    assert.equal(run.client.closes[0]?.kind, "reset");
    assert.match(run.link.counts.lastRefusal ?? "", /publish of 341 bytes.*takes 340/);
    assert.equal(run.client.acked.length, 1);
  });
});

describe("a full queue", () => {
  test("holds back the client's outbox, loses nothing, and keeps the order", () => {
    const run = greetedRun({ queueMessages: 3 }, 1, 2);
    for (const text of numbered(30)) run.client.publish(TOPIC, text);
    run.advanceMs(MINUTE_MS);
    assert.ok(run.client.pending > 25, "the client keeps what was not carried");
    run.advanceMs(HOUR_MS);
    assert.deepEqual(run.client.acked, numbered(30));
    assert.deepEqual(run.broker.payloadsOn(TOPIC), numbered(30));
  });

  test("stops reading a client whose window is larger than all it can keep, and reads on later", () => {
    const run = greetedRun({ queueMessages: 3 }, 1, 1000);
    for (const text of numbered(200)) run.client.publish(TOPIC, text);
    run.advanceMs(5 * SECOND_MS);
    assert.ok(run.link.counts.queued < 200);
    run.advanceMs(4 * HOUR_MS);
    assert.deepEqual(run.broker.payloadsOn(TOPIC), numbered(200));
  });

  test("drops what was promised at most once, and counts it", () => {
    const run = greetedRun({ queueMessages: 3 });
    for (const text of numbered(5)) run.client.publish(TOPIC, text, 0);
    run.advanceMs(10 * MINUTE_MS);
    assert.deepEqual(run.broker.payloadsOn(TOPIC), numbered(3));
    assert.equal(run.link.counts.dropped, 2);
  });

  test("lets go of what has waited too long, unless it must not be lost", () => {
    const run = greetedRun({ expiryMs: 10 * MINUTE_MS });
    run.link.blackhole(20 * MINUTE_MS);
    run.client.publish(TOPIC, "old", 0);
    run.client.publish(TOPIC, "kept", 1);
    run.advanceMs(15 * MINUTE_MS);
    run.client.publish(TOPIC, "new", 0);
    run.advanceMs(15 * MINUTE_MS);
    assert.deepEqual(run.broker.payloadsOn(TOPIC), ["kept", "new"]);
    assert.equal(run.link.counts.expired, 1);
  });
});

describe("a client that connects again", () => {
  test("is acknowledged for what was carried meanwhile, and it is not carried twice", () => {
    for (const qos of [1, 2] as const) {
      const run = greetedRun();
      run.client.publish(TOPIC, "x", qos);
      run.advanceMs(5 * SECOND_MS);
      run.link.cut();
      run.advanceMs(MINUTE_MS);
      assert.equal(run.client.closes.length, 1);
      assert.deepEqual(run.client.acked, []);
      run.client.connect();
      run.advanceMs(2 * MINUTE_MS);
      assert.deepEqual(run.client.acked, ["x"]);
      assert.deepEqual(run.broker.payloadsOn(TOPIC), ["x"]);
    }
  });

  test("is acknowledged once for what still waits", () => {
    const run = greetedRun();
    run.link.blackhole(5 * MINUTE_MS);
    run.client.publish(TOPIC, "x");
    run.advanceMs(MINUTE_MS);
    run.link.cut();
    run.advanceMs(MINUTE_MS);
    run.client.connect();
    run.advanceMs(10 * MINUTE_MS);
    assert.deepEqual(run.client.acked, ["x"]);
    assert.deepEqual(run.broker.payloadsOn(TOPIC), ["x"]);
  });

  test("pays nothing for a hello that says what is known", () => {
    const run = greetedRun();
    const { messagesUp } = run.link.counts;
    run.link.cut();
    run.advanceMs(SECOND_MS);
    run.client.connect();
    run.advanceMs(5 * MINUTE_MS);
    assert.equal(run.link.counts.messagesUp, messagesUp);
    const connack = run.client.received.at(-1);
    assert.ok(connack?.cmd === "connack" && connack.sessionPresent);
  });

  test("pays for one hello when it first connects clean, leaves, and connects", () => {
    const run = gatewayRun();
    run.client.connect({ clean: true });
    run.advanceMs(100);
    run.client.disconnect();
    run.advanceMs(100);
    run.client.connect();
    run.advanceMs(10 * MINUTE_MS);
    assert.equal(run.link.counts.messagesUp, 1);
    assert.equal(
      run.client.received.filter((packet) => packet.cmd === "connack" && packet.sessionPresent).length,
      0,
    );
  });

  test("is told to speak 3.1.1 when it speaks 5, and to have a name when it has none", () => {
    for (const [wrong, returnCode] of [
      [{ protocolVersion: 5 }, 1],
      [{ clientId: "", clean: true }, 2],
    ] as const) {
      const run = gatewayRun();
      run.client.connect(wrong);
      run.advanceMs(SECOND_MS);
      const [connack] = run.client.received;
      assert.ok(connack?.cmd === "connack");
      assert.equal(connack.returnCode ?? connack.reasonCode, returnCode);
      assert.deepEqual(run.client.closes, [null]);
    }
  });
});
