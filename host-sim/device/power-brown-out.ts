// Owns a supply that sags whenever the board draws current: it restarts again and again. Refuses to know what a restart is.

import type { RandomStream } from "../random/random.ts";
import { after, type Clock, type Timer } from "../time/clock.ts";

/**
 * An ESP8266 or ESP32 gets as far as its radio's first transmission, which draws the most, a few hundred milliseconds after
 * the boot loader. An estimate.
 */
const SHORTEST_LIFE_MS = 200;
const LONGEST_LIFE_MS = 600;

/** Calls `restart` now, and again until `durationMs` have passed; the last life stays. Answers how to end it before. */
export function brownOut(
  durationMs: number,
  restart: () => void,
  clock: Clock,
  random: RandomStream,
): () => void {
  const endMs = clock.nowMs + durationMs;
  let timer: Timer | null = null;
  let isOver = false;
  function sag(): void {
    restart();
    const lifeMs = random.between(SHORTEST_LIFE_MS, LONGEST_LIFE_MS);
    if (!isOver && clock.nowMs + lifeMs < endMs) timer = after(clock, lifeMs, sag);
  }
  sag();
  return () => {
    isOver = true;
    timer?.cancel();
  };
}
