// Counts the interpreter's variables that an image takes once it has run from Storage: what it declares, not what it does later.
// Knows how Espruino keeps functions, names and values; the figures are measured on 2v29 and held against it by a test.
import {
  type Expression,
  type NewExpression,
  type Node,
  type Pattern,
  parse,
  type Statement,
  type VariableDeclarator,
} from "acorn";

/** A function's own, its name's, its scope's and its code's, which stays in Storage however long it is. */
const FUNCTION = 4;
/** The interpreter's object for a class of typed arrays, at its first use. */
const ARRAY_CLASS = 8;
/** View, buffer and the string that holds the bytes. */
const TYPED_ARRAY = 3;
const NAME_BYTES = 4;
/** A number this small lies in its name. */
const LEAST_NAMED = -1024;
const MOST_NAMED = 1023;

/** How large the interpreter's variables are there. */
export interface VariableSize {
  readonly variableBytes: number;
}

/** Of the scope that stays: the function that the image is. */
export function countVariables(code: string, { variableBytes }: VariableSize): number {
  const counter = new Counter(variableBytes);
  return scopeOf(parse(code, { ecmaVersion: 2020 }).body as Statement[]).reduce(
    (sum, statement) => sum + counter.statement(statement),
    0,
  );
}

/** `(function(){…})()` and `!function(){…}()` are what they contain. */
function scopeOf(body: readonly Statement[]): readonly Statement[] {
  const [only] = body;
  if (body.length !== 1 || only?.type !== "ExpressionStatement") return body;
  const call = only.expression.type === "UnaryExpression" ? only.expression.argument : only.expression;
  if (call.type !== "CallExpression" || call.callee.type !== "FunctionExpression") return body;
  return call.callee.body.body;
}

class Counter {
  readonly #bytes: number;
  readonly #classes = new Set<string>();

  constructor(variableBytes: number) {
    this.#bytes = variableBytes;
  }

  statement(statement: Statement): number {
    if (statement.type === "FunctionDeclaration") {
      return this.#name(statement.id.name) + this.#function(statement.params);
    }
    if (statement.type !== "VariableDeclaration") return 0;
    return statement.declarations.reduce((sum, declarator) => sum + this.#declarator(declarator), 0);
  }

  #declarator({ id, init }: VariableDeclarator): number {
    const name = id.type === "Identifier" ? this.#name(id.name) : 0;
    return name + (init ? this.#value(init) : 0);
  }

  /** Beside its name. */
  #value(init: Expression): number {
    if (isNamedNumber(init)) return 0;
    switch (init.type) {
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return this.#function(init.params);
      case "Literal":
        return typeof init.value === "string" ? this.#text(init.value.length) : 1;
      case "NewExpression":
        return this.#typedArray(init.callee, init.arguments[0]);
      case "CallExpression":
        return 1 + init.arguments.reduce((sum, argument) => sum + this.#data(argument), 0);
      case "ArrayExpression":
        return 1 + init.elements.reduce((sum, element) => sum + 1 + this.#element(element), 0);
      case "ObjectExpression":
        return 1 + init.properties.reduce((sum, property) => sum + this.#property(property), 0);
      default:
        return 1;
    }
  }

  #element(element: Node | null): number {
    return element === null || element.type === "SpreadElement" ? 0 : this.#value(element as Expression);
  }

  #property(property: Node): number {
    const { key, value } = property as unknown as { readonly key: Node; readonly value: Expression };
    const name = (key as { readonly name?: string; readonly value?: unknown }).name ?? "";
    return this.#name(name) + this.#value(value);
  }

  #function(params: readonly Pattern[]): number {
    return (
      FUNCTION +
      params.reduce((sum, param) => sum + (param.type === "Identifier" ? this.#name(param.name) : 1), 0)
    );
  }

  #typedArray(callee: Node, size: Node | undefined): number {
    return this.#class(callee) + TYPED_ARRAY - 1 + this.#sized(size);
  }

  /** `E.toString(new Uint8Array(n))` keeps the bytes, and no array. */
  #data(argument: Node): number {
    if (argument.type !== "NewExpression") return 0;
    const { callee, arguments: sizes } = argument as NewExpression;
    return this.#class(callee) + this.#sized(sizes[0]);
  }

  #class(callee: Node): number {
    const { name = "" } = callee as { readonly name?: string };
    if (this.#classes.has(name)) return 0;
    this.#classes.add(name);
    return ARRAY_CLASS;
  }

  #sized(size: Node | undefined): number {
    const bytes = (size as { readonly value?: unknown } | undefined)?.value;
    return typeof bytes === "number" ? 1 + Math.ceil(bytes / this.#bytes) : 0;
  }

  #name(name: string): number {
    return 1 + Math.ceil(Math.max(0, name.length - NAME_BYTES) / this.#extension());
  }

  #text(length: number): number {
    return 1 + Math.ceil(Math.max(0, length - this.#extension()) / this.#extension());
  }

  /** Of a long string, in each further variable. */
  #extension(): number {
    return this.#bytes - NAME_BYTES;
  }
}

/** Written out, minus sign included. */
function isNamedNumber(node: Expression): boolean {
  const isNegative = node.type === "UnaryExpression" && node.operator === "-";
  const literal = isNegative ? node.argument : node;
  if (literal.type !== "Literal" || typeof literal.value !== "number") return false;
  const value = isNegative ? -literal.value : literal.value;
  return Number.isInteger(value) && value >= LEAST_NAMED && value <= MOST_NAMED;
}
