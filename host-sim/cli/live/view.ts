// What shows a run while it goes on. Knows that it is told what happens; not how it shows it.
import type { Happening } from "../../trace/happening.ts";

export interface View {
  see(happening: Happening): void;
  /** The last picture stays. Calling it again does nothing. */
  close(): void;
}

/** What the run is about. */
export interface Subject {
  readonly seed: number;
  readonly board: string;
  readonly link: string;
  /** Where the devices connect to. */
  readonly where: string;
  readonly names: readonly string[];
  /** Messages that fit a device's outbox. */
  readonly room: number;
}
