// Owns how a call gets out of an expression into a statement before it, with everything still evaluated in its order and
// only if it was. Knows no target language.
import type { CallExpression, Expression, Local, Place, Statement, Type } from "../../portable/model.ts";
import { partsOf } from "../../portable/walk.ts";
import { hasEffects, type PureRoutines } from "./effects.ts";
import { withParts } from "./rewrite.ts";

export interface Lifted {
  /** Run before; the last but for branches declares what the call answers. */
  readonly before: readonly Statement[];
  readonly expression: Expression;
}

export interface Lifting {
  readonly pure: PureRoutines;
  readonly wants: (call: CallExpression) => boolean;
}

/** The first wanted call in the order of evaluation, lifted out; null when there is none, or it cannot be. */
export function liftCall(expression: Expression, lifting: Lifting): Lifted | null {
  if (!contains(expression, lifting)) return null;
  switch (expression.kind) {
    case "logical":
      return liftFromLogical(expression, lifting);
    case "conditional":
      return liftFromConditional(expression, lifting);
    case "call":
      if (lifting.wants(expression) && !expression.arguments.some((each) => contains(each, lifting))) {
        return lifted(expression);
      }
      return liftFromParts(expression, lifting);
    case "step":
    case "assign":
      return liftFromAssignment(expression, lifting);
    default:
      return liftFromParts(expression, lifting);
  }
}

function contains(expression: Expression, lifting: Lifting): boolean {
  if (expression.kind === "call" && lifting.wants(expression)) return true;
  return partsOf(expression).some((part) => contains(part, lifting));
}

function lifted(call: CallExpression): Lifted | null {
  if (call.type === "void") return null;
  const local = temporary(call.type, call.at);
  return { before: [declare(local, call)], expression: read(local, call.at) };
}

/** What is evaluated before the call is kept in locals, unless it stays what it is. */
function liftFromParts(expression: Expression, lifting: Lifting): Lifted | null {
  const parts = partsOf(expression);
  const at = parts.findIndex((part) => contains(part, lifting));
  const part = parts[at];
  const inner = part === undefined ? null : liftCall(part, lifting);
  if (part === undefined || inner === null) return null;
  const kept: Statement[] = [];
  const replacements = new Map<Expression, Expression>([[part, inner.expression]]);
  for (const earlier of parts.slice(0, at)) {
    if (staysTheSame(earlier)) continue;
    if (earlier.type === "void") return null;
    const local = temporary(earlier.type, earlier.at);
    kept.push(declare(local, earlier));
    replacements.set(earlier, read(local, earlier.at));
  }
  const whole = withParts(expression, (each) => replacements.get(each) ?? each);
  return { before: [...kept, ...inner.before], expression: whole };
}

/** No call changes a caller's locals, and the subset lets no expression change what it reads. */
function staysTheSame(expression: Expression): boolean {
  if (expression.kind === "number" || expression.kind === "local") return true;
  if (expression.kind === "convert") return staysTheSame(expression.operand);
  if (expression.kind === "view" || expression.kind === "binary")
    return partsOf(expression).every(staysTheSame);
  return false;
}

/** The place that is written to is the same before and after the call if only locals name it. */
function liftFromAssignment(
  expression: Extract<Expression, { kind: "assign" | "step" }>,
  lifting: Lifting,
): Lifted | null {
  if (expression.kind === "step") return null;
  const { target, operator, value } = expression;
  const isFixed = target.kind === "local" || staysTheSame(target.object);
  if (!isFixed) return null;
  const inner = liftCall(value, lifting);
  if (inner === null) return null;
  if (operator !== null && !inner.before.every((statement) => isCalm(statement, lifting.pure))) return null;
  return { before: inner.before, expression: { ...expression, value: inner.expression } };
}

function isCalm(statement: Statement, pure: PureRoutines): boolean {
  return statement.kind === "declare" && !hasEffects(statement.initializer, pure);
}

/** `a && f()`: f is only called if a. */
function liftFromLogical(
  expression: Extract<Expression, { kind: "logical" }>,
  lifting: Lifting,
): Lifted | null {
  const { left, right, operator, at } = expression;
  if (contains(left, lifting)) {
    const inner = liftCall(left, lifting);
    return inner === null ? null : { ...inner, expression: { ...expression, left: inner.expression } };
  }
  const inner = liftCall(right, lifting);
  if (inner === null) return null;
  const local = temporary("bool", at);
  const rest = [...inner.before, effect(assign(local, truth(inner.expression)))];
  const branches = operator === "&&" ? { whenTrue: rest, whenFalse: [] } : { whenTrue: [], whenFalse: rest };
  const start = declare(local, truth(left));
  return {
    before: [start, { kind: "if", at, condition: read(local, at), ...branches }],
    expression: read(local, at),
  };
}

function liftFromConditional(
  expression: Extract<Expression, { kind: "conditional" }>,
  lifting: Lifting,
): Lifted | null {
  const { condition, whenTrue, whenFalse, at, type } = expression;
  if (contains(condition, lifting)) {
    const inner = liftCall(condition, lifting);
    return inner === null ? null : { ...inner, expression: { ...expression, condition: inner.expression } };
  }
  const local = temporary(type, at);
  const branch = (value: Expression): readonly Statement[] => {
    const inner = liftCall(value, lifting);
    return inner === null
      ? [effect(assign(local, value))]
      : [...inner.before, effect(assign(local, inner.expression))];
  };
  const nothing: Expression = { kind: "number", at, type: "u32", value: 0 };
  return {
    before: [
      declare(local, nothing),
      { kind: "if", at, condition, whenTrue: branch(whenTrue), whenFalse: branch(whenFalse) },
    ],
    expression: read(local, at),
  };
}

export function truth(expression: Expression): Expression {
  if (expression.type === "bool") return expression;
  return { kind: "convert", at: expression.at, type: "bool", operand: expression, isExplicit: false };
}

export function temporary(type: Type, at: Place): Local {
  return {
    kind: "variable",
    name: "kept",
    at,
    type,
    enumeration: null,
    isParameter: false,
    isConstant: false,
  };
}

export function declare(local: Local, initializer: Expression): Statement {
  return { kind: "declare", at: initializer.at, local, initializer };
}

export function read(local: Local, at: Place): Expression {
  return { kind: "local", at, type: local.type, local };
}

export function assign(local: Local, value: Expression): Expression {
  const target = { kind: "local", at: value.at, type: local.type, local } as const;
  return { kind: "assign", at: value.at, type: local.type, target, operator: null, value };
}

export function effect(expression: Expression): Statement {
  return { kind: "expression", at: expression.at, expression };
}
