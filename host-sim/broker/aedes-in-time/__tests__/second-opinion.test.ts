// Claims that a device keeps its promises before a broker of other people's making too, over a bad link, in simulated time.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../../../device/core.ts";
import type { DeviceEvent } from "../../../device/device-event.ts";
import { type DeviceSettings, SensorDevice } from "../../../device/sensor-device.ts";
import { createLink } from "../../../net/link/link.ts";
import { linkDialer } from "../../../net/link/link-dialer.ts";
import { parseLink } from "../../../net/link/overlay.ts";
import { createRandom, type RandomStream } from "../../../random/random.ts";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import type { Qos } from "../../aedes.ts";
import { createAedesInTime } from "../aedes-in-time.ts";
import { runUntil } from "../run-until.ts";
import { settled } from "../settled.ts";

const LINK = "wifi-home,loss=10%";
const SEEDS = 20;
const SAMPLED_MS = 60_000;
const DRAINED_MS = 240_000;
const CUTS = 4;

const settings: Omit<DeviceSettings, "qos"> = {
  name: "esp8266-3f2a91",
  // Room for every reading of the run, so that none need be dropped.
  capacities: {
    receiveBytes: 1024,
    outboxBytes: 8192,
    entries: 128,
    window: 8,
    inboundIds: 8,
    texts: 10,
    textBytes: 240,
    filters: 3,
  },
  intervalMs: 500,
  protocol: "3.1.1",
  credentials: null,
  pace: {
    keepAliveSeconds: 20,
    pingDeadlineMs: 0,
    connectTimeoutMs: 10_000,
    backoffBaseMs: 500,
    backoffMaxMs: 5000,
  },
};

const core = new Core(loadModule());

interface Outcome {
  /** The numbers of the readings, as the device took them and as Aedes published them. */
  readonly taken: readonly number[];
  readonly published: readonly number[];
  readonly arrived: readonly number[];
  readonly connections: number;
  readonly waiting: number;
}

async function play(qos: Qos, seed: number): Promise<Outcome> {
  const clock = new VirtualClock();
  const random = createRandom(seed);
  const broker = await createAedesInTime(clock);
  const link = createLink(parseLink(LINK), clock, random.scope("link"));
  const dialer = linkDialer(broker.dialer, link, clock);
  const events: DeviceEvent[] = [];
  const arrived: number[] = [];
  broker.observe("motekit/+/reading", (_topic, payload) => {
    arrived.push(JSON.parse(Buffer.from(payload).toString()).seq as number);
  });
  const device = new SensorDevice(
    { ...settings, qos },
    {
      core,
      dialer,
      modem: dialer,
      clock,
      random: random.stream("reconnect"),
      sample: () => 21_370,
      observer: (event) => events.push(event),
    },
  );
  const troubles = random.stream("troubles");
  scheduleCuts(clock, troubles, () => link.cut());
  clock.at(troubles.between(5000, SAMPLED_MS), () => void broker.restart({ forget: false }));
  device.powerOn({ samples: true });
  await runUntil(clock, SAMPLED_MS, settled);
  device.stopSampling();
  await runUntil(clock, SAMPLED_MS + DRAINED_MS, settled);
  const { waiting } = device.state;
  device.dispose();
  await broker.close();
  return {
    taken: events.flatMap((event) => (event.kind === "reading" && event.refusal === null ? [event.seq] : [])),
    published: events.flatMap((event) =>
      event.kind === "readingEnded" && event.end === "published" ? [event.seq] : [],
    ),
    arrived,
    connections: broker.counts.connections,
    waiting,
  };
}

function scheduleCuts(clock: VirtualClock, random: RandomStream, cut: () => void): void {
  for (let i = 0; i < CUTS; i++) clock.at(random.between(5000, SAMPLED_MS), cut);
}

function distinct(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

describe(`before Aedes, over ${LINK} with ${CUTS} cuts and a restart, in each of ${SEEDS} seeds`, () => {
  const played = new Map<Qos, Promise<readonly Outcome[]>>();
  function outcomes(qos: Qos): Promise<readonly Outcome[]> {
    const known = played.get(qos) ?? playAll(qos);
    played.set(qos, known);
    return known;
  }
  async function playAll(qos: Qos): Promise<readonly Outcome[]> {
    const all: Outcome[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) all.push(await play(qos, seed));
    return all;
  }

  for (const qos of [0, 1, 2] as const) {
    it(`QoS ${qos}: readings are taken, the connection is lost and found again, and nothing waits at the end`, async () => {
      for (const [i, { taken, connections, waiting }] of (await outcomes(qos)).entries()) {
        assert.ok(taken.length >= SAMPLED_MS / settings.intervalMs, `seed ${i + 1}: ${taken.length} taken`);
        assert.ok(connections > 2, `seed ${i + 1}: ${connections} connections`);
        assert.equal(waiting, 0, `seed ${i + 1}`);
      }
    });
  }

  it("QoS 0 arrives at most once", async () => {
    for (const [i, { arrived, taken }] of (await outcomes(0)).entries()) {
      assert.equal(distinct(arrived).length, arrived.length, `seed ${i + 1}`);
      assert.ok(arrived.length > taken.length / 4, `seed ${i + 1}: ${arrived.length} arrived`);
    }
  });

  it("QoS 1 arrives at least once, and was reported as published", async () => {
    const all = await outcomes(1);
    for (const [i, { arrived, published, taken }] of all.entries()) {
      assert.deepEqual(distinct(arrived), taken, `seed ${i + 1}`);
      assert.deepEqual(distinct(published), taken, `seed ${i + 1}`);
    }
    const repeated = all.some(({ arrived }) => arrived.length > distinct(arrived).length);
    assert.ok(repeated, "no cut ever hit an acknowledgement: the cuts are too tame");
  });

  it("QoS 2 arrives exactly once, and was reported as published", async () => {
    for (const [i, { arrived, published, taken }] of (await outcomes(2)).entries()) {
      assert.deepEqual(
        [...arrived].sort((a, b) => a - b),
        taken,
        `seed ${i + 1}`,
      );
      assert.deepEqual(distinct(published), taken, `seed ${i + 1}`);
    }
  });
});
