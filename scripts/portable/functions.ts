// Owns the reading of functions: signature, body, and the role that a function's shape gives it. Whether a role is
// allowed where it stands is the rules' business.
import { posix } from "node:path";
import ts from "typescript";
import type { LookUp } from "./declarations.ts";
import { expressionScope } from "./expressions.ts";
import type { Callable, Expression, Local, Place, Role, Scalar, Statement, Type } from "./model.ts";
import type { TopLevelName } from "./module-names.ts";
import { placeOf, type Refusal, refuse } from "./refusal.ts";
import { declaredType } from "./scope.ts";
import { lowerBody } from "./statements.ts";
import { expressionsIn } from "./walk.ts";

/** A function whose body is still to be read: others can call it already. */
export interface UnreadFunction {
  readonly callable: Callable;
  readonly node: ts.FunctionDeclaration;
  readBody(refusals: Refusal[]): void;
}

/** The one function that subtracts readings of the clock. */
export const ELAPSED_NAME = "elapsedMs";

export function lowerSignature(
  symbol: TopLevelName,
  node: ts.FunctionDeclaration,
  lookUp: LookUp,
): UnreadFunction {
  const { source } = symbol.module;
  const at = placeOf(node, source);
  const isDevice = refuseFunctionSyntax(symbol, node);
  const scope = expressionScope(source, lookUp);
  const parameters = node.parameters.map((parameter) => lowerParameter(source, parameter, lookUp));
  const returns: Type | "void" =
    node.type?.kind === ts.SyntaxKind.VoidKeyword
      ? "void"
      : declaredType(scope, node.type, node.name ?? node).type;
  const module = posix.basename(source.fileName, ".ts");
  const callable = {
    kind: "function" as const,
    name: symbol.name,
    at,
    exported: symbol.isExported,
    parameters,
    returns,
    role: (isDevice ? { kind: "device", module } : { kind: "plain" }) as Role,
    body: [] as readonly Statement[],
  };
  const readBody = (refusals: Refusal[]): void => {
    if (node.body === undefined) return;
    callable.body = lowerBody(source, lookUp, node.body, parameters, returns, refusals);
    callable.role = roleOf(callable.name, callable.body);
  };
  return { callable, node, readBody };
}

/** Refuses what no function may have; answers whether the device provides this one. */
function refuseFunctionSyntax(symbol: TopLevelName, node: ts.FunctionDeclaration): boolean {
  const { source } = symbol.module;
  const at = placeOf(node, source);
  let isDeclared = false;
  for (const modifier of node.modifiers ?? []) {
    if (modifier.kind === ts.SyntaxKind.DeclareKeyword) isDeclared = true;
    else if (modifier.kind !== ts.SyntaxKind.ExportKeyword) refuse(at, ...modifierWords(modifier, source));
  }
  if (node.asteriskToken !== undefined) refuse(at, "a generator", "keep the state in the block and return");
  if (node.typeParameters !== undefined) refuse(at, "a generic function", "write one function a type");
  if (node.body === undefined && !isDeclared)
    refuse(at, "a function without a body", "there are no overloads");
  return isDeclared;
}

function modifierWords(modifier: ts.ModifierLike, source: ts.SourceFile): readonly [string, string] {
  const text = modifier.getText(source);
  if (ts.isDecorator(modifier)) return [text, "a function has no decorators: the optimiser inlines without"];
  if (text === "async") return ["an async function", "keep the state in the block and return"];
  return [`\`${text}\` on a function`, "remove it"];
}

function lowerParameter(source: ts.SourceFile, node: ts.ParameterDeclaration, lookUp: LookUp): Local {
  const at = placeOf(node, source);
  if (!ts.isIdentifier(node.name)) refuse(at, "destructuring", "name each parameter");
  const name = node.name.text;
  if (node.dotDotDotToken !== undefined) refuse(at, `the rest parameter ${name}`, "name each parameter");
  if (node.questionToken !== undefined)
    refuse(at, `the optional parameter ${name}`, "every argument is given");
  if (node.initializer !== undefined) refuse(at, `the default of ${name}`, "every argument is given");
  const { type, enumeration } = declaredType(expressionScope(source, lookUp), node.type, node.name);
  return { kind: "variable", name, at, type, enumeration, isParameter: true, isConstant: false };
}

// ── roles

function roleOf(name: string, body: readonly Statement[]): Role {
  const [only, ...others] = body;
  if (only?.kind !== "return" || only.value === null || others.length > 0) return { kind: "plain" };
  const { value } = only;
  if (name === ELAPSED_NAME && isWrappingDifference(value)) return { kind: "elapsed" };
  if (value.kind === "view") {
    const place = splitBase(value.address);
    if (place?.offset != null)
      return { kind: "table", row: value.type, base: place.base, offset: place.offset };
  }
  const place = splitBase(value);
  return place === null ? { kind: "plain" } : { kind: "byteAddress", ...place };
}

function isWrappingDifference(value: Expression): boolean {
  return (
    value.kind === "convert" &&
    value.type === "i32" &&
    value.operand.kind === "binary" &&
    value.operand.operator === "-" &&
    value.operand.type === "u32"
  );
}

interface BaseAndOffset {
  readonly base: Local;
  readonly offset: Expression | null;
}

/** Takes `changetype<usize>(base) + a + b` apart; null unless it starts so and computes no other address. */
function splitBase(address: Expression): BaseAndOffset | null {
  if (address.kind === "address") {
    return address.object.kind === "local" ? { base: address.object.local, offset: null } : null;
  }
  if (address.kind !== "binary" || address.operator !== "+") return null;
  const left = splitBase(address.left);
  if (left === null || [...expressionsIn(address.right)].some(isReinterpretation)) return null;
  return { base: left.base, offset: addOffsets(left.offset, address.right, address.type, address.at) };
}

function isReinterpretation(expression: Expression): boolean {
  return expression.kind === "address" || expression.kind === "view";
}

function addOffsets(left: Expression | null, right: Expression, type: Scalar, at: Place): Expression {
  return left === null ? right : { kind: "binary", at, type, operator: "+", left, right };
}
