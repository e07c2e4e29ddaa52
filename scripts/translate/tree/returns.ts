// Owns the shapes in which a body returns: several returns joined into one expression, or turned into something else where
// the body is put in another's place. Knows no target language.
import type { Expression, Scalar, Statement } from "../../portable/model.ts";
import { statementsIn } from "../../portable/walk.ts";
import { nodesInStatements } from "./sizes.ts";

/** `if (a) return x; return y;` as `return a ? x : y;`, as often as it occurs at the end of a list. */
export function joinReturns(statements: readonly Statement[]): readonly Statement[] {
  const last = statements.at(-1);
  const before = statements.at(-2);
  if (last?.kind === "if") return joinBranches(statements.slice(0, -1), last);
  if (last?.kind !== "return" || last.value === null || before?.kind !== "if") return statements;
  const value = returnedBy(before.whenTrue);
  if (value === null || before.whenFalse.length > 0) return statements;
  const joined = choice(before.condition, value, last.value);
  return joinReturns([...statements.slice(0, -2), { kind: "return", at: before.at, value: joined }]);
}

type If = Extract<Statement, { kind: "if" }>;

function joinBranches(others: readonly Statement[], last: If): readonly Statement[] {
  const whenTrue = returnedBy(joinReturns(last.whenTrue));
  const whenFalse = returnedBy(joinReturns(last.whenFalse));
  if (whenTrue === null || whenFalse === null) return [...others, last];
  const value = choice(last.condition, whenTrue, whenFalse);
  return joinReturns([...others, { kind: "return", at: last.at, value }]);
}

/** The value that these statements do nothing but return. */
export function returnedBy(statements: readonly Statement[]): Expression | null {
  const [only, ...others] = statements;
  return only?.kind === "return" && others.length === 0 ? only.value : null;
}

/** Of bools a choice with a known side is a logical operation. */
export function choice(condition: Expression, whenTrue: Expression, whenFalse: Expression): Expression {
  const { at, type } = whenTrue;
  if (type === "bool" && isNumber(whenTrue, 1) && isNumber(whenFalse, 0)) return truthOf(condition);
  if (type === "bool" && isNumber(whenTrue, 0) && isNumber(whenFalse, 1)) return not(condition);
  if (type === "bool" && isNumber(whenFalse, 0)) {
    return { kind: "logical", at, type, operator: "&&", left: truthOf(condition), right: whenTrue };
  }
  if (type === "bool" && isNumber(whenTrue, 1)) {
    return { kind: "logical", at, type, operator: "||", left: truthOf(condition), right: whenFalse };
  }
  if (type === "bool" && isNumber(whenTrue, 0)) {
    return { kind: "logical", at, type, operator: "&&", left: not(condition), right: whenFalse };
  }
  return { kind: "conditional", at, type: type as Scalar, condition, whenTrue, whenFalse };
}

function isNumber(expression: Expression, value: number): boolean {
  return expression.kind === "number" && expression.value === value;
}

const OPPOSITE = { "==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">" } as const;

export function not(condition: Expression): Expression {
  if (condition.kind === "compare") return { ...condition, operator: OPPOSITE[condition.operator] };
  if (condition.kind === "unary" && condition.operator === "!") return truthOf(condition.operand);
  return { kind: "unary", at: condition.at, type: "bool", operator: "!", operand: condition };
}

function truthOf(condition: Expression): Expression {
  if (condition.type === "bool") return condition;
  return { kind: "convert", at: condition.at, type: "bool", operand: condition, isExplicit: false };
}

export function hasReturn(statements: readonly Statement[]): boolean {
  for (const { kind } of statementsIn(statements)) if (kind === "return") return true;
  return false;
}

/** Whether control never runs past the end of the list. */
export function neverPasses(statements: readonly Statement[]): boolean {
  const last = statements.at(-1);
  if (last?.kind === "if") return neverPasses(last.whenTrue) && neverPasses(last.whenFalse);
  return last?.kind === "return" || last?.kind === "break" || last?.kind === "continue";
}

type Instead = (value: Expression | null) => readonly Statement[];

/** So many nodes may be there twice rather than keep a routine. */
const WORTH_TWICE = 12;

/**
 * The list with `instead` in the place of every return, and what a return would have skipped moved into branches. Null
 * where that cannot be had without a copy or a flag: from deep within loops, or where a branch only sometimes returns.
 */
export function withoutReturns(
  statements: readonly Statement[],
  instead: Instead,
): readonly Statement[] | null {
  const at = statements.findIndex((statement) => hasReturn([statement]));
  const statement = statements[at];
  if (statement === undefined) return statements;
  const before = statements.slice(0, at);
  const rest = statements.slice(at + 1);
  const replaced = replaceAt(statement, rest, instead);
  return replaced === null ? null : [...before, ...replaced];
}

function replaceAt(
  statement: Statement,
  rest: readonly Statement[],
  instead: Instead,
): readonly Statement[] | null {
  switch (statement.kind) {
    case "return":
      return instead(statement.value);
    case "if": {
      const branches = branchesOf(statement, rest);
      if (branches === null) return null;
      const whenTrue = withoutReturns(branches.whenTrue, instead);
      const whenFalse = withoutReturns(branches.whenFalse, instead);
      if (whenTrue === null || whenFalse === null) return null;
      return [{ ...statement, whenTrue, whenFalse }];
    }
    case "while":
    case "for":
      return leaveLoop(statement, rest, instead);
    default:
      return null;
  }
}

function branchesOf(
  { whenTrue, whenFalse }: If,
  rest: readonly Statement[],
): Pick<If, "whenTrue" | "whenFalse"> | null {
  if (rest.length === 0) return { whenTrue, whenFalse };
  if (neverPasses(whenTrue)) return { whenTrue, whenFalse: [...whenFalse, ...rest] };
  if (neverPasses(whenFalse)) return { whenTrue: [...whenTrue, ...rest], whenFalse };
  if (nodesInStatements(rest) > WORTH_TWICE || rest.some(({ kind }) => kind === "declare")) return null;
  return { whenTrue: [...whenTrue, ...rest], whenFalse: [...whenFalse, ...rest] };
}

type Loop = Extract<Statement, { kind: "while" | "doWhile" | "for" }>;

/** A search: what stands behind the loop is done before it, and undone by what is found. */
function leaveLoop(loop: Loop, rest: readonly Statement[], instead: Instead): readonly Statement[] | null {
  const otherwise = returnedBy(rest);
  if (otherwise?.kind !== "number" && rest.length > 0 && !isEmptyReturn(rest)) return null;
  const body = leaving(loop.body, instead);
  if (body === null) return null;
  return [...(rest.length === 0 ? [] : instead(otherwise)), { ...loop, body }];
}

function isEmptyReturn(statements: readonly Statement[]): boolean {
  const [only, ...others] = statements;
  return only?.kind === "return" && only.value === null && others.length === 0;
}

/** The loop's own statements, with a break behind what stands for a return; null from within another loop or a switch. */
function leaving(statements: readonly Statement[], instead: Instead): readonly Statement[] | null {
  const replaced: Statement[] = [];
  for (const statement of statements) {
    if (statement.kind === "return") {
      return [...replaced, ...instead(statement.value), { kind: "break", at: statement.at, leaves: "loop" }];
    }
    if (!hasReturn([statement])) replaced.push(statement);
    else {
      if (statement.kind !== "if") return null;
      const whenTrue = leaving(statement.whenTrue, instead);
      const whenFalse = leaving(statement.whenFalse, instead);
      if (whenTrue === null || whenFalse === null) return null;
      replaced.push({ ...statement, whenTrue, whenFalse });
    }
  }
  return replaced;
}
