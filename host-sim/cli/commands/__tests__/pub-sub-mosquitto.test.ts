// Claims about `pub` and `sub` beside Mosquitto's own tools, on a real Mosquitto: what they print and publish is the same.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { certificatesOrSkip } from "../../../__tests__/support/certificates.ts";
import { type Mosquitto, mosquittoOrSkip } from "../../../__tests__/support/mosquitto.ts";
import { PATIENCE_MS } from "../../../__tests__/support/patience.ts";
import { startRecordingSubscriber } from "../../../__tests__/support/recording-subscriber.ts";
import { packageRoot } from "../../../package/package-root.ts";
import { createRealClock } from "../../../time/real-clock.ts";
import { type StandInOptions, standIn } from "../../__tests__/support/stand-in.ts";
import { COMMANDS } from "../../commands.ts";
import { main } from "../../main.ts";

interface Ended {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

async function motekit(args: readonly string[], options: StandInOptions = {}): Promise<Ended> {
  const world = { ...standIn(options), clock: createRealClock() };
  const code = await main(args, world, COMMANDS);
  return { code, stdout: world.stdout.bytes, stderr: world.stderr.text };
}

async function tool(name: string, args: readonly string[], input: string | Buffer = ""): Promise<Ended> {
  const child = spawn(name, args, { stdio: ["pipe", "pipe", "pipe"] });
  // Who needs no input has perhaps ended already.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  return { code: code as number | null, stdout: Buffer.concat(chunks), stderr };
}

/** Subscriptions are said only at this level. */
const logged = { settings: ["log_type all"] };

/** Mosquitto with its own two clients, which Debian packages apart. */
async function mosquittoAndTools(t: TestContext): Promise<Mosquitto | undefined> {
  const isThere = await tool("mosquitto_pub", ["--help"]).then(
    () => true,
    () => false,
  );
  if (isThere) return mosquittoOrSkip(t, logged);
  t.skip("mosquitto_pub and mosquitto_sub are not installed (Debian: apt install mosquitto-clients)");
  return undefined;
}

/** Waits until Mosquitto has logged so many subscriptions. */
async function subscribed(broker: Mosquitto, count: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (broker.said.split("Sending SUBACK").length - 1 < count) {
    assert.ok(performance.now() < deadline, `no ${count} subscriptions came:\n${broker.said}`);
    await sleep(10);
  }
}

const payloads: readonly (string | Buffer)[] = [
  "plain",
  "",
  "two\nlines",
  "grün €",
  Buffer.of(0, 255, 10, 13),
  "x".repeat(100_000),
];

for (const args of [["-v"], [], ["-N"], ["-v", "-q", "2"], ["-q", "1", "-T", "t/2"]]) {
  it(`sub ${args.join(" ")} prints what mosquitto_sub prints, byte for byte`, async (t) => {
    const broker = await mosquittoAndTools(t);
    if (broker === undefined) return;
    const address = ["-p", `${broker.port()}`];
    const wanted = [
      "-t",
      "t/#",
      "-t",
      "end",
      "-W",
      "30",
      "-C",
      `${payloads.length - (args.includes("-T") ? 1 : 0)}`,
    ];
    const runs = Promise.all([
      motekit(["sub", ...address, ...wanted, ...args]),
      tool("mosquitto_sub", [...address, ...wanted, ...args]),
    ]);
    await subscribed(broker, 2);
    for (const [i, payload] of payloads.entries()) {
      const source = payload.length === 0 ? "-n" : "-s";
      await tool("mosquitto_pub", [...address, "-t", `t/${i}`, "-q", `${i % 3}`, source], payload);
    }
    const [ours, theirs] = await runs;
    assert.deepEqual([ours.code, theirs.code], [0, 0]);
    assert.deepEqual(ours.stdout, theirs.stdout);
    assert.ok(ours.stdout.length > 100_000);
  });
}

const publishings: readonly (readonly [args: readonly string[], input: string])[] = [
  [["-m", "grün €"], ""],
  [["-m", "", "-r"], ""],
  [["-n", "-q", "1"], ""],
  [["-m", "kept", "-r", "-q", "1"], ""],
  [["-s", "-q", "2"], "all\nof it\n"],
  [["-l", "-q", "1"], "one\ntwo\n\nlast"],
  [["-m", "again", "--repeat", "3", "-q", "2"], ""],
];

for (const [args, input] of publishings) {
  it(`pub ${args.join(" ")} publishes what mosquitto_pub publishes`, async (t) => {
    const broker = await mosquittoAndTools(t);
    if (broker === undefined) return;
    const address = ["-p", `${broker.port()}`];
    const observer = await startRecordingSubscriber({ port: broker.port(), filter: "#" });
    t.after(() => observer.stop());
    const ours = await motekit(["pub", ...address, "-t", "ours", ...args], { stdin: [input] });
    const theirs = await tool("mosquitto_pub", [...address, "-t", "theirs", ...args], input);
    await observer.settle();
    assert.deepEqual([ours.code, ours.stdout.length, ours.stderr], [0, 0, ""]);
    assert.equal(theirs.code, 0);
    const seen = (topic: string) =>
      observer.received
        .filter((one) => one.topic === topic)
        .map(({ payload, qos, retain }) => ({ payload, qos, retain }));
    assert.ok(seen("ours").length > 0);
    assert.deepEqual(seen("ours"), seen("theirs"));
  });
}

it("sub prints what was retained, and -R leaves it out", async (t) => {
  const broker = await mosquittoOrSkip(t);
  if (broker === undefined) return;
  const address = ["-p", `${broker.port()}`];
  await motekit(["pub", ...address, "-t", "t", "-m", "old", "-r", "-q", "1"]);
  assert.equal((await motekit(["sub", ...address, "-t", "t", "-C", "1"])).stdout.toString(), "old\n");
  const hidden = await motekit(["sub", ...address, "-t", "t", "-C", "1", "-R", "-W", "1"]);
  assert.deepEqual([hidden.code, hidden.stdout.toString()], [1, ""]);
});

it("pub and sub speak TLS with a client certificate, and say what is wrong with one", async (t) => {
  const certificates = await certificatesOrSkip(t);
  if (certificates === undefined) return;
  const { caFile, otherCaFile, server, client } = certificates;
  const broker = await mosquittoOrSkip(t, { tls: { caFile, server } });
  if (broker === undefined) return;
  const port = broker.port("mqttsWithClientCertificate");
  const pair = ["--cert", client.certFile, "--key", client.keyFile];
  const url = `mqtts://localhost:${port}/tls/topic`;
  const pub = await motekit(["pub", "-L", url, "--cafile", caFile, ...pair, "-m", "secret", "-q", "2", "-r"]);
  assert.deepEqual([pub.code, pub.stderr], [0, ""]);
  const sub = await motekit([
    ...["sub", "-h", "127.0.0.1", "-p", `${port}`, "-t", "tls/topic", "-C", "1"],
    ...["--cafile", caFile, ...pair],
  ]);
  assert.deepEqual([sub.code, sub.stdout.toString()], [0, "secret\n"]);

  const without = await motekit(["pub", "-L", url, "--cafile", caFile, "-m", "x"]);
  assert.deepEqual([without.code, /client certificate|closed|reset/.test(without.stderr)], [3, true]);
  const wrongCa = await motekit(["pub", "-L", url, "--cafile", otherCaFile, ...pair, "-m", "x"]);
  assert.equal(wrongCa.code, 3);
  assert.match(wrongCa.stderr, /none of the trusted authorities signed/);
  const noCertificate = await motekit([
    "pub",
    "-L",
    url,
    "--cafile",
    join(packageRoot(), "package.json"),
    "-m",
    "x",
  ]);
  assert.equal(noCertificate.code, 2);
});

it("a killed sub leaves its will behind, one that ends well does not", async (t) => {
  const broker = await mosquittoOrSkip(t, logged);
  if (broker === undefined) return;
  const observer = await startRecordingSubscriber({ port: broker.port(), filter: "will/#" });
  t.after(() => observer.stop());
  const source = join(packageRoot(), "host-sim/cli/__tests__/support/from-source.ts");
  const start = (topic: string): ChildProcess => {
    const will = ["--will-topic", topic, "--will-payload", "gone", "--will-qos", "1", "--will-retain"];
    const args = ["--import", "tsx", source, "sub", "-p", `${broker.port()}`, "-t", "x", ...will];
    return spawn(process.execPath, args, { cwd: packageRoot(), stdio: "ignore" });
  };
  const [killed, ended] = [start("will/killed"), start("will/ended")];
  await subscribed(broker, 3);
  ended.kill("SIGTERM");
  assert.deepEqual(await once(ended, "exit"), [143, null]);
  killed.kill("SIGKILL");
  await observer.waitUntil((received) => received.length > 0);
  await observer.settle();
  assert.deepEqual(
    observer.received.map(({ topic, payload, qos }) => [topic, payload, qos]),
    [["will/killed", "gone", 1]],
  );
});
