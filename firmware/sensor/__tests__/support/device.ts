// A device under test: an image, a board and a broker in virtual time, and the port between them, as small as a port can be.
// The clock starts shortly before it wraps.
import assert from "node:assert/strict";
import { ClientLayout, ClosedBy, Event } from "../../../../host-sim/device/layout.generated.ts";
import { ScriptedBroker } from "./broker.ts";
import { FakeBoard, type ImageExports, instantiate } from "./image.ts";

export interface Capacities {
  readonly receive: number;
  readonly outbox: number;
  readonly entries: number;
  readonly window: number;
  readonly inboundIds: number;
  readonly texts: number;
  readonly textBytes: number;
  readonly filters: number;
}

export interface Options {
  readonly board?: FakeBoard;
  readonly capacities?: Partial<Capacities>;
  readonly qos?: 0 | 1 | 2;
  readonly intervalMs?: number;
  readonly clean?: boolean;
  readonly version?: 3 | 4 | 5;
}

/** An ESP8266's. */
export const CAPACITIES: Capacities = {
  receive: 1024,
  outbox: 1024,
  entries: 16,
  window: 8,
  inboundIds: 32,
  texts: 9,
  textBytes: 200,
  filters: 2,
};

/** Above what the image's own data may take. */
const FIRST_BLOCK = 4096;
const SENT_BYTES = 2048;
const SENT_AT = 65536 - SENT_BYTES;
const SHORTLY_BEFORE_THE_WRAP = 2 ** 32 - 3000;

export interface SeenEvent {
  readonly event: number;
  readonly code: number;
}

export class Device {
  readonly board: FakeBoard;
  readonly broker = new ScriptedBroker();
  readonly image: ImageExports;
  readonly bytes: number;
  readonly events: SeenEvent[] = [];
  isLinkUp = true;
  nowMs = SHORTLY_BEFORE_THE_WRAP;
  address = FIRST_BLOCK;
  #isOpen = false;
  #incoming = Buffer.alloc(0);

  constructor({
    board = new FakeBoard(),
    capacities,
    qos = 1,
    intervalMs = 1000,
    clean = true,
    version = 4,
  }: Options = {}) {
    this.board = board;
    this.image = instantiate(board);
    const all = Object.values({ ...CAPACITIES, ...capacities });
    this.bytes = this.image.sensorInit(this.address, ...all, qos, intervalMs);
    assert.ok(this.bytes > 0, `refused: ${this.bytes}`);
    assert.equal(this.image.setClean(this.client, clean ? 1 : 0), 0);
    assert.equal(this.image.setVersion(this.client, version), 0);
  }

  get client(): number {
    return this.image.sensorClient(this.address);
  }

  /** Starts, and runs what follows at once. */
  start(): void {
    assert.equal(this.image.sensorStart(this.address, this.nowMs), 0);
    this.settle();
  }

  /** Lets the time pass from deadline to deadline. */
  advanceMs(durationMs: number): void {
    let leftMs = durationMs;
    for (let idle = 0; ; ) {
      this.settle();
      const deadlineMs = this.image.sensorDeadlineMs(this.address, this.nowMs);
      const stepMs = deadlineMs < 0 || deadlineMs > leftMs ? leftMs : deadlineMs;
      if (leftMs === 0) return;
      idle = stepMs === 0 ? idle + 1 : 0;
      assert.ok(idle < 3, "the device asks to be called, and does nothing when it is");
      this.stallMs(stepMs);
      leftMs -= stepMs;
    }
  }

  /** Nobody calls the device for so long. */
  stallMs(durationMs: number): void {
    this.nowMs = (this.nowMs + durationMs) % 2 ** 32;
  }

  /** The broker, or another client through it, publishes to a topic of this device. */
  tell(level: "command" | "status", payload: string | Buffer, retain = false): void {
    this.broker.publish(`motekit/${this.board.identity}/${level}`, payload, retain);
    this.settle();
  }

  /** The link breaks, and no other can be had until it is up again. */
  breakLink(): void {
    this.isLinkUp = false;
    if (this.#isOpen) this.#close(ClosedBy.Link);
    this.settle();
  }

  healLink(): void {
    this.isLinkUp = true;
  }

  /** Moves the device to another place in the memory and spoils the old one. */
  move(to: number): void {
    const memory = new Uint8Array(this.image.memory.buffer);
    memory.copyWithin(to, this.address, this.address + this.bytes);
    const spoiltEnd = Math.min(this.address + this.bytes, to > this.address ? to : Number.POSITIVE_INFINITY);
    memory.fill(0xaa, this.address, spoiltEnd);
    this.address = to;
  }

  /** Exchanges events and bytes until neither side has any more. */
  settle(): void {
    let isBusy = true;
    for (let round = 0; isBusy; round++) {
      assert.ok(round < 1000, "device and broker never come to rest");
      const hasPolled = this.#pollAll();
      const hasSent = this.#sendAll();
      isBusy = this.#receiveSome() || hasPolled || hasSent;
    }
  }

  #pollAll(): boolean {
    for (let count = 0; ; count++) {
      assert.ok(count < 10_000, "events without end");
      const event = this.image.sensorPoll(this.address, this.nowMs);
      if (event === Event.None) return count > 0;
      this.events.push({ event, code: this.#clientByte(ClientLayout.fields.eventCode.offset) });
      if (event === Event.OpenTransport) this.#open();
      if (event === Event.CloseTransport) this.#close(ClosedBy.Client);
    }
  }

  #open(): void {
    if (!this.isLinkUp) {
      this.#close(ClosedBy.Link);
      return;
    }
    this.#isOpen = true;
    this.#incoming = Buffer.alloc(0);
    this.broker.connectionOpened();
    assert.equal(this.image.opened(this.client), 0);
  }

  #close(by: ClosedBy): void {
    this.#isOpen = false;
    assert.equal(this.image.closed(this.client, by, 0x9e3779b9 | 0, this.nowMs), 0);
  }

  #sendAll(): boolean {
    let hasSent = false;
    for (;;) {
      const bytes = this.image.collect(this.client, SENT_AT, SENT_BYTES, this.nowMs);
      if (bytes === 0) return hasSent;
      hasSent = true;
      this.broker.take(new Uint8Array(this.image.memory.buffer, SENT_AT, bytes));
    }
  }

  /** As much as there is room for. The rest comes once the device has answered what it has. */
  #receiveSome(): boolean {
    if (!this.#isOpen) return false;
    this.#incoming = Buffer.concat([this.#incoming, this.broker.takeAnswers()]);
    const part = this.#incoming.subarray(0, this.image.receiveRoom(this.client));
    if (part.length === 0) return false;
    this.#incoming = this.#incoming.subarray(part.length);
    new Uint8Array(this.image.memory.buffer).set(part, this.image.receiveAddress(this.client));
    assert.equal(this.image.received(this.client, part.length, this.nowMs), 0);
    return true;
  }

  #clientByte(offset: number): number {
    return new DataView(this.image.memory.buffer).getUint8(this.client + offset);
  }
}

/** A device that has connected. */
export function startedDevice(options: Options = {}): Device {
  const device = new Device(options);
  device.start();
  return device;
}
