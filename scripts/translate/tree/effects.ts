// Owns whether an expression does anything beside having a value. Knows no target language.
import type { Callable, Expression } from "../../portable/model.ts";
import { expressionsIn } from "../../portable/walk.ts";
import { expressionsOf, type Image } from "./image.ts";

/** Routines that only read. */
export type PureRoutines = ReadonlySet<Callable>;

const NONE: PureRoutines = new Set();

/** Reading never does; a call may do anything unless it is of a pure routine. */
export function hasEffects(expression: Expression, pure: PureRoutines = NONE): boolean {
  for (const each of expressionsIn(expression)) {
    if (each.kind === "call" ? !isPureCall(each.callee, pure) : CHANGES.has(each.kind)) return true;
  }
  return false;
}

function isPureCall(callee: Callable, pure: PureRoutines): boolean {
  return callee.role.kind === "elapsed" || pure.has(callee);
}

const CHANGES: ReadonlySet<Expression["kind"]> = new Set(["assign", "step", "store", "copy", "fill"]);

/** Takes all for pure, and takes out what is not until nothing changes. */
export function pureRoutines(image: Image): PureRoutines {
  const pure = new Set(image.routines.keys());
  // what has its body elsewhere is not seen through
  for (const [callable, { body }] of image.routines) if (body.length === 0) pure.delete(callable);
  for (let before = -1; before !== pure.size; ) {
    before = pure.size;
    for (const callable of [...pure]) if (!isPure(image, callable, pure)) pure.delete(callable);
  }
  return pure;
}

function isPure(image: Image, callable: Callable, pure: PureRoutines): boolean {
  const routine = image.routines.get(callable);
  if (routine === undefined) return false;
  for (const whole of expressionsOf(routine)) {
    for (const each of expressionsIn(whole)) {
      if (each.kind === "call" && !isPureCall(each.callee, pure)) return false;
      if (each.kind === "store" || each.kind === "copy" || each.kind === "fill") return false;
      if ((each.kind === "assign" || each.kind === "step") && each.target.kind === "field") return false;
    }
  }
  return true;
}
