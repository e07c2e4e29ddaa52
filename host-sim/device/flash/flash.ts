// Owns a serial NOR flash chip in time: what it is busy with, how long it takes, and what a power cut in the middle leaves.
// Refuses to know what is stored in it.

import type { Random, RandomStream } from "../../random/random.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import { Cells } from "./cells.ts";
import { type FlashFigures, wornMs } from "./figures.ts";

export interface FlashOptions {
  readonly sectors: number;
  readonly figures: FlashFigures;
}

/** The caller's mistake: it reaches outside the chip, or asks while the chip is busy. Nothing has changed. */
export class FlashMisused extends RangeError {
  override readonly name = "FlashMisused";
}

/**
 *   sector 0 │ sector 1 │ …          erased as a whole, to 0xff
 *   page page page …                 programmed up to a page at a time, from 1 to 0 only
 */
export interface Flash {
  readonly sizeBytes: number;
  readonly isBusy: boolean;
  /** Bytes that were to hold what they cannot hold: a 0 can only be erased to 1, with its whole sector. */
  readonly misuses: number;
  /** How often the sector was erased, in part or as a whole. */
  wear(sector: number): number;
  /** A copy. Bits that lost power half way may read differently each time. Throws `FlashMisused`. */
  read(address: number, length: number): Uint8Array;
  /** Page after page, as drivers do; `done` is called when the last is programmed, and never after a power cut. Throws `FlashMisused`. */
  write(address: number, bytes: Uint8Array, done: () => void): void;
  /** `done` is called when the sector is erased, and never after a power cut. Throws `FlashMisused`. */
  erase(sector: number, done: () => void): void;
  /** What it is busy with stays as far as it has come, and the chip is as ready as any for what is asked of it next. */
  cutPower(): void;
  /** All of it as it would be read now; a page or sector it is busy with is still as before. */
  image(): Uint8Array;
}

/** Empty, as from the factory. Takes the streams `program`, `erase` and `read` of `random`. */
export function createFlash(options: FlashOptions, clock: Clock, random: Random): Flash {
  return new Chip(options, clock, random);
}

type Operation = ProgramOperation | EraseOperation;

interface ProgramOperation {
  readonly kind: "program";
  /** Of the page's part that is programmed now. */
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly startedMs: number;
  readonly durationMs: number;
}

interface EraseOperation {
  readonly kind: "erase";
  readonly sector: number;
  readonly startedMs: number;
  readonly durationMs: number;
}

class Chip implements Flash {
  readonly sizeBytes: number;
  misuses = 0;
  readonly #figures: FlashFigures;
  readonly #clock: Clock;
  readonly #cells: Cells;
  readonly #wear: Uint32Array;
  readonly #draws: {
    readonly program: RandomStream;
    readonly erase: RandomStream;
    readonly read: RandomStream;
  };
  #operation: Operation | null = null;
  #timer: Timer | null = null;

  constructor({ sectors, figures }: FlashOptions, clock: Clock, random: Random) {
    this.sizeBytes = sectors * figures.sectorBytes;
    this.#figures = figures;
    this.#clock = clock;
    this.#cells = new Cells(this.sizeBytes);
    this.#wear = new Uint32Array(sectors);
    this.#draws = {
      program: random.stream("program"),
      erase: random.stream("erase"),
      read: random.stream("read"),
    };
  }

  get isBusy(): boolean {
    return this.#operation !== null;
  }

  wear(sector: number): number {
    this.#checkSector(sector);
    return this.#wear[sector] as number;
  }

  read(address: number, length: number): Uint8Array {
    this.#checkReady("read", address, length);
    return this.#cells.read(address, length, this.#draws.read);
  }

  write(address: number, bytes: Uint8Array, done: () => void): void {
    this.#checkReady("write", address, bytes.length);
    this.#programFrom(address, new Uint8Array(bytes), done);
  }

  erase(sector: number, done: () => void): void {
    this.#checkSector(sector);
    const { sectorBytes, sectorErase, endurance } = this.#figures;
    this.#checkReady("erase", sector * sectorBytes, sectorBytes);
    const durationMs = wornMs(sectorErase, this.#wear[sector] as number, endurance);
    this.#wear[sector] = (this.#wear[sector] as number) + 1;
    const startedMs = this.#clock.nowMs;
    this.#begin({ kind: "erase", sector, startedMs, durationMs }, () => {
      this.#cells.erase(sector * sectorBytes, (sector + 1) * sectorBytes);
      done();
    });
  }

  cutPower(): void {
    const operation = this.#operation;
    this.#operation = null;
    this.#timer?.cancel();
    if (operation === null) return;
    const elapsedMs = this.#clock.nowMs - operation.startedMs;
    if (operation.kind === "program") this.#tearProgram(operation, elapsedMs);
    else this.#tearErase(operation, elapsedMs / operation.durationMs);
  }

  image(): Uint8Array {
    return this.#cells.read(0, this.sizeBytes, this.#draws.read);
  }

  #begin(operation: Operation, finish: () => void): void {
    this.#operation = operation;
    this.#timer = this.#clock.at(operation.startedMs + operation.durationMs, () => {
      this.#operation = null;
      finish();
    });
  }

  #programFrom(address: number, bytes: Uint8Array, done: () => void): void {
    const { pageBytes } = this.#figures;
    const part = bytes.subarray(0, pageBytes - (address % pageBytes));
    const durationMs = this.#programMs(address, part.length);
    const startedMs = this.#clock.nowMs;
    this.#begin({ kind: "program", address, bytes: part, startedMs, durationMs }, () => {
      this.#program(address, part);
      if (part.length === bytes.length) done();
      else this.#programFrom(address + part.length, bytes.subarray(part.length), done);
    });
  }

  /** Of so many bytes within a page. */
  #programMs(address: number, bytes: number): number {
    if (bytes === 0) return 0;
    const { firstByte, nextByte, page, sectorBytes, endurance } = this.#figures;
    const wear = this.#wear[Math.floor(address / sectorBytes)] as number;
    const eachMs = wornMs(firstByte, wear, endurance) + (bytes - 1) * wornMs(nextByte, wear, endurance);
    return Math.min(eachMs, wornMs(page, wear, endurance));
  }

  #program(address: number, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      if (!this.#cells.program(address + i, bytes[i] as number)) this.misuses += 1;
    }
  }

  /** Byte after byte: those before the one it was at are programmed, those behind it untouched. */
  #tearProgram({ address, bytes }: ProgramOperation, elapsedMs: number): void {
    let whole = 0;
    while (whole < bytes.length && this.#programMs(address, whole + 1) <= elapsedMs) whole += 1;
    this.#program(address, bytes.subarray(0, whole));
    const value = bytes[whole];
    if (value === undefined) return;
    const beganMs = this.#programMs(address, whole);
    const progress = (elapsedMs - beganMs) / (this.#programMs(address, whole + 1) - beganMs);
    if (progress > 0) this.#cells.programPartly(address + whole, value, progress, this.#draws.program);
  }

  /** First all cells are programmed to 0, from the sector's end on, and then all are erased together, each at its own speed. */
  #tearErase({ sector }: EraseOperation, progress: number): void {
    const { sectorBytes, clearingShare } = this.#figures;
    const [from, to] = [sector * sectorBytes, (sector + 1) * sectorBytes];
    if (clearingShare > 0) {
      const cleared = Math.floor(Math.min(1, progress / clearingShare) * sectorBytes);
      for (let address = to - cleared; address < to; address++) this.#cells.program(address, 0);
    }
    const erasing = (progress - clearingShare) / (1 - clearingShare);
    if (erasing > 0) this.#cells.erasePartly(from, to, erasing, this.#draws.erase);
  }

  #checkReady(what: string, address: number, length: number): void {
    if (!Number.isInteger(address) || address < 0 || !(length >= 0) || address + length > this.sizeBytes) {
      throw new FlashMisused(
        `${what} of ${length} bytes at ${hex(address)}: the flash ends at ${hex(this.sizeBytes)}`,
      );
    }
    if (this.isBusy) throw new FlashMisused(`${what} at ${hex(address)}: the flash is busy`);
  }

  #checkSector(sector: number): void {
    if (Number.isInteger(sector) && sector >= 0 && sector < this.#wear.length) return;
    const address = sector * this.#figures.sectorBytes;
    throw new FlashMisused(
      `there is no sector ${sector}, at ${hex(address)}: the flash ends at ${hex(this.sizeBytes)}`,
    );
  }
}

function hex(address: number): string {
  return address < 0 ? `-0x${(-address).toString(16)}` : `0x${address.toString(16)}`;
}
