// Owns how the place of a row, and of a field in it, becomes one index: everything constant in it added up beforehand.
// Knows nothing of views.
import { constantValue } from "../../portable/constant-value.ts";
import type { Expression } from "../../portable/model.ts";

/** Bytes from the start: `terms` are each a number of bytes too. */
interface Sum {
  readonly constant: number;
  readonly terms: readonly Term[];
}

type Term =
  | { readonly kind: "product"; readonly factor: number; readonly value: Expression }
  /** Already in steps of `step` bytes. */
  | { readonly kind: "row"; readonly step: number; readonly value: Expression };

/** `address + shift`, in units of so many bytes, all of which it is a multiple of. */
export function indexText(
  address: Expression,
  shift: number,
  unit: number,
  write: (part: Expression) => string,
): string {
  return sumText(sumOf(address), shift, unit, write);
}

/** The same for a row that is at hand as a number of steps. */
export function indexFromRow(
  row: Expression,
  step: number,
  shift: number,
  unit: number,
  write: (part: Expression) => string,
): string {
  return sumText({ constant: 0, terms: [{ kind: "row", step, value: row }] }, shift, unit, write);
}

function sumText(
  { constant, terms }: Sum,
  shift: number,
  unit: number,
  write: (part: Expression) => string,
): string {
  const words = terms.map((term) => termText(term, unit, write));
  const rest = (constant + shift) / unit;
  return [...words, ...(rest === 0 && words.length > 0 ? [] : [String(rest)])].join("+");
}

function termText(term: Term, unit: number, write: (part: Expression) => string): string {
  const value = write(term.value);
  const factor = (term.kind === "row" ? term.step : term.factor) / unit;
  if (factor === 1) return value;
  return Number.isInteger(factor) ? `${value}*${factor}` : `(${value}>>>${-Math.log2(factor)})`;
}

function sumOf(address: Expression): Sum {
  const value = constantValue(address);
  if (value !== null) return { constant: value, terms: [] };
  if (address.kind === "convert") return sumOf(address.operand);
  if (address.kind === "binary" && address.operator === "+") {
    const left = sumOf(address.left);
    const right = sumOf(address.right);
    return { constant: left.constant + right.constant, terms: [...left.terms, ...right.terms] };
  }
  if (address.kind === "binary" && address.operator === "*") {
    const factor = constantValue(address.right);
    if (factor !== null) return times(sumOf(address.left), factor);
  }
  return { constant: 0, terms: [{ kind: "product", factor: 1, value: address }] };
}

function times({ constant, terms }: Sum, factor: number): Sum {
  const multiplied = terms.map((term) => {
    if (term.kind === "row") throw new Error("the place of a row is multiplied");
    return { ...term, factor: term.factor * factor };
  });
  return { constant: constant * factor, terms: multiplied };
}
