// Owns the numbers of a serial NOR flash chip, each with its source. Refuses to know what is done with them.

/** Typical for a new sector; maximum for one at the end of its endurance. */
export interface Span {
  readonly typicalMs: number;
  readonly maximumMs: number;
}

export interface FlashFigures {
  readonly sectorBytes: number;
  readonly pageBytes: number;
  /** Of a page: its first byte, each further one, and the whole of it at most. */
  readonly firstByte: Span;
  readonly nextByte: Span;
  readonly page: Span;
  readonly sectorErase: Span;
  /** Erasures of a sector. */
  readonly endurance: number;
  /** The part of an erasure in which all cells are first programmed to 0; 0 for a chip that does not do so. */
  readonly clearingShare: number;
}

/**
 * As on most ESP8266 and ESP32 boards. Times and endurance: Winbond W25Q32BV data sheet, "AC Electrical Characteristics"
 * (tBP1, tBP2, tPP, tSE) and "Features". That times grow with wear: Winbond, "Page Program Time for Winbond Serial NOR Flash
 * Memory". That an erasure programs to 0 first: Linux commit 83c2099f5e1f ("UBI: fix NOR flash recovery") for a Spansion
 * S29GL512N; for a serial chip, and how long it takes, an estimate.
 */
export const W25Q32: FlashFigures = {
  sectorBytes: 4096,
  pageBytes: 256,
  firstByte: { typicalMs: 0.03, maximumMs: 0.05 },
  nextByte: { typicalMs: 0.0025, maximumMs: 0.012 },
  page: { typicalMs: 0.7, maximumMs: 3 },
  sectorErase: { typicalMs: 30, maximumMs: 400 },
  endurance: 100_000,
  clearingShare: 0.25,
};

/** How long something takes that wears out, after so many erasures: from typical to maximum in a straight line, an estimate. */
export function wornMs({ typicalMs, maximumMs }: Span, erasures: number, endurance: number): number {
  return typicalMs + (maximumMs - typicalMs) * Math.min(1, erasures / endurance);
}
