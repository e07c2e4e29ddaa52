// Owns Espruino's `net`: sockets that queue what is written, tell when it has left, and hand on what came in small pieces.
// It follows the interpreter's own loop (libs/network/socketserver.c); what carries the bytes, it does not know.

import type { Dialer, Stream, StreamError } from "../net/stream.ts";
import type { Events, Later } from "./events.ts";
import { bytesOf, latin1 } from "./flat-string.ts";

export interface Network {
  /** False while there is no network: then nothing can be opened. */
  readonly isOnline: boolean;
  /** The way to a host, or null for a name that nobody knows. */
  dialerTo(host: string, port: number, isTls: boolean): Dialer | null;
}

/** A socket as a program sees it. `dSnd` is the interpreter's own queue, which a program can reach. */
export interface EspruinoSocket {
  dSnd: string;
  write(data: unknown): boolean;
  end(data?: unknown): void;
}

export interface SocketSurroundings {
  readonly network: Network;
  readonly events: Events;
  readonly later: Later;
  /** The most bytes that go in or out at a time. */
  readonly chunkBytes: number;
  /** An empty object of the program's realm. */
  readonly makeObject: () => object;
}

/** Espruino's own numbers (libs/network/socketerrors.h) and words. */
const ERRORS: Readonly<Record<StreamError["kind"], readonly [code: number, message: string]>> = {
  refused: [-9, "connection reset"],
  reset: [-9, "connection reset"],
  unreachable: [-4, "no route"],
  "name-not-found": [-6, "not found"],
  "timed-out": [-3, "timeout"],
  tls: [-13, "ssl handshake failed"],
  websocket: [-10, "unknown error"],
  other: [-10, "unknown error"],
};
const UNSENT: readonly [number, string] = [-8, "unsent data"];

export class Sockets {
  readonly #around: SocketSurroundings;
  readonly #open = new Set<SocketLife>();

  constructor(around: SocketSurroundings) {
    this.#around = around;
  }

  /** Throws, as Espruino does, when there is no network or no such host. */
  connect(
    options: { host: string; port: number },
    isTls: boolean,
    callback?: (socket: unknown) => void,
  ): EspruinoSocket {
    const { network } = this.#around;
    if (!network.isOnline) throw new Error("Not connected to the internet");
    const dialer = network.dialerTo(options.host, options.port, isTls);
    if (dialer === null) throw new Error("Unable to locate host");
    const life = new SocketLife(this.#around, () => this.#open.delete(life));
    this.#open.add(life);
    life.dial(dialer, callback);
    return life.socket;
  }

  /** The network is gone: the interpreter drops its sockets and tells nobody. */
  drop(): void {
    for (const life of this.#open) life.drop();
    this.#open.clear();
  }
}

class SocketLife {
  readonly socket: EspruinoSocket;
  readonly #around: SocketSurroundings;
  readonly #onGone: () => void;
  #stream: Stream | null = null;
  #received: Uint8Array[] = [];
  #isConnected = false;
  #isWritable = false;
  #wantsClose = false;
  #isGone = false;
  #isTurnDue = false;
  #end: { readonly error: readonly [number, string] | null } | null = null;
  #callback: ((socket: unknown) => void) | undefined;

  constructor(around: SocketSurroundings, onGone: () => void) {
    this.#around = around;
    this.#onGone = onGone;
    this.socket = Object.assign(around.makeObject(), {
      dSnd: "",
      write: (data: unknown) => this.#write(data),
      end: (data?: unknown) => this.#askToClose(data),
    });
  }

  dial(dialer: Dialer, callback?: (socket: unknown) => void): void {
    this.#callback = callback;
    this.#stream = dialer.dial({
      onOpen: () => this.#turnAfter(() => this.#opened()),
      onData: (bytes) => this.#turnAfter(() => this.#received.push(bytes)),
      onDrain: () => this.#turnAfter(() => this.#becameWritable()),
      onEnd: () => this.#turnAfter(() => this.#ended(null)),
      onClose: (error) => this.#turnAfter(() => this.#ended(error === null ? null : ERRORS[error.kind])),
    });
  }

  drop(): void {
    this.#isGone = true;
    this.#stream?.destroy();
  }

  #opened(): void {
    const { later } = this.#around;
    this.#isConnected = this.#isWritable = true;
    const callback = this.#callback;
    if (callback !== undefined) later(() => callback.call(this.socket, this.socket));
    if (this.socket.dSnd === "") this.#tell("drain");
  }

  #becameWritable(): void {
    this.#isWritable = true;
  }

  #ended(error: readonly [number, string] | null): void {
    this.#end ??= { error };
  }

  #write(data: unknown): boolean {
    if (this.#wantsClose || this.#isGone) throw new Error("This socket is closed");
    this.socket.dSnd += latin1(bytesOf(data));
    this.#takeTurn();
    return false;
  }

  #askToClose(data?: unknown): void {
    if (this.#isGone) return;
    if (data !== undefined) this.#write(data);
    this.#wantsClose = true;
    this.#takeTurn();
  }

  #turnAfter(change: () => void): void {
    if (this.#isGone) return;
    change();
    this.#takeTurn();
  }

  /** One round of the interpreter's loop, later. */
  #takeTurn(): void {
    if (this.#isTurnDue || this.#isGone) return;
    this.#isTurnDue = true;
    this.#around.later(() => {
      this.#isTurnDue = false;
      if (!this.#isGone) this.#turn();
    });
  }

  #turn(): void {
    this.#deliver();
    if (this.#isGone) return;
    this.#send();
    const isEmpty = this.socket.dSnd === "";
    if ((this.#wantsClose && isEmpty) || (this.#end !== null && this.#received.length === 0)) this.#close();
    else if (this.#received.length > 0 || (this.#isWritable && !isEmpty)) this.#takeTurn();
  }

  /** One piece. Without a listener Espruino keeps it, and reads on without limit: a program that does so is refused. */
  #deliver(): void {
    const bytes = this.#received[0];
    if (bytes === undefined) return;
    const { chunkBytes, events } = this.#around;
    if (!events.has(this.socket, "data")) throw new Error("bytes came for a socket without a data listener");
    const piece = bytes.subarray(0, chunkBytes);
    if (piece.length === bytes.length) this.#received.shift();
    else this.#received[0] = bytes.subarray(chunkBytes);
    events.call(this.socket, "data", latin1(piece));
  }

  #send(): void {
    const { dSnd } = this.socket;
    if (!this.#isConnected || !this.#isWritable || dSnd === "" || this.#end !== null) return;
    const piece = dSnd.slice(0, this.#around.chunkBytes);
    this.socket.dSnd = dSnd.slice(piece.length);
    this.#isWritable = this.#stream?.write(bytesOf(piece)) ?? false;
    if (this.socket.dSnd === "" && !this.#wantsClose) this.#tell("drain");
  }

  #close(): void {
    const isUnsent = this.socket.dSnd !== "" && this.#end?.error === null;
    const error = isUnsent ? UNSENT : (this.#end?.error ?? null);
    this.#isGone = true;
    this.#onGone();
    if (this.#end === null) this.#stream?.end();
    this.#stream?.destroy();
    if (error !== null) this.#tell("error", { code: error[0], message: error[1] });
    this.#tell("end");
    this.#tell("close", error !== null);
  }

  #tell(name: string, ...args: unknown[]): void {
    this.#around.events.emit(this.socket, name, ...args);
  }
}
