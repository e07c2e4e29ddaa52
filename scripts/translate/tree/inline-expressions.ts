// Owns which calls become what they would answer: those of routines that are one expression. Knows no target language.
import type { Callable, CallExpression, Expression, Local } from "../../portable/model.ts";
import { expressionsIn } from "../../portable/walk.ts";
import { hasEffects, type PureRoutines, pureRoutines } from "./effects.ts";
import { type Image, withBodies } from "./image.ts";
import { everyExpression } from "./known.ts";
import { joinReturns, returnedBy } from "./returns.ts";
import { rewriteExpression, rewriteStatements } from "./rewrite.ts";
import { nodesIn } from "./sizes.ts";

/** So many nodes all copies together may have more than the calls: a routine costs an interpreter memory. */
const WORTH_COPIES = 70;

export function inlineExpressions(image: Image): Image {
  const joined = withBodies(image, ({ body }) => joinReturns(body));
  const calls = countCalls(joined);
  const pure = pureRoutines(joined);
  const replace = (expression: Expression): Expression =>
    expression.kind === "call" ? (answerOf(joined, expression, calls, pure) ?? expression) : expression;
  return withBodies(joined, ({ body }) =>
    rewriteStatements(body, (whole) => rewriteExpression(whole, replace)),
  );
}

export function countCalls(image: Image): ReadonlyMap<Callable, number> {
  const calls = new Map<Callable, number>();
  for (const expression of everyExpression(image)) {
    if (expression.kind === "call") calls.set(expression.callee, (calls.get(expression.callee) ?? 0) + 1);
  }
  return calls;
}

function answerOf(
  image: Image,
  call: CallExpression,
  calls: ReadonlyMap<Callable, number>,
  pure: PureRoutines,
): Expression | null {
  const routine = image.routines.get(call.callee);
  const answer = routine === undefined ? null : returnedBy(routine.body);
  if (routine === undefined || answer === null || call.callee.role.kind === "elapsed") return null;
  if (calleesIn(answer).has(call.callee)) return null;
  const isRoot = [...image.roots.values()].includes(call.callee);
  const copies = (calls.get(call.callee) ?? 0) - (isRoot ? 0 : 1);
  const grows = nodesIn(answer) - 1 - call.arguments.length;
  if (copies * grows > WORTH_COPIES) return null;
  if (!mayMove(routine.parameters, call.arguments, answer, pure)) return null;
  const given = new Map(routine.parameters.map((each, index) => [each, call.arguments[index]]));
  return rewriteExpression(answer, (part) =>
    part.kind === "local" ? (given.get(part.local) ?? part) : part,
  );
}

function calleesIn(expression: Expression): ReadonlySet<Callable> {
  const callees = [...expressionsIn(expression)].flatMap((each) =>
    each.kind === "call" ? [each.callee] : [],
  );
  return new Set(callees);
}

/** Whether the arguments mean the same where the parameters stand: read as often, as early, and in every case. */
function mayMove(
  parameters: readonly Local[],
  given: readonly Expression[],
  answer: Expression,
  pure: PureRoutines,
): boolean {
  const isCalm = !hasEffects(answer, pure);
  return parameters.every((parameter, index) => {
    const value = given[index];
    if (value === undefined) return false;
    if (isChanged(parameter, answer)) return false;
    if (isSimple(value)) return true;
    const uses = usesOf(parameter, answer);
    return isCalm && !hasEffects(value, pure) && uses <= 1;
  });
}

/** What costs no more than the parameter itself, and no call changes. */
export function isSimple(value: Expression): boolean {
  return (
    value.kind === "number" || value.kind === "local" || (value.kind === "convert" && isSimple(value.operand))
  );
}

export function usesOf(local: Local, expression: Expression): number {
  let uses = 0;
  for (const each of expressionsIn(expression)) if (each.kind === "local" && each.local === local) uses += 1;
  return uses;
}

function isChanged(local: Local, expression: Expression): boolean {
  for (const each of expressionsIn(expression)) {
    const isChange = each.kind === "assign" || each.kind === "step";
    if (isChange && each.target.kind === "local" && each.target.local === local) return true;
  }
  return false;
}
