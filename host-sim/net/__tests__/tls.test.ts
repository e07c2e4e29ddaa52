// Owns the claims about streams over TLS: whom they trust, and how a refusal is explained.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer as createTcpServer, type Server } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { createServer, type TLSSocket, type TlsOptions } from "node:tls";
import { certificatesOrSkip, type KeyPair } from "../../__tests__/support/certificates.ts";
import { HANG_MS } from "../../__tests__/support/patience.ts";
import { explain } from "../socket-error.ts";
import type { StreamError } from "../stream.ts";
import { TlsSettingsError, tlsDialer } from "../tls.ts";
import { dialRecorded, pattern } from "./recorded-stream.ts";

function pem({ certFile, keyFile }: KeyPair): { readonly cert: string; readonly key: string } {
  return { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
}

async function portOf(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

/** Echoes, and ends when its client does. */
async function listen(t: TestContext, options: TlsOptions): Promise<number> {
  const server = createServer({ ...options, allowHalfOpen: true } as TlsOptions, (socket: TLSSocket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
  server.on("tlsClientError", () => undefined);
  return portOf(t, server);
}

function reasonOf(error: StreamError | null): string | undefined {
  return error?.kind === "tls" ? error.reason : error?.kind;
}

test("a stream over TLS", { timeout: HANG_MS }, async (suite) => {
  const given = await certificatesOrSkip(suite);
  if (given === undefined) return;
  const ca = readFileSync(given.caFile, "utf8");

  await suite.test("opens with the right CA, echoes, and closes cleanly both ways", async (t) => {
    const port = await listen(t, pem(given.server));
    for (const host of ["127.0.0.1", "localhost"]) {
      const client = dialRecorded(tlsDialer(host, port, { ca }));
      await client.until("open");
      client.stream.write(pattern(100_000));
      assert.ok((await client.received(100_000)).equals(pattern(100_000)));
      client.stream.end();
      assert.equal(await client.closed(), null);
      assert.deepEqual(client.events.slice(-2), ["end", "close"]);
    }
  });

  await suite.test("asks to wait under back-pressure, and drains", async (t) => {
    const port = await listen(t, pem(given.server));
    const client = dialRecorded(tlsDialer("127.0.0.1", port, { ca }));
    await client.until("open");
    client.stream.pause();
    let sent = 0;
    while (client.stream.write(pattern(65_536, sent)) && sent < 2 ** 26) sent += 65_536;
    sent += 65_536;
    client.stream.resume();
    await client.until("drain");
    assert.ok((await client.received(sent)).equals(pattern(sent)));
    client.stream.destroy();
    assert.equal(await client.closed(), null);
  });

  await suite.test("is refused, and says why in words, when the server cannot be trusted", async (t) => {
    const cases: readonly [KeyPair, string, RegExp][] = [
      [given.otherCaServer, "unknown-ca", /none of the trusted authorities signed: give its CA/],
      [given.expired, "expired", /has expired/],
      [given.otherName, "wrong-host-name", /another host name \(.*127\.0\.0\.1.*\)/],
    ];
    for (const [server, reason, words] of cases) {
      const port = await listen(t, pem(server));
      const client = dialRecorded(tlsDialer("127.0.0.1", port, { ca }));
      const error = await client.closed();
      assert.equal(reasonOf(error), reason, error?.message);
      assert.match(error?.message ?? "", words);
      assert.deepEqual(client.events, ["close"], "never open, not even for a moment");
    }
  });

  await suite.test("trusts no unknown CA by default, and anybody when it is told to", async (t) => {
    const port = await listen(t, pem(given.server));
    assert.equal(reasonOf(await dialRecorded(tlsDialer("127.0.0.1", port)).closed()), "unknown-ca");
    const trusting = dialRecorded(tlsDialer("127.0.0.1", port, { verify: false }));
    await trusting.until("open");
    trusting.stream.destroy();
  });

  await suite.test("survives being destroyed at any moment, and resets the server's side", async (t) => {
    // Node 20 dies of a segmentation fault when the two sockets are torn down in the wrong order.
    const port = await listen(t, pem(given.server));
    for (let i = 0; i < 60; i++) {
      const client = dialRecorded(tlsDialer("127.0.0.1", port, { ca }));
      if (i % 3 > 0) await client.until("open");
      if (i % 3 > 1) client.stream.write(pattern(100_000));
      else await new Promise((resolve) => setTimeout(resolve, i / 20));
      client.stream.destroy();
      assert.equal(client.stream.write(pattern(10)), false);
      client.stream.end();
      assert.equal(await client.closed(), null);
      assert.equal(client.events.at(-1), "close");
    }
  });

  await suite.test("checks the server's name against the one given instead of the host's", async (t) => {
    const elsewhere = await listen(t, pem(given.otherName));
    const settings = { ca, serverName: "elsewhere.example" };
    const right = dialRecorded(tlsDialer("127.0.0.1", elsewhere, settings));
    await right.until("open");
    right.stream.destroy();
    const here = await listen(t, pem(given.server));
    assert.equal(
      reasonOf(await dialRecorded(tlsDialer("127.0.0.1", here, settings)).closed()),
      "wrong-host-name",
    );
  });

  await suite.test(
    "shows its client certificate where one is required, and is told when it is missing",
    async (t) => {
      const port = await listen(t, { ...pem(given.server), ca, requestCert: true });
      const right = dialRecorded(tlsDialer("127.0.0.1", port, { ca, ...pem(given.client) }));
      right.stream.write(pattern(10));
      await right.received(10);
      right.stream.destroy();
      const missing = dialRecorded(tlsDialer("127.0.0.1", port, { ca }));
      assert.equal(reasonOf(await missing.closed()), "client-certificate-required");
      assert.match(missing.error?.message ?? "", /requires a client certificate/);
    },
  );

  await suite.test("is not dialled at all with certificates that cannot be used", () => {
    const client = pem(given.client);
    const unusable = [
      { ca: "no PEM" },
      { cert: client.cert },
      { key: client.key },
      { cert: "no PEM", key: client.key },
      { cert: client.cert, key: pem(given.server).key },
    ];
    for (const settings of unusable) {
      assert.throws(() => tlsDialer("127.0.0.1", 8883, settings), TlsSettingsError);
    }
  });
});

test("a server's alert about the client certificate is explained as such", () => {
  for (const alert of [
    "TLSV1_ALERT_UNKNOWN_CA",
    "SSLV3_ALERT_BAD_CERTIFICATE",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED",
  ]) {
    const error = explain(Object.assign(new Error("alert"), { code: `ERR_SSL_${alert}` }), "host:8883");
    assert.equal(reasonOf(error), "client-certificate-refused");
    assert.equal(error.message, "host:8883 does not accept the client certificate");
  }
});

describe("a stream over TLS, of a port that has no certificate", { timeout: HANG_MS }, () => {
  test("says so where the port does not speak TLS, and where nothing listens", async (t) => {
    const port = await portOf(
      t,
      createTcpServer((socket) => {
        socket.on("error", () => undefined);
        socket.end("220 ready\r\n");
      }),
    );
    assert.equal(reasonOf(await dialRecorded(tlsDialer("127.0.0.1", port)).closed()), "not-tls");
    const closing = createTcpServer();
    const gone = await portOf(t, closing);
    await new Promise((resolve) => closing.close(resolve));
    assert.equal(reasonOf(await dialRecorded(tlsDialer("127.0.0.1", gone)).closed()), "refused");
  });

  test("can be destroyed before it is open", async (t) => {
    const port = await portOf(t, createTcpServer());
    const client = dialRecorded(tlsDialer("127.0.0.1", port));
    client.stream.destroy();
    assert.equal(await client.closed(), null);
    assert.deepEqual(client.events, ["close"]);
  });
});
