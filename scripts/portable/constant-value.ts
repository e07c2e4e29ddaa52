// Owns the value of an expression that is the same on every run. Knows no syntax and no target.
import type { ArithmeticOperator, Expression } from "./model.ts";
import { isScalar, wrap } from "./scalars.ts";

/** The expression's value in its type's range; null when it depends on anything but constants. */
export function constantValue(expression: Expression): number | null {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "member":
      return expression.member.value;
    case "size":
      return expression.struct.bytes;
    case "constant":
      return typeof expression.constant.value === "number" ? expression.constant.value : null;
    case "convert": {
      const value = constantValue(expression.operand);
      if (value === null) return null;
      return expression.type === "bool" ? Number(value !== 0) : wrap(expression.type, value);
    }
    default: {
      const exact = exactValue(expression);
      return exact === null || !isScalar(expression.type) ? null : wrap(expression.type, exact);
    }
  }
}

/** The mathematical value of a constant operation, before it is kept in its type; null if it is none. */
export function exactValue(expression: Expression): number | null {
  if (expression.kind === "unary") {
    const operand = constantValue(expression.operand);
    if (operand === null) return null;
    if (expression.operator === "!") return Number(operand === 0);
    // ~x has no value beyond its type: all bits are flipped, and those outside are not there.
    return expression.operator === "-" ? -operand : wrap(expression.type, ~operand);
  }
  if (expression.kind !== "binary") return null;
  const left = constantValue(expression.left);
  const right = constantValue(expression.right);
  return left === null || right === null ? null : OPERATIONS[expression.operator](left, right);
}

const OPERATIONS: Readonly<Record<ArithmeticOperator, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => Math.trunc(left / right),
  "%": (left, right) => left % right,
  // JavaScript's bits are signed; the type they are kept in makes them unsigned again.
  "&": (left, right) => (left & right) >>> 0,
  "|": (left, right) => (left | right) >>> 0,
  "^": (left, right) => (left ^ right) >>> 0,
  "<<": (left, right) => left * 2 ** right,
  ">>": (left, right) => left >> right,
  ">>>": (left, right) => left >>> right,
};
