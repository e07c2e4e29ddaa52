// Owns a stand-in for Espruino's interpreter under Node: its functions, its texts, its one thing at a time, over a Clock. It
// refuses what Espruino does not understand. Memory and speed of a board it does not have.

import { createContext, runInContext } from "node:vm";
import type { RandomStream } from "../random/random.ts";
import { after, type Clock, type Timer } from "../time/clock.ts";
import { dialectFaults } from "./dialect.ts";
import { Events } from "./events.ts";
import { bytesOf, FLAT_FROM_BYTES, FlatString, latin1 } from "./flat-string.ts";
import { type Network, Sockets } from "./sockets.ts";
import type { Storage } from "./storage.ts";
import { type AccessPoint, WifiModule } from "./wifi.ts";

/** What ends a life other than a cut of the power. */
export type LifeEnd = { readonly kind: "sleep"; readonly durationMs: number } | { readonly kind: "restart" };

export interface Surroundings {
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly storage: Storage;
  readonly dialerTo: Network["dialerTo"];
  readonly onLine: (line: string) => void;
  readonly onEnd?: (end: LifeEnd) => void;
  /** As `process.env.BOARD` names it, up to what tells builds for one chip apart. */
  readonly board?: "ESP8266" | "ESP32" | "LINUX";
  readonly serial?: string;
  /** What there is to join; null: nothing in range. Undefined: an interpreter without WiFi, whose network is there. */
  readonly accessPoint?: AccessPoint | null;
  readonly hasTls?: boolean;
  readonly chunkBytes?: number;
  /** Of pins that are measured, 0 to 1. */
  readonly analog?: (pin: string) => number;
  readonly onPin?: (pin: string, isHigh: boolean) => void;
  /** Modules such as sensors' drivers, by name: what `require` answers. */
  readonly modules?: Readonly<Record<string, object>>;
}

/** The text is none that Espruino runs. */
export class DialectError extends Error {
  override readonly name = "DialectError";
  constructor(readonly faults: readonly string[]) {
    super(faults.join("\n"));
  }
}

export class Interpreter {
  readonly wifi: WifiModule | null;
  readonly #around: Surroundings;
  readonly #context: object;
  readonly #events: Events;
  readonly #sockets: Sockets;
  readonly #timers = new Map<number, Timer>();
  /** A module is run once in a life. */
  readonly #loaded = new Map<string, object>();
  #lastTimer = 0;
  #isOver = false;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#events = new Events((run) => this.#later(run));
    this.#context = createContext({});
    this.#adaptRealm();
    const makeObject = (): object => runInContext("({})", this.#context) as object;
    const lost = (): void => this.#sockets.drop();
    this.wifi =
      around.accessPoint === undefined
        ? null
        : new WifiModule(around.accessPoint, this.#events, makeObject, lost);
    const isOnline = (): boolean => this.wifi?.isOnline ?? true;
    this.#sockets = new Sockets({
      network: {
        dialerTo: around.dialerTo,
        get isOnline() {
          return isOnline();
        },
      },
      events: this.#events,
      later: (run) => this.#later(run),
      chunkBytes: around.chunkBytes ?? 268,
      makeObject,
    });
    Object.assign(this.#context, this.#globals());
  }

  /** Runs a text as Espruino runs `.bootcde`. Throws a `DialectError`. */
  run(text: string): void {
    refuseDialect(text);
    runInContext(text, this.#context);
  }

  /** What `require` answers for a text in Storage. Throws a `DialectError`. */
  load(text: string): Readonly<Record<string, unknown>> {
    refuseDialect(text);
    const module = { exports: {} };
    const body = runInContext(`(function(exports,module){${text}\n})`, this.#context) as (
      ...args: unknown[]
    ) => void;
    body.call(module.exports, module.exports, module);
    return module.exports;
  }

  /** Power is gone: nothing runs any more. */
  stop(): void {
    this.#isOver = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#sockets.drop();
  }

  #later(run: () => void): void {
    const { clock } = this.#around;
    clock.at(clock.nowMs, () => {
      if (!this.#isOver) run();
    });
  }

  /** Every object has events, arrays take texts, and chance comes from outside. */
  #adaptRealm(): void {
    const realm = runInContext(
      "({ Object, Math, Array: Object.getPrototypeOf(Uint8Array.prototype) })",
      this.#context,
    );
    const {
      Object: RealmObject,
      Math: realmMath,
      Array: arrays,
    } = realm as {
      Object: ObjectConstructor;
      Math: { random: () => number };
      Array: Uint8Array;
    };
    this.#events.install(RealmObject.prototype);
    realmMath.random = () => this.#around.random.unit();
    const setNumbers = arrays.set;
    Object.defineProperty(arrays, "set", {
      value(this: Uint8Array, source: unknown, offset?: number) {
        setNumbers.call(this, isText(source) ? bytesOf(source) : (source as Uint8Array), offset);
      },
    });
  }

  #globals(): Record<string, unknown> {
    const { clock, onLine, onPin, analog, board = "ESP8266", serial = "5ccf7f-3f2a91" } = this.#around;
    const shared = {
      E: this.#e(),
      process: { env: { BOARD: `${board}_4MB` }, version: "2v29" },
      require: (name: string) => this.#require(name),
      print: (...words: unknown[]) => onLine(words.map(String).join(" ")),
      getTime: () => clock.nowMs / 1000,
      getSerial: () => serial,
      atob: (text: string) => Buffer.from(text, "base64").toString("latin1"),
      ...Object.fromEntries(this.#timerFunctions()),
      Pin,
      OneWire: class {},
      I2C: class {
        setup(): void {}
      },
      digitalWrite: (pin: Pin, value: unknown) => onPin?.(pin.name, Boolean(value)),
      analogRead: (pin: Pin) => analog?.(pin.name) ?? Number.NaN,
    };
    const chip = { deepSleep: (us: number) => this.#finish({ kind: "sleep", durationMs: us / 1000 }) };
    return board === "LINUX" ? shared : { ...shared, [board]: chip };
  }

  /** By their names as texts: here nothing of the host's is called so. */
  #timerFunctions(): readonly (readonly [string, unknown])[] {
    const set =
      (repeats: boolean) =>
      (run: Run, delayMs: number, ...args: unknown[]) =>
        this.#setTimer(run, delayMs, args, repeats);
    const clear = (id: number): void => this.#clearTimer(id);
    return [
      ["setTimeout", set(false)],
      ["setInterval", set(true)],
      ["clearTimeout", clear],
      ["clearInterval", clear],
    ];
  }

  #e(): object {
    return Object.assign(runInContext("({})", this.#context) as object, {
      toString: (value: unknown) => {
        const bytes = bytesOf(value);
        return bytes.length < FLAT_FROM_BYTES ? latin1(bytes) : new FlatString(bytes);
      },
      toArrayBuffer: (value: unknown) =>
        value instanceof FlatString ? value.buffer : Uint8Array.from(bytesOf(value)).buffer,
      getTemperature: () => Number.NaN,
      enableWatchdog: () => {},
      kickWatchdog: () => {},
      reboot: () => this.#finish({ kind: "restart" }),
    });
  }

  #require(name: string): unknown {
    const { storage, hasTls, modules } = this.#around;
    if (name === "Storage") return storage;
    if (name === "Wifi" && this.wifi !== null) return this.wifi.module;
    if (name === "net" || (name === "tls" && hasTls)) {
      const connect = (options: { host: string; port: number }, opened?: (socket: unknown) => void) =>
        this.#sockets.connect(options, name === "tls", opened);
      return { connect };
    }
    const module = modules?.[name] ?? this.#loaded.get(name);
    if (module !== undefined) return module;
    const text = storage.read(name);
    if (text === undefined) throw new Error(`Module "${name}" not found`);
    const loaded = this.load(text);
    this.#loaded.set(name, loaded);
    return loaded;
  }

  #setTimer(run: Run, delayMs: number, args: readonly unknown[], repeats: boolean): number {
    const id = ++this.#lastTimer;
    const arm = (): void => {
      this.#timers.set(
        id,
        after(this.#around.clock, Math.max(0, delayMs), () => {
          if (repeats) arm();
          else this.#timers.delete(id);
          run(...args);
        }),
      );
    };
    arm();
    return id;
  }

  #clearTimer(id: number): void {
    this.#timers.get(id)?.cancel();
    this.#timers.delete(id);
  }

  #finish(end: LifeEnd): void {
    this.stop();
    this.#around.onEnd?.(end);
  }
}

type Run = (...args: readonly unknown[]) => void;

class Pin {
  readonly name: string;
  constructor(name: string) {
    if (!/^[AD]\d+$/.test(name)) throw new Error(`no pin: ${name}`);
    this.name = name;
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string" || value instanceof FlatString;
}

/** A device that wakes up a thousand times runs the same text. */
const accepted = new Set<string>();

function refuseDialect(text: string): void {
  if (accepted.has(text)) return;
  const faults = dialectFaults(text);
  if (faults.length > 0) throw new DialectError(faults);
  accepted.add(text);
}
