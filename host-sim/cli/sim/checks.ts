// What is checked of `sim`'s options before anything is done, in real and in simulated time. Knows no run.
import {
  ACCEPTED_FAULTS,
  describeFault,
  FaultError,
  type FaultList,
  faultNames,
  parseFaults,
} from "../../scenario/faults.ts";
import { didYouMean } from "../../words/nearest.ts";
import { usageFailure } from "../failure.ts";
import type { SimOptions } from "./options.ts";

const LONGEST_INTERVAL_MS = 86_400_000;
/** MQTT's keep-alive has 16 bits of seconds. */
const LONGEST_KEEP_ALIVE_MS = 65_535_000;

/** What `1y` is. An expiry has 32 bits of seconds. */
const LONGEST_EXPIRY_MS = 365 * 86_400_000;

export function checkTimes({ every, for: forMs, keepAlive, expiry }: SimOptions): void {
  if (every < 1 || every > LONGEST_INTERVAL_MS) {
    throw usageFailure("--every is too short or too long for the firmware", "Accepted: --every 1ms to 24h");
  }
  if (forMs === 0) throw usageFailure("--for 0 takes no reading", "Accepted: a duration such as --for 30s");
  if (expiry !== undefined && (expiry < 1000 || expiry > LONGEST_EXPIRY_MS || expiry % 1000 !== 0)) {
    throw usageFailure(`--expiry ${expiry}ms cannot be said in MQTT`, "Accepted: whole seconds, 1s to 1y");
  }
  if (keepAlive !== undefined && (keepAlive > LONGEST_KEEP_ALIVE_MS || keepAlive % 1000 !== 0)) {
    throw usageFailure(
      `--keep-alive ${keepAlive}ms cannot be said in MQTT`,
      "Accepted: whole seconds, 0s (never) to 65535s",
    );
  }
}

/** Seconds after which an unsent reading is of no use; null for never. */
export function readingExpirySeconds({ expiry }: SimOptions): number | null {
  return expiry === undefined ? null : expiry / 1000;
}

/** None when nothing was typed. `forMs` null: without an end. */
export function parsedFaults(text: string | undefined, forMs: number | null): FaultList {
  const list = text === undefined ? { faults: [], families: [] } : parsed(text);
  const late = list.faults.find(({ atMs }) => forMs !== null && atMs >= forMs);
  if (late === undefined) return list;
  throw usageFailure(
    `the fault ${describeFault(late)} comes after the end of --for ${forMs}ms`,
    "Accepted: an earlier moment, or a longer --for",
  );
}

function parsed(text: string): FaultList {
  try {
    return parseFaults(text);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const hint = error.typed === null ? "" : didYouMean(error.typed, faultNames());
    throw usageFailure(`${error.message}${hint}`, `Accepted: ${ACCEPTED_FAULTS}`);
  }
}
