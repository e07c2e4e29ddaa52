// Owns how a link is written: NAME[,key=value…]. Refuses to know what the values will do to packets.

import { parseDurationMs, parseRateBitsPerSecond, QuantityError } from "../../units/quantity.ts";
import { didYouMean } from "../../words/nearest.ts";
import type { AvailabilityFigures } from "./availability.ts";
import { TraceError } from "./delivery-trace.ts";
import {
  type LinkProfile,
  type PacketProfileFile,
  ProfileError,
  type ProfileFile,
  readProfile,
} from "./profile.ts";
import { linkOf } from "./profile-link.ts";
import { withSource } from "./sources.ts";

interface Overlay {
  readonly example: string;
  /** What it puts in place of the profile's own. */
  read(value: string, file: PacketProfileFile): Partial<PacketProfileFile>;
}

/** Names and units are netem's. */
const OVERLAYS: Readonly<Record<string, Overlay>> = {
  outage: { example: "outage=8s@25s", read: (value, file) => withOutage(file, value) },
  loss: {
    example: "loss=2%",
    read: (value) => ({ lossPerThousand: parsePercent(value) * 10, burstLoss: null }),
  },
  delay: { example: "delay=300ms (one way)", read: (value) => constantDelay(parseDurationMs(value)) },
  rate: { example: "rate=64kbit", read: (value, file) => bothWays(parseRateBitsPerSecond(value), file) },
  nat: { example: "nat=270s or nat=270s:rst", read: (value) => ({ nat: parseNat(value) }) },
  tls: { example: "tls=1.2 or tls=1.3", read: (value) => ({ tls: parseTls(value) }) },
  down: {
    example: "down=FILE (with trace:FILE)",
    read: (value, file) => ({ trace: withDownTrace(file, value) }),
  },
};

/** Of all overlays, for people. */
export const OVERLAY_EXAMPLES = Object.values(OVERLAYS)
  .map(({ example }) => example)
  .join(", ");

const TRACE_PREFIX = "trace:";

/** Such as `wifi-home,outage=8s@25s,loss=2%`, or `trace:FILE`. Throws `ProfileError`. */
export function parseLink(text: string): LinkProfile {
  try {
    return linkOf(readLink(text));
  } catch (error) {
    if (error instanceof TraceError) throw new ProfileError(error.message);
    throw error;
  }
}

/** The profile's file with its overlays, their numbers' source being `overlay`. Throws `ProfileError`. */
export function readLink(text: string): ProfileFile {
  const [name = "", ...overlays] = text.split(",");
  const base = name.startsWith(TRACE_PREFIX) ? traceProfile(name) : readProfile(name);
  if (overlays.length === 0) return base;
  if (base.kind === "gateway") {
    throw new ProfileError(
      `${name} carries messages, not packets: it takes no overlay such as ${overlays[0]}`,
    );
  }
  const seen = new Set<string>();
  let file = base;
  for (const overlay of overlays) {
    const [key = "", value] = splitOnce(overlay, "=");
    if (seen.has(key)) throw new ProfileError(`the link "${text}" says ${key} twice`);
    seen.add(key);
    file = overlaid(file, readOverlay(key, value, file));
  }
  return { ...file, name: text };
}

function overlaid(file: PacketProfileFile, change: Partial<PacketProfileFile>): PacketProfileFile {
  let { sources } = file;
  for (const key of Object.keys(change)) {
    // Outages are added to what the profile has.
    const pointer = key === "availability" ? `/availability/${file.availability.length}` : `/${key}`;
    sources = withSource(sources, pointer, "overlay");
  }
  return { ...file, ...change, sources };
}

function readOverlay(
  key: string,
  value: string | undefined,
  file: PacketProfileFile,
): Partial<PacketProfileFile> {
  const overlay = Object.hasOwn(OVERLAYS, key) ? OVERLAYS[key] : undefined;
  if (overlay === undefined) {
    const hint = didYouMean(key, Object.keys(OVERLAYS));
    throw new ProfileError(`a link has no "${key}"${hint}; there are ${OVERLAY_EXAMPLES}`);
  }
  if (value === undefined || value === "")
    throw new ProfileError(`${key} needs a value, such as ${overlay.example}`);
  try {
    return overlay.read(value, file);
  } catch (error) {
    if (error instanceof QuantityError) throw new ProfileError(`${key}=${value}: ${error.message}`);
    throw error;
  }
}

/** A link that is nothing but its trace; the rest is `perfect`'s. */
function traceProfile(name: string): PacketProfileFile {
  const file = name.slice(TRACE_PREFIX.length);
  if (file === "") throw new ProfileError("trace: needs a file in mahimahi's format, such as trace:lte.up");
  const perfect = readProfile("perfect");
  if (perfect.kind === "gateway") throw new ProfileError("the link perfect carries no packets");
  const title = "as recorded in a file of delivery opportunities";
  return { ...perfect, name, title, trace: { up: file, down: file } };
}

function withDownTrace({ trace }: PacketProfileFile, down: string): PacketProfileFile["trace"] {
  if (trace === null)
    throw new ProfileError(`down=${down} goes with a link such as trace:UPFILE,down=DOWNFILE`);
  return { up: trace.up, down };
}

/** Nothing passes; a radio, if the profile has one, hears nothing either. */
function withOutage({ availability }: PacketProfileFile, value: string): Partial<PacketProfileFile> {
  const [duration = "", every] = splitOnce(value, "@");
  if (every === undefined) {
    throw new ProfileError(`outage=${value} must say how long and how often, such as outage=8s@25s`);
  }
  const durationMs = parseDurationMs(duration);
  const everyMs = parseDurationMs(every);
  if (durationMs === 0 || durationMs >= everyMs) {
    throw new ProfileError(`outage=${value}: an outage is longer than nothing and shorter than its period`);
  }
  const outage: AvailabilityFigures = {
    where: "radio",
    kind: "repeated",
    why: "outage",
    durationMs,
    everyMs,
  };
  return { availability: [...availability, outage] };
}

function parsePercent(value: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(value)?.[1] ?? Number.NaN);
  if (!(percent <= 100))
    throw new ProfileError(`loss=${value} must be a percentage from 0% to 100%, such as 2%`);
  return percent;
}

function constantDelay(delayMs: number): Partial<PacketProfileFile> {
  return {
    rttMsQuantiles: [
      [0, 2 * delayMs],
      [1, 2 * delayMs],
    ],
  };
}

function bothWays(bitsPerSecond: number, { trace }: PacketProfileFile): Partial<PacketProfileFile> {
  if (trace !== null) throw new ProfileError("rate= and a trace exclude each other: the trace is the rate");
  if (bitsPerSecond === 0)
    throw new ProfileError("rate=0: nothing would ever pass; such a link is an outage");
  return { upBitsPerSecond: bitsPerSecond, downBitsPerSecond: bitsPerSecond };
}

function parseNat(value: string): PacketProfileFile["nat"] {
  const [idle = "", how] = splitOnce(value, ":");
  if (how !== undefined && how !== "rst") {
    throw new ProfileError(`nat=${value}: after the time there may be :rst only, such as nat=270s:rst`);
  }
  const idleMs = parseDurationMs(idle);
  if (idleMs === 0) throw new ProfileError(`nat=${value}: a mapping lasts some time`);
  return { idleMs, isSilent: how === undefined };
}

function parseTls(value: string): PacketProfileFile["tls"] {
  if (value === "1.2" || value === "1.3") return value;
  throw new ProfileError(`tls=${value} must be a version, tls=1.2 or tls=1.3`);
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
