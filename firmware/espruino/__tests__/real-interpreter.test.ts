// Claims about the image in a real Espruino for Linux, with an ESP8266's variables, against a real Mosquitto.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync } from "mqtt";
import { withoutEspruino } from "../../../host-sim/__tests__/support/linux-espruino-named.ts";
import { mosquittoOrSkip } from "../../../host-sim/__tests__/support/mosquitto.ts";
import {
  type RecordingSubscriber,
  startRecordingSubscriber,
} from "../../../host-sim/__tests__/support/recording-subscriber.ts";
import { image } from "./support/image.ts";
import { LinuxEspruino } from "./support/linux-espruino.ts";
import { Relay } from "./support/relay.ts";
import { until } from "./support/until.ts";

/** An ESP8266's. */
const VARIABLES = 1600;
/** Without a byte, between a board and a broker that both have nothing else to do. */
const QUIET_MS = 60;

const boards: LinuxEspruino[] = [];
after(async () => {
  for (const board of boards) await board.dispose();
});

interface Setup {
  readonly board: LinuxEspruino;
  readonly relay: Relay;
  readonly listener: RecordingSubscriber;
  command(payload: string): Promise<unknown>;
  /** The broker answers, and so it has dealt with what came before. */
  fence(): Promise<unknown>;
}

/** A Mosquitto, the way to it, a listener, and an interpreter whose Storage holds the files. */
async function setUp(
  t: Parameters<typeof mosquittoOrSkip>[0],
  files: (port: number) => Promise<Record<string, string>>,
): Promise<Setup | undefined> {
  const broker = await mosquittoOrSkip(t);
  const port = broker?.ports.mqtt;
  if (port === undefined) return undefined;
  const relay = await Relay.to(port);
  t.after(() => relay.close());
  const listener = await startRecordingSubscriber({ port, filter: "motekit/#" });
  t.after(() => listener.stop());
  const speaker = await connectAsync(`mqtt://127.0.0.1:${port}`);
  t.after(() => speaker.endAsync(true));
  const command = (payload: string) => speaker.publishAsync("motekit/real/command", payload, { qos: 1 });
  const fence = () => speaker.publishAsync("fence", "", { qos: 1 });
  const board = new LinuxEspruino();
  boards.push(board);
  await board.store(await files(relay.port));
  return { board, relay, listener, command, fence };
}

async function sensorFiles(port: number, settings: object): Promise<Record<string, string>> {
  const probe = "function analogRead(){return 0.2137}\n";
  return {
    ".bootcde": probe + (await image("sensor", { isMinified: true })),
    "motekit.json": JSON.stringify({
      broker: { host: "127.0.0.1", port },
      sensor: { kind: "adc", pin: "D4" },
      outputs: ["D2"],
      name: "real",
      interval: 1,
      ...settings,
    }),
  };
}

function payloads(listener: RecordingSubscriber, level: string): readonly string[] {
  return listener.received.filter(({ topic }) => topic.endsWith(`/${level}`)).map(({ payload }) => payload);
}

function seqs(listener: RecordingSubscriber): readonly number[] {
  return payloads(listener, "reading").map((text) => JSON.parse(text).seq);
}

function assertGapless(numbers: readonly number[]): void {
  assert.deepEqual(
    numbers,
    Array.from({ length: numbers.length }, (_, i) => i + 1),
  );
}

for (const qos of [0, 1, 2] as const) {
  test(`at QoS ${qos}: birth, readings, commands, and a cut`, {
    skip: withoutEspruino,
    timeout: 300_000,
  }, async (t) => {
    const setup = await setUp(t, (port) => sensorFiles(port, { qos }));
    if (setup === undefined) return;
    const { board, relay, listener, command } = setup;
    board.start();
    await board.line((line) => line.endsWith("motekit: connected"));
    const waiting = (isDone: () => boolean) =>
      until({ board, isDone }, () => JSON.stringify(listener.received));
    await waiting(() => seqs(listener).length >= 3);
    assert.equal(payloads(listener, "status").at(-1), "online");
    // at QoS 0 the first ones, taken without a connection, are nobody's
    assert.match(
      payloads(listener, "reading")[0] ?? "",
      qos === 0 ? /"celsius":21\.37}$/ : /^{"seq":1,"celsius":21\.37}$/,
    );
    assert.deepEqual(
      new Set(listener.received.filter(({ topic }) => topic.endsWith("/reading")).map((m) => m.qos)),
      new Set([qos]),
    );

    await command("output 3 on");
    await waiting(() => payloads(listener, "error").length > 0);

    relay.cut();
    await waiting(() => payloads(listener, "status").includes("offline"));
    await waiting(() => payloads(listener, "status").at(-1) === "online");
    const known = seqs(listener).length;
    await waiting(() => seqs(listener).length >= known + 3);
    if (qos > 0) assertGapless([...new Set(seqs(listener))]);
    if (qos === 2) assertGapless(seqs(listener));
    const memory = (await board.ask("process.memory()")) as { usage: number; total: number };
    assert.equal(memory.total, VARIABLES);
    t.diagnostic(`${memory.usage} of ${memory.total} variables while connected at QoS ${qos}`);
  });
}

test("single bytes, a message too large, and a link that falls silent", {
  skip: withoutEspruino,
  timeout: 300_000,
}, async (t) => {
  const setup = await setUp(t, (port) => sensorFiles(port, { keepAlive: 5 }));
  if (setup === undefined) return;
  const { board, relay, listener, command } = setup;
  relay.crumbles = true;
  board.start();
  const waiting = (isDone: () => boolean) =>
    until({ board, isDone }, () => JSON.stringify(listener.received));
  await waiting(() => seqs(listener).length >= 2);

  relay.crumbles = false;
  await command("x".repeat(10_000));
  await waiting(() => payloads(listener, "error").some((text) => text.startsWith("command too long")));
  const afterLarge = seqs(listener).length;
  await waiting(() => seqs(listener).length >= afterLarge + 2);
  assert.equal(relay.connections, 2, "the clean one and the one that lasts");

  relay.silence();
  await board.line((line) => line.includes("motekit: closed silent"));
  const afterSilence = seqs(listener).length;
  await waiting(() => seqs(listener).length >= afterSilence + 2);
  assertGapless([...new Set(seqs(listener))]);
});

/** `fastLeap` moves time to the next timer. The names are longer than any of the image, which lies in the same scope. */
const FAST_TIME = `
var fastNow=getTime(),fastQueue=[],fastId=0;
function getTime(){return fastNow}
function fastAdd(f,d,a,p){fastQueue.push({t:fastNow+d/1000,f:f,a:a,p:p,i:++fastId});return fastId}
function setTimeout(f,d,a){return fastAdd(f,d,a,0)}
function setInterval(f,d){return fastAdd(f,d,0,d/1000)}
function clearTimeout(i){for(var k=0;k<fastQueue.length;k++)if(fastQueue[k].i==i)fastQueue.splice(k,1)}
function fastLeap(){do{for(var m=0,k=1;k<fastQueue.length;k++)if(fastQueue[k].t<fastQueue[m].t)m=k;
var q=fastQueue[m];if(!q)return 0;fastQueue.splice(m,1);if(q.t>fastNow)fastNow=q.t;
if(q.p){q.t+=q.p;fastQueue.push(q)}q.f(q.a)}while(q.p);return 1}
`;

/** Between broker and board all has come back that was sent, however slow the machine is. */
async function settled({ relay, fence }: Setup): Promise<void> {
  do {
    await sleep(20);
    await fence();
  } while (relay.quietMs < QUIET_MS);
}

test("a day passes without growth, and every reading comes", {
  skip: withoutEspruino,
  timeout: 600_000,
}, async (t) => {
  const setup = await setUp(t, async (port) => {
    const files = await sensorFiles(port, { interval: 900, keepAlive: 1800 });
    return { ...files, ".bootcde": FAST_TIME + files[".bootcde"] };
  });
  if (setup === undefined) return;
  const { board, relay, listener } = setup;
  board.start();
  const usageAfter = async (readings: number): Promise<number> => {
    const isDone = async () => {
      await settled(setup);
      await board.ask("fastLeap()");
      return seqs(listener).length >= readings;
    };
    await until({ board, isDone }, () => `${seqs(listener).at(-1)}`, 400_000);
    return Number(await board.ask("process.memory().usage"));
  };
  const early = await usageAfter(4);
  const late = await usageAfter(96);
  assertGapless(seqs(listener));
  assert.equal(relay.connections, 2, "the clean one and the one that lasts");
  assert.ok(Math.abs(late - early) <= 12, `${early} variables after an hour, ${late} after a day`);
  t.diagnostic(`${early} variables after an hour, ${late} after a day`);
});
