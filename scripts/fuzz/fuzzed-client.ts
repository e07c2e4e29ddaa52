// Owns one client in an instrumented image, at the very end of its memory: whatever reads or writes behind it traps, and guard
// bytes tell of what is written before it. Knows nothing of what is asked of it.
import { ClientLayout } from "../../host-sim/device/layout.generated.ts";
import { INBOX_BYTES, placeArguments, SCRATCH_BYTES, type Step } from "../equivalence/subject.ts";
import { WITHOUT_BLOCK } from "../equivalence/wasm-subject.ts";
import { type Instrumented, PROBES_AT } from "./instrument.ts";

const PAGE_BYTES = 65536;
const GUARD_BYTES = 64;
const GUARD = 0xa5;
/** More loops than any call can need that looks at everything in a block. */
const FUEL = 5_000_000;

type Exports = Readonly<Record<string, (...values: number[]) => number>>;

export class FuzzedClient {
  readonly client: number;
  readonly bytes: number;
  readonly core: { readonly view: DataView };
  readonly #memory: WebAssembly.Memory;
  readonly #all: Buffer;
  readonly #exports: Exports;
  readonly #fuel: WebAssembly.Global;
  readonly #capacities: readonly number[];
  readonly #inboxAt: number;
  readonly #probes: number;

  constructor({ module, probes }: Instrumented, capacities: readonly number[]) {
    const memory = new WebAssembly.Memory({ initial: 8, maximum: PAGE_BYTES });
    const { fuel, ...exports } = new WebAssembly.Instance(module, { env: { memory }, board: BOARD }).exports;
    this.#memory = memory;
    this.#exports = exports as unknown as Exports;
    this.#fuel = fuel as WebAssembly.Global;
    this.#fuel.value = FUEL;
    this.#capacities = capacities;
    this.#probes = probes;
    this.#all = Buffer.from(memory.buffer);
    this.core = { view: new DataView(memory.buffer) };
    this.bytes = this.#exports.blockBytes?.(...capacities) ?? 0;
    this.client = (this.#all.length - this.bytes) & ~3;
    this.#inboxAt = PROBES_AT + probes;
    this.#all.fill(GUARD, this.client - GUARD_BYTES);
    this.#all.fill(0, this.client, this.client + this.bytes);
  }

  call({ name, values, incoming }: Step): number {
    const { client } = this;
    this.#fuel.value = FUEL;
    if (incoming !== undefined) this.#all.set(incoming, this.#exports.receiveAddress?.(client));
    const inbox = this.#all.subarray(this.#inboxAt, this.#inboxAt + INBOX_BYTES);
    const given = placeArguments(values, inbox, this.#inboxAt, this.#inboxAt + INBOX_BYTES);
    const first = WITHOUT_BLOCK.has(name) ? [] : [client];
    const made = name === "init" ? this.#capacities : [];
    return this.#exports[name]?.(...first, ...made, ...given) ?? 0;
  }

  /** The first bytes of the room for a call's bytes. */
  written(length: number): Buffer {
    const at = this.#inboxAt + INBOX_BYTES;
    return this.#all.subarray(at, at + Math.min(length, SCRATCH_BYTES - INBOX_BYTES));
  }

  /** Bytes at an offset of the block. */
  inside(offset: number, length: number): Buffer {
    return this.#all.subarray(this.client + offset, this.client + offset + length);
  }

  field(name: keyof typeof ClientLayout.fields): number {
    const { offset, type } = ClientLayout.fields[name];
    const at = this.client + offset;
    if (type === "u32") return this.core.view.getUint32(at, true);
    return type === "u16" ? this.core.view.getUint16(at, true) : this.core.view.getUint8(at);
  }

  get hasGrown(): boolean {
    return this.#memory.buffer.byteLength !== this.#all.length;
  }

  areGuardsIntact(): boolean {
    const before = this.#all.subarray(this.client - GUARD_BYTES, this.client);
    const behind = this.#all.subarray(this.client + this.bytes);
    return before.every((byte) => byte === GUARD) && behind.every((byte) => byte === GUARD);
  }

  /** Where it has been since it was made: a byte for each probe, 1 if so. */
  get reached(): Buffer {
    return this.#all.subarray(PROBES_AT, PROBES_AT + this.#probes);
  }
}

const BOARD = { sampleThousandths: () => 0, setOutput: () => 0, writeIdentity: () => 0 };
