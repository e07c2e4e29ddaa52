// Owns the walk over a syntax tree of acorn's. Knows no kind of node.

import type { AnyNode } from "acorn";

/** Every walk asks for them again. */
const known = new WeakMap<AnyNode, readonly AnyNode[]>();

/** In the order of the text. */
export function childrenOf(node: AnyNode): readonly AnyNode[] {
  const before = known.get(node);
  if (before !== undefined) return before;
  const children: AnyNode[] = [];
  for (const value of Object.values(node)) {
    for (const one of Array.isArray(value) ? value : [value]) if (isNode(one)) children.push(one);
  }
  children.sort((a, b) => a.start - b.start);
  known.set(node, children);
  return children;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
