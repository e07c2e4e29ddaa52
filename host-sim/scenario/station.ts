// Owns one device of a run with its way to the broker, and the faults that meet it. Refuses to know the others.

import type { Core } from "../device/core.ts";
import { brownOut } from "../device/power-brown-out.ts";
import { type DeviceState, SensorDevice } from "../device/sensor-device.ts";
import type { MeterReading } from "../net/link/meter/meter.ts";
import type { Random } from "../random/random.ts";
import { after, type Clock, type Timer } from "../time/clock.ts";
import type { Happening, PowerCause } from "../trace/happening.ts";
import { stamp, type Told } from "../trace/stamp.ts";
import type { WayIn } from "./bench.ts";
import { createDayCurve } from "./day-curve.ts";
import type { Fault } from "./faults.ts";
import { createGatewayWay } from "./gateway-way.ts";
import { createLinkWay } from "./link-way.ts";
import { type PacketWatcher, tapPackets } from "./packet-tap.ts";
import type { RunSettings } from "./run-settings.ts";
import type { Way } from "./way.ts";

export interface Surroundings {
  readonly core: Core;
  readonly clock: Clock;
  /** This station's own. */
  readonly random: Random;
  /** To the broker, without the link, for what this life of the device dials. */
  readonly wayIn: (life: number) => WayIn;
  /** Of the clock, when the run began. */
  readonly startMs: number;
  readonly observer: (happening: Happening) => void;
  readonly tellsSegments: boolean;
  /** Whether each change of the link is told: a timer each, which over a year are millions. */
  readonly tellsLink: boolean;
}

export interface Station {
  readonly state: DeviceState;
  readonly meter: MeterReading;
  start(): void;
  /** One of the families link and power. */
  strike(fault: Fault): void;
  /** No more readings and no more trouble. A device that is off or asleep is woken, to say how it stands. */
  settle(): void;
  goodbye(waitMs: number, onLeft: () => void): void;
  /** Tells whether its memory is as it should be. */
  inspect(): void;
  /** Everything at once, with nobody told. */
  close(): void;
}

/** Where a fault does not say how long the power is away. An estimate: somebody pulls the plug and puts it back. */
const POWER_OFF_MS = 2000;

/** RC oscillators that count through a sleep are wrong by a few per cent: ESP8266's by up to 5 %. An estimate. */
const SLEEP_DRIFT_PPM = 30_000;

/** Throws `DeviceRefused` when its capacities are none. */
export function createStation(
  number: number,
  name: string,
  settings: RunSettings,
  around: Surroundings,
): Station {
  return new DeviceStation(number, name, settings, around);
}

class DeviceStation implements Station {
  readonly #number: number;
  /** Not its chance: who took a stream keeps that alone. */
  readonly #around: Omit<Surroundings, "random">;
  readonly #way: Way;
  readonly #device: SensorDevice;
  readonly #brownOutRandom;
  #life = 0;
  #powerTimer: Timer | null = null;
  #endBrownOut: () => void = () => undefined;
  #isSettled = false;

  constructor(number: number, name: string, settings: RunSettings, around: Surroundings) {
    const { random, ...kept } = around;
    const { core, clock } = kept;
    this.#number = number;
    this.#around = kept;
    this.#way = this.#createWay(settings, random);
    this.#brownOutRandom = random.stream("brown-out");
    const temperature = createDayCurve(random.stream("temperature"));
    const { driftPpm, clockStartMs } = settings.hardware;
    const { device, pace, credentials } = settings;
    this.#device = new SensorDevice(
      { ...device, name, pace, credentials },
      {
        core,
        dialer: tapPackets(this.#way.dialer, this.#tellPacket),
        modem: { powerOff: (keeps) => this.#way.powerOff(keeps) },
        clock,
        oscillators: { driftPpm, startMs: clockStartMs, sleepDriftPpm: SLEEP_DRIFT_PPM },
        random: random.stream("reconnect"),
        sample: () => this.#measured(temperature(clock.nowMs), settings.link.gateway !== null),
        observer: (event) => this.#tell(event),
      },
    );
  }

  get state(): DeviceState {
    return this.#device.state;
  }

  get meter(): MeterReading {
    return this.#way.meter;
  }

  start(): void {
    this.#powerOn("cold");
  }

  strike(fault: Fault): void {
    const steps = fault.afterSteps;
    if (steps === null) this.#strikeNow(fault);
    else this.#device.afterSteps(steps, () => this.#strikeNow(fault));
  }

  settle(): void {
    this.#isSettled = true;
    this.#endBrownOut();
    this.#device.stopSampling();
    this.#way.settle();
    if (this.#device.isAsleep) this.#device.wake();
    else if (!this.#device.state.isOn) this.#powerOn("cold");
  }

  goodbye(waitMs: number, onLeft: () => void): void {
    this.#tell({ kind: "goodbye" });
    this.#device.leave(waitMs, () => {
      this.#tell({ kind: "left" });
      onLeft();
    });
  }

  inspect(): void {
    if (!this.#device.guardsIntact()) this.#tell({ kind: "overrun" });
  }

  close(): void {
    this.#powerTimer?.cancel();
    this.#endBrownOut();
    this.#device.dispose();
    this.#way.close();
  }

  #tell(told: Told): void {
    const { clock, startMs, observer } = this.#around;
    observer(stamp(told, clock.nowMs - startMs, this.#number, this.#life));
  }

  /** Behind a gateway for messages nothing but the reading itself tells which life took it: there its decimals do. */
  #measured(thousandths: number, tellsLife: boolean): number {
    return tellsLife ? Math.trunc(thousandths / 1000) * 1000 + (this.#life % 100) * 10 : thousandths;
  }

  /** As one object, without a copy on the way: nothing happens more often. */
  readonly #tellPacket: PacketWatcher = (way, connection, head) => {
    const { clock, startMs, observer } = this.#around;
    observer({
      kind: "packet",
      atMs: clock.nowMs - startMs,
      device: this.#number,
      life: this.#life,
      way,
      connection,
      type: head.type,
      packetId: head.packetId,
      qos: head.qos,
      isDup: head.isDup,
      isRetain: head.isRetain,
      isStatus: head.isStatus,
      code: head.code,
      isSessionPresent: head.isSessionPresent,
      level: head.level,
      properties: head.properties,
      bytes: head.bytes,
    });
  };

  #createWay(settings: RunSettings, random: Random): Way {
    const { clock, wayIn, tellsLink, tellsSegments } = this.#around;
    const currentWayIn = wayInOf(() => wayIn(this.#life));
    const { link: profile, tcp, energy } = settings;
    if (profile.gateway !== null) {
      return createGatewayWay(profile, profile.gateway, currentWayIn, clock, random);
    }
    return createLinkWay({ profile, tcp, energy }, currentWayIn, clock, random, {
      onRadio: (state, why) => this.#tell({ kind: "radio", state, why }),
      onLink: tellsLink ? (downWhy) => this.#tell({ kind: "link", downWhy }) : null,
      onSegment: tellsSegments ? (event) => this.#tell({ kind: "segment", ...event }) : null,
    });
  }

  /** What happens to a device that has no power, or sleeps, happens to nobody. */
  #strikeNow({ kind, durationMs }: Fault): void {
    switch (kind) {
      case "cut":
        return this.#way.cut();
      case "blackhole":
        return this.#way.blackhole(durationMs ?? 0);
      case "nat-drop":
        return this.#way.dropMappings();
      default:
        if (this.#device.state.isOn) this.#strikePower(kind, durationMs);
    }
  }

  #strikePower(kind: Fault["kind"], durationMs: number | null): void {
    if (kind === "power") this.#cyclePower(durationMs ?? POWER_OFF_MS);
    else if (kind === "restart") this.#restart();
    else if (kind === "sleep") this.#sleep(durationMs ?? 0);
    else if (kind === "brownout") this.#brownOut(durationMs ?? 0);
  }

  #powerOn(cause: PowerCause): void {
    this.#powerTimer?.cancel();
    this.#powerTimer = null;
    this.#life += 1;
    this.#tell({ kind: "power", isOn: true, cause });
    this.#device.powerOn({ samples: !this.#isSettled });
  }

  #powerOff(cause: PowerCause): void {
    this.#device.powerOff();
    this.#tell({ kind: "power", isOn: false, cause });
  }

  #cyclePower(offMs: number): void {
    this.#endBrownOut();
    this.#powerOff("cold");
    this.#powerTimer = after(this.#around.clock, offMs, () => this.#powerOn("cold"));
  }

  #restart(): void {
    this.#powerOff("restart");
    this.#powerOn("restart");
  }

  #brownOut(durationMs: number): void {
    this.#endBrownOut();
    const sag = (): void => {
      if (this.#device.state.isOn) this.#restart();
    };
    this.#endBrownOut = brownOut(durationMs, sag, this.#around.clock, this.#brownOutRandom);
  }

  #sleep(durationMs: number): void {
    this.#endBrownOut();
    this.#tell({ kind: "power", isOn: false, cause: "sleep" });
    this.#device.sleep(durationMs, () => this.#tell({ kind: "power", isOn: true, cause: "sleep" }));
  }
}

/** As whatever it is at the moment, but of one kind for good: a link is made for a dialer or for a listener. */
function wayInOf(current: () => WayIn): WayIn {
  const first = current();
  if (typeof first !== "function") return first;
  return (stream) => {
    const now = current();
    return typeof now === "function" ? now(stream) : null;
  };
}
