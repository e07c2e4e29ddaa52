// Owns how a link is written: NAME[,key=value…]. Refuses to know what the values will do to packets.

import { parseDurationMs, parseRateBitsPerSecond, QuantityError } from "../../units/quantity.ts";
import { didYouMean } from "../../words/nearest.ts";
import { type LinkProfile, linkOf, type Outage, ProfileError, readProfile } from "./profile.ts";

/** Each replaces the profile's own figure; names and units are netem's. */
const OVERLAYS: Readonly<Record<string, (value: string) => Partial<LinkProfile>>> = {
  outage: (value) => ({ outage: parseOutage(value) }),
  loss: (value) => ({ lossPerThousand: parsePercent(value) * 10 }),
  delay: (value) => ({ oneWayDelayMsQuantiles: constantDelay(parseDurationMs(value)) }),
  rate: (value) => bothWays(parseRateBitsPerSecond(value)),
};

const NOT_MODELLED: ReadonlySet<string> = new Set(["nat"]);

const EXAMPLES = "outage=8s@25s, loss=2%, delay=300ms (one way), rate=64kbit";

/** Such as `wifi-home,outage=8s@25s,loss=2%`. Throws `ProfileError`. */
export function parseLink(text: string): LinkProfile {
  const [name = "", ...overlays] = text.split(",");
  const seen = new Set<string>();
  let profile = linkOf(readProfile(name));
  for (const overlay of overlays) {
    const [key = "", value] = splitOnce(overlay, "=");
    if (seen.has(key)) throw new ProfileError(`the link "${text}" says ${key} twice`);
    seen.add(key);
    profile = { ...profile, ...read(key, value) };
  }
  return { ...profile, name: text };
}

function read(key: string, value: string | undefined): Partial<LinkProfile> {
  if (NOT_MODELLED.has(key)) throw new ProfileError(`${key}= is not modelled yet; there are ${EXAMPLES}`);
  const overlay = Object.hasOwn(OVERLAYS, key) ? OVERLAYS[key] : undefined;
  if (overlay === undefined) {
    const hint = didYouMean(key, Object.keys(OVERLAYS));
    throw new ProfileError(`a link has no "${key}"${hint}; there are ${EXAMPLES}`);
  }
  if (value === undefined) throw new ProfileError(`${key} needs a value, such as ${EXAMPLES}`);
  try {
    return overlay(value);
  } catch (error) {
    if (error instanceof QuantityError) throw new ProfileError(`${key}=${value}: ${error.message}`);
    throw error;
  }
}

function parseOutage(value: string): Outage {
  const [duration = "", every] = splitOnce(value, "@");
  if (every === undefined) {
    throw new ProfileError(`outage=${value} must say how long and how often, such as outage=8s@25s`);
  }
  const outage = { durationMs: parseDurationMs(duration), everyMs: parseDurationMs(every) };
  if (outage.durationMs === 0 || outage.durationMs >= outage.everyMs) {
    throw new ProfileError(`outage=${value}: an outage is longer than nothing and shorter than its period`);
  }
  return outage;
}

function parsePercent(value: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(value)?.[1] ?? Number.NaN);
  if (!(percent <= 100))
    throw new ProfileError(`loss=${value} must be a percentage from 0% to 100%, such as 2%`);
  return percent;
}

function constantDelay(delayMs: number): LinkProfile["oneWayDelayMsQuantiles"] {
  return [
    [0, delayMs],
    [1, delayMs],
  ];
}

function bothWays(bitsPerSecond: number): Partial<LinkProfile> {
  if (bitsPerSecond === 0)
    throw new ProfileError("rate=0: nothing would ever pass; such a link is an outage");
  return { upBitsPerSecond: bitsPerSecond, downBitsPerSecond: bitsPerSecond };
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
