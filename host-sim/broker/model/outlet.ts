// Owns how the broker's bytes leave on one connection: together, in pieces, and acknowledgements late. Refuses to know what
// they say.

import type { Stream } from "../../net/stream.ts";
import type { RandomStream } from "../../random/random.ts";
import { after, type Clock, type Timer } from "../../time/clock.ts";
import { drawMs, type Manners } from "./manners.ts";

export interface OutletSurroundings {
  readonly clock: Clock;
  readonly random: RandomStream;
  /** Those of the moment. */
  readonly manners: () => Manners;
}

const LONGEST_PIECE = 16;

export class Outlet {
  readonly #stream: Stream;
  readonly #around: OutletSurroundings;
  readonly #late = new Set<Timer>();
  #lastLateMs = 0;
  #isGathering = false;
  /** What was gathered: mostly there is no more than one. */
  #first: Uint8Array | null = null;
  #more: Uint8Array[] = [];
  /** What is left of a write that goes out in pieces. */
  #pieces: Uint8Array[] = [];
  #isPieceDue = false;
  #wantsEnd = false;
  #isOver = false;
  /** Written since the stream was last empty. */
  #backlogBytes = 0;

  constructor(stream: Stream, around: OutletSurroundings) {
    this.#stream = stream;
    this.#around = around;
  }

  /** An estimate from above: what of it was read, nobody tells before all is. */
  get backlogBytes(): number {
    return this.#backlogBytes;
  }

  drained(): void {
    this.#backlogBytes = 0;
  }

  /** What is written until `flush` leaves as one. */
  gather(): void {
    this.#isGathering = true;
  }

  flush(): void {
    this.#isGathering = false;
    const first = this.#first;
    if (first === null) return;
    const all = this.#more.length === 0 ? first : Buffer.concat([first, ...this.#more]);
    this.#first = null;
    if (this.#more.length > 0) this.#more = [];
    this.#send(all);
  }

  write(bytes: Uint8Array): void {
    if (this.#isOver) return;
    if (!this.#isGathering) this.#send(bytes);
    else if (this.#first === null) this.#first = bytes;
    else this.#more.push(bytes);
  }

  /** An acknowledgement, which may wait; `onLeft` is called when it leaves. Answers whether it has left already. */
  answer(bytes: Uint8Array, onLeft: (id: number) => void, id: number): boolean {
    const { ackDelayMs, acksOvertake } = this.#around.manners();
    if (ackDelayMs === null && (this.#late.size === 0 || acksOvertake)) {
      this.write(bytes);
      onLeft(id);
      return true;
    }
    const { clock, random } = this.#around;
    const drawnMs = clock.nowMs + drawMs(ackDelayMs, random);
    const atMs = acksOvertake ? drawnMs : Math.max(drawnMs, this.#lastLateMs);
    this.#lastLateMs = atMs;
    const timer = clock.at(atMs, () => {
      this.#late.delete(timer);
      this.write(bytes);
      onLeft(id);
    });
    this.#late.add(timer);
    return false;
  }

  /** What was written goes out, then FIN. What was to be acknowledged late is not. */
  end(): void {
    if (this.#isOver) return;
    this.#callOff();
    this.flush();
    this.#isOver = true;
    this.#wantsEnd = true;
    if (this.#pieces.length === 0) this.#stream.end();
  }

  /** At once, and nothing more. */
  destroy(): void {
    this.#callOff();
    this.#isOver = true;
    this.#pieces = [];
    this.#stream.destroy();
  }

  /** The stream is gone by itself. */
  closed(): void {
    this.#callOff();
    this.#isOver = true;
    this.#pieces = [];
  }

  #callOff(): void {
    for (const timer of this.#late) timer.cancel();
    this.#late.clear();
  }

  #send(bytes: Uint8Array): void {
    if (this.#around.manners().fragment === "whole" && this.#pieces.length === 0) {
      this.#put(bytes);
      return;
    }
    this.#cut(bytes);
    this.#sendPiece();
  }

  #put(bytes: Uint8Array): void {
    this.#backlogBytes = this.#stream.write(bytes) ? 0 : this.#backlogBytes + bytes.length;
  }

  #cut(bytes: Uint8Array): void {
    const { random } = this.#around;
    const { fragment } = this.#around.manners();
    let at = 0;
    while (at < bytes.length) {
      const length =
        fragment === "bytes"
          ? 1
          : fragment === "pieces"
            ? Math.floor(random.between(1, LONGEST_PIECE + 1))
            : bytes.length;
      this.#pieces.push(bytes.subarray(at, at + length));
      at += length;
    }
  }

  #sendPiece(): void {
    const piece = this.#isPieceDue ? undefined : this.#pieces.shift();
    if (piece === undefined) return;
    this.#put(piece);
    if (this.#pieces.length === 0 && this.#wantsEnd) return this.#stream.end();
    this.#isPieceDue = true;
    after(this.#around.clock, this.#around.manners().fragmentGapMs, () => {
      this.#isPieceDue = false;
      this.#sendPiece();
    });
  }
}
