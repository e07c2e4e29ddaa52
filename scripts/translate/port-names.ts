// Owns what a port's JavaScript names of the image: its functions, fields and numbers. Reads the port's text and knows no
// AssemblyScript.
import { type AnyNode, type Identifier, type MemberExpression, type Program, parse } from "acorn";

/** Something the port names, and where it stands in its text. */
export interface PortName {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** `Client.phase`: a field of a struct, or a number of a const enum. */
  readonly member: string | null;
  /** Where its first argument stands, or would, when it is called. */
  readonly call: PortCall | null;
}

export interface PortCall {
  readonly argumentsAt: number;
  readonly isEmpty: boolean;
}

/** Every name in the text that is not a property's. Throws a SyntaxError with its place in `file`. */
export function namesIn(text: string, file: string): readonly PortName[] {
  const names: PortName[] = [];
  visit(parsed(text, file), (node, parent) => {
    if (node.type !== "Identifier" || isProperty(node, parent)) return;
    const member = memberOf(node, parent);
    names.push({
      name: node.name,
      start: node.start,
      end: member === null ? node.end : (parent as AnyNode).end,
      member,
      call: callOf(node, parent),
    });
  });
  return names;
}

export function parsed(text: string, file: string): AnyNode {
  try {
    return parse(text, { ecmaVersion: 2022, sourceType: "script", allowReturnOutsideFunction: true });
  } catch (error) {
    throw new SyntaxError(`${file}: ${error instanceof Error ? error.message : error}`);
  }
}

/** What the text declares at its top level: of two of one name JavaScript silently keeps the later. */
export function declaredIn(text: string, file: string): readonly Identifier[] {
  const program = parsed(text, file) as Program;
  return program.body.flatMap((statement): Identifier[] => {
    if (statement.type === "FunctionDeclaration") return [statement.id];
    if (statement.type !== "VariableDeclaration") return [];
    return statement.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id] : []));
  });
}

function isProperty(node: Identifier, parent: AnyNode | null): boolean {
  if (parent?.type === "MemberExpression") return parent.property === node && !parent.computed;
  if (parent?.type === "Property" || parent?.type === "MethodDefinition") {
    return parent.key === node && !parent.computed;
  }
  return false;
}

function memberOf(node: Identifier, parent: AnyNode | null): string | null {
  if (parent?.type !== "MemberExpression") return null;
  const { object, property, computed } = parent as MemberExpression;
  return object === node && !computed && property.type === "Identifier" ? property.name : null;
}

function callOf(node: Identifier, parent: AnyNode | null): PortCall | null {
  if (parent?.type !== "CallExpression" || parent.callee !== node) return null;
  const [first] = parent.arguments;
  return { argumentsAt: first?.start ?? parent.end - 1, isEmpty: first === undefined };
}

/** Calls `see` for every node with the one around it, outermost first. */
export function visit(
  node: AnyNode,
  see: (node: AnyNode, parent: AnyNode | null) => void,
  parent: AnyNode | null = null,
): void {
  see(node, parent);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) visit(child, see, node);
    }
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as AnyNode).type === "string";
}
