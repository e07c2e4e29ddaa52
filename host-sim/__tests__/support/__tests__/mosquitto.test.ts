// Owns the claims about the real broker under test: what a restart keeps, and whom its listeners let in.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, type TestContext, test } from "node:test";
import { connectAsync, type IClientOptions } from "mqtt";
import { type Certificates, certificatesOrSkip } from "../certificates.ts";
import { type Mosquitto, mosquittoOrSkip } from "../mosquitto.ts";
import { startRecordingSubscriber } from "../recording-subscriber.ts";

async function retainedAfterRestart(t: TestContext, forget: boolean): Promise<readonly string[] | undefined> {
  const broker = await mosquittoOrSkip(t);
  if (broker === undefined) return undefined;
  const port = broker.port();
  const publisher = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
  await publisher.publishAsync("kept", "value", { qos: 1, retain: true });
  await publisher.endAsync();
  await broker.restart({ forget });
  assert.equal(broker.port(), port);
  const observer = await startRecordingSubscriber({ port, filter: "kept" });
  t.after(() => observer.stop());
  await observer.settle();
  return observer.payloads;
}

describe("restart", () => {
  test("keeps retained messages", async (t) => {
    const payloads = await retainedAfterRestart(t, false);
    if (payloads) assert.deepEqual(payloads, ["value"]);
  });

  test("with forget, comes back empty", async (t) => {
    const payloads = await retainedAfterRestart(t, true);
    if (payloads) assert.deepEqual(payloads, []);
  });

  test("stop ends the process, and nobody answers any more", async (t) => {
    const broker = await mosquittoOrSkip(t);
    if (broker === undefined) return;
    await broker.stop();
    const attempt = connectAsync(`mqtt://127.0.0.1:${broker.port()}`, { reconnectPeriod: 0 });
    await assert.rejects(attempt, /ECONNREFUSED/);
  });

  test("a setting it does not know fails the start with its own words", async (t) => {
    const noBroker = mosquittoOrSkip(t, { settings: ["no_such_setting true"] });
    await noBroker.then(
      (broker) => assert.equal(broker, undefined, "only a missing Mosquitto may end here"),
      (error: unknown) => assert.match(String(error), /no_such_setting/),
    );
  });
});

async function secured(
  t: TestContext,
): Promise<{ broker: Mosquitto; certificates: Certificates } | undefined> {
  const certificates = await certificatesOrSkip(t);
  if (certificates === undefined) return undefined;
  const broker = await mosquittoOrSkip(t, { tls: certificates, webSockets: true });
  return broker && { broker, certificates };
}

async function greet(url: string, options: IClientOptions): Promise<void> {
  const client = await connectAsync(url, { ...options, reconnectPeriod: 0, connectTimeout: 5_000 });
  await client.endAsync();
}

describe("listeners", () => {
  test("TLS, WebSocket and both at once let a client in that knows the CA", async (t) => {
    const both = await secured(t);
    if (both === undefined) return;
    const ca = await readFile(both.certificates.caFile);
    await greet(`mqtts://127.0.0.1:${both.broker.port("mqtts")}`, { ca });
    await greet(`mqtts://localhost:${both.broker.port("mqtts")}`, { ca });
    await greet(`ws://127.0.0.1:${both.broker.port("ws")}`, {});
    await greet(`wss://127.0.0.1:${both.broker.port("wss")}`, { ca });
  });

  test("a client that knows another CA turns away", async (t) => {
    const both = await secured(t);
    if (both === undefined) return;
    const ca = await readFile(both.certificates.otherCaFile);
    await assert.rejects(greet(`mqtts://127.0.0.1:${both.broker.port("mqtts")}`, { ca }), /certificate/);
  });

  test("the client-certificate listener wants one, and of the right CA", async (t) => {
    const both = await secured(t);
    if (both === undefined) return;
    const { client, otherCaClient, caFile } = both.certificates;
    const url = `mqtts://127.0.0.1:${both.broker.port("mqttsWithClientCertificate")}`;
    const ca = await readFile(caFile);
    const files = async ({ certFile, keyFile }: typeof client) => ({
      ca,
      cert: await readFile(certFile),
      key: await readFile(keyFile),
    });
    await greet(url, await files(client));
    await assert.rejects(greet(url, { ca }));
    await assert.rejects(greet(url, await files(otherCaClient)));
  });
});

describe("server certificates that a client must refuse", () => {
  for (const [name, reason] of [
    ["expired", /expired/],
    ["otherName", /altnames/],
    ["otherCaServer", /certificate/],
  ] as const) {
    test(`${name}`, async (t) => {
      const certificates = await certificatesOrSkip(t);
      if (certificates === undefined) return;
      const broker = await mosquittoOrSkip(t, {
        tls: { caFile: certificates.caFile, server: certificates[name] },
      });
      if (broker === undefined) return;
      const ca = await readFile(certificates.caFile);
      await assert.rejects(greet(`mqtts://127.0.0.1:${broker.port("mqtts")}`, { ca }), reason);
    });
  }
});
