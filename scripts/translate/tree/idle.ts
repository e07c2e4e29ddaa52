// Owns what an image can do without: routines that nobody calls, parameters that nobody reads. Knows no target language.
import type { Callable, Expression, Local } from "../../portable/model.ts";
import { expressionsIn } from "../../portable/walk.ts";
import { hasEffects } from "./effects.ts";
import { expressionsOf, type Image, type Routine } from "./image.ts";
import { everyExpression } from "./known.ts";
import { rewriteExpression, rewriteStatements } from "./rewrite.ts";
import { calleesOf } from "./settle.ts";

/** The image with what can be reached from its roots. */
export function withoutIdleRoutines(image: Image): Image {
  const routines = new Map<Callable, Routine>();
  const work = [...image.roots.values()];
  for (let callable = work.pop(); callable !== undefined; callable = work.pop()) {
    const routine = image.routines.get(callable);
    if (routine === undefined || routines.has(callable)) continue;
    routines.set(callable, routine);
    work.push(...calleesOf(routine).filter(({ role }) => role.kind !== "elapsed"));
  }
  return { ...image, routines };
}

/** The image without parameters that nobody reads. One that is given something with effects stays. */
export function withoutIdleParameters(image: Image): Image {
  const kept = parametersToKeep(image);
  const shorter = (expression: Expression): Expression => {
    if (expression.kind !== "call") return expression;
    const keeps = kept.get(expression.callee);
    if (keeps === undefined || keeps.every(Boolean)) return expression;
    return { ...expression, arguments: expression.arguments.filter((_, index) => keeps[index]) };
  };
  const routines = new Map<Callable, Routine>();
  for (const [callable, routine] of image.routines) {
    const parameters = routine.parameters.filter((_, index) => kept.get(callable)?.[index]);
    const body = rewriteStatements(routine.body, (whole) => rewriteExpression(whole, shorter));
    routines.set(callable, { ...routine, parameters, body });
  }
  return { ...image, routines };
}

function parametersToKeep(image: Image): ReadonlyMap<Callable, boolean[]> {
  const isRoot = new Set(image.roots.values());
  const kept = new Map<Callable, boolean[]>();
  for (const [callable, routine] of image.routines) {
    const read = readLocals(routine);
    kept.set(
      callable,
      routine.parameters.map((each) => isRoot.has(callable) || read.has(each)),
    );
  }
  for (const expression of everyExpression(image)) {
    if (expression.kind !== "call") continue;
    const keeps = kept.get(expression.callee);
    for (const [index, value] of expression.arguments.entries()) {
      if (keeps !== undefined && hasEffects(value)) keeps[index] = true;
    }
  }
  return kept;
}

function readLocals(routine: Routine): ReadonlySet<Local> {
  const read = new Set<Local>();
  for (const whole of expressionsOf(routine)) {
    for (const expression of expressionsIn(whole)) {
      if (expression.kind === "local") read.add(expression.local);
    }
  }
  return read;
}
