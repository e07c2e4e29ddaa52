// The sensor's image as a test sees it: its exports and a board whose readings and outputs the test decides. Knows no MQTT.
import { readFileSync } from "node:fs";

export interface ImageExports {
  readonly memory: WebAssembly.Memory;
  sensorBytes(...capacities: number[]): number;
  sensorInit(s: number, ...capacitiesQosInterval: number[]): number;
  sensorClient(s: number): number;
  sensorStart(s: number, nowMs: number): number;
  sensorPoll(s: number, nowMs: number): number;
  sensorDeadlineMs(s: number, nowMs: number): number;
  sensorPause(s: number): number;
  sensorStop(s: number, waitMs: number, nowMs: number): number;
  sensorRestore(s: number, sleptMs: number, nowMs: number): number;
  setVersion(c: number, version: number): number;
  setClean(c: number, clean: number): number;
  setTakesParts(c: number, takesParts: number): number;
  opened(c: number): number;
  closed(c: number, by: number, random: number, nowMs: number): number;
  receiveAddress(c: number): number;
  receiveRoom(c: number): number;
  received(c: number, bytes: number, nowMs: number): number;
  collect(c: number, to: number, capacity: number, nowMs: number): number;
}

/** A board of the test's own. Readings are in thousandths; the last one is repeated. */
export class FakeBoard {
  identity = "esp8266-3f2a91";
  outputCount = 4;
  readonly switched: string[] = [];
  /** Channels that were sampled. */
  readonly sampled: number[] = [];
  readonly #readings: number[];

  constructor(readings: readonly number[] = [21370]) {
    this.#readings = [...readings];
  }

  sampleThousandths(channel: number): number {
    this.sampled.push(channel);
    const [next] = this.#readings;
    if (this.#readings.length > 1) this.#readings.shift();
    return next ?? 0;
  }

  setOutput(output: number, isOn: boolean): boolean {
    if (output >= this.outputCount) return false;
    this.switched.push(`${output} ${isOn ? "on" : "off"}`);
    return true;
  }
}

const module = new WebAssembly.Module(
  readFileSync(new URL("../../../../build/sensor.wasm", import.meta.url)),
);

export function instantiate(board: FakeBoard): ImageExports {
  const instance = new WebAssembly.Instance(module, {
    board: {
      sampleThousandths: (channel: number) => board.sampleThousandths(channel),
      setOutput: (output: number, isOn: number) => (board.setOutput(output, isOn !== 0) ? 1 : 0),
      writeIdentity(at: number, capacity: number) {
        const bytes = Buffer.from(board.identity);
        new Uint8Array(exports.memory.buffer, at, capacity).set(bytes.subarray(0, capacity));
        return bytes.length;
      },
    },
  });
  const exports = instance.exports as unknown as ImageExports;
  return exports;
}
