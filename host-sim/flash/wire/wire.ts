// Owns what a way to a board is: a stream of bytes, and what else some of them can do. Refuses to know what is said on it.
import type { Duplex } from "node:stream";

/** DTR and RTS of a USB adapter, which on most boards reset the chip and choose how it starts. */
export interface ModemLines {
  readonly dtr?: boolean;
  readonly rts?: boolean;
}

export interface Wire {
  /** For people. */
  readonly name: string;
  readonly stream: Duplex;
  /** Rejects where there are no such lines; null where it is known that there cannot be. */
  readonly setModemLines: ((lines: ModemLines) => Promise<void>) | null;
  /** null where speed means nothing. */
  readonly setBaud: ((baud: number) => Promise<void>) | null;
  close(): Promise<void>;
}
