// Owns the reading of calls: to declared functions and to the memory intrinsics. Where an intrinsic may stand is the
// rules' business.
import ts from "typescript";
import type { Callable, Expression, Scalar, Struct, Type } from "./model.ts";
import { refuse } from "./refusal.ts";
import { holds, isScalar } from "./scalars.ts";
import { coerce, declaredType, placeIn, type Scope, scalarType, typeName } from "./scope.ts";

export function lowerCall(scope: Scope, node: ts.CallExpression, expected: Type | null): Expression {
  const at = placeIn(scope, node);
  if (node.questionDotToken !== undefined) refuse(at, "`?.`", "nothing can be null: write the call");
  if (ts.isIdentifier(node.expression)) {
    const callee = scope.lookUp(node.expression.text);
    if (callee?.kind === "function") return lowerDeclaredCall(scope, node, callee);
  }
  const name = node.expression.getText(scope.source);
  switch (name) {
    case "load":
      return lowerLoad(scope, node);
    case "store":
      return lowerStore(scope, node);
    case "memory.copy":
      return lowerCopy(scope, node);
    case "memory.fill":
      return lowerFill(scope, node);
    case "memory.data":
      return lowerData(scope, node);
    case "min":
    case "max":
      return lowerExtreme(scope, node, name);
    case "offsetof":
      return lowerSize(scope, node, expected);
    case "changetype":
      return lowerChangeType(scope, node);
    default:
      return refuse(
        at,
        `a call of \`${name}\``,
        "only declared functions and the memory intrinsics are called",
      );
  }
}

function lowerDeclaredCall(scope: Scope, node: ts.CallExpression, callee: Callable): Expression {
  const at = placeIn(scope, node);
  if (node.typeArguments !== undefined)
    refuse(at, `type arguments for ${callee.name}`, "there are no generics");
  const given = takeArguments(scope, node, callee.name, callee.parameters.length);
  const values = callee.parameters.map((parameter, index) =>
    coerce(scope.lower(argument(given, index), parameter.type), parameter.type),
  );
  return { kind: "call", at, type: callee.returns, callee, arguments: values };
}

function takeArguments(
  scope: Scope,
  node: ts.CallExpression,
  name: string,
  count: number,
): readonly ts.Expression[] {
  if (node.arguments.length === count) return node.arguments;
  refuse(
    placeIn(scope, node),
    `${node.arguments.length} arguments for ${name}`,
    `it takes ${count}: none is optional, and an address is computed, not offset`,
  );
}

function argument(given: readonly ts.Expression[], index: number): ts.Expression {
  const node = given[index];
  if (node === undefined) throw new RangeError(`argument ${index} of ${given.length}`);
  return node;
}

/** The `count` arguments of an intrinsic that has no type argument, each as a usize unless `types` says otherwise. */
function memoryArguments(scope: Scope, node: ts.CallExpression, types: readonly Scalar[]): Expression[] {
  const name = node.expression.getText(scope.source);
  if (node.typeArguments !== undefined)
    refuse(placeIn(scope, node), `type arguments for ${name}`, "remove them");
  const given = takeArguments(scope, node, name, types.length);
  return types.map((type, index) => coerce(scope.lower(argument(given, index), type), type));
}

function typeArgument(scope: Scope, node: ts.CallExpression): Type {
  const name = node.expression.getText(scope.source);
  const [only, ...others] = node.typeArguments ?? [];
  if (only === undefined || others.length > 0) {
    refuse(placeIn(scope, node), `${name} without its one type`, `write ${name}<T>(…)`);
  }
  return declaredType(scope, only, node).type;
}

function bytesOnly(scope: Scope, node: ts.CallExpression): void {
  const type = typeArgument(scope, node);
  if (type === "u8") return;
  const name = node.expression.getText(scope.source);
  const why = "byte order and alignment differ between targets: compose it of bytes";
  refuse(placeIn(scope, node), `${name}<${typeName(type)}>`, why);
}

function lowerLoad(scope: Scope, node: ts.CallExpression): Expression {
  bytesOnly(scope, node);
  const given = takeArguments(scope, node, "load", 1);
  const address = coerce(scope.lower(argument(given, 0), "usize"), "usize");
  return { kind: "load", at: placeIn(scope, node), type: "u8", address };
}

function lowerStore(scope: Scope, node: ts.CallExpression): Expression {
  bytesOnly(scope, node);
  const given = takeArguments(scope, node, "store", 2);
  const address = coerce(scope.lower(argument(given, 0), "usize"), "usize");
  const value = scope.lower(argument(given, 1), "u8");
  scalarType(value);
  return { kind: "store", at: placeIn(scope, node), type: "void", address, value };
}

function lowerCopy(scope: Scope, node: ts.CallExpression): Expression {
  const [to, from, length] = memoryArguments(scope, node, ["usize", "usize", "usize"]) as Three;
  return { kind: "copy", at: placeIn(scope, node), type: "void", to, from, length };
}

function lowerFill(scope: Scope, node: ts.CallExpression): Expression {
  const [to, value, length] = memoryArguments(scope, node, ["usize", "u8", "usize"]) as Three;
  return { kind: "fill", at: placeIn(scope, node), type: "void", to, value, length };
}

type Three = [Expression, Expression, Expression];

function lowerData(scope: Scope, node: ts.CallExpression): Expression {
  const at = placeIn(scope, node);
  if (node.typeArguments === undefined) {
    refuse(at, "memory.data of a size", "that is a static buffer: state lies in the block");
  }
  bytesOnly(scope, node);
  const [list] = takeArguments(scope, node, "memory.data", 1);
  if (list === undefined || !ts.isArrayLiteralExpression(list)) {
    refuse(at, "memory.data of an expression", "list the bytes: memory.data<u8>([…])");
  }
  return {
    kind: "data",
    at,
    type: "usize",
    bytes: list.elements.map((element) => constantByte(scope, element)),
  };
}

function constantByte(scope: Scope, node: ts.Expression): number {
  const byte = scope.lower(node, "u8");
  if (byte.kind === "number" && holds("u8", byte.value)) return byte.value;
  refuse(byte.at, "a byte of constant data that is not a literal", "list numbers from 0 to 255");
}

function lowerExtreme(scope: Scope, node: ts.CallExpression, operator: "min" | "max"): Expression {
  const at = placeIn(scope, node);
  const type = typeArgument(scope, node);
  if (!isScalar(type)) refuse(at, `${operator}<${typeName(type)}>`, "only scalars are compared");
  const given = takeArguments(scope, node, operator, 2);
  const left = coerce(scope.lower(argument(given, 0), type), type);
  const right = coerce(scope.lower(argument(given, 1), type), type);
  return { kind: "extreme", at, type, operator, left, right };
}

function structArgument(scope: Scope, node: ts.CallExpression): Struct {
  const type = typeArgument(scope, node);
  if (typeof type !== "string") return type;
  refuse(placeIn(scope, node), `offsetof<${type}>`, "it is for structs");
}

/** The compiler answers a usize, but u32 and i32 where those are expected. */
function lowerSize(scope: Scope, node: ts.CallExpression, expected: Type | null): Expression {
  const struct = structArgument(scope, node);
  takeArguments(scope, node, "offsetof", 0);
  const type = expected === "u32" || expected === "i32" ? expected : "usize";
  return { kind: "size", at: placeIn(scope, node), type, struct };
}

function lowerChangeType(scope: Scope, node: ts.CallExpression): Expression {
  const at = placeIn(scope, node);
  const type = typeArgument(scope, node);
  const given = takeArguments(scope, node, "changetype", 1);
  if (typeof type !== "string") {
    const address = coerce(scope.lower(argument(given, 0), "usize"), "usize");
    return { kind: "view", at, type, address };
  }
  const object = scope.lower(argument(given, 0), null);
  if (type !== "usize" || typeof object.type === "string") {
    const what = `changetype<${type}> of ${typeName(object.type)}`;
    refuse(at, what, "it is from a struct to usize and back; between numbers write a cast");
  }
  return { kind: "address", at, type: "usize", object };
}
