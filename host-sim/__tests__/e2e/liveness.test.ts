// Owns the claim that a dead link is noticed in time, that a slow one is not taken for dead, and that nobody is pinged unasked.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { startBareClient } from "../support/bare-client.ts";
import { proxyTo } from "../support/borrowed.ts";
import { againstEachBroker } from "../support/each-broker.ts";
import { describeRecords } from "../support/packet-log.ts";

/** Timers fire late on a machine that has other things to do. */
const toleranceMs = 1_500;
const slowLink = { oneWayMs: 2_000, watchedMs: 10_000 } as const;

// All of them wait more than they work.
againstEachBroker("liveness", async (suite, { port }) => {
  const silence = suite.test("a link that falls silent is noticed within keep-alive and deadline", async (t) => {
    const keepAliveSeconds = 2;
    const pingDeadlineMs = 500;
    const proxy = await proxyTo(t, port);
    const client = startBareClient(t, { to: proxy.port, keepAliveSeconds, pingDeadlineMs });
    await client.reported("connected");
    proxy.pause();
    const pausedAt = performance.now();
    const { reason } = await client.reported("closed", 2);
    const noticedAfterMs = performance.now() - pausedAt;
    assert.equal(reason, "peerSilent");
    assert.ok(noticedAfterMs <= keepAliveSeconds * 1000 + pingDeadlineMs + toleranceMs, `${noticedAfterMs}`);
    proxy.resume();
    await client.reported("connected", 2);
  });

  const noKeepAlive = suite.test("keep-alive 0 pings nobody, until an acknowledgement is overdue", async (t) => {
    const proxy = await proxyTo(t, port);
    const client = startBareClient(t, { to: proxy.port, keepAliveSeconds: 0, pingDeadlineMs: 500 });
    await client.reported("connected");
    assert.equal(client.deadlineMs, -1, "without further cause nothing is ever due");
    proxy.cutNow("silence");
    client.publish("liveness/none", "unheard", 1);
    const { reason } = await client.reported("closed", 2);
    assert.equal(reason, "peerSilent");
    const sent = proxy.log.filter(({ direction, connection }) => direction === "toBroker" && connection === 1);
    assert.deepEqual(
      sent.map(({ cmd }) => cmd),
      ["connect", "publish", "pingreq"],
      describeRecords(proxy.log),
    );
  });

  const slow = [5, 2].map((keepAliveSeconds) => {
    const claim = `2 s of latency each way and keep-alive ${keepAliveSeconds} s raise no false alarm`;
    return suite.test(claim, async (t) => {
      const proxy = await proxyTo(t, port);
      proxy.latency(slowLink.oneWayMs);
      const client = startBareClient(t, { to: proxy.port, keepAliveSeconds, clean: true });
      await client.reported("connected");
      await sleep(slowLink.watchedMs);
      assert.deepEqual(client.all("closed"), [], describeRecords(proxy.log));
      const sent = proxy.log.filter(({ direction }) => direction === "toBroker").map(({ atMs }) => atMs);
      assert.ok(sent.length > 1, "it did ping");
      // [MQTT3-3.1.2-23] while a PINGRESP is awaited, too
      for (const [i, atMs] of sent.entries()) {
        const gapMs = (sent[i + 1] ?? proxy.nowMs()) - atMs;
        const allowedMs = keepAliveSeconds * 1000 + (i === 0 ? 2 * slowLink.oneWayMs : 0) + 500;
        assert.ok(gapMs <= allowedMs, `a gap of ${gapMs} ms\n${describeRecords(proxy.log)}`);
      }
    });
  });
  await Promise.all([silence, noKeepAlive, ...slow]);
});
