// Owns what a link's profile holds, and where profiles are found. Refuses to know any profile by name.

import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { didYouMean } from "../../words/nearest.ts";
import type { GatewayFigures } from "../gateway/figures.ts";
import type { AvailabilityFigures } from "./availability.ts";
import type { Quantile } from "./delay.ts";
import type { DeliveryTrace } from "./delivery-trace.ts";
import type { FadeFigures } from "./fades.ts";
import type { BurstLossFigures } from "./loss-bursts.ts";
import type { CostFigures, EnergyFigures } from "./meter/figures.ts";
import type { NatFigures } from "./middlebox/middlebox.ts";
import type { RadioFigures } from "./radio/figures.ts";
import { type Sources, unsourcedNumbers } from "./sources.ts";
import type { TlsVersion } from "./tls/figures.ts";

/** What a link is made of. Loss is that of each direction by itself. */
export interface LinkProfile extends PacketFigures {
  /** As written, overlays included. */
  readonly name: string;
  readonly title: string;
  /** `gateway`: it carries messages; `gateway` is set, and nothing that concerns packets is. */
  readonly kind: "tcp" | "gateway";
  readonly upDelayMsQuantiles: readonly Quantile[];
  readonly downDelayMsQuantiles: readonly Quantile[];
  readonly trace: { readonly up: DeliveryTrace; readonly down: DeliveryTrace } | null;
  readonly gateway: GatewayFigures | null;
  readonly cost: CostFigures | null;
  readonly energy: EnergyFigures | null;
}

export interface PacketFigures {
  /** Of each packet alike. */
  readonly lossPerThousand: number;
  readonly burstLoss: BurstLossFigures | null;
  /** Null: not limited, as far as a device's few bytes can tell. */
  readonly upBitsPerSecond: number | null;
  readonly downBitsPerSecond: number | null;
  readonly fades: FadeFigures | null;
  readonly queuePackets: number;
  readonly mtuBytes: number;
  /** Up when all are; none: never down. */
  readonly availability: readonly AvailabilityFigures[];
  readonly radio: RadioFigures | null;
  readonly nat: NatFigures | null;
  readonly tls: TlsVersion | null;
}

interface Described {
  readonly name: string;
  readonly title: string;
  readonly cost: CostFigures | null;
  readonly energy: EnergyFigures | null;
  readonly sources: Sources;
}

/** A file of `profiles/`, as `profile.schema.json` describes it; or the same with overlays. */
export type ProfileFile = PacketProfileFile | GatewayProfileFile;

export interface PacketProfileFile extends Described, PacketFigures {
  readonly kind: "tcp";
  readonly rttMsQuantiles: readonly Quantile[];
  /**
   * What varies in the round trip: one direction alone, the other taking half the shortest, so that round trips are those
   * of the table; or half of it in each, by itself.
   */
  readonly jitter: "up" | "down" | "both";
  /** Files of delivery opportunities, instead of rates. */
  readonly trace: { readonly up: string; readonly down: string } | null;
}

export interface GatewayProfileFile extends Described {
  readonly kind: "gateway";
  readonly gateway: GatewayFigures;
}

/** A link that was asked for does not exist, or its file is wrong. The message says what is accepted. */
export class ProfileError extends Error {
  override readonly name = "ProfileError";
}

// The build keeps files that are no modules beside those that are, so this holds in build/ too.
const FOLDER = new URL("./profiles/", import.meta.url);
const SCHEMA = new URL("./profile.schema.json", import.meta.url);

/** Compiled when first asked for: it takes longer than all else here. */
let schema: Schema | undefined;

interface Schema {
  readonly ajv: Ajv2020;
  readonly isProfile: ValidateFunction<ProfileFile>;
}

function compiledSchema(): Schema {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, discriminator: true });
  return { ajv, isProfile: ajv.compile<ProfileFile>(parseJson(SCHEMA) as object) };
}

export function profileNames(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/**
 * Throws `ProfileError`. The files are the package's own and a test checks each: to do so at every start takes longer than to
 * simulate a week.
 */
export function readProfile(name: string): ProfileFile {
  const names = profileNames();
  if (names.includes(name)) return parseJson(new URL(`${name}.json`, FOLDER)) as ProfileFile;
  throw new ProfileError(
    `there is no link "${name}"${didYouMean(name, names)}; there are ${names.join(", ")}, and trace:FILE`,
  );
}

/** Throws `ProfileError`, naming all that is wrong with the file. */
export function checkProfile(name: string, file: unknown): ProfileFile {
  schema ??= compiledSchema();
  const { ajv, isProfile } = schema;
  if (!isProfile(file))
    throw broken(name, ajv.errorsText(isProfile.errors, { dataVar: "", separator: "; " }));
  if (file.name !== name) throw broken(name, `it calls itself ${file.name}`);
  if (file.kind === "tcp") checkPackets(name, file);
  const unsourced = unsourcedNumbers(file);
  if (unsourced.length > 0) throw broken(name, `no source is given for ${unsourced.join(", ")}`);
  return file;
}

function checkPackets(name: string, file: PacketProfileFile): void {
  if (!isTable(file.rttMsQuantiles)) throw broken(name, "/rttMsQuantiles must rise from p = 0 to p = 1");
  const isLimited = file.upBitsPerSecond !== null && file.downBitsPerSecond !== null;
  if (file.fades !== null && !isLimited) throw broken(name, "/fades needs both rates, to take from");
  for (const [index, outages] of file.availability.entries()) {
    // Rounds that leave out every phase would never end.
    if (outages.kind === "rounds" && outages.phases[0]?.share !== undefined)
      throw broken(name, `/availability/${index}/phases/0 must come in each round: it has no share`);
  }
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
