// Owns what the reading of expressions may ask of its surroundings, and the conversions between types. Knows no
// syntax of expressions.
import ts from "typescript";
import type { Declaration, Enumeration, Expression, Local, Place, Scalar, Type } from "./model.ts";
import { placeOf, refuse } from "./refusal.ts";
import { bitsOf, holds, isScalar, isScalarName } from "./scalars.ts";

/** What a name can stand for; inside a const enum the members before it are numbers. */
export type Named = Local | Declaration | { readonly kind: "number"; readonly value: number };

export interface Scope {
  readonly source: ts.SourceFile;
  lookUp(name: string): Named | null;
  /** Reads an expression where `expected` is wanted, null where any type will do. The answer may still differ. */
  lower(node: ts.Expression, expected: Type | null): Expression;
  /** Reads an expression of which only "0 or not" counts. */
  condition(node: ts.Expression, expected: Type | null): Expression;
}

export interface DeclaredType {
  readonly type: Type;
  readonly enumeration: Enumeration | null;
}

const TYPES = "the types are bool, u8, u16, u32, i32, usize, a struct, or a const enum";

export function placeIn(scope: Scope, node: ts.Node): Place {
  return placeOf(node, scope.source);
}

/** The type that an annotation names. */
export function declaredType(scope: Scope, node: ts.TypeNode | undefined, owner: ts.Node): DeclaredType {
  if (node === undefined) {
    refuse(
      placeIn(scope, owner),
      `no type for \`${owner.getText(scope.source)}\``,
      "write it: every name has one",
    );
  }
  const at = placeIn(scope, node);
  const text = node.getText(scope.source);
  if (!ts.isTypeReferenceNode(node) || !ts.isIdentifier(node.typeName) || node.typeArguments !== undefined) {
    refuse(at, `the type \`${text}\``, TYPES);
  }
  if (isScalarName(text)) return { type: text, enumeration: null };
  const named = scope.lookUp(text);
  if (named?.kind === "struct") return { type: named, enumeration: null };
  if (named?.kind === "enumeration") return { type: "i32", enumeration: named };
  refuse(at, `the type \`${text}\``, TYPES);
}

export function typeName(type: Type | "void"): string {
  return typeof type === "string" ? type : type.name;
}

/** The expression as a value of `to`, converted where AssemblyScript converts by itself. */
export function coerce(expression: Expression, to: Type): Expression {
  if (expression.type === to) return expression;
  if (!isScalar(expression.type) || !isScalar(to)) {
    refuse(expression.at, `${typeName(expression.type)} where ${typeName(to)} is wanted`, "the types differ");
  }
  if (bitsOf(expression.type) > bitsOf(to)) {
    const what = `an implicit narrowing from ${expression.type} to ${to}`;
    const cast = to === "bool" ? "compare with 0" : `write <${to}>(…)`;
    refuse(expression.at, what, `bits would be lost unseen: ${cast}`);
  }
  if (expression.kind === "number" && holds(to, expression.value)) return { ...expression, type: to };
  return { kind: "convert", at: expression.at, type: to, operand: expression, isExplicit: false };
}

/** The expression's type, where it has to be a number or a bool. */
export function scalarType(expression: Expression): Scalar {
  if (isScalar(expression.type)) return expression.type;
  refuse(
    expression.at,
    `${typeName(expression.type)} as a number`,
    "only scalars are computed with and compared",
  );
}
