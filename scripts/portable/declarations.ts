// Owns the reading of const enums, structs and constants, each when it is first asked for. Functions are their own
// file; which file a name leads to, module-names knows.
import ts from "typescript";
import { constantValue, exactValue } from "./constant-value.ts";
import { expressionScope } from "./expressions.ts";
import type { Constant, Declaration, Enumeration, EnumerationMember, Field, Struct } from "./model.ts";
import type { TopLevelName } from "./module-names.ts";
import { placeOf, refuse } from "./refusal.ts";
import { bytesOf, holds, isScalar } from "./scalars.ts";
import { coerce, declaredType, type Named, placeIn, typeName } from "./scope.ts";

export type LookUp = (name: string) => Declaration | null;

export function lowerEnumeration(
  symbol: TopLevelName,
  node: ts.EnumDeclaration,
  lookUp: LookUp,
): Enumeration {
  const { source } = symbol.module;
  const at = placeOf(node, source);
  const modifiers = (node.modifiers ?? []).map((modifier) => modifier.kind);
  if (!modifiers.includes(ts.SyntaxKind.ConstKeyword)) {
    refuse(at, `enum ${symbol.name}`, "write const enum: others become globals");
  }
  const members: EnumerationMember[] = [];
  const find = (name: string): Named | null => {
    const own = members.find((member) => member.name === name);
    return own === undefined ? lookUp(name) : { kind: "number", value: own.value };
  };
  for (const member of node.members) {
    if (!ts.isIdentifier(member.name)) refuse(placeOf(member, source), "a member's computed name", "name it");
    const value = memberValue(member, source, find, (members.at(-1)?.value ?? -1) + 1);
    members.push({ name: member.name.text, value });
  }
  return { kind: "enumeration", name: symbol.name, at, exported: symbol.isExported, members };
}

function memberValue(
  member: ts.EnumMember,
  source: ts.SourceFile,
  lookUp: (name: string) => Named | null,
  next: number,
): number {
  if (member.initializer === undefined) return next;
  const expression = expressionScope(source, lookUp).lower(member.initializer, "i32");
  const value = constantValue(expression);
  if (value !== null && holds("i32", value)) return value;
  refuse(placeOf(member, source), "a member without a constant i32", "its value is a constant expression");
}

export function lowerStruct(symbol: TopLevelName, node: ts.ClassDeclaration, lookUp: LookUp): Struct {
  const { source } = symbol.module;
  const at = placeOf(node, source);
  refuseClassSyntax(symbol, node);
  const fields: Field[] = [];
  let bytes = 0;
  let alignment = 1;
  for (const member of node.members) {
    const field = lowerField(source, member, lookUp, bytes);
    bytes = field.offset + field.bytes;
    alignment = Math.max(alignment, field.bytes);
    fields.push(field);
  }
  return { kind: "struct", name: symbol.name, at, exported: symbol.isExported, fields, bytes, alignment };
}

function refuseClassSyntax(symbol: TopLevelName, node: ts.ClassDeclaration): void {
  const { source } = symbol.module;
  const at = placeOf(node, source);
  const decorators = ts.getDecorators(node) ?? [];
  for (const decorator of decorators) {
    const text = decorator.getText(source);
    if (text !== "@unmanaged") refuse(placeOf(decorator, source), text, "@unmanaged is the one decorator");
  }
  if (decorators.length !== 1) refuse(at, `class ${symbol.name}`, "write @unmanaged: others are on the heap");
  if (node.heritageClauses !== undefined) refuse(at, "a class that extends", "list all its fields");
  if (node.typeParameters !== undefined) refuse(at, "a generic class", "declare one struct a type");
  for (const modifier of ts.getModifiers(node) ?? []) {
    if (modifier.kind !== ts.SyntaxKind.ExportKeyword) {
      refuse(placeOf(modifier, source), `\`${modifier.getText(source)}\` on a struct`, "remove it");
    }
  }
}

function lowerField(source: ts.SourceFile, member: ts.ClassElement, lookUp: LookUp, end: number): Field {
  const at = placeOf(member, source);
  if (!ts.isPropertyDeclaration(member) || !ts.isIdentifier(member.name)) {
    refuse(
      at,
      "a class member that is not a field",
      "a struct has fields only: write a function that takes it",
    );
  }
  const name = member.name.text;
  const isBare =
    member.modifiers === undefined &&
    member.initializer === undefined &&
    member.questionToken === undefined &&
    member.exclamationToken === undefined;
  if (!isBare) refuse(at, `more than a type for field ${name}`, "a field is a name and a type");
  const { type, enumeration } = declaredType(expressionScope(source, lookUp), member.type, member.name);
  if (!isScalar(type)) {
    const why = "it would hold an address, and a copied block would read the old one: hold an index";
    refuse(at, `field ${name} of type ${typeName(type)}`, why);
  }
  const size = bytesOf(type);
  const offset = Math.ceil(end / size) * size;
  return { name, at, type, enumeration, offset, bytes: size };
}

export function lowerConstant(symbol: TopLevelName, node: ts.VariableDeclaration, lookUp: LookUp): Constant {
  const scope = expressionScope(symbol.module.source, lookUp);
  const at = placeIn(scope, node);
  const { type } = declaredType(scope, node.type, node.name);
  if (!isScalar(type)) refuse(at, `a constant ${typeName(type)}`, "a constant is a number");
  if (node.initializer === undefined) refuse(at, `\`${symbol.name}\` without a value`, "give it one");
  const initializer = coerce(scope.lower(node.initializer, type), type);
  const base = {
    kind: "constant" as const,
    name: symbol.name,
    at,
    exported: symbol.isExported,
    type,
    initializer,
  };
  if (initializer.kind === "data") return { ...base, value: initializer.bytes };
  const value = constantValue(initializer);
  if (value === null)
    refuse(at, `\`${symbol.name}\` that is not constant`, "it is computed from constants alone");
  const exact = exactValue(initializer);
  if (exact !== null && !holds(type, exact)) {
    refuse(at, `\`${symbol.name}\` = ${exact}`, `it does not fit ${type}`);
  }
  return { ...base, value };
}
