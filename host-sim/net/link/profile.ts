// Owns what a link's profile holds, and where profiles are found. Refuses to know any profile by name.

import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { didYouMean } from "../../words/nearest.ts";
import type { Quantile } from "./delay.ts";

/** What a link is made of. Loss and delay are those of each direction by itself. */
export interface LinkProfile {
  readonly name: string;
  readonly oneWayDelayMsQuantiles: readonly Quantile[];
  readonly lossPerThousand: number;
  /** Null: not limited, as far as a device's few bytes can tell. */
  readonly upBitsPerSecond: number | null;
  readonly downBitsPerSecond: number | null;
  readonly queuePackets: number;
  readonly outage: Outage | null;
  readonly radio: Radio | null;
}

/** Down for the last `durationMs` of every `everyMs`. */
export interface Outage {
  readonly durationMs: number;
  readonly everyMs: number;
}

/** From power-on to the first publish: nothing kept, the access point known, everything kept. */
export interface Radio {
  readonly coldStartMs: number;
  readonly cachedStartMs: readonly [from: number, to: number];
  readonly keptStartMs: number;
  /** How long an access point may be silent before the radio says that it is gone. */
  readonly beaconLossMs: number;
  readonly dhcpRetriesMs: readonly number[];
}

/** A file of `profiles/`, as `profile.schema.json` describes it. */
export interface ProfileFile extends Omit<LinkProfile, "oneWayDelayMsQuantiles"> {
  readonly title: string;
  readonly rttMsQuantiles: readonly Quantile[];
  /** For each number, by its JSON pointer or that of what holds it: where it comes from, or `estimate: …`. */
  readonly sources: Readonly<Record<string, string>>;
}

/** A link that was asked for does not exist, or its file is wrong. The message says what is accepted. */
export class ProfileError extends Error {
  override readonly name = "ProfileError";
}

// The build keeps files that are no modules beside those that are, so this holds in build/ too.
const FOLDER = new URL("./profiles/", import.meta.url);
const SCHEMA = new URL("./profile.schema.json", import.meta.url);

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
/** Compiled when first asked for: it takes longer than all else here. */
let isProfile: ValidateFunction<ProfileFile> | undefined;

export function profileNames(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/** Throws `ProfileError`. */
export function readProfile(name: string): ProfileFile {
  const names = profileNames();
  if (names.includes(name)) return checkProfile(name, parseJson(new URL(`${name}.json`, FOLDER)));
  throw new ProfileError(
    `there is no link "${name}"${didYouMean(name, names)}; there are ${names.join(", ")}`,
  );
}

/** Throws `ProfileError`, naming all that is wrong with the file. */
export function checkProfile(name: string, file: unknown): ProfileFile {
  isProfile ??= ajv.compile<ProfileFile>(parseJson(SCHEMA) as object);
  if (!isProfile(file))
    throw broken(name, ajv.errorsText(isProfile.errors, { dataVar: "", separator: "; " }));
  if (file.name !== name) throw broken(name, `it calls itself ${file.name}`);
  if (!isTable(file.rttMsQuantiles)) throw broken(name, "/rttMsQuantiles must rise from p = 0 to p = 1");
  const unsourced = pointersToNumbers(file, "").filter((pointer) => !hasSource(pointer, file.sources));
  if (unsourced.length > 0) throw broken(name, `no source is given for ${unsourced.join(", ")}`);
  return file;
}

/** The round trip is taken to be the same length both ways. */
export function linkOf(file: ProfileFile): LinkProfile {
  const { title: _title, sources: _sources, rttMsQuantiles, ...rest } = file;
  return { ...rest, oneWayDelayMsQuantiles: rttMsQuantiles.map(([p, ms]): Quantile => [p, ms / 2]) };
}

function broken(name: string, why: string): ProfileError {
  return new ProfileError(`the file of the link "${name}" is wrong: ${why}`);
}

function parseJson(file: URL): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

function isTable(table: readonly Quantile[]): boolean {
  const rises = table.every(([p, ms], i) => {
    const before = table[i - 1];
    return before === undefined || (p > before[0] && ms >= before[1]);
  });
  return rises && table[0]?.[0] === 0 && table.at(-1)?.[0] === 1;
}

function pointersToNumbers(value: unknown, pointer: string): readonly string[] {
  if (typeof value === "number") return [pointer];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => pointersToNumbers(part, `${pointer}/${key}`));
}

function hasSource(pointer: string, sources: Readonly<Record<string, string>>): boolean {
  return Object.keys(sources).some((known) => pointer === known || pointer.startsWith(`${known}/`));
}
