// Owns where the numbers of a file come from. Refuses to know what they mean.

/** For each number, by its JSON pointer or that of what holds it: where it comes from, or `estimate: …`. */
export type Sources = Readonly<Record<string, string>>;

export interface SourcedNumber {
  /** Its JSON pointer, such as `/radio/beaconLossMs`. */
  readonly pointer: string;
  readonly value: number;
  readonly source: string;
}

interface Sourced {
  readonly sources: Sources;
}

/** In the order of the file. */
export function sourcedNumbers(file: Sourced): readonly SourcedNumber[] {
  return numbersOf(file, "").map(({ pointer, value }) => ({
    pointer,
    value,
    source: sourceOf(pointer, file.sources) ?? "",
  }));
}

export function unsourcedNumbers(file: Sourced): readonly string[] {
  return numbersOf(file, "")
    .map(({ pointer }) => pointer)
    .filter((pointer) => sourceOf(pointer, file.sources) === undefined);
}

/** What is said of `pointer` from now on; nothing else is said of what it holds. */
export function withSource(sources: Sources, pointer: string, source: string): Sources {
  const others = Object.entries(sources).filter(([known]) => !`${known}/`.startsWith(`${pointer}/`));
  return Object.fromEntries([...others, [pointer, source]]);
}

function numbersOf(
  value: unknown,
  pointer: string,
): readonly { readonly pointer: string; readonly value: number }[] {
  if (typeof value === "number") return [{ pointer, value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => numbersOf(part, `${pointer}/${key}`));
}

/** The nearest one wins. */
export function sourceOf(pointer: string, sources: Sources): string | undefined {
  for (let holder = pointer; holder !== ""; holder = holder.slice(0, holder.lastIndexOf("/"))) {
    if (Object.hasOwn(sources, holder)) return sources[holder];
  }
  return undefined;
}
