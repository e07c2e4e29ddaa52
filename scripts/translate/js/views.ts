// Owns how JavaScript reaches the fields of structs: through typed arrays over one buffer, laid out as the compiler lays
// structs out, least significant byte first. Knows nothing of expressions.
import type { Field, Scalar, Struct } from "../../portable/model.ts";

/** `bytes` is the one that a port uses too; `$` is the translator's own. */
export type ViewName = "bytes" | "$h" | "$w" | "$i";

interface View {
  readonly name: ViewName;
  readonly constructorName: string;
}

const VIEWS: Readonly<Record<Scalar, View>> = {
  bool: { name: "bytes", constructorName: "Uint8Array" },
  u8: { name: "bytes", constructorName: "Uint8Array" },
  u16: { name: "$h", constructorName: "Uint16Array" },
  u32: { name: "$w", constructorName: "Uint32Array" },
  usize: { name: "$w", constructorName: "Uint32Array" },
  i32: { name: "$i", constructorName: "Int32Array" },
};

export function viewOf(type: Scalar): ViewName {
  return VIEWS[type].name;
}

/** The views other than `bytes`, with their constructors. */
export const WIDE_VIEWS: ReadonlyMap<ViewName, string> = new Map(
  Object.values(VIEWS)
    .filter(({ name }) => name !== "bytes")
    .map(({ name, constructorName }) => [name, constructorName]),
);

/** The index of a field of what there is one of. */
export function indexAt(base: number, field: Field): number {
  const index = (base + field.offset) / field.bytes;
  if (!Number.isInteger(index)) throw new RangeError(`${field.name} is not aligned at ${base}`);
  return index;
}

/** A row is named by its address in steps of its alignment, so that its widest fields need no more than a sum. */
export function stepOf(row: Struct): number {
  return row.alignment;
}
