// Claims about a proxy with real sockets: what an echo server gives back through a bad link is what was sent, and it ends clean.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { createRandom } from "../../../random/random.ts";
import { createRealClock } from "../../../time/real-clock.ts";
import { pattern } from "../../__tests__/recorded-stream.ts";
import { parseLink } from "../../link/overlay.ts";
import { LINUX } from "../../link/tcp/flavour.ts";
import { tcpDialer } from "../../tcp.ts";
import { type LinkProxy, type ProxyEvent, startProxy } from "../proxy.ts";

const LOOPBACK = "127.0.0.1";

interface Proxied {
  readonly proxy: LinkProxy;
  readonly events: readonly ProxyEvent[];
  /** The upstream's ends of the connections. */
  readonly served: readonly Socket[];
  dial(): Promise<Socket>;
}

async function proxied(t: TestContext, link: string): Promise<Proxied> {
  const served: Socket[] = [];
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    served.push(socket);
    socket.on("error", () => socket.destroy());
    socket.pipe(socket);
  });
  server.listen(0, LOOPBACK);
  await once(server, "listening");
  t.after(() => void server.close());
  const proxied = await proxyTo(t, (server.address() as AddressInfo).port, link);
  return { ...proxied, served };
}

async function proxyTo(t: TestContext, port: number, link: string): Promise<Omit<Proxied, "served">> {
  const events: ProxyEvent[] = [];
  const proxy = await startProxy(
    {
      listenAt: { host: LOOPBACK, port: 0 },
      upstream: tcpDialer(LOOPBACK, port),
      profile: parseLink(link),
      flavour: LINUX,
    },
    createRealClock(),
    createRandom(1),
    (event) => events.push(event),
  );
  t.after(() => proxy.close());
  async function dial(): Promise<Socket> {
    const socket = connect({ ...proxy.address, noDelay: true });
    await once(socket, "connect");
    return socket;
  }
  return { proxy, events, dial };
}

async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function kinds(events: readonly ProxyEvent[]): readonly string[] {
  return events.map(({ kind }) => kind);
}

describe("a proxy", () => {
  it("gives back every byte in its order through loss and jitter, for many clients at once", async (t) => {
    const { proxy, dial, events } = await proxied(t, "perfect,delay=5ms,loss=5%");
    const echoes = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const socket = await dial();
        socket.end(pattern(20_000, i));
        return readAll(socket);
      }),
    );
    for (const [i, echo] of echoes.entries()) assert.ok(echo.equals(pattern(20_000, i)), `client ${i}`);
    // The last acks may be lost, too.
    await until(() => kinds(events).filter((kind) => kind === "closed").length === echoes.length);
    await proxy.close();
    const closed = events.filter((event) => event.kind === "closed");
    assert.deepEqual(
      closed.map(({ bytesUp, bytesDown, wasThrough, end }) => [bytesUp, bytesDown, wasThrough, end.by]),
      Array.from({ length: 8 }, () => [20_000, 20_000, true, "both"]),
    );
    assert.ok(proxy.meter.bytesUp > 160_000, "headers and repetitions are counted");
  });

  it("stalls in an outage and then delivers all of it, and says when the link goes and comes", async (t) => {
    const { dial, events } = await proxied(t, "perfect,delay=5ms,outage=600ms@1200ms");
    const socket = await dial();
    const sent = pattern(300);
    const echo = readAll(socket);
    let [longestGapMs, lastMs] = [0, performance.now()];
    socket.on("data", () => {
      longestGapMs = Math.max(longestGapMs, performance.now() - lastMs);
      lastMs = performance.now();
    });
    for (let at = 0; at < sent.length; at += 4) {
      socket.write(sent.subarray(at, at + 4));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    socket.end();
    assert.ok((await echo).equals(sent));
    assert.ok(longestGapMs >= 500, `the longest silence was ${longestGapMs} ms`);
    const states = events.filter((event) => event.kind === "link").map(({ state }) => state.up);
    assert.deepEqual(states.slice(0, 2), [false, true]);
  });

  it("resets the client when the upstream refuses, and says so", async (t) => {
    const probe = createServer().listen(0, LOOPBACK);
    await once(probe, "listening");
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const { dial, events } = await proxyTo(t, port, "perfect,delay=5ms");
    const [error] = (await once(await dial(), "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNRESET");
    await until(() => kinds(events).includes("closed"));
    assert.deepEqual(kinds(events), ["opened", "upstream", "closed"]);
    const [, upstream] = events;
    assert.ok(upstream?.kind === "upstream" && upstream.failure?.kind === "refused");
  });

  it("that is closed resets both sides, tells of each connection's end, and frees its port", async (t) => {
    const { proxy, dial, served, events } = await proxied(t, "perfect,delay=200ms");
    const socket = await dial();
    socket.write("hello");
    const [echo] = (await once(socket, "data")) as [Buffer];
    assert.equal(echo.toString(), "hello");
    const clientGone = once(socket, "error");
    const upstreamGone = new Promise((resolve) => served[0]?.once("close", resolve));
    await proxy.close();
    assert.equal(((await clientGone)[0] as NodeJS.ErrnoException).code, "ECONNRESET");
    await upstreamGone;
    const last = events.at(-1);
    assert.ok(last?.kind === "closed" && last.end.by === "relay" && last.bytesDown === 5);
    await assert.rejects(dial(), { code: "ECONNREFUSED" });
  });

  it("counts its clients from 1 and picks a port of its own when asked for 0", async (t) => {
    const { proxy, dial, events } = await proxied(t, "perfect");
    assert.ok(proxy.address.port > 0);
    (await dial()).destroy();
    (await dial()).destroy();
    await until(() => kinds(events).filter((kind) => kind === "closed").length === 2);
    const opened = events.flatMap((event) => (event.kind === "opened" ? [event.connection] : []));
    assert.deepEqual(opened, [1, 2]);
  });
});

async function until(isReached: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!isReached()) {
    assert.ok(performance.now() < deadline, "it never came");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
