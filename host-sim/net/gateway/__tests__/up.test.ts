// Owns the claims about messages from a device to the broker over a gateway.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  CREDIT_BYTES,
  constant,
  gatewayRun,
  greetedRun,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
} from "./gateway-run.ts";

const TOPIC = "motekit/node-1/reading";

function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `{"seq":${i + 1}}`);
}

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

describe("passes of a satellite", () => {
  const passes = { lengthMs: constant(10 * MINUTE_MS), gapMs: constant(2 * HOUR_MS) };

  test("carry a whole queue in one, and between them nothing is acknowledged", () => {
    const run = gatewayRun({ passes, queueMessages: 100, spacingMs: constant(12 * SECOND_MS) }, 1, 100);
    run.client.connect();
    run.advanceMs(1);
    assert.equal(run.link.state.up, false);
    for (const text of numbered(20)) run.client.publish(TOPIC, text);
    const seen: number[] = [];
    for (let minute = 0; minute < 150; minute++) {
      const wasUp = run.link.state.up;
      const before = run.client.acked.length;
      run.advanceMs(MINUTE_MS);
      if (!wasUp && !run.link.state.up) assert.equal(run.client.acked.length, before);
      if (run.link.state.up) seen.push(minute);
    }
    assert.deepEqual(run.client.acked, numbered(20));
    assert.ok(seen.length >= 9 && seen.length <= 11, `${seen.length} minutes of satellite`);
  });

  test("are told to whoever listens, when they begin and end", () => {
    const run = gatewayRun({ passes });
    const told: string[] = [];
    const unsubscribe = run.link.onState((state) => told.push(state.up ? "up" : state.why));
    run.advanceMs(5 * HOUR_MS);
    assert.deepEqual(told.slice(0, 4), ["up", "no-satellite", "up", "no-satellite"]);
    unsubscribe();
    run.link.close();
    assert.equal(run.clock.nextMs, null, "nobody listens, so nothing is to come");
  });

  test("do not carry what is not over when they end", () => {
    const tooShort = { lengthMs: constant(9 * SECOND_MS), gapMs: constant(MINUTE_MS) };
    const run = gatewayRun({ passes: tooShort });
    run.client.connect();
    run.advanceMs(HOUR_MS);
    assert.equal(run.link.counts.messagesUp, 0);
    assert.ok(run.link.counts.failed > 20);
  });
});

describe("nothing that was acknowledged is lost", () => {
  test("in a day of readings every ten minutes, with cuts, blackholes and unheard successes", () => {
    const hard = { sessionMs: { fromMs: 8_000, toMs: 25_000 }, successShare: 0.8, unheardShare: 0.2 };
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        const run = gatewayRun({ ...hard, deliveryMs: { fromMs: 5_000, toMs: 20_000 } }, seed);
        run.client.connect();
        for (let reading = 1; reading <= 144; reading++) {
          run.client.publish(TOPIC, `{"seq":${reading}}`);
          if (reading % 17 === 0) run.link.blackhole(45 * MINUTE_MS);
          run.advanceMs(4 * MINUTE_MS);
          if (reading % 11 === 0) {
            run.link.cut();
            run.advanceMs(SECOND_MS);
            run.client.connect();
          }
          run.advanceMs(6 * MINUTE_MS);
        }
        run.advanceMs(HOUR_MS);
        const seen = run.broker.payloadsOn(TOPIC);
        assert.deepEqual(
          [...new Set(seen)],
          numbered(144),
          "first arrivals are in order, and none is missing",
        );
        assert.deepEqual(run.client.acked, numbered(144));
      }),
      { numRuns: 20 },
    );
  });

  test("when the power goes at any moment: what had an acknowledgement arrives", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 0, max: 400 }), (seed, seconds) => {
        const run = gatewayRun({ successShare: 0.7, unheardShare: 0.5 }, seed);
        run.client.connect();
        for (const text of numbered(8)) run.client.publish(TOPIC, text);
        run.advanceMs(seconds * SECOND_MS);
        run.link.powerOff();
        const { acked } = run.client;
        run.advanceMs(HOUR_MS);
        const seen = run.broker.payloadsOn(TOPIC);
        assert.ok(
          acked.every((text) => seen.includes(text)),
          `${acked} acknowledged, ${seen} seen`,
        );
        assert.ok(seen.length <= acked.length + 1, "and at most the one that was under way besides");
      }),
      { numRuns: 50 },
    );
  });

  test("when the broker restarts, remembers or forgets, or loses an acknowledgement", () => {
    for (const forgets of [false, true]) {
      for (const qos of [1, 2] as const) {
        const run = greetedRun();
        run.broker.withheldAcks = 1;
        run.client.publish(TOPIC, "a", qos);
        run.advanceMs(40 * SECOND_MS);
        run.broker.restart({ forgets });
        run.broker.isUp = false;
        run.client.publish(TOPIC, "b", qos);
        run.advanceMs(5 * MINUTE_MS);
        run.broker.isUp = true;
        run.advanceMs(MINUTE_MS);
        const seen = run.broker.payloadsOn(TOPIC);
        assert.deepEqual([...new Set(seen)], ["a", "b"]);
        if (qos === 2 && !forgets) assert.deepEqual(seen, ["a", "b"], "exactly once within a session");
      }
    }
  });
});

describe("once the faults are over", () => {
  test("all that waits is carried at once, also what is under way", () => {
    const run = gatewayRun({
      deliveryMs: constant(HOUR_MS),
      passes: { lengthMs: constant(MINUTE_MS), gapMs: constant(9 * HOUR_MS) },
    });
    run.client.connect();
    for (const text of numbered(12)) run.client.publish(TOPIC, text);
    run.advanceMs(MINUTE_MS);
    run.link.settle();
    run.advanceMs(SECOND_MS);
    assert.deepEqual(run.client.acked, numbered(12));
    assert.deepEqual(run.broker.payloadsOn(TOPIC), numbered(12));
  });

  test("the same seed is the same run, and another is another", () => {
    const run = (seed: number): string => {
      const { client, link, advanceMs } = gatewayRun(
        { successShare: 0.5, sessionMs: { fromMs: 5_000, toMs: 30_000 } },
        seed,
      );
      client.connect();
      for (const text of numbered(20)) client.publish(TOPIC, text);
      const times: number[] = [];
      for (let i = 0; i < 500; i++) {
        advanceMs(5 * SECOND_MS);
        times.push(client.acked.length, link.counts.exchanges);
      }
      return times.join();
    };
    assert.equal(run(5), run(5));
    assert.notEqual(run(5), run(6));
  });
});
