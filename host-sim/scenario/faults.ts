// Owns how faults at a moment are written: `cut@5s,blackhole=6s@9s,power@8s+3`. Refuses to know how they are brought about.

import { parseDurationMs, QuantityError } from "../units/quantity.ts";

/**
 * What happens at `atMs` after the start. With `afterSteps` it waits, from then on, for so many steps of the device (bytes
 * received, events, bytes sent), and strikes between two of them: a whole run's steps can be cut one by one.
 */
export interface Fault {
  readonly kind: FaultKind;
  readonly atMs: number;
  /** How long it lasts; null for one that happens at once. */
  readonly durationMs: number | null;
  readonly afterSteps: number | null;
}

interface Shape {
  readonly duration: "needed" | "optional" | "none";
  readonly steps: boolean;
  readonly family: Family;
  /** In a sentence. */
  readonly what: string;
}

/** Each meets every device of the run; those of the broker meet the broker. */
export const FAULT_SHAPES = {
  cut: shape("none", true, "link", "both ends of each connection see a reset"),
  blackhole: shape("needed", false, "link", "nothing passes, and nobody is told"),
  "nat-drop": shape("none", false, "link", "every middlebox forgets its connections"),
  power: shape("optional", true, "power", "power fails, and comes back after the duration (2 s)"),
  restart: shape("none", true, "power", "the watchdog: memory is gone at once, power is not"),
  brownout: shape("needed", true, "power", "power fails again and again for the duration"),
  sleep: shape("needed", false, "power", "deep sleep: memory is kept, all else is off"),
  "broker-restart": shape(
    "optional",
    false,
    "broker",
    "the broker ends, and starts again with all it has kept",
  ),
  "broker-forget": shape("optional", false, "broker", "the broker ends, and starts again knowing nothing"),
  "late-acks": shape("needed", false, "peer", "the broker acknowledges late"),
  fragments: shape("needed", false, "peer", "the broker sends in small pieces"),
  refuse: shape("needed", false, "peer", "the broker refuses connections: server unavailable"),
  throttle: shape("needed", false, "peer", "the broker reads slowly"),
  redeliver: shape("needed", false, "peer", "the broker sends QoS 1 messages twice"),
  "without-five": shape("needed", false, "peer", "the broker does not speak MQTT 5"),
  reject: shape("needed", false, "peer", "the broker refuses messages of MQTT 5: quota exceeded"),
  takeover: shape("none", false, "peer", "somebody else connects with the device's client id"),
  "server-close": shape("none", false, "peer", "the broker closes the connection without a word"),
} as const;

export type FaultKind = keyof typeof FAULT_SHAPES;

/** Faults at random moments. Nothing writes to a device's flash yet, so `flash` draws none. */
export const FAMILIES = ["link", "power", "flash", "broker", "peer"] as const;
export type Family = (typeof FAMILIES)[number];

export const ACCEPTED_FAULTS =
  "cut@8s, blackhole=3s@8s, power@8s, broker-restart@8s, broker-forget@8s; in simulated time also link, power, broker, peer, all; comma-joined";

/** What was written is no list of faults. `typed` is the name that is none, where there is one. */
export class FaultError extends Error {
  override readonly name = "FaultError";
  readonly typed: string | null;

  constructor(message: string, typed: string | null = null) {
    super(message);
    this.typed = typed;
  }
}

export interface FaultList {
  /** In the order of their moments. */
  readonly faults: readonly Fault[];
  /** Without repetition, in the order of `FAMILIES`. */
  readonly families: readonly Family[];
}

export function faultNames(): readonly string[] {
  return [...Object.keys(FAULT_SHAPES), ...FAMILIES, "all"];
}

/** Throws `FaultError`. */
export function parseFaults(text: string): FaultList {
  const words = text.split(",").filter((word) => word !== "none");
  const families = new Set<Family>();
  const faults: Fault[] = [];
  for (const word of words) {
    const drawn = familiesIn(word);
    if (drawn.length === 0) faults.push(parseFault(word));
    for (const family of drawn) families.add(family);
  }
  return {
    faults: faults.sort((a, b) => a.atMs - b.atMs),
    families: FAMILIES.filter((family) => families.has(family)),
  };
}

/** As `parseFaults` reads it. */
export function describeFault({ kind, atMs, durationMs, afterSteps }: Fault): string {
  const what = durationMs === null ? kind : `${kind}=${durationMs}ms`;
  return `${what}@${atMs}ms${afterSteps === null ? "" : `+${afterSteps}`}`;
}

function familiesIn(word: string): readonly Family[] {
  if (word === "all") return FAMILIES;
  return FAMILIES.filter((family) => family === word);
}

function parseFault(text: string): Fault {
  const [, kind = "", duration, moment, steps] =
    /^([^=@]*)(?:=([^@]*))?(?:@([^+]*)(?:\+(.*))?)?$/.exec(text) ?? [];
  if (!isKind(kind)) throw new FaultError(`there is no fault "${kind}"`, kind);
  if (moment === undefined) throw new FaultError(`the fault "${text}" does not say when, such as ${kind}@8s`);
  return {
    kind,
    atMs: quantity(text, moment),
    durationMs: durationOf(text, kind, duration),
    afterSteps: stepsOf(text, kind, steps),
  };
}

function isKind(kind: string): kind is FaultKind {
  return Object.hasOwn(FAULT_SHAPES, kind);
}

function durationOf(text: string, kind: FaultKind, duration: string | undefined): number | null {
  const { duration: need } = FAULT_SHAPES[kind];
  if (duration === undefined) {
    if (need !== "needed") return null;
    throw new FaultError(`the fault "${text}" does not say how long, such as ${kind}=3s@8s`);
  }
  if (need === "none") throw new FaultError(`the fault "${text}": ${kind} takes no duration`);
  const durationMs = quantity(text, duration);
  if (durationMs === 0) throw new FaultError(`the fault "${text}" lasts no time`);
  return durationMs;
}

function stepsOf(text: string, kind: FaultKind, steps: string | undefined): number | null {
  if (steps === undefined) return null;
  if (!FAULT_SHAPES[kind].steps) throw new FaultError(`the fault "${text}": ${kind} does not count steps`);
  if (!/^\d{1,9}$/.test(steps))
    throw new FaultError(`the fault "${text}": a number of steps is like ${kind}@8s+3`);
  return Number(steps);
}

function quantity(fault: string, text: string): number {
  try {
    return parseDurationMs(text);
  } catch (error) {
    if (error instanceof QuantityError) throw new FaultError(`the fault "${fault}": ${error.message}`);
    throw error;
  }
}

function shape(duration: Shape["duration"], steps: boolean, family: Shape["family"], what: string): Shape {
  return { duration, steps, family, what };
}
