// Owns one sensor node on a laptop: its memory, and its power in all its ways of coming and going. Refuses to know what its
// readings are for and who watches it.

import type { Dialer } from "../net/stream.ts";
import type { RandomStream } from "../random/random.ts";
import type { Clock } from "../time/clock.ts";
import type { Protocol } from "../words/protocol.ts";
import { type ClientField, clientField } from "./block.ts";
import { type Capacities, type Core, capacityList } from "./core.ts";
import { type DeviceEvent, wordOf } from "./device-event.ts";
import { DeviceMemory } from "./device-memory.ts";
import { createDriftingClock, type Drift } from "./drifting-clock.ts";
import { Phase, Status } from "./layout.generated.ts";
import { SensorLife, type SeqOfTicket } from "./sensor-life.ts";
import { prepareSensor } from "./sensor-setup.ts";
import { Sleep } from "./sleep.ts";
import { Steps } from "./steps.ts";

export interface DeviceSettings {
  /** The board's own name, 1 to 23 characters. It is the client id, and a level of every topic. */
  readonly name: string;
  readonly capacities: Capacities;
  readonly qos: 0 | 1 | 2;
  readonly intervalMs: number;
  readonly protocol: Protocol;
  /** In MQTT 5; absent: sessions are kept for as long as usual, and readings do not expire. */
  readonly expiries?: Expiries;
  readonly credentials: Credentials | null;
  readonly pace: ConnectionPace;
}

export interface Expiries {
  /** How long the broker keeps the session without a connection. */
  readonly sessionSeconds: number;
  /** How long a reading is of use; null: for ever. */
  readonly readingSeconds: number | null;
}

export interface Credentials {
  readonly username: string;
  readonly password: string | null;
}

/** How soon a connection is missed, and how soon another is tried. */
export interface ConnectionPace {
  readonly keepAliveSeconds: number;
  /** For a PINGRESP; 0 lets the client measure. */
  readonly pingDeadlineMs: number;
  readonly connectTimeoutMs: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
}

export interface DeviceSurroundings {
  readonly core: Core;
  readonly dialer: Dialer;
  /** The modem that the dialer uses; without one, what loses its power destroys its stream, which tells the other end. */
  readonly modem?: Modem;
  /** True time. */
  readonly clock: Clock;
  /** Absent: the device has true time too. */
  readonly oscillators?: Oscillators;
  /** Spreads the reconnections. */
  readonly random: RandomStream;
  /** The sensor at this moment, in thousandths of a degree; null when it does not answer. It may not touch the device. */
  readonly sample: () => number | null;
  /** It may do to the device what it likes. */
  readonly observer: (event: DeviceEvent) => void;
}

/** What of the radio has its power from the board. */
export interface Modem {
  /** Its connections vanish without a packet, and no handler of theirs is called again. `keeps` says what it knows afterwards. */
  powerOff(keeps: "nothing" | "cache"): void;
}

/** The device's clock begins anew at each boot and at each waking, as `millis()` does. */
export interface Oscillators extends Drift {
  /** Of the slow oscillator that counts during a sleep. */
  readonly sleepDriftPpm: number;
}

export interface DeviceState {
  readonly isOn: boolean;
  readonly isConnected: boolean;
  /** Messages that wait for their end, of so many that fit. */
  readonly waiting: number;
  readonly room: number;
}

/** The firmware or the client does not take these settings. Nothing was sent. */
export class DeviceRefused extends Error {
  override readonly name = "DeviceRefused";
  readonly reason: ReturnType<typeof wordOf<typeof Status>>;

  constructor(refused: Status) {
    const reason = wordOf(Status, refused);
    super(`the firmware refuses these settings: ${reason}`);
    this.reason = reason;
  }
}

/** While it sleeps it has no life, and its memory is elsewhere. */
type Power =
  | { readonly kind: "off" }
  | { readonly kind: "on"; readonly life: SensorLife }
  | {
      readonly kind: "asleep";
      readonly sleep: Sleep;
      readonly waiting: number;
      readonly onWake: () => void;
    };

const OFF: Power = { kind: "off" };

/** Whatever it calls may end the life that calls, and begin another. */
export class SensorDevice {
  readonly settings: DeviceSettings;
  readonly #around: DeviceSurroundings;
  readonly #bytes: number;
  readonly #steps = new Steps();
  #memory: DeviceMemory | null;
  #power: Power = OFF;
  #seqOfTicket: SeqOfTicket = [];
  #samples = true;
  #freeAtStart = 0;
  #wasOverrun = false;
  #onLeft: (() => void) | null = null;

  /** Throws `DeviceRefused` when there is no device with such capacities. It is off until `powerOn`. */
  constructor(settings: DeviceSettings, around: DeviceSurroundings) {
    this.settings = settings;
    this.#around = around;
    this.#bytes = accepted(around.core.exports.sensorBytes(...capacityList(settings.capacities)));
    this.#memory = new DeviceMemory(around.core, this.#bytes);
  }

  get state(): DeviceState {
    const isOn = this.#power.kind === "on";
    const isConnected = this.field("phase") === Phase.Connected;
    return { isOn, isConnected, waiting: this.waiting, room: this.settings.capacities.entries };
  }

  get isAsleep(): boolean {
    return this.#power.kind === "asleep";
  }

  /** Messages that wait for their end; of a device that sleeps too. */
  get waiting(): number {
    if (this.#power.kind === "asleep") return this.#power.waiting;
    const freeCount = this.field("freeCount");
    return freeCount === null ? 0 : this.#freeAtStart - freeCount;
  }

  /** A field of its client; null for a device that is off or asleep. */
  field(name: ClientField): number | null {
    if (this.#power.kind !== "on") return null;
    return clientField(this.#around.core, this.#power.life.client, name);
  }

  /** Whether it has never written a byte beside its own. */
  guardsIntact(): boolean {
    return !this.#wasOverrun && (this.#memory?.areGuardsIntact() ?? true);
  }

  /** Begins a life that knows nothing of earlier ones. Throws `DeviceRefused` for settings that do not fit; it is off then. */
  powerOn({ samples }: { readonly samples: boolean }): void {
    this.powerOff();
    const { core } = this.#around;
    this.#memory ??= new DeviceMemory(core, this.#bytes);
    const life = this.#createLife(this.#memory.address, []);
    core.board = life;
    accepted(prepareSensor(core, this.#memory.address, this.settings));
    this.#freeAtStart = clientField(core, life.client, "freeCount");
    accepted(life.start());
    this.#samples = samples;
    this.#go(life);
  }

  /** A watchdog's reset: a new life at once, which samples if this one did. */
  restart(): void {
    this.powerOn({ samples: this.#samples });
  }

  /** At once, and everything it knew is gone. */
  powerOff(): void {
    const power = this.#power;
    this.#power = OFF;
    if (power.kind === "asleep") power.sleep.end();
    if (power.kind === "on") {
      this.#memory?.forget();
      this.#around.modem?.powerOff("nothing");
      power.life.cut();
    }
    this.#tellLeft();
  }

  /** Off but for its memory, for so long as its slow oscillator says, or until `wake`. Nothing for a device that is not on. */
  sleep(durationMs: number, onWake: () => void = () => undefined): void {
    if (this.#power.kind !== "on" || this.#memory === null) return;
    this.#power.life.run(); // what is awake counts its seconds up to here: a copy knows of no time before it
    if (this.#power.kind !== "on" || this.#memory === null) return;
    const { clock, modem, oscillators } = this.#around;
    const { life } = this.#power;
    const driftPpm = oscillators?.sleepDriftPpm ?? 0;
    const sleep = new Sleep(this.#memory.copy(), durationMs, driftPpm, clock, () => this.wake());
    this.#power = { kind: "asleep", sleep, waiting: this.waiting, onWake };
    this.#freeMemory();
    modem?.powerOff("cache");
    life.fallAsleep();
  }

  /** Goes on from where it fell asleep, with its bytes at an address of their own. `onWake` is called before anything is done. */
  wake(): void {
    const power = this.#power;
    if (power.kind !== "asleep") return;
    power.sleep.end();
    power.onWake();
    if (this.#power !== power) return;
    this.#memory = new DeviceMemory(this.#around.core, this.#bytes);
    this.#memory.put(power.sleep.image);
    const life = this.#createLife(this.#memory.address, this.#seqOfTicket);
    accepted(life.resume(power.sleep.sleptMs));
    this.#go(life);
  }

  stopSampling(): void {
    this.#samples = false;
    if (this.#power.kind === "on") this.#power.life.stopSampling();
  }

  /**
   * Calls `run` right after so many of its steps from now on: bytes given to its client, events, bytes given to its
   * transport. Steps of later lives count too.
   */
  afterSteps(count: number, run: () => void): void {
    this.#steps.after(count, run);
  }

  /** The status `offline`, waited for so long, then DISCONNECT. `onLeft` is called when the connection is over, or the power. */
  leave(waitMs: number, onLeft: () => void): void {
    this.#onLeft = onLeft;
    if (this.#power.kind !== "on" || !this.#power.life.leave(waitMs)) this.#tellLeft();
  }

  /** Resolves when it has left. */
  goodbye(waitMs: number): Promise<void> {
    return new Promise((resolve) => this.leave(waitMs, resolve));
  }

  /** Gives its memory back; a device of the same size may have it. It takes new one when it is switched on. */
  dispose(): void {
    this.#steps.clear();
    this.powerOff();
    this.#freeMemory();
  }

  readonly #onStep = (): void => this.#steps.step();

  readonly #tellLeft = (): void => {
    const onLeft = this.#onLeft;
    this.#onLeft = null;
    onLeft?.();
  };

  #createLife(address: number, seqOfTicket: SeqOfTicket): SensorLife {
    this.#seqOfTicket = seqOfTicket;
    const { clock, oscillators } = this.#around;
    return new SensorLife({
      name: this.settings.name,
      address,
      clock: oscillators === undefined ? clock : createDriftingClock(clock, oscillators),
      seqOfTicket,
      around: this.#around,
      onStep: this.#onStep,
      onLeft: this.#tellLeft,
    });
  }

  #go(life: SensorLife): void {
    if (!this.#samples) life.stopSampling();
    this.#power = { kind: "on", life };
    life.run();
  }

  #freeMemory(): void {
    this.#wasOverrun = !this.guardsIntact();
    this.#memory?.free();
    this.#memory = null;
  }
}

function accepted(answer: number): number {
  if (answer < 0) throw new DeviceRefused(answer as Status);
  return answer;
}
