// Owns the reading of operators: which the subset has, and the types their operands meet in. What an operator may be
// used for is the rules' business.
import ts from "typescript";
import type {
  ArithmeticOperator,
  ComparisonOperator,
  Expression,
  Scalar,
  StepExpression,
  Target,
  Type,
} from "./model.ts";
import { refuse } from "./refusal.ts";
import { commonType, isSigned } from "./scalars.ts";
import { coerce, placeIn, type Scope, scalarType } from "./scope.ts";

const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>"]);
const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);

const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["===", "write == : there are no references to compare"],
  ["!==", "write != : there are no references to compare"],
  ["??", "nothing can be null"],
  [",", "write two statements"],
  ["**", "multiply by a constant, or shift"],
]);

function isArithmetic(operator: string): operator is ArithmeticOperator {
  return ARITHMETIC.has(operator);
}

function isComparison(operator: string): operator is ComparisonOperator {
  return COMPARISONS.has(operator);
}

function refuseOperator(scope: Scope, node: ts.Node, operator: string): never {
  refuse(
    placeIn(scope, node),
    `the operator ${operator}`,
    INSTEAD.get(operator) ?? "the subset does not have it",
  );
}

export function lowerOperator(scope: Scope, node: ts.BinaryExpression, expected: Type | null): Expression {
  const operator = node.operatorToken.getText(scope.source);
  if (operator === "&&" || operator === "||") return lowerLogical(scope, node, operator, expected);
  if (!isArithmetic(operator) && !isComparison(operator)) {
    refuseOperator(scope, node.operatorToken, operator);
  }
  const at = placeIn(scope, node);
  const left = scope.lower(node.left, expected);
  const leftType = scalarType(left);
  const right = scope.lower(node.right, leftType);
  if (isComparison(operator)) {
    const type = commonType(leftType, scalarType(right));
    return {
      kind: "compare",
      at,
      type: "bool",
      operator,
      left: coerce(left, type),
      right: coerce(right, type),
    };
  }
  // A shift's count meets the shifted value's type, never the other way round.
  const type = isShift(operator) ? leftType : commonType(leftType, scalarType(right));
  return {
    kind: "binary",
    at,
    type,
    operator: shiftFor(operator, type),
    left: coerce(left, type),
    right: coerce(right, type),
  };
}

function isShift(operator: ArithmeticOperator): boolean {
  return operator === "<<" || operator === ">>" || operator === ">>>";
}

/** On unsigned types both right shifts fill with zeros. */
function shiftFor(operator: ArithmeticOperator, type: Scalar): ArithmeticOperator {
  return operator === ">>" && !isSigned(type) ? ">>>" : operator;
}

/** As a value `a && b` is one of its operands, which C makes 0 or 1: only bools mean the same everywhere. */
function lowerLogical(
  scope: Scope,
  node: ts.BinaryExpression,
  operator: "&&" | "||",
  expected: Type | null,
): Expression {
  const left = bool(scope.lower(node.left, expected), operator);
  const right = bool(scope.lower(node.right, "bool"), operator);
  return { kind: "logical", at: placeIn(scope, node), type: "bool", operator, left, right };
}

function bool(expression: Expression, operator: string): Expression {
  if (scalarType(expression) === "bool") return expression;
  refuse(expression.at, `a number as the value of ${operator}`, "its value differs in C: compare with 0");
}

export function lowerUnary(scope: Scope, node: ts.PrefixUnaryExpression, expected: Type | null): Expression {
  const at = placeIn(scope, node);
  const operator = ts.tokenToString(node.operator) ?? "";
  if (operator === "!") {
    return { kind: "unary", at, type: "bool", operator, operand: scope.condition(node.operand, expected) };
  }
  if (operator !== "-" && operator !== "~") refuseOperator(scope, node, `unary ${operator}`);
  const operand = scope.lower(node.operand, expected);
  return { kind: "unary", at, type: scalarType(operand), operator, operand };
}

export function lowerStep(
  scope: Scope,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
  target: Target,
): StepExpression {
  const operator = node.operator === ts.SyntaxKind.PlusPlusToken ? "++" : "--";
  const isPrefix = ts.isPrefixUnaryExpression(node);
  return { kind: "step", at: placeIn(scope, node), type: scalarType(target), target, operator, isPrefix };
}

export function lowerAssignment(scope: Scope, node: ts.BinaryExpression, target: Target): Expression {
  const token = node.operatorToken.getText(scope.source);
  const operator = token.slice(0, -1);
  if (operator !== "" && !isArithmetic(operator)) refuseOperator(scope, node.operatorToken, token);
  const type: Type = operator === "" ? target.type : scalarType(target);
  const value = coerce(scope.lower(node.right, type), type);
  const at = placeIn(scope, node);
  if (operator === "" || typeof type !== "string") {
    return { kind: "assign", at, type, target, operator: null, value };
  }
  return {
    kind: "assign",
    at,
    type,
    target,
    operator: shiftFor(operator as ArithmeticOperator, type),
    value,
  };
}
