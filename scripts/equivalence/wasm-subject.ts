// Owns a device in WebAssembly as a subject of equivalence: the reference. Knows the image's functions by their names.
import {
  answersAddress,
  type BoardAnswers,
  INBOX_BYTES,
  placeArguments,
  SCRATCH_BYTES,
  type Step,
  type Subject,
} from "./subject.ts";

const PAGE_BYTES = 65536;
/** The image's own constants lie below. */
const FIRST_FREE = 4096;
/** Behind the state: room for a mistake to be seen in. */
const BEHIND_BYTES = 4096;

/** Of the client's functions those that take no block. */
export const WITHOUT_BLOCK: ReadonlySet<string> = new Set([
  "hasFive",
  "writeNumber",
  "writeBytes",
  "writePair",
]);

type Exports = Readonly<Record<string, (...values: number[]) => number>>;

export interface WasmDevice {
  readonly module: WebAssembly.Module;
  /** As `init` takes them. */
  readonly capacities: readonly number[];
  readonly firmware: "client" | "sensor";
  readonly board: BoardAnswers;
}

export function wasmSubject({ module, capacities, firmware, board }: WasmDevice): Subject {
  const [sensorBytes, blockBytes] = sizes(module, capacities);
  const isSensor = firmware === "sensor";
  const stateBytes = isSensor ? sensorBytes : blockBytes;
  const memory = new WebAssembly.Memory({
    initial: pages(FIRST_FREE + SCRATCH_BYTES + stateBytes),
    maximum: PAGE_BYTES,
  });
  const bytes = Buffer.from(memory.buffer);
  const exports = instantiate(module, memory, {
    ...board,
    writeIdentity: (at, capacity) => board.identity.copy(bytes, at, 0, capacity),
  });
  const stateAt = FIRST_FREE + SCRATCH_BYTES;
  const roomAt = FIRST_FREE + INBOX_BYTES;
  const inbox = bytes.subarray(FIRST_FREE, roomAt);
  const client = isSensor ? (exports.sensorClient?.(stateAt) ?? 0) : stateAt;
  const state = bytes.subarray(stateAt, stateAt + stateBytes);
  return {
    name: "wasm",
    state,
    room: bytes.subarray(roomAt, stateAt),
    call({ name, values, incoming }: Step): number {
      if (incoming !== undefined) bytes.set(incoming, exports.receiveAddress?.(client));
      const given = placeArguments(values, inbox, FIRST_FREE, roomAt);
      const own = name.startsWith("sensor") ? stateAt : client;
      const made = name === "init" || name === "sensorInit" ? capacities : [];
      const first = WITHOUT_BLOCK.has(name) ? [] : [own];
      const answer = exports[name]?.(...first, ...made, ...given);
      if (answer === undefined) return 0;
      return answersAddress(name) ? answer - stateAt : answer;
    },
  };
}

function sizes(module: WebAssembly.Module, capacities: readonly number[]): readonly [number, number] {
  const nobody: BoardImports = { sampleThousandths: () => 0, setOutput: () => false, writeIdentity: () => 0 };
  const exports = instantiate(module, new WebAssembly.Memory({ initial: 1, maximum: PAGE_BYTES }), nobody);
  return [exports.sensorBytes?.(...capacities) ?? 0, exports.blockBytes?.(...capacities) ?? 0];
}

interface BoardImports {
  sampleThousandths(channel: number): number;
  setOutput(output: number, isOn: unknown): boolean;
  writeIdentity(at: number, capacity: number): number;
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory, board: BoardImports): Exports {
  return new WebAssembly.Instance(module, { env: { memory }, board: { ...board } })
    .exports as unknown as Exports;
}

function pages(bytes: number): number {
  return Math.ceil((bytes + BEHIND_BYTES) / PAGE_BYTES);
}
