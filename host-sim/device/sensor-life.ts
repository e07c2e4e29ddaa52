// Owns one life of a sensor node, from a boot or a wake-up until its power is gone: its board, its port, and what it tells.
// Refuses to know how it came to power and what follows.

import type { Clock } from "../time/clock.ts";
import { clientField, type Field, readField } from "./block.ts";
import type { Board, Core } from "./core.ts";
import {
  type ClientEvent,
  type DeviceEvent,
  readClientEvent,
  readReasonString,
  wordOf,
} from "./device-event.ts";
import { Event, Phase, Sample, SensorLayout, Status } from "./layout.generated.ts";
import { clientMs, type Firmware, Port } from "./port.ts";
import type { DeviceSurroundings } from "./sensor-device.ts";

/** The highest output that the firmware knows by number is 3, and this board has them all. */
const OUTPUTS = 4;

const FIELDS = SensorLayout.fields;

/** Which reading a ticket stands for, by the ticket; none is a notice's. A sleep does not end it. */
export type SeqOfTicket = (number | undefined)[];

export interface LifeOptions {
  readonly name: string;
  /** Of the device's bytes. */
  readonly address: number;
  /** As the device has it. */
  readonly clock: Clock;
  readonly seqOfTicket: SeqOfTicket;
  readonly around: DeviceSurroundings;
  readonly onStep: () => void;
  /** It was told to leave, and has left. */
  readonly onLeft: () => void;
}

export class SensorLife implements Board, Firmware {
  readonly client: number;
  readonly #options: LifeOptions;
  readonly #core: Core;
  readonly #port: Port;
  /** Told once the firmware has returned: whoever is told may take its memory away. */
  #switched: DeviceEvent[] | null = null;
  #isCut = false;
  /** The broker's reason string for ending the present connection. */
  #said: string | null = null;

  constructor(options: LifeOptions) {
    const { around, address, clock, onStep } = options;
    const { core, dialer, random } = around;
    this.#options = options;
    this.#core = core;
    this.client = core.exports.sensorClient(address);
    this.#port = new Port({ core, client: this.client, firmware: this, dialer, clock, random, onStep });
  }

  /** The bytes are those of a fresh device. A negative answer is a Status. */
  start(): number {
    return this.#core.exports.sensorStart(this.#options.address, this.#nowMs());
  }

  /** The bytes are those of a device that has slept. A negative answer is a Status. */
  resume(sleptMs: number): number {
    return this.#core.exports.sensorRestore(this.#options.address, sleptMs, this.#nowMs());
  }

  run(): void {
    this.#port.pump();
  }

  stopSampling(): void {
    this.#core.exports.sensorPause(this.#options.address);
  }

  /** False when there is nothing to leave. */
  leave(waitMs: number): boolean {
    if (this.phase === Phase.Idle) return false;
    this.#core.exports.sensorStop(this.#options.address, waitMs, this.#nowMs());
    this.#port.pump();
    return true;
  }

  /** Nothing is done any more, and nothing told. */
  cut(): void {
    this.#isCut = true;
    this.#port.stop();
  }

  /** Nothing is done any more. What the firmware has just been asked for is still told, for it remembers the answer. */
  fallAsleep(): void {
    this.#port.stop();
  }

  get phase(): number {
    return clientField(this.#core, this.client, "phase");
  }

  #nowMs(): number {
    return clientMs(this.#options.clock);
  }

  sampleThousandths(): number {
    return this.#options.around.sample() ?? Sample.None;
  }

  setOutput(output: number, isOn: number): number {
    if (output >= OUTPUTS) return 0;
    this.#switched ??= [];
    this.#switched.push({ kind: "output", output, isOn: isOn !== 0 });
    return 1;
  }

  writeIdentity(at: number, capacity: number): number {
    return this.#core.bytes.write(this.#options.name, at, capacity, "utf8");
  }

  /** The firmware takes a reading before it asks the client, so the reading is told before the event. */
  poll(nowMs: number): number {
    const readings = this.#field(FIELDS.readings);
    this.#core.board = this;
    const event = this.#core.exports.sensorPoll(this.#options.address, nowMs) as Event;
    // All is read before anything is told, for whoever is told may take the memory away.
    const reading = this.#field(FIELDS.readings) === readings ? null : this.#takeReading();
    const told = this.#takeEvent(event);
    const hasLeft = told?.kind === "closed" && this.phase === Phase.Idle;
    if (reading !== null) this.#tell(reading);
    if (this.#switched !== null) this.#tellSwitched(this.#switched);
    if (told !== null) this.#tell(told);
    if (hasLeft && !this.#isCut) this.#options.onLeft();
    return event;
  }

  deadlineMs(nowMs: number): number {
    return this.#core.exports.sensorDeadlineMs(this.#options.address, nowMs);
  }

  #tell(event: DeviceEvent): void {
    if (!this.#isCut) this.#options.around.observer(event);
  }

  #tellSwitched(switched: readonly DeviceEvent[]): void {
    this.#switched = null;
    for (const event of switched) this.#tell(event);
  }

  #takeReading(): DeviceEvent {
    const seq = this.#field(FIELDS.readings);
    const ticket = this.#field(FIELDS.lastTicket);
    const thousandths = this.#field(FIELDS.lastThousandths);
    if (ticket >= 0) this.#options.seqOfTicket[ticket] = seq;
    return {
      kind: "reading",
      seq,
      thousandths: thousandths === Sample.None ? null : thousandths,
      refusal: ticket < 0 ? wordOf(Status, ticket) : null,
    };
  }

  #takeEvent(event: Event): DeviceEvent | null {
    if (event === Event.OpenTransport) this.#said = null;
    if (event === Event.CloseTransport) this.#said = readReasonString(this.#core, this.client);
    const told = readClientEvent(this.#core, this.client, event);
    return told === null ? null : this.#translate(told);
  }

  /** Tickets and handles become what they stand for. Null for the end of a notice. */
  #translate(event: ClientEvent): DeviceEvent | null {
    switch (event.kind) {
      case "ended": {
        const { seqOfTicket } = this.#options;
        const seq = seqOfTicket[event.ticket];
        seqOfTicket[event.ticket] = undefined;
        return seq === undefined ? null : { kind: "readingEnded", seq, end: event.end };
      }
      case "statusPublished":
        return { kind: "status", status: this.#statusOf(event.text) };
      case "statusRefused":
        return { kind: "statusRefused", status: this.#statusOf(event.text) };
      case "closed":
        return { ...event, error: this.#port.lastError?.message ?? null, said: this.#said };
      default:
        return event;
    }
  }

  #statusOf(text: number): "online" | "offline" {
    return text === this.#field(FIELDS.onlineText) ? "online" : "offline";
  }

  #field(field: Field): number {
    return readField(this.#core, this.#options.address, field);
  }
}
