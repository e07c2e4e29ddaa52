// Shows on a terminal how far a step has come; elsewhere the step's own line is enough. Knows bytes; not what they are of.
import { createLogUpdate } from "log-update";
import type { Context } from "../command.ts";

export interface ProgressLine {
  show(doneBytes: number, totalBytes: number): void;
  /** Leaves the line's place to what is printed next. */
  clear(): void;
}

export function createProgressLine({ stderr }: Context): ProgressLine {
  if (stderr.isTTY !== true) return { show: () => {}, clear: () => {} };
  const update = createLogUpdate(stderr);
  return {
    show(doneBytes, totalBytes) {
      const percent = totalBytes === 0 ? 100 : Math.floor((100 * doneBytes) / totalBytes);
      update(
        `    ${doneBytes.toLocaleString("en")} of ${totalBytes.toLocaleString("en")} bytes, ${percent} %`,
      );
    },
    clear: () => update.clear(),
  };
}
