// Owns between which numbers an expression's value lies. Knows no target language.
import { constantValue } from "../../portable/constant-value.ts";
import type { Expression, Local, Scalar } from "../../portable/model.ts";
import { isScalar, rangeOf } from "../../portable/scalars.ts";

export interface Range {
  readonly lowest: number;
  readonly highest: number;
}

/** What is known of locals beyond their types. */
export type LocalRanges = ReadonlyMap<Local, Range>;

const NOTHING_KNOWN: LocalRanges = new Map();

/** Exact or wider. An expression whose value the arithmetic rule keeps in its type lies in its type. */
export function rangeOfExpression(expression: Expression, locals: LocalRanges = NOTHING_KNOWN): Range {
  const value = constantValue(expression);
  if (value !== null) return { lowest: value, highest: value };
  if (!isScalar(expression.type)) throw new Error(`${expression.kind} has no range`);
  const whole = rangeOf(expression.type);
  const computed = compute(expression, locals);
  return computed === null ? whole : within(computed, whole);
}

function within(range: Range, whole: Range): Range {
  const lowest = Math.max(range.lowest, whole.lowest);
  const highest = Math.min(range.highest, whole.highest);
  return lowest <= highest ? { lowest, highest } : whole;
}

function compute(expression: Expression, locals: LocalRanges): Range | null {
  const of = (part: Expression) => rangeOfExpression(part, locals);
  switch (expression.kind) {
    case "local":
      return locals.get(expression.local) ?? null;
    case "convert":
      return convertedRange(of(expression.operand), expression.type);
    case "conditional":
      return union(of(expression.whenTrue), of(expression.whenFalse));
    case "extreme":
      return extremeRange(expression.operator, of(expression.left), of(expression.right));
    case "binary":
      return operationRange(expression.operator, of(expression.left), of(expression.right));
    default:
      return null;
  }
}

function convertedRange(operand: Range, type: Scalar): Range | null {
  const whole = rangeOf(type);
  return operand.lowest >= whole.lowest && operand.highest <= whole.highest ? operand : null;
}

export function union(a: Range, b: Range): Range {
  return { lowest: Math.min(a.lowest, b.lowest), highest: Math.max(a.highest, b.highest) };
}

function extremeRange(operator: "min" | "max", a: Range, b: Range): Range {
  return { lowest: Math[operator](a.lowest, b.lowest), highest: Math[operator](a.highest, b.highest) };
}

function operationRange(operator: string, a: Range, b: Range): Range | null {
  const areUnsigned = a.lowest >= 0 && b.lowest >= 0;
  switch (operator) {
    case "+":
      return { lowest: a.lowest + b.lowest, highest: a.highest + b.highest };
    case "-":
      return { lowest: a.lowest - b.highest, highest: a.highest - b.lowest };
    case "*":
      return areUnsigned ? { lowest: a.lowest * b.lowest, highest: a.highest * b.highest } : null;
    case "/":
      return areUnsigned && b.lowest > 0
        ? { lowest: Math.trunc(a.lowest / b.highest), highest: Math.trunc(a.highest / b.lowest) }
        : null;
    case "%":
      return areUnsigned && b.lowest > 0 ? { lowest: 0, highest: Math.min(a.highest, b.highest - 1) } : null;
    case "&":
      return areUnsigned ? { lowest: 0, highest: Math.min(a.highest, b.highest) } : null;
    case "|":
    case "^":
      return areUnsigned ? { lowest: 0, highest: onesOver(Math.max(a.highest, b.highest)) } : null;
    case "<<":
      return areUnsigned && b.highest < 32
        ? { lowest: a.lowest * 2 ** b.lowest, highest: a.highest * 2 ** b.highest }
        : null;
    case ">>":
    case ">>>":
      return areUnsigned && b.highest < 32
        ? { lowest: Math.floor(a.lowest / 2 ** b.highest), highest: Math.floor(a.highest / 2 ** b.lowest) }
        : null;
    default:
      return null;
  }
}

/** The lowest number of ones alone that is not below `value`. */
function onesOver(value: number): number {
  return 2 ** Math.ceil(Math.log2(value + 1)) - 1;
}
