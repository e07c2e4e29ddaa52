// Owns the claim that a sensor in real time speaks MQTT 5 where the broker does, 3.1.1 where it does not, and says which and why.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createEmbeddedBroker } from "../../broker/embedded.ts";
import { type StandIn, standIn } from "../../cli/__tests__/support/stand-in.ts";
import { COMMANDS } from "../../cli/commands.ts";
import { main } from "../../cli/main.ts";
import { createRandom } from "../../random/random.ts";
import { createRealClock } from "../../time/real-clock.ts";
import { startAedes } from "../support/aedes.ts";
import { connectOther } from "../support/borrowed.ts";
import { mosquittoOrSkip } from "../support/mosquitto.ts";
import { HANG_MS } from "../support/patience.ts";

const timeout = HANG_MS;
const POLL_MS = 20;
const QUICK = ["--realtime", "--link", "perfect", "--for", "2s", "--every", "100ms", "--json"];

interface Ended extends Pick<StandIn, "stdout" | "stderr"> {
  readonly exitCode: number;
}

async function simulate(port: number, ...argv: readonly string[]): Promise<Ended> {
  const world = { ...standIn(), clock: createRealClock() };
  const broker = ["--broker", `mqtt://127.0.0.1:${port}`];
  return { ...world, exitCode: await main(["sim", ...QUICK, ...broker, ...argv], world, COMMANDS) };
}

function assertAllArrived({ stdout, stderr, exitCode }: Ended, protocol: string): void {
  assert.equal(exitCode, 0, stderr.text);
  const report = JSON.parse(stdout.text);
  assert.equal(report.protocol, protocol);
  assert.equal(report.delivered, report.readings);
  // how many a busy machine finds the time for is another matter
  assert.ok(report.readings > 0);
  assert.deepEqual(report.violations, []);
}

function linesWith(words: string, { stderr }: Ended): readonly string[] {
  return stderr.text.split("\n").filter((line) => line.includes(words));
}

for (const qos of ["1", "2"]) {
  test(`over a cut, Mosquitto and the sensor speak MQTT 5 at QoS ${qos}, and nothing is refused`, {
    timeout,
  }, async (t) => {
    const mosquitto = await mosquittoOrSkip(t);
    if (mosquitto === undefined) return;
    const ended = await simulate(mosquitto.port(), "--qos", qos, "--faults", "cut@1s");
    assertAllArrived(ended, "5");
    assert.match(mosquitto.said, /as esp8266-\w+ \(p5, c1/, "the first connection starts clean");
    assert.match(mosquitto.said, /as esp8266-\w+ \(p5, c0/, "the second resumes");
    assert.equal(linesWith("connected, MQTT 5", ended).length, 2);
    assert.deepEqual([...linesWith("refuse", ended), ...linesWith("3.1.1", ended)], []);
  });

  test(`Aedes 1.2, which speaks no MQTT 5, is spoken to in 3.1.1 at QoS ${qos}, and that is one line`, {
    timeout,
  }, async (t) => {
    const aedes = await startAedes();
    t.after(() => aedes.stop());
    const ended = await simulate(aedes.port, "--qos", qos, "--faults", "cut@1s");
    assertAllArrived(ended, "3.1.1");
    assert.equal(linesWith("the broker does not speak MQTT 5, so 3.1.1 is spoken", ended).length, 1);
    assert.equal(linesWith("connected, MQTT 3.1.1", ended).length, 2, "remembered at the second connection");
    assert.deepEqual(linesWith("refuse", ended), []);
  });
}

test("what is asked for is spoken: 3.1 and 3.1.1 to a broker that speaks 5", { timeout }, async (t) => {
  const mosquitto = await mosquittoOrSkip(t);
  if (mosquitto === undefined) return;
  assertAllArrived(await simulate(mosquitto.port(), "--protocol", "3.1.1"), "3.1.1");
  assertAllArrived(await simulate(mosquitto.port(), "--protocol", "3.1"), "3.1");
  assert.doesNotMatch(mosquitto.said, /\(p5/);
});

test("a refusal in MQTT 5 is told in the standard's words", { timeout }, async (t) => {
  const mosquitto = await mosquittoOrSkip(t, { settings: ["allow_anonymous false"] });
  if (mosquitto === undefined) return;
  const { exitCode, stderr } = await simulate(mosquitto.port());
  assert.equal(exitCode, 3);
  assert.match(stderr.text, /never connected to mqtt:\S+: the broker refuses: Not authorized/);
});

test("why the broker closes a connection is told in the standard's words", { timeout }, async (t) => {
  const clock = createRealClock();
  const topics: string[] = [];
  const broker = createEmbeddedBroker({
    clock,
    random: createRandom(1).stream("broker"),
    observer: (topic) => topics.push(topic),
  });
  t.after(() => broker.close());
  const port = await broker.listen(0);
  const run = simulate(port);
  while (topics.length === 0) await sleep(POLL_MS);
  await connectOther(t, port, topics[0]?.split("/")[1]);
  const ended = await run;
  assert.equal(linesWith("connection lost: the broker closed it: Session taken over", ended).length, 1);
  const { readings, delivered } = JSON.parse(ended.stdout.text);
  assert.equal(delivered, readings);
});
