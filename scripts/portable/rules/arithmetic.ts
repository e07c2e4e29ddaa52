// Owns the rules of arithmetic and comparison: what would mean something else in JavaScript or C. Knows no syntax.
import { constantValue } from "../constant-value.ts";
import type { ArithmeticOperator, Expression, Scalar } from "../model.ts";
import type { Refusal } from "../refusal.ts";
import { bitsOf, holds, isScalar, isSigned } from "../scalars.ts";
import { expressionsIn } from "../walk.ts";

type Verdict = readonly [what: string, instead: string] | null;

/** The refusals in one whole expression. */
export function* arithmeticRule(whole: Expression): Generator<Refusal> {
  for (const expression of expressionsIn(whole)) {
    const verdict = judge(expression);
    if (verdict !== null) yield { at: expression.at, what: verdict[0], instead: verdict[1] };
  }
}

function judge(expression: Expression): Verdict {
  switch (expression.kind) {
    case "binary":
      return judgeOperation(expression.operator, expression.type, expression.left, expression.right);
    case "assign":
      if (expression.operator === null || !isScalar(expression.type)) return null;
      return judgeOperation(expression.operator, expression.type, expression.target, expression.value);
    case "step":
      return expression.type === "bool" ? notOnBool(expression.operator) : null;
    case "unary":
      return judgeUnary(expression.operator, expression.type);
    case "compare":
      return judgeComparison(expression.left) ?? judgeComparison(expression.right);
    case "convert":
      return (
        judgeConversion(expression.operand, expression.type) ?? judgeCut(expression.operand, expression.type)
      );
    case "store":
      return judgeConversion(expression.value, "u8");
    default:
      return null;
  }
}

function notOnBool(operator: string): Verdict {
  return [`${operator} on bool`, "a bool is true or false: cast it, <u32>b, to count with it"];
}

function judgeOperation(
  operator: ArithmeticOperator,
  type: Scalar,
  left: Expression,
  right: Expression,
): Verdict {
  if (type === "bool" && !"&|^".includes(operator)) return notOnBool(operator);
  switch (operator) {
    case "/":
    case "%":
      if (type === "u32" || type === "usize") return null;
      return [
        `${operator} on ${type}`,
        `it rounds alike everywhere only on u32: write <u32>a ${operator} <u32>b`,
      ];
    case "*":
      if (constantValue(left) !== null || constantValue(right) !== null) return null;
      return ["* of two variables", "JavaScript loses bits beyond 2^53: one side is a constant"];
    case "<<":
    case ">>":
    case ">>>":
      return judgeShift(operator, type, right);
    default:
      return null;
  }
}

function judgeShift(operator: ArithmeticOperator, type: Scalar, count: Expression): Verdict {
  const bits = bitsOf(type);
  const value = constantValue(count);
  if (value !== null && (value < 0 || value >= bits)) {
    return [`a shift of ${type} by ${value}`, `the count is from 0 to ${bits - 1}`];
  }
  if (bits < 32 && operator === "<<") {
    return [`<< on ${type}`, "what leaves its bits is kept in C and lost here: write <u32>x << n"];
  }
  if (bits < 32 && value === null) {
    return [
      `${operator} on ${type} by a variable`,
      "the count wraps at the type's width here alone: write <u32>x",
    ];
  }
  return null;
}

function judgeUnary(operator: string, type: Scalar): Verdict {
  if (operator === "-" && !isSigned(type)) return [`- on ${type}`, "an unsigned value has no negative"];
  return operator === "~" && type === "bool" ? notOnBool("~") : null;
}

/** An operand that was converted between i32 and an unsigned type as wide: the other side reads it as another number. */
function judgeComparison(operand: Expression): Verdict {
  if (operand.kind !== "convert" || operand.isExplicit) return null;
  const from = operand.operand.type;
  if (!isScalar(from) || isSigned(from) === isSigned(operand.type)) return null;
  const value = constantValue(operand.operand);
  const isSame = value === null ? bitsOf(from) < bitsOf(operand.type) && !isSigned(from) : value >= 0;
  if (isSame && holds(operand.type, value ?? 0)) return null;
  return [
    `a comparison of ${from} with ${operand.type}`,
    `signed and unsigned differ beyond 2^31: cast one side, <${operand.type}>x`,
  ];
}

/** A constant that its new type cannot hold. Low bits are taken of variables; of a constant they are a mistake. */
function judgeConversion(operand: Expression, to: Scalar): Verdict {
  const value = constantValue(operand);
  if (value === null || to === "bool" || holds(to, value)) return null;
  return [`the constant ${value} as ${to}`, value < 0 ? "write the unsigned number" : "it does not fit"];
}

/**
 * AssemblyScript 0.28 takes a value shifted by as much as a narrow type lacks for one that fits the type, and forgets
 * to cut it: `<u8>(i >> 24)` of -1 stays 0xffffffff, and `<u8>(x << 24)` is not 0.
 */
function judgeCut(operand: Expression, to: Scalar): Verdict {
  const missing = 32 - bitsOf(to);
  if (to === "bool" || missing === 0 || !shiftsAway(operand, missing)) return null;
  return [
    `a shift by ${missing} or more cut to ${to}`,
    `the compiler leaves upper bits: mask it, & 0x${"ff".repeat(bitsOf(to) / 8)}`,
  ];
}

function shiftsAway(expression: Expression, count: number): boolean {
  if (expression.kind === "conditional") {
    return shiftsAway(expression.whenTrue, count) || shiftsAway(expression.whenFalse, count);
  }
  if (expression.kind !== "binary") return false;
  if (expression.operator === "&" && isMask(expression.left, expression.right, 32 - count)) return false;
  if (expression.operator === "<<" || expression.operator === ">>") {
    return (constantValue(expression.right) ?? 0) >= count;
  }
  return shiftsAway(expression.left, count) || shiftsAway(expression.right, count);
}

function isMask(left: Expression, right: Expression, bits: number): boolean {
  const mask = constantValue(right) ?? constantValue(left);
  return mask !== null && mask >= 0 && mask < 2 ** bits;
}
