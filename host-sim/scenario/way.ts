// Owns what a device's way to the broker can do, whatever carries it. Refuses to know what that is.

import type { MeterReading } from "../net/link/meter/meter.ts";
import type { Dialer } from "../net/stream.ts";

export interface Way {
  /** The device's. */
  readonly dialer: Dialer;
  readonly meter: MeterReading;
  /** Both ends of every connection see it end, now. */
  cut(): void;
  /** Nothing passes for so long, and nobody is told. */
  blackhole(durationMs: number): void;
  /** Whatever stands in between forgets its connections. */
  dropMappings(): void;
  /** The device is without power: everything of its end is gone without a word. */
  powerOff(keeps: "nothing" | "cache"): void;
  /**
   * No more trouble. While the way is good it goes on as it is; once it is not, what hangs in it is cut, and the device
   * finds another without it.
   */
  settle(): void;
  /** Lets go of timers. */
  close(): void;
}
