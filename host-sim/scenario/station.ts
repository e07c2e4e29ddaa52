// Owns one device of a run with its link and its way to the broker, and the faults that meet it. Refuses to know the others.

import type { Core } from "../device/core.ts";
import type { DeviceEvent } from "../device/device-event.ts";
import { type DeviceSettings, type DeviceState, SensorDevice } from "../device/sensor-device.ts";
import { type ByteCounts, countingDialer } from "../net/counting-dialer.ts";
import { createLink } from "../net/link/link.ts";
import type { LinkProfile } from "../net/link/profile.ts";
import type { Dialer } from "../net/stream.ts";
import type { Random } from "../random/random.ts";
import { after, type Clock, type Timer } from "../time/clock.ts";
import { createDayCurve } from "./day-curve.ts";
import { createWayToBroker } from "./way-to-broker.ts";

export interface StationSettings {
  readonly device: DeviceSettings;
  readonly link: LinkProfile;
}

export interface StationSurroundings {
  readonly core: Core;
  /** To the broker, without the link. */
  readonly dialer: Dialer;
  readonly clock: Clock;
  /** This station's own. */
  readonly random: Random;
  readonly observer: (life: number, event: StationEvent) => void;
}

export type StationEvent =
  | DeviceEvent
  | { readonly kind: "power"; readonly isOn: boolean }
  | { readonly kind: "link"; readonly downWhy: string | null };

export interface Station {
  readonly name: string;
  readonly life: number;
  readonly state: DeviceState;
  readonly bytes: ByteCounts;
  start(): void;
  cut(): void;
  blackhole(durationMs: number): void;
  /** Off, and on again after so long as its radio takes to come back. */
  cyclePower(): void;
  stopSampling(): void;
  /** No more readings and no more trouble. A device that is off is switched on, to say how it stands. */
  settle(): void;
  goodbye(waitMs: number): Promise<void>;
  /** Everything at once, with nobody told. */
  close(): void;
}

/** Where a link knows no radio, as long as a wired board takes to boot. An estimate. */
const BOOT_MS = 1000;

/** Throws `DeviceRefused` when its capacities are none. */
export function createStation(settings: StationSettings, around: StationSurroundings): Station {
  const { core, dialer, clock, random, observer } = around;
  const link = createLink(settings.link, clock, random.scope("link"));
  const way = createWayToBroker(dialer, link, clock);
  const counted = countingDialer(way.dialer);
  const temperature = createDayCurve(random.stream("temperature"));
  let life = 0;
  let powerTimer: Timer | null = null;
  let isSettled = false;

  const device = new SensorDevice(settings.device, {
    core,
    dialer: counted.dialer,
    clock,
    random: random.stream("reconnect"),
    sample: () => temperature(clock.nowMs),
    observer: (event) => observer(life, event),
  });

  function powerOn(): void {
    powerTimer?.cancel();
    powerTimer = null;
    life += 1;
    observer(life, { kind: "power", isOn: true });
    device.powerOn({ samples: !isSettled });
  }

  function cyclePower(): void {
    if (!device.state.isOn) return;
    const offMs = settings.link.radio?.coldStartMs ?? BOOT_MS;
    // a board without power sends no reset: the broker must find out by itself
    link.blackhole(offMs);
    device.powerOff();
    observer(life, { kind: "power", isOn: false });
    powerTimer = after(clock, offMs, powerOn);
  }

  const unwatch = link.onState((state) =>
    observer(life, { kind: "link", downWhy: state.up ? null : state.why }),
  );

  return {
    name: settings.device.name,
    get life() {
      return life;
    },
    get state() {
      return device.state;
    },
    bytes: counted.counts,
    start: powerOn,
    cut: () => link.cut(),
    blackhole: (durationMs) => link.blackhole(durationMs),
    cyclePower,
    stopSampling() {
      isSettled = true;
      device.stopSampling();
    },
    settle() {
      way.makeSafe();
      if (!device.state.isOn) powerOn();
    },
    goodbye: (waitMs) => device.goodbye(waitMs),
    close() {
      powerTimer?.cancel();
      unwatch();
      way.close();
      device.powerOff();
    },
  };
}
