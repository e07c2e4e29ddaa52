// Owns how what a device or the broker tells becomes a happening: when it was, and to which life of which device. Refuses to know
// what it means.

import type { Happening } from "./happening.ts";
import { HAPPENING_KINDS, type HappeningKind, VOCABULARY } from "./vocabulary.ts";

/** What happens to one device, as it is told there. */
export type Told = ToldOf<Happening>;
type ToldOf<H> = H extends { readonly device: number } ? Omit<H, "atMs" | "device" | "life"> : never;

type Stamper = (told: Told, atMs: number, device: number, life: number) => Happening;

const STAMPERS = Object.fromEntries(
  HAPPENING_KINDS.filter((kind) => VOCABULARY[kind].to === "device").map((kind) => [kind, stamperFor(kind)]),
) as Readonly<Record<Told["kind"], Stamper>>;

/**
 * Compiled, as the lines are: each kind has one shape then, wherever it was told. Adding the fields to what was told takes ten
 * times as long, and so does copying it with a spread.
 */
function stamperFor(kind: HappeningKind): Stamper {
  const fields = Object.keys(VOCABULARY[kind].fields).map((name) => `, ${name}: told.${name}`);
  const body = `return { kind: "${kind}", atMs, device, life${fields.join("")} };`;
  return new Function("told", "atMs", "device", "life", body) as Stamper;
}

export function stamp(told: Told, atMs: number, device: number, life: number): Happening {
  return STAMPERS[told.kind](told, atMs, device, life);
}
