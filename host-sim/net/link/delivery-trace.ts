// Owns mahimahi's files of delivery opportunities, and how one is read. Refuses to know packets.

import { readFileSync } from "node:fs";

/** One direction of a recorded link: when 1,500 bytes could pass. */
export interface DeliveryTrace {
  readonly file: string;
  /** Never falling. At the last one the trace begins again. */
  readonly opportunitiesMs: Float64Array;
}

/** The file cannot be read, or is no trace. The message names the file and the line. */
export class TraceError extends Error {
  override readonly name = "TraceError";
}

const WHOLE_NUMBER = /^\d{1,15}$/;

/** Throws `TraceError`. */
export function readDeliveryTrace(file: string): DeliveryTrace {
  return parseDeliveryTrace(file, textOf(file));
}

/** One whole number of milliseconds a line, as mm-link wants it. Throws `TraceError`. */
export function parseDeliveryTrace(file: string, text: string): DeliveryTrace {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  if (lines.length === 0) throw new TraceError(`${file} is empty; a trace has one millisecond a line`);
  const opportunitiesMs = new Float64Array(lines.length);
  for (const [index, line] of lines.entries()) {
    const place = `${file}:${index + 1}`;
    const ms = WHOLE_NUMBER.test(line) ? Number(line) : Number.NaN;
    if (Number.isNaN(ms)) throw new TraceError(`${place}: "${line}" is not a whole number of milliseconds`);
    const before = opportunitiesMs[index - 1] ?? 0;
    if (ms < before) throw new TraceError(`${place}: ${ms} comes after ${before}; times never fall`);
    opportunitiesMs[index] = ms;
  }
  if (opportunitiesMs.at(-1) === 0) {
    throw new TraceError(`${file}:${lines.length}: the trace ends at 0; it must last some time`);
  }
  return { file, opportunitiesMs };
}

export const OPPORTUNITY_BYTES = 1500;

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error)
      throw new TraceError(`${file} cannot be read: ${error.code}`);
    throw error;
  }
}
