// Every figure of one file (a link's, a board's) with where it comes from, as lines. Knows the shape of JSON; no figure by name.
import { type Sources, sourceOf } from "../../net/link/sources.ts";
import { quantityWords } from "./quantity-words.ts";

/** Figures that have one source, which is null for words that need none. */
export interface DetailGroup {
  readonly source: string | null;
  readonly figures: readonly Figure[];
}

interface Figure {
  readonly label: string;
  readonly words: string;
}

interface Leaf extends Figure {
  readonly source: string | null;
}

/** Facts, and where they come from. */
interface Sourced {
  readonly sources: Sources;
}

/** Told by the title already. */
const HEAD: ReadonlySet<string> = new Set(["$schema", "name", "title", "sources"]);

/** In the order of the file. */
export function detailGroups(file: Sourced): readonly DetailGroup[] {
  const groups: { source: string | null; figures: Figure[] }[] = [];
  for (const [key, value] of Object.entries(file)) {
    if (HEAD.has(key)) continue;
    for (const { source, label, words } of leavesOf(value, [key], file)) {
      const last = groups.at(-1);
      if (last?.source === source) last.figures.push({ label, words });
      else groups.push({ source, figures: [{ label, words }] });
    }
  }
  return groups;
}

function leavesOf(value: unknown, path: readonly string[], file: Sourced): readonly Leaf[] {
  if (value === null) return [];
  if (isQuantile(value, path)) return [leaf(value[1], [...path.slice(0, -1), `p ${value[0]}`], path, file)];
  if (typeof value !== "object") return [leaf(value, path, path, file)];
  return Object.entries(value).flatMap(([key, part]) => leavesOf(part, [...path, key], file));
}

function leaf(value: unknown, shown: readonly string[], path: readonly string[], file: Sourced): Leaf {
  const key = path.findLast((part) => !/^\d+$/.test(part)) ?? "";
  return {
    label: labelOf(shown),
    words: typeof value === "number" ? quantityWords(key.replace(/Quantiles$/, ""), value) : String(value),
    source: sourceOf(`/${path.join("/")}`, file.sources) ?? null,
  };
}

/** A pair [p, value] of a table of quantiles is one figure. */
function isQuantile(value: unknown, path: readonly string[]): value is readonly [number, number] {
  return Array.isArray(value) && path.at(-2)?.endsWith("Quantiles") === true;
}

/** `/availability/0/phases/1/ms` as `availability 1, phases 2, ms`: people count from one. */
function labelOf(path: readonly string[]): string {
  return path
    .map((part) => (/^\d+$/.test(part) ? ` ${Number(part) + 1}` : `, ${part}`))
    .join("")
    .slice(2);
}
