// Owns the claim that a broker which cannot be had is not hammered, and that a second device under one id is told from a bad link.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { writeToStream } from "mqtt-packet";
import { type BareClient, startBareClient } from "../support/bare-client.ts";
import { observe, proxyTo } from "../support/borrowed.ts";
import { againstEachBroker } from "../support/each-broker.ts";
import { HANG_MS } from "../support/patience.ts";
import { tally } from "../support/recording-subscriber.ts";
import { acceptConnection, startScriptedBroker } from "../support/scripted-broker.ts";

const backoffMs = { base: 16, max: 256 } as const;
/** Every draw is the highest there is, so that the waits are the ceilings less one. */
const highestDraw = { u32: () => 2 ** 32 - 1 };
const growingMs = [15, 31, 63, 127, 255, 255] as const;

function waits(client: BareClient): readonly number[] {
  return client.all("closed").map(({ waitMs }) => waitMs);
}

test("the waits before a port that refuses grow up to their limit", { timeout: HANG_MS }, async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");

  const client = startBareClient(t, { to: port, clean: true, backoffMs, random: highestDraw });
  await client.reported("closed", growingMs.length);
  const closed = client.all("closed").slice(0, growingMs.length);
  assert.deepEqual(
    closed.map(({ waitMs }) => waitMs),
    growingMs,
  );
  assert.ok(closed.every(({ reason, error }) => reason === "link" && error?.kind === "refused"));
  assert.deepEqual(client.all("secondDevice"), []);
});

test("the waits grow before a broker that accepts and then kicks, and a second device is suspected", {
  timeout: HANG_MS,
}, async (t) => {
  const port = await startScriptedBroker(t, (packet, socket) => {
    if (packet.cmd !== "connect") return;
    acceptConnection(socket);
    socket.end();
  });
  const client = startBareClient(t, { to: port, clean: true, backoffMs, random: highestDraw });
  await client.reported("secondDevice");
  assert.equal(client.all("connected").length, 5, "several in a row, not the first");
  await client.reported("closed", growingMs.length);
  assert.deepEqual(waits(client).slice(0, growingMs.length), growingMs);
});

test("the first final acknowledgement of a connection is progress, and resets the waits", {
  timeout: HANG_MS,
}, async (t) => {
  let kicks = 3;
  const port = await startScriptedBroker(t, (packet, socket) => {
    if (packet.cmd === "connect") {
      acceptConnection(socket);
      if (kicks > 0) socket.end();
      kicks -= 1;
    } else if (packet.cmd === "publish" && !socket.writableEnded) {
      writeToStream({ cmd: "puback", messageId: packet.messageId as number }, socket);
      socket.end();
    }
  });
  const client = startBareClient(t, {
    to: port,
    clean: true,
    backoffMs,
    random: highestDraw,
    capacities: { window: 1 },
  });
  const messages = ["a", "b", "c"].map((payload) => client.publish("progress", payload, 1));
  for (const message of messages) assert.equal(await client.endOf(message), "published");
  await client.reported("closed", 6);
  assert.deepEqual(waits(client).slice(0, 6), [15, 31, 63, 15, 15, 15]);
  assert.deepEqual(client.all("secondDevice"), []);
});

againstEachBroker("a client id", async (suite, { port }) => {
  await suite.test("that two devices use is reported to both", async (t) => {
    const clientId = "two-of-a-name";
    const first = startBareClient(t, { to: port, clientId });
    await first.reported("connected");
    const second = startBareClient(t, { to: port, clientId });
    await Promise.all([first, second].map((client) => client.reported("secondDevice")));
  });

  await suite.test("is not suspected of that on a link that is cut every 500 ms under load", async (t) => {
    const topic = "load";
    const proxy = await proxyTo(t, port);
    const observer = await observe(t, { port, filter: topic });
    const client = startBareClient(t, { to: proxy.port });
    client.subscribe(`${topic}/settings`, 1);
    await client.reported("subscribed");
    // By FIN, as a broker would do it that prefers another device.
    const cuts = proxy.cutEvery(500, "fin");
    const readings = Array.from({ length: 160 }, (_, i) => `reading ${i}`);
    const sent = [];
    for (const reading of readings) {
      sent.push(client.publish(topic, reading, 1));
      await sleep(25);
    }
    cuts.stop();
    for (const message of sent) assert.equal(await client.endOf(message), "published");
    await observer.settle();
    assert.ok(cuts.hits >= 6, `${cuts.hits} cuts hit a live connection`);
    const { lost, foreign } = tally(observer.payloads, readings);
    assert.deepEqual({ lost, foreign }, { lost: [], foreign: [] });
    assert.deepEqual([...new Set(observer.payloads)], readings, "in order, where they came first");
    assert.deepEqual(client.all("secondDevice"), []);
  });
});
