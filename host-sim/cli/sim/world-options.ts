// The world that the options of `sim` describe, for simulated time. Knows the options; starts nothing.
import { createRandom } from "../../random/random.ts";
import { drawFaults, kindsOf } from "../../scenario/fault-families.ts";
import type { Fault, FaultList } from "../../scenario/faults.ts";
import { USUAL_FIVE } from "../../scenario/five-terms.ts";
import type { World } from "../../scenario/world.ts";
import { usageFailure } from "../failure.ts";
import { checkTimes, parsedFaults, readingExpirySeconds } from "./checks.ts";
import type { SimOptions } from "./options.ts";

const DAY_MS = 86_400_000;

/** Of each family that was asked for, one fault in so long, on average. */
const FAULT_EVERY_MS = 3_600_000;

/**
 * A sensor in the field: five minutes may pass before its silence is noticed, and it waits up to two between attempts.
 */
const PACE: Omit<World["pace"], "keepAliveSeconds"> = {
  pingDeadlineMs: 0,
  connectTimeoutMs: 30_000,
  backoffBaseMs: 1000,
  backoffMaxMs: 120_000,
};
const KEEP_ALIVE_MS = 300_000;

const REALTIME_ONLY = ["tlsCa", "tlsCert", "tlsKey", "username", "passwordFile"] as const;

/** Throws a `Failure` for what is wrong in them. That board and link exist is for others to say. */
export function worldOf(options: SimOptions, seed: number): World {
  refuseWhatIsReal(options);
  const forMs = options.for ?? DAY_MS;
  checkTimes({ ...options, for: forMs });
  return {
    seed,
    board: options.board,
    link: options.link,
    protocol: options.protocol,
    five: { ...USUAL_FIVE, readingExpirySeconds: readingExpirySeconds(options) },
    qos: options.qos as World["qos"],
    devices: options.devices,
    everyMs: options.every,
    forMs,
    drainMs: options.drain,
    pace: { ...PACE, keepAliveSeconds: Math.round((options.keepAlive ?? KEEP_ALIVE_MS) / 1000) },
    hardware: { driftPpm: 0, clockStartMs: 0 },
    faults: faultsOf(parsedFaults(options.faults, forMs), forMs, seed),
    downlink: [],
  };
}

function refuseWhatIsReal(options: SimOptions): void {
  const named = REALTIME_ONLY.find((name) => options[name] !== undefined);
  const option = options.broker === "embedded" ? named : "broker";
  if (option === undefined) return;
  const typed = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw usageFailure(
    `--${typed} is for a real broker, which knows no simulated time`,
    "Accepted: --realtime beside it, or the options without it",
  );
}

/** Families are drawn from streams of their own, so that one more leaves the others' faults where they were. */
function faultsOf({ faults, families }: FaultList, forMs: number, seed: number): readonly Fault[] {
  const random = createRandom(seed).scope("faults");
  const drawn = families.flatMap((family) =>
    drawFaults({ kinds: kindsOf([family]), forMs, everyMs: FAULT_EVERY_MS }, random.stream(family)),
  );
  return [...faults, ...drawn].sort((a, b) => a.atMs - b.atMs);
}
