// Owns sensor nodes that run translated JavaScript on a laptop, in the same memory as all others: each call takes a device's
// bytes into the image's own and puts them back. Refuses to know what the bytes mean, and what the image is made of.

import {
  type Board,
  type Capacities,
  type ClientExports,
  Core,
  capacityList,
  type SensorExports,
} from "./core.ts";

/** A translated image and what it says of itself. */
export interface TranslatedImage {
  /** Of the devices that it is for. */
  readonly capacities: Capacities;
  /** Of the image's own memory: a device's bytes first. */
  readonly memoryBytes: number;
  readonly stateBytes: number;
  /** Where callers' bytes go in and come out, to the memory's end. */
  readonly scratchAt: number;
  /** JavaScript of `bytes` and `board` that returns the image's functions. */
  readonly code: string;
}

type ImageFunctions = Readonly<
  Record<string, (...values: readonly number[]) => number | boolean | undefined>
>;
type Exports = ClientExports & SensorExports;

/** The functions that a sensor's port calls with the device, or its client, alone. Of the rest it has no use. */
const PLAIN: readonly (keyof ClientExports | keyof SensorExports)[] = [
  "sensorStart",
  "sensorExpireReadings",
  "sensorPoll",
  "sensorDeadlineMs",
  "sensorPause",
  "sensorStop",
  "sensorRestore",
  "setVersion",
  "setSessionExpiry",
  "setClean",
  "setKeepAlive",
  "setLiveness",
  "setReconnect",
  "setCredentials",
  "opened",
  "closed",
  "receiveRoom",
  "received",
];

/** What the image is asked for; it has these, `sensorInit`, and those that take or answer an address. */
export const TRANSLATED_FUNCTIONS: readonly string[] = [
  ...PLAIN,
  "sensorInit",
  "prepareString",
  "prepareBytes",
  "receiveAddress",
  "collect",
];

/** Everything but the sensor's own calls is the laptop's image as ever. */
export class TranslatedCore extends Core {
  /** Into the image, so far. */
  calls = 0;
  readonly #image: TranslatedImage;
  readonly #functions: ImageFunctions;
  /** The image's memory. */
  readonly #own: Buffer;

  constructor(module: WebAssembly.Module, image: TranslatedImage) {
    super(module);
    this.#image = image;
    this.#own = Buffer.from(new ArrayBuffer(image.memoryBytes));
    this.#functions = new Function("bytes", "board", image.code)(
      new Uint8Array(this.#own.buffer),
      this.#board(),
    );
    this.exports = { ...this.exports, ...this.#sensorExports(this.exports) };
  }

  /** Whether it is for devices of these capacities. */
  takes(capacities: Capacities): boolean {
    return capacityList(capacities).join() === capacityList(this.#image.capacities).join();
  }

  /** What the firmware writes goes into the image's memory, while the board knows only the laptop's. */
  #board(): Board {
    return {
      sampleThousandths: (channel) => this.board.sampleThousandths(channel),
      setOutput: (output, isOn) => this.board.setOutput(output, Number(isOn)),
      writeIdentity: (at, capacity) => {
        const length = this.board.writeIdentity(this.outbox, capacity);
        this.bytes.copy(this.#own, at, this.outbox, this.outbox + length);
        return length;
      },
    };
  }

  #sensorExports(wasm: Exports): Partial<Exports> {
    const { capacities } = this.#image;
    const clientAt = wasm.sensorClient(0);
    const deviceOf = (name: string, address: number) =>
      name.startsWith("sensor") ? address : address - clientAt;
    const plain = PLAIN.map((name) => {
      const run = (address: number, ...values: readonly number[]) =>
        this.#call(deviceOf(name, address), name, values);
      return [name, run] as const;
    });
    const expected = capacityList(capacities).join();
    return {
      ...(Object.fromEntries(plain) as Partial<Exports>),
      sensorInit: (s, ...settings) => {
        const [qos, intervalMs] = settings.slice(8) as [number, number];
        if (settings.slice(0, 8).join() !== expected) throw new RangeError(`the image is for ${expected}`);
        return this.#call(s, "sensorInit", [qos, intervalMs]);
      },
      prepareString: (c, at, length) => this.#take(c - clientAt, "prepareString", at, length),
      prepareBytes: (c, at, length) => this.#take(c - clientAt, "prepareBytes", at, length),
      receiveAddress: (c) => this.#call(c - clientAt, "receiveAddress", []) + c - clientAt,
      collect: (c, to, capacity, nowMs) => this.#collect(c - clientAt, to, capacity, nowMs),
    };
  }

  #call(device: number, name: string, values: readonly number[]): number {
    const { stateBytes } = this.#image;
    this.calls += 1;
    this.bytes.copy(this.#own, 0, device, device + stateBytes);
    const answer = this.#functions[name]?.(...values);
    this.#own.copy(this.bytes, device, 0, stateBytes);
    return Number(answer);
  }

  #take(device: number, name: string, at: number, length: number): number {
    const { scratchAt } = this.#image;
    this.bytes.copy(this.#own, scratchAt, at, at + length);
    return this.#call(device, name, [scratchAt, length]);
  }

  #collect(device: number, to: number, capacity: number, nowMs: number): number {
    const { scratchAt, memoryBytes } = this.#image;
    const room = Math.min(capacity, memoryBytes - scratchAt);
    const length = this.#call(device, "collect", [scratchAt, room, nowMs]);
    this.#own.copy(this.bytes, to, scratchAt, scratchAt + length);
    return length;
  }
}
