// Owns when there is a satellite to talk to: its passes, and faults that hide it. Refuses to know what is said.

import type { RandomStream } from "../../random/random.ts";
import type { PassFigures, Span } from "./figures.ts";

export function drawMs(span: Span, random: RandomStream): number {
  return random.between(span.fromMs, span.toMs);
}

interface Pass {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Times that are asked for never go back. Passes are drawn when they are needed. */
export class Sky {
  readonly #passes: PassFigures | null;
  readonly #random: RandomStream;
  /** The present one, or the next. */
  #pass: Pass;
  #hiddenFromMs = Number.POSITIVE_INFINITY;
  #hiddenUntilMs = Number.NEGATIVE_INFINITY;
  #isOpen = false;

  /** The first pass comes after some part of a gap. */
  constructor(passes: PassFigures | null, startMs: number, random: RandomStream) {
    this.#passes = passes;
    this.#random = random;
    this.#pass =
      passes === null ? ALWAYS : this.#passFrom(startMs + drawMs(passes.gapMs, random) * random.unit());
  }

  /** Nothing gets through for so long, and what is under way is lost. */
  hide(nowMs: number, durationMs: number): void {
    if (nowMs >= this.#hiddenUntilMs) this.#hiddenFromMs = nowMs;
    this.#hiddenUntilMs = Math.max(this.#hiddenUntilMs, nowMs + durationMs);
  }

  /** From now on there is always a satellite. */
  open(): void {
    this.#isOpen = true;
  }

  downWhy(atMs: number): string | null {
    if (this.#isOpen) return null;
    if (atMs < this.#hiddenUntilMs) return "blackhole";
    return atMs < this.#passAt(atMs).fromMs ? "no-satellite" : null;
  }

  /** Null: it never will. */
  nextChangeMs(afterMs: number): number | null {
    if (this.#isOpen) return null;
    if (afterMs < this.#hiddenUntilMs) return this.#hiddenUntilMs;
    const pass = this.#passAt(afterMs);
    const changeMs = afterMs < pass.fromMs ? pass.fromMs : pass.untilMs;
    return Number.isFinite(changeMs) ? changeMs : null;
  }

  /** Whether a satellite was there all the time, up to the moment `untilMs` that is now. */
  wasUp(fromMs: number, untilMs: number, passUntilMs: number): boolean {
    if (this.#isOpen) return true;
    const isHidden = this.#hiddenFromMs <= untilMs && fromMs < this.#hiddenUntilMs;
    return !isHidden && untilMs <= passUntilMs;
  }

  /** When the pass that goes on now is over. */
  passUntilMs(atMs: number): number {
    return this.#passAt(atMs).untilMs;
  }

  #passAt(atMs: number): Pass {
    while (this.#passes !== null && atMs >= this.#pass.untilMs) {
      this.#pass = this.#passFrom(this.#pass.untilMs + drawMs(this.#passes.gapMs, this.#random));
    }
    return this.#pass;
  }

  #passFrom(fromMs: number): Pass {
    const { lengthMs } = this.#passes as PassFigures;
    return { fromMs, untilMs: fromMs + drawMs(lengthMs, this.#random) };
  }
}

const ALWAYS: Pass = { fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
