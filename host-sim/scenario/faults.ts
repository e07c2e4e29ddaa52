// Owns how faults at a moment are written: `cut@5s,blackhole=6s@9s`. Refuses to know how they are brought about.

import { parseDurationMs, QuantityError } from "../units/quantity.ts";

export type Fault =
  | { readonly kind: PlainFault; readonly atMs: number }
  | { readonly kind: "blackhole"; readonly atMs: number; readonly durationMs: number };

const PLAIN = ["cut", "power", "broker-restart", "broker-forget"] as const;
type PlainFault = (typeof PLAIN)[number];

/** Faults at random moments. They belong to time that is simulated, where the same seed brings them again. */
const FAMILIES: ReadonlySet<string> = new Set(["link", "power", "flash", "broker", "peer", "all"]);

const KINDS: readonly string[] = [...PLAIN, "blackhole"];

export const ACCEPTED_FAULTS =
  "cut@8s, blackhole=3s@8s, power@8s, broker-restart@8s, broker-forget@8s; comma-joined";

/** What was written is no list of faults. `typed` is the name that is none, where there is one. */
export class FaultError extends Error {
  override readonly name = "FaultError";
  readonly typed: string | null;

  constructor(message: string, typed: string | null = null) {
    super(message);
    this.typed = typed;
  }
}

export function faultNames(): readonly string[] {
  return KINDS;
}

/** In the order of their moments. Throws `FaultError`. */
export function parseFaults(text: string): readonly Fault[] {
  return text
    .split(",")
    .map(parseFault)
    .sort((a, b) => a.atMs - b.atMs);
}

/** As `parseFaults` reads it. */
export function describeFault(fault: Fault): string {
  const what = fault.kind === "blackhole" ? `blackhole=${fault.durationMs}ms` : fault.kind;
  return `${what}@${fault.atMs}ms`;
}

function parseFault(text: string): Fault {
  const [, kind = "", duration, moment] = /^([^=@]*)(?:=([^@]*))?(?:@(.*))?$/.exec(text) ?? [];
  if (moment === undefined && FAMILIES.has(kind)) {
    throw new FaultError(
      `the faults "${kind}" come at random moments, which is for simulated time; in real time say when`,
    );
  }
  if (!KINDS.includes(kind)) throw new FaultError(`there is no fault "${kind}"`, kind);
  if (moment === undefined) throw new FaultError(`the fault "${text}" does not say when, such as ${kind}@8s`);
  const atMs = quantity(text, moment);
  if (kind === "blackhole") return { kind, atMs, durationMs: blackholeMs(text, duration) };
  if (duration !== undefined) throw new FaultError(`the fault "${text}": ${kind} takes no duration`);
  return { kind: kind as PlainFault, atMs };
}

function blackholeMs(text: string, duration: string | undefined): number {
  if (duration === undefined) {
    throw new FaultError(`the fault "${text}" does not say how long, such as blackhole=3s@8s`);
  }
  const durationMs = quantity(text, duration);
  if (durationMs === 0) throw new FaultError(`the fault "${text}" lasts no time`);
  return durationMs;
}

function quantity(fault: string, text: string): number {
  try {
    return parseDurationMs(text);
  } catch (error) {
    if (error instanceof QuantityError) throw new FaultError(`the fault "${fault}": ${error.message}`);
    throw error;
  }
}
