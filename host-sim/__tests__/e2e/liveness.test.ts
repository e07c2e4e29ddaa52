// Owns the claim that a dead link is noticed in time, that a slow one is not taken for dead, and that nobody is pinged unasked.
import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { test } from "node:test";
import { writeToStream } from "mqtt-packet";
import { startBareClient } from "../support/bare-client.ts";
import { proxyTo } from "../support/borrowed.ts";
import { againstEachBroker } from "../support/each-broker.ts";
import { describeRecords } from "../support/packet-log.ts";
import { HANG_MS } from "../support/patience.ts";
import { acceptConnection, startScriptedBroker } from "../support/scripted-broker.ts";

/** Timers fire late on a machine that has other things to do. Three follow each other here, and each may be as late as any so far. */
const LATE_MS = 1_500;
const lateness = monitorEventLoopDelay();
lateness.enable();
const toleranceMs = (): number => LATE_MS + (3 * lateness.max) / 1e6;
const slowLinkMs = 2_000;

// All of them wait more than they work.
againstEachBroker("liveness", async (suite, { port }) => {
  const silence = suite.test(
    "a link that falls silent is noticed within keep-alive and deadline",
    async (t) => {
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
      assert.ok(
        noticedAfterMs <= keepAliveSeconds * 1000 + pingDeadlineMs + toleranceMs(),
        `${noticedAfterMs}`,
      );
      proxy.resume();
      await client.reported("connected", 2);
    },
  );

  const noKeepAlive = suite.test(
    "keep-alive 0 pings nobody, until an acknowledgement is overdue",
    async (t) => {
      const proxy = await proxyTo(t, port);
      const client = startBareClient(t, {
        to: proxy.port,
        keepAliveSeconds: 0,
        pingDeadlineMs: 500,
        retransmitMs: 3_000,
      });
      await client.reported("connected");
      assert.equal(client.deadlineMs, -1, "without further cause nothing is ever due");
      proxy.cutNow("silence");
      client.publish("liveness/none", "unheard", 1);
      const { reason } = await client.reported("closed", 2);
      assert.equal(reason, "peerSilent");
      const sent = proxy.log.filter(
        ({ direction, connection }) => direction === "toBroker" && connection === 1,
      );
      assert.deepEqual(
        sent.map(({ cmd }) => cmd),
        ["connect", "publish", "pingreq"],
        describeRecords(proxy.log),
      );
    },
  );

  // [MQTT3-3.1.2-23]
  const slow = suite.test("a link of 2 s each way is not taken for a dead one, by either side", async (t) => {
    const proxy = await proxyTo(t, port);
    proxy.latency(slowLinkMs);
    const keepAliveSeconds = 5;
    const client = startBareClient(t, { to: proxy.port, keepAliveSeconds, clean: true });
    await client.reported("connected");
    await proxy.waitFor(({ cmd }) => cmd === "pingresp");
    assert.deepEqual(client.all("closed"), [], describeRecords(proxy.log));
    // The keep-alive counts from the CONNECT, though nothing may follow it before the CONNACK.
    const [connectedAtMs = 0, pingedAtMs = 0] = proxy.log
      .filter(({ direction }) => direction === "toBroker")
      .map(({ atMs }) => atMs);
    const gapMs = pingedAtMs - connectedAtMs;
    assert.ok(gapMs <= keepAliveSeconds * 1000 + toleranceMs(), describeRecords(proxy.log));
  });

  await Promise.all([silence, noKeepAlive, slow]);
});

// [MQTT3-3.1.2-23]
test("a round trip longer than the keep-alive does not stretch the time between two packets", {
  timeout: HANG_MS,
}, async (t) => {
  const port = await startScriptedBroker(t, (packet, socket) => {
    if (packet.cmd === "connect") acceptConnection(socket);
    if (packet.cmd === "pingreq") writeToStream({ cmd: "pingresp" }, socket);
  });
  const proxy = await proxyTo(t, port);
  const client = startBareClient(t, { to: proxy.port, keepAliveSeconds: 1, clean: true });
  await client.reported("connected");
  proxy.latency(slowLinkMs);
  await proxy.waitFor(({ cmd }) => cmd === "pingresp");
  // The gap is the client's to keep, whether or not an answer is under way.
  const pings = proxy.log.filter(({ cmd }) => cmd === "pingreq");
  assert.ok(pings.length >= 2, `no second PINGREQ in 4 s:\n${describeRecords(proxy.log)}`);
});
