// Owns one connection through the proxy: two sockets, the delay between them, and how it ends. Knows no rule of where to cut.
import type { Socket } from "node:net";
import { type Arrival, bytesLetThrough, type Cut, type CutManner } from "./cut.ts";
import {
  type Direction,
  type Frame,
  type PacketFacts,
  PacketFramer,
  PacketReader,
  type PacketRecord,
  startsLikeMqtt,
} from "./packet-log.ts";
import { PATIENCE_MS } from "./patience.ts";

/** What the proxy decides for all its connections. */
export interface Link {
  readonly oneWayDelayMs: number;
  readonly paused: boolean;
  nowMs(): number;
  cutFor(direction: Direction, facts: PacketFacts): Cut | undefined;
  log(record: PacketRecord): void;
}

type Parcel =
  | { readonly kind: "frame"; readonly frame: Frame }
  | { readonly kind: "fin" }
  | { readonly kind: "reset" };

interface Lane {
  readonly direction: Direction;
  readonly source: Socket;
  readonly target: Socket;
  readonly framer: PacketFramer;
  readonly queue: { readonly dueMs: number; readonly parcel: Parcel }[];
  timer: NodeJS.Timeout | undefined;
}

/** `ending`: withheld from now on, sockets being closed. `silent`: withheld from now on, sockets left alone. */
type State = "open" | "ending" | "silent" | "closed";

export class ProxiedConnection {
  readonly index: number;
  readonly closed: Promise<void>;
  #state: State = "open";
  readonly #link: Link;
  readonly #reader = new PacketReader();
  readonly #lanes: readonly [Lane, Lane];

  constructor(index: number, client: Socket, broker: Socket, link: Link) {
    this.index = index;
    this.#link = link;
    const toBroker = lane("toBroker", client, broker);
    const toClient = lane("toClient", broker, client);
    this.#lanes = [toBroker, toClient];
    for (const each of this.#lanes) this.#listen(each);
    client.once("data", (first: Buffer) => {
      if (startsLikeMqtt(first)) return;
      toBroker.framer.makeOpaque();
      toClient.framer.makeOpaque();
    });
    for (const each of this.#lanes) {
      each.source.on("data", (chunk: Buffer) => this.#take(each, chunk));
    }
    this.closed = Promise.all([closeOf(client), closeOf(broker)]).then(() => this.#finish());
  }

  /** True while packets can pass. */
  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Ends the connection now; what is still under way is lost. */
  async cutNow(how: CutManner): Promise<void> {
    if (this.#state !== "open") return;
    this.#withhold(how === "silence" ? "silent" : "ending");
    if (how !== "silence") await Promise.all(this.#lanes.map(({ source }) => endSocket(source, how)));
  }

  /** Hands on what is due; called when its time has come and after a pause. */
  pump(): void {
    for (const each of this.#lanes) this.#pumpLane(each);
  }

  destroy(): void {
    for (const { source } of this.#lanes) source.destroy();
  }

  #listen(each: Lane): void {
    each.source.setNoDelay(true);
    each.source.on("end", () => this.#enqueue(each, { kind: "fin" }));
    // Without a listener an error would be thrown; the close that follows it says all that is needed.
    each.source.on("error", () => {});
    each.source.on("close", (hadError) => {
      if (hadError) this.#enqueue(each, { kind: "reset" });
    });
  }

  #take(each: Lane, chunk: Buffer): void {
    for (const frame of each.framer.push(chunk)) this.#enqueue(each, { kind: "frame", frame });
  }

  #enqueue(each: Lane, parcel: Parcel): void {
    if (this.#state === "open") {
      each.queue.push({ dueMs: this.#link.nowMs() + this.#link.oneWayDelayMs, parcel });
      this.#pumpLane(each);
    } else if (parcel.kind === "frame") {
      this.#record(each, parcel.frame, this.#reader.read(parcel.frame), 0);
    }
  }

  #pumpLane(each: Lane): void {
    clearTimeout(each.timer);
    while (this.#state === "open" && !this.#link.paused) {
      const head = each.queue[0];
      if (head === undefined) return;
      const waitMs = head.dueMs - this.#link.nowMs();
      if (waitMs > 0) {
        each.timer = setTimeout(() => this.#pumpLane(each), waitMs);
        return;
      }
      each.queue.shift();
      this.#deliver(each, head.parcel);
    }
  }

  #deliver(each: Lane, parcel: Parcel): void {
    if (parcel.kind === "fin") {
      each.target.end();
    } else if (parcel.kind === "reset") {
      each.target.resetAndDestroy();
    } else {
      const facts = this.#reader.read(parcel.frame);
      const cut = this.#link.cutFor(each.direction, facts);
      if (cut === undefined) {
        each.target.write(parcel.frame.bytes);
        this.#record(each, parcel.frame, facts, parcel.frame.bytes.length);
      } else {
        void this.#cutAt(each, parcel.frame, facts, cut);
      }
    }
  }

  async #cutAt(each: Lane, frame: Frame, facts: PacketFacts, cut: Cut): Promise<void> {
    const { when, how } = cut.rule;
    const size = bytesLetThrough(when, frame.bytes.length);
    const record = this.#record(each, frame, facts, size);
    this.#withhold(how === "silence" ? "silent" : "ending");
    let arrival: Arrival = "none";
    if (size > 0) arrival = await this.#letThrough(each.target, frame.bytes.subarray(0, size), how);
    // The sender learns of it last: were it to reconnect while its packet is still unread, a broker taking over the
    // session would throw the packet away, and the cut would have been one `before` it.
    if (how !== "silence") await Promise.all(this.#lanes.map(({ source }) => endSocket(source, how)));
    cut.settle({ record, arrival });
  }

  /** Always ends with FIN, never with a reset: a reset may destroy what the receiver has not read yet. */
  async #letThrough(target: Socket, bytes: Buffer, how: CutManner): Promise<Arrival> {
    const written = await new Promise<boolean>((resolve) => target.write(bytes, (error) => resolve(!error)));
    if (!written) return "unconfirmed";
    if (how === "silence") return "delivered";
    return (await endSocket(target, "fin")) === "in good order" ? "read" : "unconfirmed";
  }

  #withhold(state: "ending" | "silent"): void {
    this.#state = state;
    for (const each of this.#lanes) {
      clearTimeout(each.timer);
      for (const { parcel } of each.queue.splice(0)) this.#enqueue(each, parcel);
    }
  }

  #record(each: Lane, frame: Frame, facts: PacketFacts, forwardedBytes: number): PacketRecord {
    const record: PacketRecord = {
      ...facts,
      connection: this.index,
      direction: each.direction,
      atMs: this.#link.nowMs(),
      forwarded: forwardedBytes === frame.bytes.length,
      forwardedBytes,
      bytes: frame.bytes,
    };
    this.#link.log(record);
    return record;
  }

  #finish(): void {
    this.#state = "closed";
    for (const each of this.#lanes) {
      clearTimeout(each.timer);
      const bytes = each.framer.leftover();
      if (bytes.length > 0) this.#record(each, { bytes, whole: false }, { cmd: "incomplete" }, 0);
    }
  }
}

function lane(direction: Direction, source: Socket, target: Socket): Lane {
  return { direction, source, target, framer: new PacketFramer(), queue: [], timer: undefined };
}

function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

/** Needs a listener for the socket's data, so that what the peer still sends cannot turn the FIN into a reset. */
function endSocket(socket: Socket, how: "reset" | "fin"): Promise<"in good order" | "broken"> {
  if (socket.closed) return Promise.resolve(socket.errored ? "broken" : "in good order");
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(new Error("the peer did not close in time")), PATIENCE_MS);
    socket.once("close", (hadError) => {
      clearTimeout(timer);
      resolve(hadError ? "broken" : "in good order");
    });
    if (how === "fin") socket.end();
    else socket.resetAndDestroy();
  });
}
