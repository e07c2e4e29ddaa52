// Owns the reading of one expression into the model, with its AssemblyScript type. Operators and intrinsics are their
// own files; of statements and the subset's rules it knows nothing.
import ts from "typescript";
import { lowerCall } from "./calls.ts";
import type { Expression, Struct, Target, Type } from "./model.ts";
import { lowerAssignment, lowerOperator, lowerStep, lowerUnary } from "./operators.ts";
import { refuse } from "./refusal.ts";
import { wordsFor } from "./refused-syntax.ts";
import { commonType, isScalar, literalType } from "./scalars.ts";
import { coerce, declaredType, type Named, placeIn, type Scope, scalarType, typeName } from "./scope.ts";

/** A scope for expressions alone: constants, enum members, and the base of a function's own. */
export function expressionScope(source: ts.SourceFile, lookUp: (name: string) => Named | null): Scope {
  const scope: Scope = {
    source,
    lookUp,
    lower: (node, expected) => lowerExpression(scope, node, expected),
    condition: (node, expected) => lowerCondition(scope, node, expected),
  };
  return scope;
}

function lowerExpression(scope: Scope, node: ts.Expression, expected: Type | null): Expression {
  if (ts.isParenthesizedExpression(node)) return scope.lower(node.expression, expected);
  if (ts.isNumericLiteral(node)) return lowerNumber(scope, node, node, 1, expected);
  if (ts.isIdentifier(node)) return lowerName(scope, node);
  if (ts.isPropertyAccessExpression(node)) return lowerProperty(scope, node);
  if (ts.isCallExpression(node)) return lowerCall(scope, node, expected);
  if (ts.isTypeAssertionExpression(node)) return lowerCast(scope, node);
  if (ts.isConditionalExpression(node)) return lowerConditional(scope, node, expected);
  if (ts.isPostfixUnaryExpression(node)) return lowerStep(scope, node, lowerTarget(scope, node.operand));
  if (ts.isPrefixUnaryExpression(node)) return lowerPrefix(scope, node, expected);
  if (ts.isBinaryExpression(node)) return lowerBinary(scope, node, expected);
  const at = placeIn(scope, node);
  if (node.kind === ts.SyntaxKind.TrueKeyword) return { kind: "number", at, type: "bool", value: 1 };
  if (node.kind === ts.SyntaxKind.FalseKeyword) return { kind: "number", at, type: "bool", value: 0 };
  refuse(at, ...wordsFor(node));
}

/** Where only "0 or not" counts, `&&` and `||` take numbers as they are. */
function lowerCondition(scope: Scope, node: ts.Expression, expected: Type | null): Expression {
  if (ts.isParenthesizedExpression(node)) return scope.condition(node.expression, expected);
  if (ts.isBinaryExpression(node)) {
    const operator = ts.tokenToString(node.operatorToken.kind);
    if (operator === "&&" || operator === "||") {
      const left = scope.condition(node.left, expected);
      const right = scope.condition(node.right, asType(left));
      return { kind: "logical", at: placeIn(scope, node), type: "bool", operator, left, right };
    }
  }
  const condition = scope.lower(node, expected);
  scalarType(condition);
  return condition;
}

function lowerNumber(
  scope: Scope,
  node: ts.Expression,
  literal: ts.NumericLiteral,
  sign: 1 | -1,
  expected: Type | null,
): Expression {
  const at = placeIn(scope, node);
  const value = sign * Number(literal.text);
  const written = literal.getText(scope.source);
  if (!Number.isInteger(value) || /^[0-9_]*\.|^[0-9][0-9_]*e/i.test(written)) {
    refuse(at, `the number ${written}`, "there are no floats: scale it to an integer");
  }
  const type = literalType(value, expected);
  if (type === null) refuse(at, `the number ${written}`, "integers have at most 32 bits");
  return { kind: "number", at, type, value };
}

function lowerName(scope: Scope, node: ts.Identifier): Expression {
  const at = placeIn(scope, node);
  const named = scope.lookUp(node.text);
  switch (named?.kind) {
    case "variable":
      return { kind: "local", at, type: named.type, local: named };
    case "constant":
      return { kind: "constant", at, type: named.type, constant: named };
    case "number":
      return { kind: "number", at, type: "i32", value: named.value };
    case undefined:
      return refuse(at, `the name \`${node.text}\``, "neither this file nor the subset declares it");
    default:
      return refuse(at, `\`${node.text}\` as a value`, `it is a ${named?.kind}`);
  }
}

function lowerProperty(scope: Scope, node: ts.PropertyAccessExpression): Expression {
  const at = placeIn(scope, node);
  if (node.questionDotToken !== undefined) refuse(at, "`?.`", "nothing can be null: write `.`");
  const name = node.name.text;
  const owner = ts.isIdentifier(node.expression) ? scope.lookUp(node.expression.text) : null;
  if (owner?.kind === "enumeration") {
    const member = owner.members.find((each) => each.name === name);
    if (member === undefined) refuse(at, `${owner.name}.${name}`, "the const enum has no such member");
    return { kind: "member", at, type: "i32", enumeration: owner, member };
  }
  const object = scope.lower(node.expression, null);
  if (typeof object.type === "string") {
    refuse(at, `\`.${name}\` of a ${object.type}`, "only structs and const enums have members");
  }
  const field = object.type.fields.find((each) => each.name === name);
  if (field === undefined) refuse(at, `${object.type.name}.${name}`, "the struct has no such field");
  return { kind: "field", at, type: field.type, object, field };
}

function lowerCast(scope: Scope, node: ts.TypeAssertion): Expression {
  const { type } = declaredType(scope, node.type, node);
  const at = placeIn(scope, node);
  if (!isScalar(type))
    refuse(at, `a cast to ${typeName(type)}`, "only its table's accessor answers a struct");
  const operand = scope.lower(node.expression, type);
  if (scalarType(operand) === type) return operand;
  return { kind: "convert", at, type, operand, isExplicit: true };
}

function lowerConditional(scope: Scope, node: ts.ConditionalExpression, expected: Type | null): Expression {
  const at = placeIn(scope, node);
  const condition = scope.condition(node.condition, "bool");
  const whenTrue = scope.lower(node.whenTrue, expected);
  const whenFalse = scope.lower(node.whenFalse, expected ?? asType(whenTrue));
  const type = isStruct(whenTrue.type)
    ? whenTrue.type
    : commonType(scalarType(whenTrue), scalarType(whenFalse));
  return {
    kind: "conditional",
    at,
    type,
    condition,
    whenTrue: coerce(whenTrue, type),
    whenFalse: coerce(whenFalse, type),
  };
}

function isStruct(type: Type | "void"): type is Struct {
  return typeof type !== "string";
}

function asType(expression: Expression): Type | null {
  return expression.type === "void" ? null : expression.type;
}

function lowerPrefix(scope: Scope, node: ts.PrefixUnaryExpression, expected: Type | null): Expression {
  const operator = node.operator;
  if (operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken) {
    return lowerStep(scope, node, lowerTarget(scope, node.operand));
  }
  // A negated literal is one number, or the lowest i32 could not be written.
  if (operator === ts.SyntaxKind.MinusToken && ts.isNumericLiteral(node.operand)) {
    return lowerNumber(scope, node, node.operand, -1, expected);
  }
  return lowerUnary(scope, node, expected);
}

function lowerBinary(scope: Scope, node: ts.BinaryExpression, expected: Type | null): Expression {
  const operator = node.operatorToken.kind;
  if (operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment) {
    return lowerAssignment(scope, node, lowerTarget(scope, node.left));
  }
  return lowerOperator(scope, node, expected);
}

function lowerTarget(scope: Scope, node: ts.Expression): Target {
  const inner = ts.isParenthesizedExpression(node) ? node.expression : node;
  const at = placeIn(scope, inner);
  if (!ts.isIdentifier(inner) && !ts.isPropertyAccessExpression(inner)) {
    refuse(at, ...assignedTo(inner));
  }
  const target = scope.lower(inner, null);
  if (target.kind === "local" && !target.local.isConstant) return target;
  if (target.kind === "field") return target;
  refuse(at, `an assignment to \`${inner.getText(scope.source)}\``, "only variables and fields change");
}

function assignedTo(node: ts.Expression): readonly [what: string, instead: string] {
  if (ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node)) {
    return ["destructuring", "assign each name"];
  }
  if (ts.isElementAccessExpression(node)) return wordsFor(node);
  return ["an assignment to an expression", "only variables and fields change"];
}
