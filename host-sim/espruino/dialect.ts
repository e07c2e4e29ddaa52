// Owns what Espruino's interpreter does not understand, as a judgement on JavaScript text. Knows nothing of what the text does.

import { type AnyNode, type Node, parse } from "acorn";
import { hoistingFaults } from "./hoisting.ts";
import { childrenOf } from "./syntax.ts";

/** Each as `LINE:COLUMN: what`; none for a text that Espruino runs. A text that is no JavaScript at all has one fault. */
export function dialectFaults(text: string): readonly string[] {
  let program: AnyNode;
  try {
    program = parse(text, {
      ecmaVersion: 2020,
      sourceType: "script",
      locations: true,
      allowReturnOutsideFunction: true,
    });
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  const faults: { readonly at: number; readonly words: string }[] = [];
  const visit = (node: AnyNode, parent: AnyNode | null): void => {
    const words = faultOf(node, parent, text);
    if (words !== null) faults.push({ at: node.start, words: `${placeOf(node)}: ${words}` });
    for (const child of childrenOf(node)) visit(child, node);
  };
  visit(program, null);
  for (const { node, name } of hoistingFaults(program))
    faults.push({
      at: node.start,
      words: `${placeOf(node)}: ${name} is used before it is defined: nothing is hoisted`,
    });
  return faults.sort((a, b) => a.at - b.at).map(({ words }) => words);
}

function placeOf({ loc }: Node): string {
  return loc ? `${loc.start.line}:${loc.start.column + 1}` : "?";
}

/** Node types that are a fault wherever they stand. */
const UNKNOWN_SYNTAX: Readonly<Record<string, string>> = {
  LabeledStatement: "labels",
  ObjectPattern: "destructuring",
  ArrayPattern: "destructuring",
  AssignmentPattern: "default values of parameters",
  RestElement: "rest parameters",
  SpreadElement: "spread arguments",
  ChainExpression: "optional chaining",
  YieldExpression: "generators",
  AwaitExpression: "async functions",
  ImportExpression: "import",
  WithStatement: "with",
};

/** Globals and members that are not there, or do something else. */
const UNKNOWN_GLOBALS: ReadonlySet<string> = new Set([
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "Symbol",
  "Proxy",
  "Reflect",
  "BigInt",
  "TextEncoder",
  "TextDecoder",
  "queueMicrotask",
  "globalThis",
]);
/** Names in JavaScript, and words of Espruino's wherever they stand. */
const RESERVED: ReadonlySet<string> = new Set(["of", "static", "let"]);
const UNKNOWN_MEMBERS: ReadonlySet<string> = new Set(["imul", "clz32", "fround", "copyWithin"]);

function faultOf(node: AnyNode, parent: AnyNode | null, text: string): string | null {
  const syntax = UNKNOWN_SYNTAX[node.type];
  if (syntax) return unknown(syntax);
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return node.async ? unknown("async functions") : node.generator ? unknown("generators") : null;
    case "BinaryExpression":
      return node.operator === "**" ? unknown("**") : null;
    case "AssignmentExpression":
      return node.operator === "**=" ? unknown("**=") : null;
    case "Literal":
      return "bigint" in node && node.bigint ? unknown("bigints") : null;
    case "SwitchStatement": {
      const last = node.cases.length - 1;
      return node.cases.some((one, i) => one.test === null && i < last)
        ? unknown("a case after default")
        : null;
    }
    case "ReturnStatement":
      // JavaScript returns nothing then, and Espruino what stands on the next line
      return node.argument === null && /^return[^;}]*[\r\n]\s*[^\s}]/.test(text.slice(node.start))
        ? "a bare return at a line's end, and more on the next line"
        : null;
    case "Identifier":
      if (!isReference(node, parent)) return null;
      if (RESERVED.has(node.name)) return `${node.name} as a name: Espruino reserves the word`;
      return UNKNOWN_GLOBALS.has(node.name) ? unknown(node.name) : null;
    case "MemberExpression":
      return !node.computed && node.property.type === "Identifier" && UNKNOWN_MEMBERS.has(node.property.name)
        ? unknown(`.${node.property.name}`)
        : null;
    case "NewExpression":
      return isArrayOfText(node) ? "a typed array of a text: Espruino makes it of its number" : null;
    default:
      return null;
  }
}

function unknown(what: string): string {
  return `${what}: not in Espruino's JavaScript`;
}

function isReference(node: AnyNode, parent: AnyNode | null): boolean {
  if (parent?.type === "MemberExpression") return parent.object === node || parent.computed;
  return !(parent?.type === "Property" && parent.key === node && !parent.computed);
}

function isArrayOfText(node: AnyNode): boolean {
  if (node.type !== "NewExpression" || node.callee.type !== "Identifier") return false;
  const [first] = node.arguments;
  return (
    /^(Uint|Int|Float)\d+(Clamped)?Array$/.test(node.callee.name) &&
    first?.type === "Literal" &&
    typeof first.value === "string"
  );
}
