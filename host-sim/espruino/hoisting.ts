// Owns the judgement whether every name is defined before it is used, for an interpreter that hoists neither functions nor
// variables. What runs at once is followed: statements in their order, and the bodies of functions that they name.

import type { AnyNode, Identifier } from "acorn";
import { childrenOf } from "./syntax.ts";

type FunctionNode = Extract<
  AnyNode,
  { readonly type: "FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression" }
>;

export interface EarlyUse {
  readonly node: AnyNode;
  readonly name: string;
}

/** A name of a scope: from where on it is there, and the function that it stands for. */
interface Definition {
  readonly definedAt: number;
  readonly body: FunctionNode | null;
}

type Scope = ReadonlyMap<string, Definition>;

/** The first early use of each name in each scope. */
export function hoistingFaults(program: AnyNode): readonly EarlyUse[] {
  const faults: EarlyUse[] = [];
  const judge = (owner: AnyNode): void => {
    faults.push(...earlyUses(owner));
    for (const inner of functionsIn(owner)) judge(inner);
  };
  judge(program);
  return faults;
}

function earlyUses(owner: AnyNode): readonly EarlyUse[] {
  const scope = definitionsOf(owner);
  const faults = new Map<string, EarlyUse>();
  for (const statement of statementsOf(owner)) {
    for (const [name, node] of namesRunBy(statement, scope)) {
      const definition = scope.get(name);
      if (definition === undefined || faults.has(name)) continue;
      const usedAt = isInside(node, statement) ? node.end : statement.end;
      const isEarly = usedAt <= definition.definedAt;
      if (isEarly) faults.set(name, { node, name });
    }
  }
  return [...faults.values()];
}

function isInside(node: AnyNode, outer: AnyNode): boolean {
  return node.start >= outer.start && node.end <= outer.end;
}

function statementsOf(owner: AnyNode): readonly AnyNode[] {
  if (owner.type === "Program") return owner.body;
  return isFunction(owner) && owner.body.type === "BlockStatement" ? owner.body.body : [];
}

/** The names that run with a statement: its own, and those of the scope's functions that it calls, and theirs. */
function namesRunBy(statement: AnyNode, scope: Scope): ReadonlyMap<string, AnyNode> {
  const found = new Map<string, AnyNode>();
  const followed = new Set<FunctionNode>();
  const follow = (node: AnyNode, hidden: ReadonlySet<string>): void => {
    for (const { name, isCalled } of usesIn(node)) {
      if (hidden.has(name.name)) continue;
      if (!found.has(name.name)) found.set(name.name, name);
      const body = isCalled ? scope.get(name.name)?.body : null;
      if (!body || followed.has(body)) continue;
      followed.add(body);
      follow(body.body, new Set([...hidden, ...definitionsOf(body).keys()]));
    }
  };
  if (statement.type !== "FunctionDeclaration") follow(statement, new Set());
  return found;
}

interface Use {
  readonly name: Identifier;
  readonly isCalled: boolean;
}

const knownUses = new WeakMap<AnyNode, readonly Use[]>();

/** Identifiers that are read or called at once: not those in a function that is merely made. */
function usesIn(node: AnyNode): readonly Use[] {
  const before = knownUses.get(node);
  if (before !== undefined) return before;
  const uses: Use[] = [];
  const visit = (one: AnyNode, parent: AnyNode | null): void => {
    if (isFunction(one) && !isCalledAtOnce(one, parent)) return;
    if (one.type === "Identifier" && isRead(one, parent))
      uses.push({ name: one, isCalled: isCallee(one, parent) });
    for (const child of childrenOf(one)) visit(child, one);
  };
  visit(node, null);
  knownUses.set(node, uses);
  return uses;
}

function isCallee(node: AnyNode, parent: AnyNode | null): boolean {
  return (parent?.type === "CallExpression" || parent?.type === "NewExpression") && parent.callee === node;
}

function isCalledAtOnce(node: AnyNode, parent: AnyNode | null): boolean {
  return parent?.type === "CallExpression" && parent.callee === node;
}

function isRead(node: AnyNode, parent: AnyNode | null): boolean {
  switch (parent?.type) {
    case "MemberExpression":
      return parent.object === node || parent.computed;
    case "Property":
      return parent.value === node || parent.computed;
    case "VariableDeclarator":
      return parent.init === node;
    case "AssignmentExpression":
      return parent.right === node || parent.operator !== "=";
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "MethodDefinition":
    case "CatchClause":
      return false;
    default:
      return true;
  }
}

const knownScopes = new WeakMap<AnyNode, Scope>();

function definitionsOf(owner: AnyNode): Scope {
  const before = knownScopes.get(owner);
  if (before !== undefined) return before;
  const scope = new Map<string, Definition>();
  const add = (name: AnyNode | null | undefined, definedAt: number, body: FunctionNode | null): void => {
    if (name?.type === "Identifier" && !scope.has(name.name)) scope.set(name.name, { definedAt, body });
  };
  const visit = (node: AnyNode): void => {
    if (node.type === "FunctionDeclaration") add(node.id, node.start, node);
    if (node.type === "ClassDeclaration") add(node.id, node.start, null);
    if (node.type === "VariableDeclarator") add(node.id, node.end, isFunction(node.init) ? node.init : null);
    if (!isFunction(node)) for (const child of childrenOf(node)) visit(child);
  };
  if (isFunction(owner)) {
    for (const parameter of owner.params) add(parameter, 0, null);
    visit(owner.body);
  } else {
    for (const child of childrenOf(owner)) visit(child);
  }
  knownScopes.set(owner, scope);
  return scope;
}

/** The functions that lie directly in this one, or in the program. */
function functionsIn(owner: AnyNode): readonly FunctionNode[] {
  const found: FunctionNode[] = [];
  const visit = (node: AnyNode): void => {
    if (isFunction(node)) found.push(node);
    else for (const child of childrenOf(node)) visit(child);
  };
  for (const child of childrenOf(owner)) visit(child);
  return found;
}

function isFunction(node: AnyNode | null | undefined): node is FunctionNode {
  return (
    node?.type === "FunctionDeclaration" ||
    node?.type === "FunctionExpression" ||
    node?.type === "ArrowFunctionExpression"
  );
}
