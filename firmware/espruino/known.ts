// Owns what is known of a port before it runs: its constants stand where their names stood, and what hangs on a false one is
// left out. For the interpreter a name that stays is a variable, and one more to pass in every search for another.

import { type AnyNode, type Expression, type Identifier, parse, type VariableDeclaration } from "acorn";

/** `var LONGEST_MS = 1800000;` */
const CONSTANT = /^[A-Z][A-Z0-9_]+$/;

/** Throws for a text that is no JavaScript, and for a constant that is declared twice. */
export function withWhatIsKnown(text: string): string {
  const program = parse(text, { ecmaVersion: 2022 });
  const constants = new Map<string, Expression>();
  for (const node of allIn(program)) {
    const constant = constantIn(node);
    if (constant === undefined) continue;
    if (constants.has(constant.name)) throw new SyntaxError(`${constant.name} is declared twice`);
    constants.set(constant.name, constant.value);
  }
  return new Writer(text, constants).write(program, null);
}

class Writer {
  readonly #text: string;
  readonly #constants: ReadonlyMap<string, Expression>;

  constructor(text: string, constants: ReadonlyMap<string, Expression>) {
    this.#text = text;
    this.#constants = constants;
  }

  /** The node's text, with all of this done in it. */
  write(node: AnyNode, parent: AnyNode | null): string {
    if (constantIn(node) !== undefined) return "";
    if (node.type === "Identifier" && !isProperty(node, parent)) return this.#named(node);
    if (node.type === "IfStatement" || node.type === "ConditionalExpression") {
      const holds = this.#truth(node.test);
      if (holds === true) return this.write(node.consequent, node);
      if (holds === false) return node.alternate ? this.write(node.alternate, node) : ";";
    }
    let written = "";
    let at = node.start;
    for (const child of childrenOf(node)) {
      written += this.#text.slice(at, child.start) + this.write(child, node);
      at = child.end;
    }
    return written + this.#text.slice(at, node.end);
  }

  #named({ name }: Identifier): string {
    const value = this.#constants.get(name);
    if (value === undefined) return name;
    const text = this.#text.slice(value.start, value.end);
    return value.type === "UnaryExpression" ? `(${text})` : text;
  }

  /** Undefined where it is not known. */
  #truth(node: Expression): boolean | undefined {
    if (node.type === "Literal") return Boolean(node.value);
    if (node.type === "Identifier") {
      const value = this.#constants.get(node.name);
      return value && this.#truth(value);
    }
    if (node.type !== "LogicalExpression") return undefined;
    const left = this.#truth(node.left as Expression);
    if (left === (node.operator === "||")) return left;
    return left === undefined ? undefined : this.#truth(node.right);
  }
}

function constantIn(node: AnyNode): { readonly name: string; readonly value: Expression } | undefined {
  if (node.type !== "VariableDeclaration") return undefined;
  const [only, second] = (node as VariableDeclaration).declarations;
  if (only?.id.type !== "Identifier" || second !== undefined || !CONSTANT.test(only.id.name))
    return undefined;
  return only.init && isWritten(only.init) ? { name: only.id.name, value: only.init } : undefined;
}

function isWritten(node: Expression): boolean {
  return node.type === "Literal" || (node.type === "UnaryExpression" && isWritten(node.argument));
}

function isProperty(node: Identifier, parent: AnyNode | null): boolean {
  if (parent?.type === "MemberExpression") return parent.property === node && !parent.computed;
  return parent?.type === "Property" && parent.key === node;
}

function* allIn(node: AnyNode): Generator<AnyNode> {
  yield node;
  for (const child of childrenOf(node)) yield* allIn(child);
}

/** In the order in which they stand. */
function childrenOf(node: AnyNode): readonly AnyNode[] {
  return Object.values(node)
    .flat()
    .filter(isNode)
    .sort((a, b) => a.start - b.start);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as AnyNode).type === "string";
}
