// Owns the course of a run: start, faults, end of sampling, drain, goodbye. Refuses to know what becomes of what happens in
// it.

import type { ConnectionPace } from "../device/sensor-device.ts";
import { after, type Clock } from "../time/clock.ts";
import type { Happening } from "../trace/happening.ts";
import { type BrokerSide, openEmbeddedBroker, openRemoteBroker, ROOT_LEVEL } from "./broker-side.ts";
import { scheduleFaults } from "./fault-schedule.ts";
import type { RunResult, RunSettings, RunSurroundings } from "./run-settings.ts";
import { createStation, type Station } from "./station.ts";

/**
 * For somebody who watches: a keep-alive of 3 s, so that the will fires 4.5 s into an outage, and waits of at most 3 s
 * between attempts, so that a healed link is used soon. A sensor in the field would have a minute, and two.
 */
const PACE: ConnectionPace = {
  keepAliveSeconds: 3,
  pingDeadlineMs: 0,
  connectTimeoutMs: 6000,
  backoffBaseMs: 500,
  backoffMaxMs: 3000,
};

/** How long the steps of the end may take. In a hurry they stay together below the five seconds that a goodbye is given. */
interface EndLimits {
  readonly drainMs: number;
  readonly statusMs: number;
  readonly goodbyeMs: number;
  readonly arrivalMs: number;
}
const IN_A_HURRY: EndLimits = { drainMs: 2000, statusMs: 500, goodbyeMs: 1000, arrivalMs: 500 };
const UNHURRIED: Omit<EndLimits, "drainMs"> = { statusMs: 5000, goodbyeMs: 13_000, arrivalMs: 3000 };

/** Whoever never connected in all this time will not. */
const NEVER_CONNECTED_MS = 30_000;
const CLOSE_BROKER_MS = 500;
const STEP_MS = 20;

type Untimed<H> = H extends unknown ? Omit<H, "atMs"> : never;

/** Throws `BrokerUnreachable`, and `DeviceRefused` for settings that do not fit. */
export async function runInRealTime(settings: RunSettings, around: RunSurroundings): Promise<RunResult> {
  const run = new RealtimeRun(settings, around);
  try {
    return await run.play();
  } finally {
    await run.close();
  }
}

class RealtimeRun {
  readonly #settings: RunSettings;
  readonly #around: RunSurroundings;
  readonly #clock: Clock;
  #startMs: number;
  #isHurried = false;
  #broker: BrokerSide | null = null;
  #stations: readonly Station[] = [];
  /** One at a time: a broker that is down cannot be restarted. */
  #restarts: Promise<void> = Promise.resolve();

  constructor(settings: RunSettings, around: RunSurroundings) {
    this.#settings = settings;
    this.#around = around;
    this.#clock = around.clock;
    this.#startMs = this.#clock.nowMs;
    void around.hurry.then(() => {
      this.#isHurried = true;
    });
  }

  async play(): Promise<RunResult> {
    const broker = await this.#openBroker();
    const { core } = this.#around;
    this.#stations = this.#createStations(broker);
    const memoryAtStart = core.memoryBytes;
    const sampledMs = await this.#sample(broker);
    await this.#drain();
    await this.#sayGoodbye();
    return {
      sampledMs,
      endMs: this.#elapsedMs,
      willsFired: broker.willsFired() ?? sum(this.#around.ledger.devices, (device) => device.offlineUnasked),
      bytesUp: sum(this.#stations, ({ bytes }) => bytes.up),
      bytesDown: sum(this.#stations, ({ bytes }) => bytes.down),
      memoryGrowthBytes: core.memoryBytes - memoryAtStart,
    };
  }

  async close(): Promise<void> {
    for (const station of this.#stations) station.close();
    await this.#restarts;
    await this.#broker?.close(CLOSE_BROKER_MS);
  }

  get #elapsedMs(): number {
    return this.#clock.nowMs - this.#startMs;
  }

  #tell(happening: Untimed<Happening>): void {
    this.#around.observer({ ...happening, atMs: this.#elapsedMs } as Happening);
  }

  async #openBroker(): Promise<BrokerSide> {
    const { broker, names, device } = this.#settings;
    const watcher = this.#watcher();
    this.#broker =
      broker.kind === "embedded"
        ? await openEmbeddedBroker(this.#clock, watcher)
        : await openRemoteBroker({ ...broker, names, protocol: device.protocol }, this.#around, watcher);
    this.#startMs = this.#clock.nowMs;
    return this.#broker;
  }

  #watcher() {
    const { names } = this.#settings;
    return (topic: string, payload: string, isRetained: boolean): void => {
      const [root, name = "", level = ""] = topic.split("/");
      const device = names.indexOf(name) + 1;
      if (root !== ROOT_LEVEL || device === 0) return;
      const life = this.#stations[device - 1]?.life ?? 0;
      this.#tell({ kind: "seen", device, life, level, payload, isRetained });
    };
  }

  #createStations(broker: BrokerSide): readonly Station[] {
    const { names, link, device: common, broker: choice } = this.#settings;
    const { core, random } = this.#around;
    const credentials = choice.kind === "remote" ? choice.credentials : null;
    return names.map((name, index) => {
      const device = index + 1;
      return createStation(
        { device: { ...common, name, credentials, pace: PACE }, link },
        {
          core,
          dialer: broker.dialer,
          clock: this.#clock,
          random: random.scope(`device-${device}`),
          observer: (life, event) => this.#tell({ device, life, ...event }),
        },
      );
    });
  }

  /** Everything up to the end of sampling. Answers how long it took. */
  async #sample(broker: BrokerSide): Promise<number> {
    const { faults, forMs } = this.#settings;
    // before the devices start, so that the reading that would be due at the very end is not taken
    const ending = this.#endOfSampling(forMs);
    const targets = {
      stations: this.#stations,
      restartBroker: (options: { readonly forget: boolean }) => {
        this.#restarts = this.#restarts.then(() => broker.restart?.(options));
      },
    };
    const callOff = scheduleFaults(faults, targets, this.#clock, (fault) =>
      this.#tell({ kind: "fault", fault }),
    );
    for (const station of this.#stations) station.start();
    await ending;
    callOff();
    const sampledMs = forMs === null || this.#isHurried ? this.#elapsedMs : forMs;
    for (const station of this.#stations) station.settle();
    this.#tell({ kind: "samplingEnded" });
    return sampledMs;
  }

  #endOfSampling(forMs: number | null): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        for (const timer of timers) timer.cancel();
        // sampling stops within this very turn of the clock
        for (const station of this.#stations) station.stopSampling();
        resolve();
      };
      const timers = [
        ...(forMs === null ? [] : [after(this.#clock, forMs, finish)]),
        after(this.#clock, NEVER_CONNECTED_MS, () => {
          if (!this.#hasConnected()) finish();
        }),
      ];
      void this.#around.hurry.then(finish);
    });
  }

  #hasConnected(): boolean {
    return this.#around.ledger.devices.some(({ connections }) => connections > 0);
  }

  /** Until nothing waits and every device could say goodbye. */
  async #drain(): Promise<void> {
    const patienceMs = this.#hasConnected() ? this.#settings.drainMs : NEVER_CONNECTED_MS - this.#elapsedMs;
    const drainMs = Math.min(this.#settings.drainMs, patienceMs);
    await this.#until(
      () => this.#stations.every(({ state }) => state.isConnected && state.waiting === 0),
      ({ drainMs: limitMs }) => limitMs,
      { ...UNHURRIED, drainMs },
    );
  }

  async #sayGoodbye(): Promise<void> {
    const limits = this.#isHurried ? IN_A_HURRY : { ...UNHURRIED, drainMs: 0 };
    let left = 0;
    for (const [index, station] of this.#stations.entries()) {
      const of = { device: index + 1, life: station.life };
      this.#tell({ kind: "goodbye", ...of });
      void station.goodbye(limits.statusMs).then(() => {
        left += 1;
        this.#tell({ kind: "left", ...of });
      });
    }
    await this.#until(
      () => left === this.#stations.length,
      ({ goodbyeMs }) => goodbyeMs,
      limits,
    );
    await this.#until(
      () => this.#hasAllArrived(),
      ({ arrivalMs }) => arrivalMs,
      limits,
    );
  }

  /** A subscriber has it a little later than the device has its acknowledgement. */
  #hasAllArrived(): boolean {
    const { readings, devices } = this.#around.ledger;
    const isMissing = readings.some(({ end, seenMs }) => end === "published" && seenMs.length === 0);
    return (
      !isMissing &&
      devices.every(({ leftMs, lastStatus }) => leftMs === null || lastStatus?.status === "offline")
    );
  }

  /** Looks again and again until it is so or the limit has passed; a hurry that comes meanwhile shortens it. */
  #until(isSo: () => boolean, limitOf: (limits: EndLimits) => number, limits: EndLimits): Promise<void> {
    const startMs = this.#clock.nowMs;
    return new Promise((resolve) => {
      const look = (): void => {
        const limitMs = this.#isHurried ? Math.min(limitOf(IN_A_HURRY), limitOf(limits)) : limitOf(limits);
        if (isSo() || this.#clock.nowMs - startMs >= limitMs) resolve();
        else after(this.#clock, STEP_MS, look);
      };
      look();
    });
  }
}

function sum<T>(list: readonly T[], amountOf: (one: T) => number): number {
  return list.reduce((total, one) => total + amountOf(one), 0);
}
