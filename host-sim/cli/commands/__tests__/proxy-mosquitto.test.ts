// Claims about a real Mosquitto and its own clients on a link: the round trips are a satellite's, and an outage loses nothing.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Mosquitto, mosquittoOrSkip } from "../../../__tests__/support/mosquitto.ts";
import { HANG_MS, PATIENCE_MS } from "../../../__tests__/support/patience.ts";
import { startRecordingSubscriber } from "../../../__tests__/support/recording-subscriber.ts";
import { parseLink } from "../../../net/link/overlay.ts";
import { LINUX } from "../../../net/link/tcp/flavour.ts";
import { startProxy } from "../../../net/proxy/proxy.ts";
import { tcpDialer } from "../../../net/tcp.ts";
import { createRandom } from "../../../random/random.ts";
import { createRealClock } from "../../../time/real-clock.ts";

const LOOPBACK = "127.0.0.1";
const timeout = HANG_MS;

interface Tool {
  readonly stdin: NodeJS.WritableStream;
  /** What it printed, once it has ended well. */
  readonly printed: Promise<string>;
}

function tool(name: string, args: readonly string[]): Tool {
  const child = spawn(name, args, { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => {});
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  const printed = ended.then(([stdout, stderr, [code]]) => {
    assert.equal(code, 0, `${name}: ${stderr}`);
    return stdout;
  });
  return { stdin: child.stdin, printed };
}

/** Mosquitto with its own two clients, which Debian packages apart. */
async function mosquittoAndTools(t: TestContext): Promise<Mosquitto | undefined> {
  const help = tool("mosquitto_pub", ["--help"]).printed;
  const isThere = await help.then(
    () => true,
    (error: unknown) => error instanceof assert.AssertionError,
  );
  if (isThere) return mosquittoOrSkip(t, { settings: ["log_type all"] });
  t.skip("mosquitto_pub and mosquitto_sub are not installed (Debian: apt install mosquitto-clients)");
  return undefined;
}

async function linkTo(t: TestContext, broker: Mosquitto, link: string): Promise<readonly string[]> {
  const proxy = await startProxy(
    {
      listenAt: { host: LOOPBACK, port: 0 },
      upstream: tcpDialer(LOOPBACK, broker.port()),
      profile: parseLink(link),
      flavour: LINUX,
    },
    createRealClock(),
    createRandom(1),
    () => undefined,
  );
  t.after(() => proxy.close());
  return ["-h", LOOPBACK, "-p", `${proxy.address.port}`];
}

async function subscribed(broker: Mosquitto): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!broker.said.includes("Sending SUBACK")) {
    assert.ok(performance.now() < deadline, `no subscription came:\n${broker.said}`);
    await sleep(10);
  }
}

it("over geo-vsat each exchange of a QoS 2 publish takes a round trip of 600 ms", { timeout }, async (t) => {
  const broker = await mosquittoAndTools(t);
  if (broker === undefined) return;
  const address = await linkTo(t, broker, "geo-vsat,loss=0%");
  const sub = tool("mosquitto_sub", [...address, "-t", "t", "-q", "2", "-C", "1", "-W", "30"]);
  await subscribed(broker);
  const startMs = performance.now();
  const pub = tool("mosquitto_pub", [...address, "-t", "t", "-q", "2", "-m", "far"]);
  await pub.printed;
  const tookMs = performance.now() - startMs;
  // SYN, CONNECT, PUBLISH, PUBREL: the fastest round trip of the profile is 568 ms.
  assert.ok(tookMs >= 4 * 568, `${tookMs} ms are too few for four round trips`);
  assert.ok(tookMs < 20_000, `${tookMs} ms`);
  assert.equal(await sub.printed, "far\n");
});

it("an outage stalls what is published, which then arrives, nothing missing", { timeout }, async (t) => {
  const broker = await mosquittoAndTools(t);
  if (broker === undefined) return;
  const observer = await startRecordingSubscriber({ port: broker.port(), filter: "t" });
  t.after(() => observer.stop());
  const address = await linkTo(t, broker, "perfect,delay=20ms,outage=1500ms@2500ms");
  const pub = tool("mosquitto_pub", [...address, "-t", "t", "-q", "1", "-l"]);
  const lines = Array.from({ length: 60 }, (_, i) => `line ${i}`);
  for (const line of lines) {
    pub.stdin.write(`${line}\n`);
    await sleep(50);
  }
  pub.stdin.end();
  await pub.printed;
  await observer.settle();
  assert.deepEqual(observer.payloads, lines);
  const gapsMs = observer.received.slice(1).map(({ atMs }, i) => atMs - (observer.received[i]?.atMs ?? 0));
  assert.ok(Math.max(...gapsMs) >= 1000, `the longest silence was ${Math.max(...gapsMs)} ms`);
});
