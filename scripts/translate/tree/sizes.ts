// Owns how large a tree is, in nodes: what decides whether a copy of it costs more than a call. Knows no target language.
import type { Expression, Statement } from "../../portable/model.ts";
import { expressionsIn, ownExpressions, statementsIn } from "../../portable/walk.ts";

export function nodesIn(expression: Expression): number {
  let nodes = 0;
  for (const _ of expressionsIn(expression)) nodes += 1;
  return nodes;
}

export function nodesInStatements(statements: readonly Statement[]): number {
  let nodes = 0;
  for (const statement of statementsIn(statements)) {
    nodes += 1;
    for (const whole of ownExpressions(statement)) nodes += nodesIn(whole);
  }
  return nodes;
}
