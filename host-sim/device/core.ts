// Owns the client's WebAssembly on a laptop: one instance, one memory, and in it any number of blocks. Refuses to know
// what the blocks are used for.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../package/package-root.ts";

/** Rows and bytes of a client's block, in the order in which `init` takes them. `assembly/index.ts` says what each bounds. */
export interface Capacities {
  readonly receiveBytes: number;
  readonly outboxBytes: number;
  readonly entries: number;
  readonly window: number;
  readonly inboundIds: number;
  readonly texts: number;
  readonly textBytes: number;
  readonly filters: number;
}

type Eight = [number, number, number, number, number, number, number, number];

export function capacityList(capacities: Capacities): Eight {
  const {
    receiveBytes,
    outboxBytes,
    entries,
    window: inFlight,
    inboundIds,
    texts,
    textBytes,
    filters,
  } = capacities;
  return [receiveBytes, outboxBytes, entries, inFlight, inboundIds, texts, textBytes, filters];
}

/** What a firmware image asks of the board it runs on. `firmware/sensor/board.ts` says what each means; a bool is 0 or 1. */
export interface Board {
  sampleThousandths(channel: number): number;
  setOutput(output: number, isOn: number): number;
  writeIdentity(at: number, capacity: number): number;
}

/** The functions of `firmware/sensor/index.ts`; a device's address comes first. */
export interface SensorExports {
  sensorBytes(...capacities: Eight): number;
  sensorInit(s: number, ...settings: [...Eight, qos: number, intervalMs: number]): number;
  sensorClient(s: number): number;
  sensorExpireReadings(s: number, seconds: number): number;
  sensorStart(s: number, nowMs: number): number;
  sensorPoll(s: number, nowMs: number): number;
  sensorDeadlineMs(s: number, nowMs: number): number;
  sensorPause(s: number): number;
  sensorStop(s: number, waitMs: number, nowMs: number): number;
  sensorRestore(s: number, sleptMs: number, nowMs: number): number;
}

/** The functions of `assembly/index.ts`; addresses, handles, tickets and statuses are numbers. */
export interface ClientExports {
  blockBytes(...capacities: Eight): number;
  init(c: number, ...capacities: Eight): number;
  prepareTopic(c: number, at: number, length: number): number;
  prepareString(c: number, at: number, length: number): number;
  prepareBytes(c: number, at: number, length: number): number;
  forget(c: number, text: number): number;
  setVersion(c: number, version: number): number;
  setClean(c: number, clean: number): number;
  setClientId(c: number, text: number): number;
  setCredentials(c: number, userName: number, password: number): number;
  setWill(c: number, topic: number, payload: number, options: number): number;
  setStatusTopic(c: number, topic: number, goodbye: number): number;
  setStatus(c: number, text: number): number;
  setKeepAlive(c: number, seconds: number): number;
  setLiveness(c: number, pingDeadlineMs: number, retransmitMs: number): number;
  setReconnect(c: number, reconnect: number, baseMs: number, maxMs: number, connectTimeoutMs: number): number;
  setLossPolicy(c: number, policy: number): number;
  setTakesParts(c: number, takesParts: number): number;
  assumeSession(c: number): number;
  connect(c: number, nowMs: number): number;
  opened(c: number): number;
  closed(c: number, by: number, random: number, nowMs: number): number;
  disconnect(c: number, waitMs: number, nowMs: number): number;
  restore(c: number, sleptMs: number, nowMs: number): number;
  receiveAddress(c: number): number;
  receiveRoom(c: number): number;
  received(c: number, bytes: number, nowMs: number): number;
  readNow(c: number, bytes: number, known: number, nowMs: number): number;
  poll(c: number, nowMs: number): number;
  deadlineMs(c: number, nowMs: number): number;
  toSend(c: number): number;
  sendAddress(c: number): number;
  sent(c: number, bytes: number, nowMs: number): number;
  collect(c: number, to: number, capacity: number, nowMs: number): number;
  publish(c: number, topic: number, payload: number, length: number, options: number): number;
  publishNow(
    c: number,
    topic: number,
    payload: number,
    length: number,
    options: number,
    to: number,
    capacity: number,
    nowMs: number,
  ): number;
  publishTo(
    c: number,
    topic: number,
    topicLength: number,
    payload: number,
    length: number,
    options: number,
  ): number;
  publishParts(
    c: number,
    topic: number,
    name: number,
    nameLength: number,
    total: number,
    options: number,
  ): number;
  supply(c: number, ticket: number, bytes: number, length: number): number;
  cancel(c: number, ticket: number): number;
  subscribe(c: number, filter: number, length: number, qos: number): number;
  unsubscribe(c: number, filter: number, length: number): number;
  nextMatching(c: number, handle: number): number;
  hasFive(): number;
  prepareProperties(c: number, type: number, at: number, length: number): number;
  setConnectProperties(c: number, text: number): number;
  setWillProperties(c: number, text: number): number;
  setRequestProperties(c: number, type: number, text: number): number;
  setSessionExpiry(c: number, seconds: number): number;
  setIntake(c: number, largestPacket: number, aliases: number): number;
  publishWith(
    c: number,
    topic: number,
    name: number,
    nameLength: number,
    properties: number,
    propertiesLength: number,
    payload: number,
    length: number,
    options: number,
    nowMs: number,
  ): number;
  publishPartsWith(
    c: number,
    topic: number,
    name: number,
    nameLength: number,
    properties: number,
    propertiesLength: number,
    total: number,
    options: number,
    nowMs: number,
  ): number;
  subscribeWith(c: number, filter: number, length: number, options: number, identifier: number): number;
  disconnectWith(c: number, reason: number, text: number, waitMs: number, nowMs: number): number;
  authenticate(c: number, text: number): number;
  eventReason(c: number): number;
  nextProperty(c: number, after: number): number;
  propertyLength(c: number, at: number): number;
  writeNumber(to: number, room: number, id: number, value: number): number;
  writeBytes(to: number, room: number, id: number, from: number, length: number): number;
  writePair(
    to: number,
    room: number,
    name: number,
    nameLength: number,
    value: number,
    valueLength: number,
  ): number;
}

const PAGE_BYTES = 65536;
/** The image's own constants lie below; `lowMemoryLimit` in asconfig.json sees to it. */
const FIRST_FREE = 4096;
/** Where callers' bytes go in, and where bytes to send come out. */
const SCRATCH_BYTES = 2 * PAGE_BYTES;
const IMAGE = "build/host.wasm";

const noBoard: Board = {
  sampleThousandths: refuse,
  setOutput: refuse,
  writeIdentity: refuse,
};

function refuse(): never {
  throw new Error("the firmware asked for a board while none was set");
}

/** One memory with many blocks. Not for use by two threads. */
export class Core {
  /** Those of the image; a core of another kind puts its own in their place. */
  exports: ClientExports & SensorExports;
  /** The board of the device whose firmware runs now. */
  board: Board = noBoard;
  /** Views of the whole memory. They change whenever it grows, so they are never kept. */
  bytes: Buffer;
  view: DataView;
  /** `SCRATCH_BYTES` for what a call takes, and as many for what `collect` gives. */
  readonly inbox: number = FIRST_FREE;
  readonly outbox: number = FIRST_FREE + SCRATCH_BYTES;
  readonly scratchBytes: number = SCRATCH_BYTES;
  readonly #memory: WebAssembly.Memory;
  readonly #freeBlocks = new Map<number, number[]>();
  #end: number = FIRST_FREE + 2 * SCRATCH_BYTES;

  constructor(module: WebAssembly.Module) {
    this.#memory = new WebAssembly.Memory({
      initial: Math.ceil(this.#end / PAGE_BYTES),
      maximum: PAGE_BYTES,
    });
    const board: Board = {
      sampleThousandths: (channel) => this.board.sampleThousandths(channel),
      setOutput: (output, isOn) => this.board.setOutput(output, isOn),
      writeIdentity: (at, capacity) => this.board.writeIdentity(at, capacity),
    };
    const instance = new WebAssembly.Instance(module, { env: { memory: this.#memory }, board: { ...board } });
    this.exports = instance.exports as unknown as ClientExports & SensorExports;
    this.bytes = Buffer.from(this.#memory.buffer);
    this.view = new DataView(this.#memory.buffer);
  }

  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** The address of `bytes` bytes for a block, aligned to 8. Throws a RangeError when 4 GiB are not enough. */
  allocate(bytes: number): number {
    const size = Math.ceil(bytes / 8) * 8;
    const freed = this.#freeBlocks.get(size)?.pop();
    if (freed !== undefined) return freed;
    const address = this.#end;
    this.#end += size;
    const missing = Math.ceil((this.#end - this.memoryBytes) / PAGE_BYTES);
    if (missing > 0) this.#grow(Math.max(missing, Math.ceil(this.memoryBytes / PAGE_BYTES / 4)), missing);
    return address;
  }

  free(address: number, bytes: number): void {
    const size = Math.ceil(bytes / 8) * 8;
    const list = this.#freeBlocks.get(size);
    if (list === undefined) this.#freeBlocks.set(size, [address]);
    else list.push(address);
  }

  /** A quarter more at a time, so that many blocks cost few copies of the memory. */
  #grow(pages: number, atLeast: number): void {
    const room = PAGE_BYTES - this.memoryBytes / PAGE_BYTES;
    this.#memory.grow(Math.max(atLeast, Math.min(pages, room)));
    this.bytes = Buffer.from(this.#memory.buffer);
    this.view = new DataView(this.#memory.buffer);
  }

  /** Writes a text or bytes at `at`, and answers how many bytes they took. The caller knows that there is room. */
  put(at: number, value: string | Uint8Array): number {
    if (typeof value === "string") return this.bytes.write(value, at, "utf8");
    this.bytes.set(value, at);
    return value.length;
  }
}

/** The laptop's image was not built. */
export class ImageMissing extends Error {
  override readonly name = "ImageMissing";
}

/** Compiles the laptop's image. Throws `ImageMissing`. */
export function loadModule(path: string = join(packageRoot(), IMAGE)): WebAssembly.Module {
  let image: Uint8Array<ArrayBuffer>;
  try {
    image = new Uint8Array(readFileSync(path));
  } catch {
    throw new ImageMissing(`${IMAGE} is not built yet`);
  }
  return new WebAssembly.Module(image);
}
