// Owns one sensor node on a laptop: its block, its board, its power, and the port that drives it. Refuses to know what its
// readings are for and who watches it.

import type { Dialer } from "../net/stream.ts";
import type { RandomStream } from "../random/random.ts";
import type { Clock } from "../time/clock.ts";
import { clientField, readField } from "./block.ts";
import { type Board, type Capacities, type Core, capacityList } from "./core.ts";
import { type ClientEvent, type DeviceEvent, readClientEvent, wordOf } from "./device-event.ts";
import { type Event, Phase, Sample, SensorLayout, Status } from "./layout.generated.ts";
import { clientMs, Port } from "./port.ts";

export interface DeviceSettings {
  /** The board's own name, 1 to 23 characters. It is the client id, and a level of every topic. */
  readonly name: string;
  readonly capacities: Capacities;
  readonly qos: 0 | 1 | 2;
  readonly intervalMs: number;
  readonly protocol: "3.1" | "3.1.1";
  readonly credentials: Credentials | null;
  readonly pace: ConnectionPace;
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
  readonly clock: Clock;
  /** Spreads the reconnections. */
  readonly random: RandomStream;
  /** The sensor at this moment, in thousandths of a degree; null when it does not answer. */
  readonly sample: () => number | null;
  readonly observer: (event: DeviceEvent) => void;
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

const VERSIONS = { "3.1": 3, "3.1.1": 4 } as const;
/** The highest output that the firmware knows by number is 3, and this board has them all. */
const OUTPUTS = 4;

export class SensorDevice {
  readonly settings: DeviceSettings;
  readonly #around: DeviceSurroundings;
  readonly #board: Board;
  readonly #address: number;
  /** Which reading a ticket stands for; a ticket that is missing here is a notice's. */
  readonly #seqOf = new Map<number, number>();
  #port: Port | null = null;
  #freeAtStart = 0;
  #whenIdle: () => void = () => undefined;

  /** Throws `DeviceRefused` when there is no device with such capacities. It is off until `powerOn`. */
  constructor(settings: DeviceSettings, around: DeviceSurroundings) {
    this.settings = settings;
    this.#around = around;
    this.#board = this.#createBoard();
    this.#address = around.core.allocate(
      accepted(around.core.exports.sensorBytes(...capacityList(settings.capacities))),
    );
  }

  get state(): DeviceState {
    const room = this.settings.capacities.entries;
    if (this.#port === null) return { isOn: false, isConnected: false, waiting: 0, room };
    const waiting = this.#freeAtStart - clientField(this.#around.core, this.#client, "freeCount");
    return { isOn: true, isConnected: this.#phase === Phase.Connected, waiting, room };
  }

  /** Begins a life that knows nothing of earlier ones. Throws `DeviceRefused` for settings that do not fit. */
  powerOn({ samples }: { readonly samples: boolean }): void {
    const { core, clock, dialer, random } = this.#around;
    this.#prepare();
    this.#port = new Port({
      core,
      client: this.#client,
      firmware: {
        poll: (nowMs) => this.#poll(nowMs),
        deadlineMs: (nowMs) => core.exports.sensorDeadlineMs(this.#address, nowMs),
      },
      dialer,
      clock,
      random,
      onEvent: (event) => this.#tell(event),
    });
    accepted(core.exports.sensorStart(this.#address, clientMs(clock)));
    if (!samples) this.stopSampling();
    this.#port.pump();
  }

  /** Everything it knew is gone. Its transport says nothing of its own accord: what the link lets out of it, the caller decides. */
  powerOff(): void {
    this.#port?.stop();
    this.#port = null;
    this.#seqOf.clear();
    this.#whenIdle();
  }

  stopSampling(): void {
    this.#around.core.exports.sensorPause(this.#address);
  }

  /** The status `offline`, waited for so long, then DISCONNECT. Resolves when the connection is over. */
  goodbye(waitMs: number): Promise<void> {
    const { core, clock } = this.#around;
    const port = this.#port;
    if (port === null || this.#phase === Phase.Idle) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
      core.exports.sensorStop(this.#address, waitMs, clientMs(clock));
      port.pump();
    });
  }

  get #client(): number {
    return this.#around.core.exports.sensorClient(this.#address);
  }

  get #phase(): number {
    return clientField(this.#around.core, this.#client, "phase");
  }

  #createBoard(): Board {
    const { core, sample, observer } = this.#around;
    return {
      sampleThousandths: () => sample() ?? Sample.None,
      setOutput(output, isOn) {
        if (output >= OUTPUTS) return 0;
        observer({ kind: "output", output, isOn: isOn !== 0 });
        return 1;
      },
      writeIdentity: (at, capacity) => core.bytes.write(this.settings.name, at, capacity, "utf8"),
    };
  }

  /** A fresh block with all that is settled before the device starts. */
  #prepare(): void {
    const { core } = this.#around;
    const { capacities, qos, intervalMs, protocol, pace } = this.settings;
    const { exports } = core;
    core.board = this.#board;
    accepted(exports.sensorInit(this.#address, ...capacityList(capacities), qos, intervalMs));
    const client = this.#client;
    accepted(exports.setVersion(client, VERSIONS[protocol]));
    accepted(exports.setClean(client, 0));
    accepted(exports.setKeepAlive(client, pace.keepAliveSeconds));
    accepted(exports.setLiveness(client, pace.pingDeadlineMs, clientField(core, client, "retransmitMs")));
    accepted(exports.setReconnect(client, 1, pace.backoffBaseMs, pace.backoffMaxMs, pace.connectTimeoutMs));
    this.#setCredentials(client);
    this.#freeAtStart = clientField(core, client, "freeCount");
  }

  #setCredentials(client: number): void {
    const { credentials } = this.settings;
    if (credentials === null) return;
    const { core } = this.#around;
    const { exports, inbox } = core;
    const { username, password } = credentials;
    const user = accepted(exports.prepareString(client, inbox, core.put(inbox, username)));
    const word =
      password === null ? 0 : accepted(exports.prepareBytes(client, inbox, core.put(inbox, password)));
    accepted(exports.setCredentials(client, user, word));
  }

  /** The firmware takes a reading before it asks the client, so the reading is told before the event. */
  #poll(nowMs: number): number {
    const { core } = this.#around;
    core.board = this.#board;
    const before = this.#field("readings");
    const event = core.exports.sensorPoll(this.#address, nowMs);
    if (this.#field("readings") !== before) this.#tellReading();
    return event;
  }

  #tellReading(): void {
    const [seq, ticket, thousandths] = [
      this.#field("readings"),
      this.#field("lastTicket"),
      this.#field("lastThousandths"),
    ];
    if (ticket >= 0) this.#seqOf.set(ticket, seq);
    this.#around.observer({
      kind: "reading",
      seq,
      thousandths: thousandths === Sample.None ? null : thousandths,
      refusal: ticket < 0 ? wordOf(Status, ticket) : null,
    });
  }

  #tell(event: Event): void {
    const told = readClientEvent(this.#around.core, this.#client, event);
    if (told === null) return;
    const translated = this.#translate(told);
    if (translated !== null) this.#around.observer(translated);
    if (told.kind === "closed" && this.#phase === Phase.Idle) this.#whenIdle();
  }

  /** Tickets and handles become what they stand for. Null for the end of a notice. */
  #translate(event: ClientEvent): DeviceEvent | null {
    switch (event.kind) {
      case "ended": {
        const seq = this.#seqOf.get(event.ticket);
        this.#seqOf.delete(event.ticket);
        return seq === undefined ? null : { kind: "readingEnded", seq, end: event.end };
      }
      case "statusPublished":
        return { kind: "status", status: event.text === this.#field("onlineText") ? "online" : "offline" };
      case "closed":
        return { ...event, error: this.#port?.lastError?.message ?? null };
      default:
        return event;
    }
  }

  #field(name: keyof typeof SensorLayout.fields): number {
    return readField(this.#around.core, this.#address, SensorLayout.fields[name]);
  }
}

function accepted(answer: number): number {
  if (answer < 0) throw new DeviceRefused(answer as Status);
  return answer;
}
