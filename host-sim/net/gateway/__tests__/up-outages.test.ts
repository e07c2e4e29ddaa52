// Owns the claims about what passes, faults and cuts of power do to messages from a device: late, but never lost once they were
// acknowledged. One message on its way is for up.test.ts.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  constant,
  gatewayRun,
  greetedRun,
  HOUR_MS,
  MINUTE_MS,
  numbered,
  SECOND_MS,
  TOPIC,
} from "./gateway-run.ts";

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
