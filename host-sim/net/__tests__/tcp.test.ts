// Owns the claims about streams over a real TCP socket.

import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { HANG_MS } from "../../__tests__/support/patience.ts";
import type { Dialer } from "../stream.ts";
import { tcpDialer } from "../tcp.ts";
import { dialRecorded, pattern } from "./recorded-stream.ts";

interface Peer {
  readonly dialer: Dialer;
  readonly socket: Promise<Socket>;
}

/** A listener on loopback for one connection, gone after the test. */
async function listen(t: TestContext): Promise<Peer> {
  const server: Server = createServer({ allowHalfOpen: true });
  const socket = new Promise<Socket>((resolve) => server.once("connection", resolve));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  void socket.then((accepted) => {
    accepted.on("error", () => undefined);
    t.after(() => accepted.destroy());
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return { dialer: tcpDialer("127.0.0.1", address.port), socket };
}

/** A port on which something listened a moment ago, and nothing does now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  await new Promise((resolve) => server.close(resolve));
  return address.port;
}

function bytesOf(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (bytes.length >= length) resolve(bytes);
    });
  });
}

describe("a stream over TCP", { timeout: HANG_MS }, () => {
  // [MQTT3-7.1.2-1] [MQTT5-4.2-1]
  test("opens, and carries bytes both ways", async (t) => {
    const { dialer, socket } = await listen(t);
    const client = dialRecorded(dialer);
    const bytes = Buffer.from("before open");
    client.stream.write(bytes);
    bytes.fill(0);
    assert.deepEqual(client.events, []);
    const server = await socket;
    assert.equal((await bytesOf(server, 11)).toString(), "before open");
    server.write("back");
    assert.equal((await client.received(4)).toString(), "back");
    assert.equal(client.events[0], "open");
    client.stream.destroy();
    assert.equal(await client.closed(), null);
  });

  test("is refused where nothing listens, and says so", async () => {
    const port = await freePort();
    const client = dialRecorded(tcpDialer("127.0.0.1", port));
    const error = await client.closed();
    assert.equal(error?.kind, "refused");
    assert.equal(error.message, `127.0.0.1:${port} refused the connection: nothing listens there`);
    assert.deepEqual(client.events, ["close"]);
  });

  test("ends with a reset when the peer resets", async (t) => {
    const { dialer, socket } = await listen(t);
    const client = dialRecorded(dialer);
    await client.until("open");
    (await socket).resetAndDestroy();
    assert.equal((await client.closed())?.kind, "reset");
    assert.equal(client.events.includes("end"), false);
    assert.equal(client.stream.write(Uint8Array.of(1)), false);
  });

  test("resets the peer when it is destroyed, and hears nothing more", async (t) => {
    const { dialer, socket } = await listen(t);
    const client = dialRecorded(dialer);
    await client.until("open");
    const server = await socket;
    const failure = new Promise<NodeJS.ErrnoException>((resolve) => server.once("error", resolve));
    server.resume();
    server.write("unread");
    client.stream.destroy();
    assert.equal((await failure).code, "ECONNRESET");
    assert.equal(await client.closed(), null);
    assert.deepEqual(client.events, ["open", "close"]);
  });

  test("can be destroyed before it is open", async (t) => {
    const { dialer } = await listen(t);
    const client = dialRecorded(dialer);
    client.stream.destroy();
    assert.equal(await client.closed(), null);
    assert.deepEqual(client.events, ["close"]);
  });

  test("ended by us first: the peer may still write, and the close is clean", async (t) => {
    const { dialer, socket } = await listen(t);
    const client = dialRecorded(dialer);
    client.stream.write(Buffer.from("last words"));
    client.stream.end();
    const server = await socket;
    const ended = new Promise((resolve) => server.once("end", resolve));
    assert.equal((await bytesOf(server, 10)).toString(), "last words");
    await ended;
    server.end("still here");
    assert.equal(await client.closed(), null);
    assert.equal(client.bytes.toString(), "still here");
    assert.deepEqual(client.events.slice(-2), ["end", "close"]);
  });

  test("ended by the peer first: we may still write, and the close is clean", async (t) => {
    const { dialer, socket } = await listen(t);
    const client = dialRecorded(dialer);
    const server = await socket;
    server.end();
    await client.until("end");
    assert.equal(client.isClosed, false);
    client.stream.write(Buffer.from("still here"));
    assert.equal((await bytesOf(server, 10)).toString(), "still here");
    client.stream.end();
    assert.throws(() => client.stream.write(Uint8Array.of(1)), /write after end/);
    assert.equal(await client.closed(), null);
  });

  // [MQTT3-7.1.2-1] [MQTT5-4.2-1]
  test("asks to wait while the peer does not read, drains once it does, and loses nothing", async (t) => {
    const { dialer, socket } = await listen(t);
    const client = dialRecorded(dialer);
    await client.until("open");
    const server = await socket;
    server.pause();
    let sent = 0;
    while (client.stream.write(pattern(65_536, sent)) && sent < 2 ** 26) sent += 65_536;
    sent += 65_536;
    assert.equal(client.events.includes("drain"), false);
    const all = bytesOf(server, sent);
    server.resume();
    await client.until("drain");
    assert.ok((await all).equals(pattern(sent)));
    client.stream.destroy();
  });

  test("hands over nothing while it is paused", async (t) => {
    const { dialer, socket } = await listen(t);
    const client = dialRecorded(dialer);
    await client.until("open");
    client.stream.pause();
    const server = await socket;
    await new Promise<void>((resolve) => server.write("waiting", () => resolve()));
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(client.bytes.length, 0);
    client.stream.resume();
    assert.equal((await client.received(7)).toString(), "waiting");
    client.stream.destroy();
  });
});
