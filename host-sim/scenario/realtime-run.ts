// Owns the course of a run: start, faults, end of sampling, drain, goodbye. Refuses to know what becomes of what happens in
// it.

import type { ConnectionPace } from "../device/sensor-device.ts";
import { after, type Clock } from "../time/clock.ts";
import type { Happening } from "../trace/happening.ts";
import { type BrokerSide, openEmbeddedBroker, openRemoteBroker, ROOT_LEVEL } from "./broker-side.ts";
import { scheduleFaults } from "./fault-schedule.ts";
import type { RunResult, RunSettings, RunSurroundings } from "./run-settings.ts";
import { createStation, type Station } from "./station.ts";
import type { Watcher } from "./subscriber.ts";

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
  /** Null until the devices are there: what the broker has kept from before is seen at 0. */
  #startMs: number | null = null;
  #isHurried = false;
  #broker: BrokerSide | null = null;
  #stations: readonly Station[] = [];
  /** One at a time: a broker that is down cannot be restarted. */
  #restarts: Promise<void> = Promise.resolve();
  /** Undo what was asked of the clock. */
  readonly #callOffs: (() => void)[] = [];

  constructor(settings: RunSettings, around: RunSurroundings) {
    this.#settings = settings;
    this.#around = around;
    this.#clock = around.clock;
    void around.hurry.then(() => {
      this.#isHurried = true;
    });
  }

  async play(): Promise<RunResult> {
    const broker = await this.#openBroker();
    const { core } = this.#around;
    this.#startMs = this.#clock.nowMs;
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
    for (const callOff of this.#callOffs) callOff();
    for (const station of this.#stations) station.close();
    await this.#restarts;
    await this.#broker?.close(CLOSE_BROKER_MS);
  }

  get #elapsedMs(): number {
    return this.#startMs === null ? 0 : this.#clock.nowMs - this.#startMs;
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
    return this.#broker;
  }

  #watcher(): Watcher {
    const { names } = this.#settings;
    return (topic, payload, isRetained) => {
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
    const targets = { stations: this.#stations, restartBroker: this.#restarter(broker) };
    const tellFault = (fault: string): void => this.#tell({ kind: "fault", fault });
    const callOff = scheduleFaults(faults, targets, this.#clock, tellFault);
    this.#callOffs.push(callOff);
    for (const station of this.#stations) station.start();
    await ending;
    callOff();
    const sampledMs = Math.min(forMs ?? Number.POSITIVE_INFINITY, this.#elapsedMs);
    for (const station of this.#stations) station.settle();
    this.#tell({ kind: "samplingEnded" });
    return sampledMs;
  }

  #restarter(broker: BrokerSide): (options: { readonly forget: boolean }) => void {
    return (options) => {
      this.#restarts = this.#restarts.then(() => broker.restart?.(options));
    };
  }

  #endOfSampling(forMs: number | null): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        for (const timer of timers) timer.cancel();
        // sampling stops within this very turn of the clock
        for (const station of this.#stations) station.stopSampling();
        resolve();
      };
      const giveUp = (): void => {
        if (!this.#hasConnected()) finish();
      };
      const timers = [after(this.#clock, NEVER_CONNECTED_MS, giveUp)];
      if (forMs !== null) timers.push(after(this.#clock, forMs, finish));
      this.#callOffs.push(...timers.map((timer) => () => timer.cancel()));
      void this.#around.hurry.then(finish);
    });
  }

  #hasConnected(): boolean {
    return this.#around.ledger.devices.some(({ connections }) => connections > 0);
  }

  /** Until nothing waits and every device could say goodbye. */
  #drain(): Promise<void> {
    const patienceMs = this.#hasConnected() ? Number.POSITIVE_INFINITY : NEVER_CONNECTED_MS - this.#elapsedMs;
    return this.#until(
      () => this.#stations.every(({ state }) => state.isConnected && state.waiting === 0),
      () => Math.min(this.#limits.drainMs, patienceMs),
    );
  }

  async #sayGoodbye(): Promise<void> {
    let left = 0;
    for (const [index, station] of this.#stations.entries()) {
      const of = { device: index + 1, life: station.life };
      this.#tell({ kind: "goodbye", ...of });
      void station.goodbye(this.#limits.statusMs).then(() => {
        left += 1;
        this.#tell({ kind: "left", ...of });
      });
    }
    await this.#until(
      () => left === this.#stations.length,
      () => this.#limits.goodbyeMs,
    );
    await this.#until(
      () => this.#hasAllArrived(),
      () => this.#limits.arrivalMs,
    );
  }

  get #limits(): EndLimits {
    const { drainMs } = this.#settings;
    return this.#isHurried
      ? { ...IN_A_HURRY, drainMs: Math.min(IN_A_HURRY.drainMs, drainMs) }
      : { ...UNHURRIED, drainMs };
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

  /** Looks again and again until it is so or the limit has passed, which a hurry may bring nearer. */
  #until(isSo: () => boolean, limitMs: () => number): Promise<void> {
    const startMs = this.#clock.nowMs;
    return new Promise((resolve) => {
      const look = (): void => {
        if (isSo() || this.#clock.nowMs - startMs >= limitMs()) resolve();
        else after(this.#clock, STEP_MS, look);
      };
      look();
    });
  }
}

function sum<T>(list: readonly T[], amountOf: (one: T) => number): number {
  return list.reduce((total, one) => total + amountOf(one), 0);
}
