// Owns the claim that the client reaches a real broker over TLS and WebSocket, and that a refusal on the way is explained.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import type { Dialer, TlsReason } from "../../net/stream.ts";
import { type TlsSettings, tlsDialer } from "../../net/tls.ts";
import { webSocketDialer } from "../../net/websocket.ts";
import { startBareClient } from "../support/bare-client.ts";
import { observe } from "../support/borrowed.ts";
import { type Certificates, certificatesOrSkip, type KeyPair } from "../support/certificates.ts";
import { type Mosquitto, mosquittoOrSkip } from "../support/mosquitto.ts";

const host = "127.0.0.1";
const timeout = 60_000;

function pem({ certFile, keyFile }: KeyPair): { cert: string; key: string } {
  return { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
}

/** A broker with this certificate, and the CA that the client trusts. */
async function startSecured(
  t: TestContext,
  certificates: Certificates,
  server: KeyPair,
): Promise<Mosquitto | undefined> {
  const { caFile } = certificates;
  return mosquittoOrSkip(t, { tls: { caFile, server }, webSockets: true });
}

/** A QoS 2 message goes all the way, and comes back. */
async function assertPasses(t: TestContext, broker: Mosquitto, to: Dialer): Promise<void> {
  const observer = await observe(t, { port: broker.port(), filter: "transport" });
  const client = startBareClient(t, { to });
  client.subscribe("transport/back", 2);
  await client.reported("subscribed");
  assert.equal(await client.endOf(client.publish("transport", "there", 2)), "published");
  assert.equal(await client.endOf(client.publish("transport/back", "x".repeat(3000), 2)), "published");
  await client.until(() => client.messages.length > 0, "the message that came back");
  await observer.settle();
  assert.deepEqual(observer.payloads, ["there"]);
  assert.deepEqual(client.messages, ["x".repeat(3000)]);
  client.sayGoodbye(1_000);
  assert.equal((await client.reported("closed", 2)).reason, "goodbye");
}

async function assertExplained(t: TestContext, to: Dialer, reason: TlsReason, words: RegExp): Promise<void> {
  const client = startBareClient(t, { to, clean: true, reconnects: false });
  const { error } = await client.reported("closed");
  assert.ok(error?.kind === "tls", JSON.stringify(error));
  assert.equal(error.reason, reason, error.message);
  assert.match(error.message, words);
  assert.deepEqual(client.all("connected"), []);
}

test("over TLS and WebSocket, against Mosquitto", { timeout }, async (suite) => {
  const certificates = await certificatesOrSkip(suite);
  if (certificates === undefined) return;
  const broker = await startSecured(suite, certificates, certificates.server);
  if (broker === undefined) return;
  const ca = readFileSync(certificates.caFile, "utf8");
  const overTls = (settings: TlsSettings): Dialer => tlsDialer(host, broker.port("mqtts"), settings);
  const withClientCertificate = (settings: TlsSettings): Dialer =>
    tlsDialer(host, broker.port("mqttsWithClientCertificate"), settings);

  await suite.test("messages pass over TLS with the right CA", (t) =>
    assertPasses(t, broker, overTls({ ca })),
  );

  await suite.test("messages pass with the client certificate that is required", (t) =>
    assertPasses(t, broker, withClientCertificate({ ca, ...pem(certificates.client) })),
  );

  await suite.test("a missing client certificate is explained", (t) =>
    assertExplained(t, withClientCertificate({ ca }), "client-certificate-required", /client certificate/),
  );

  await suite.test("a client certificate of another CA is explained", (t) => {
    const to = withClientCertificate({ ca, ...pem(certificates.otherCaClient) });
    return assertExplained(t, to, "client-certificate-refused", /does not accept the client certificate/);
  });

  await suite.test("a CA that did not sign the broker's certificate is explained", (t) => {
    const otherCa = readFileSync(certificates.otherCaFile, "utf8");
    return assertExplained(t, overTls({ ca: otherCa }), "unknown-ca", /trusted authorities/);
  });

  await suite.test("an expired certificate is explained", async (t) => {
    const expired = await startSecured(t, certificates, certificates.expired);
    if (expired === undefined) return;
    await assertExplained(t, tlsDialer(host, expired.port("mqtts"), { ca }), "expired", /has expired/);
  });

  await suite.test("a certificate for another name is explained", async (t) => {
    const elsewhere = await startSecured(t, certificates, certificates.otherName);
    if (elsewhere === undefined) return;
    const to = tlsDialer(host, elsewhere.port("mqtts"), { ca });
    await assertExplained(t, to, "wrong-host-name", /another host name/);
  });

  await suite.test("messages pass over WebSocket", (t) =>
    assertPasses(t, broker, webSocketDialer({ host, port: broker.port("ws"), path: "/mqtt", tls: null })),
  );

  await suite.test("messages pass over WebSocket within TLS", (t) =>
    assertPasses(t, broker, webSocketDialer({ host, port: broker.port("wss"), path: "/mqtt", tls: { ca } })),
  );
});
