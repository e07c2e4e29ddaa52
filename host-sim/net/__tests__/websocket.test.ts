// Owns the claims about streams over WebSocket.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { describe, type TestContext, test } from "node:test";
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws";
import { certificatesOrSkip } from "../../__tests__/support/certificates.ts";
import { HANG_MS } from "../../__tests__/support/patience.ts";
import type { Dialer } from "../stream.ts";
import { webSocketDialer } from "../websocket.ts";
import { dialRecorded, pattern } from "./recorded-stream.ts";

interface Peer {
  readonly dialer: Dialer;
  readonly accepted: Promise<{ readonly socket: WebSocket; readonly request: IncomingMessage }>;
}

async function listen(
  t: TestContext,
  options: ServerOptions = {},
  server: Server = createServer(),
): Promise<Peer> {
  const sockets = new WebSocketServer({ server, ...options });
  const accepted = new Promise<Awaited<Peer["accepted"]>>((resolve) => {
    sockets.once("connection", (socket, request) => {
      socket.on("error", () => undefined);
      resolve({ socket, request });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const client of sockets.clients) client.terminate();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const { port } = address;
  return { dialer: webSocketDialer({ host: "127.0.0.1", port, path: "/mqtt?a=b", tls: null }), accepted };
}

function bytesOf(socket: WebSocket, length: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on("message", (data, isBinary) => {
      assert.ok(isBinary && Buffer.isBuffer(data));
      chunks.push(data);
      const bytes = Buffer.concat(chunks);
      if (bytes.length >= length) resolve(bytes);
    });
  });
}

describe("a stream over WebSocket", { timeout: HANG_MS }, () => {
  // [MQTT3-6.0.0-1] [MQTT3-6.0.0-3] [MQTT5-6.0.0-1] [MQTT5-6.0.0-3]
  test("asks for the subprotocol mqtt on its path, and carries bytes in binary frames both ways", async (t) => {
    const { dialer, accepted } = await listen(t);
    const client = dialRecorded(dialer);
    const early = Buffer.from("early");
    client.stream.write(early);
    early.fill(0);
    const { socket, request } = await accepted;
    assert.equal(request.url, "/mqtt?a=b");
    assert.equal(request.headers["sec-websocket-protocol"], "mqtt");
    assert.equal(request.headers["sec-websocket-extensions"], undefined);
    assert.equal((await bytesOf(socket, 5)).toString(), "early");
    socket.send(Buffer.from("back"));
    assert.equal((await client.received(4)).toString(), "back");
    assert.equal(client.events[0], "open");
    client.stream.destroy();
    assert.equal(await client.closed(), null);
  });

  // [MQTT3-6.0.0-2] [MQTT5-6.0.0-2]
  test("joins bytes that were cut anywhere across frames and fragments", async (t) => {
    const { dialer, accepted } = await listen(t);
    const client = dialRecorded(dialer);
    const { socket } = await accepted;
    const bytes = pattern(300);
    for (let at = 0; at < 100; at++) socket.send(bytes.subarray(at, at + 1));
    socket.send(Buffer.alloc(0));
    for (let at = 100; at < 300; at += 50)
      socket.send(bytes.subarray(at, at + 50), { fin: at === 250, binary: true });
    assert.ok((await client.received(300)).equals(bytes));
    client.stream.destroy();
  });

  test("fails when the server does not select mqtt, or is no WebSocket server at all", async (t) => {
    const silent = await listen(t, { handleProtocols: () => false });
    const refused = await dialRecorded(silent.dialer).closed();
    assert.equal(refused?.kind, "websocket");
    assert.match(refused.message, /subprotocol "mqtt"/);

    const other = await listen(t, { verifyClient: () => false });
    const unauthorised = await dialRecorded(other.dialer).closed();
    assert.equal(unauthorised?.kind, "websocket");
    assert.match(unauthorised.message, /HTTP 401/);

    const gone = await dialRecorded(
      webSocketDialer({ host: "127.0.0.1", port: 1, path: "/", tls: null }),
    ).closed();
    assert.equal(gone?.kind, "refused");
  });

  // [MQTT3-6.0.0-1] [MQTT5-6.0.0-1]
  test("closes on a text frame, which MQTT does not allow", async (t) => {
    const { dialer, accepted } = await listen(t);
    const client = dialRecorded(dialer);
    const { socket } = await accepted;
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    socket.send("text");
    assert.equal((await client.closed())?.kind, "websocket");
    assert.equal(await closed, 1003);
    assert.equal(client.bytes.length, 0);
  });

  test("ended by us: what was written arrives first, and the close is clean", async (t) => {
    const { dialer, accepted } = await listen(t);
    const client = dialRecorded(dialer);
    client.stream.write(Buffer.from("last words"));
    client.stream.end();
    assert.throws(() => client.stream.write(Uint8Array.of(1)), /write after end/);
    const { socket } = await accepted;
    assert.equal((await bytesOf(socket, 10)).toString(), "last words");
    assert.equal(await client.closed(), null);
    assert.deepEqual(client.events, ["open", "end", "close"]);
  });

  test("ended by the peer: with its end, its reason, or a reset", async (t) => {
    const ends: readonly [(socket: WebSocket) => void, readonly string[], string | undefined][] = [
      [(socket) => socket.close(1000), ["open", "end", "close"], undefined],
      [(socket) => socket.close(1008, "too much"), ["open", "close"], "websocket"],
      [(socket) => socket.terminate(), ["open", "close"], "reset"],
    ];
    for (const [end, events, kind] of ends) {
      const { dialer, accepted } = await listen(t);
      const client = dialRecorded(dialer);
      await client.until("open");
      end((await accepted).socket);
      assert.equal((await client.closed())?.kind, kind);
      assert.deepEqual(client.events, events);
      assert.equal(client.stream.write(Uint8Array.of(1)), false);
    }
  });

  test("destroyed: the peer sees no orderly close, also before it is open", async (t) => {
    const { dialer, accepted } = await listen(t);
    const client = dialRecorded(dialer);
    await client.until("open");
    const { socket } = await accepted;
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    client.stream.destroy();
    assert.equal(await closed, 1006);
    assert.deepEqual([await client.closed(), client.events], [null, ["open", "close"]]);

    const early = dialRecorded(dialer);
    early.stream.destroy();
    assert.deepEqual([await early.closed(), early.events], [null, ["close"]]);
  });

  test("asks to wait while the peer does not read, drains once it does, and loses nothing", async (t) => {
    const { dialer, accepted } = await listen(t);
    const client = dialRecorded(dialer);
    await client.until("open");
    const { socket } = await accepted;
    socket.pause();
    let sent = 0;
    while (client.stream.write(pattern(65_536, sent)) && sent < 2 ** 26) sent += 65_536;
    sent += 65_536;
    const all = bytesOf(socket, sent);
    socket.resume();
    await client.until("drain");
    assert.ok((await all).equals(pattern(sent)));
    client.stream.destroy();
  });

  test("is encrypted and checked with wss", async (t) => {
    const made = await certificatesOrSkip(t);
    if (made === undefined) return;
    t.after(() => made.remove());
    const [ca, cert, key] = [made.caFile, made.server.certFile, made.server.keyFile].map((file) =>
      readFileSync(file, "utf8"),
    ) as [string, string, string];
    const server = createTlsServer({ cert, key });
    const { accepted } = await listen(t, {}, server);
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    const dialer = (tls: object): Dialer =>
      webSocketDialer({ host: "127.0.0.1", port: address.port, path: "/", tls });
    const stranger = await dialRecorded(dialer({})).closed();
    assert.equal(stranger?.kind === "tls" && stranger.reason, "unknown-ca");
    const client = dialRecorded(dialer({ ca }));
    await client.until("open");
    (await accepted).socket.send(Buffer.from("sealed"));
    assert.equal((await client.received(6)).toString(), "sealed");
    client.stream.destroy();
  });
});
