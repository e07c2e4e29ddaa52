// Owns the whole verdict on portable sources: what could not be read, and what the rules refuse of what could.
import type { Expression, Program } from "./model.ts";
import { type Reading, readProgram } from "./program.ts";
import type { Refusal } from "./refusal.ts";
import { arithmeticRule } from "./rules/arithmetic.ts";
import { clockRule } from "./rules/clock.ts";
import { evaluationOrderRule } from "./rules/evaluation-order.ts";
import { memoryRule } from "./rules/memory.ts";
import type { SourceText } from "./sources.ts";
import { declarationsIn, wholeExpressions } from "./walk.ts";

const PROGRAM_RULES: readonly ((program: Program) => Iterable<Refusal>)[] = [memoryRule, clockRule];
const EXPRESSION_RULES: readonly ((whole: Expression) => Iterable<Refusal>)[] = [
  arithmeticRule,
  evaluationOrderRule,
];

/** Reads and judges. A back end translates the program only if there are no refusals. */
export function readSubset(sources: readonly SourceText[]): Reading {
  const { program, refusals } = readProgram(sources);
  const broken = [
    ...PROGRAM_RULES.flatMap((rule) => [...rule(program)]),
    ...outermostExpressions(program).flatMap((whole) => EXPRESSION_RULES.flatMap((rule) => [...rule(whole)])),
  ];
  return { program, refusals: [...refusals, ...broken].sort(byPlace) };
}

function outermostExpressions(program: Program): readonly Expression[] {
  return [...declarationsIn(program)].flatMap((declaration) => {
    if (declaration.kind === "function") return [...wholeExpressions(declaration)];
    return declaration.kind === "constant" ? [declaration.initializer] : [];
  });
}

function byPlace(a: Refusal, b: Refusal): number {
  if (a.at.file !== b.at.file) return a.at.file < b.at.file ? -1 : 1;
  return a.at.line - b.at.line || a.at.column - b.at.column;
}
