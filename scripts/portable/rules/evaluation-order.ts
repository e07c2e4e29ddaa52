// Owns the rule that an expression means the same in whichever order its operands are evaluated: C leaves it open.
import type { Expression, Local } from "../model.ts";
import type { Refusal } from "../refusal.ts";
import { expressionsIn, partsOf } from "../walk.ts";

/** The refusals in one whole expression. */
export function* evaluationOrderRule(whole: Expression): Generator<Refusal> {
  for (const change of nestedChanges(whole)) {
    const { target, at } = change;
    if (target.kind === "field") {
      const instead = "write it as a statement of its own";
      yield { at, what: `a change of ${target.field.name} inside an expression`, instead };
    } else if (timesNamed(whole, target.local) > 1) {
      const { name } = target.local;
      const instead = "C may read it before or after: write the change as a statement of its own";
      yield { at, what: `a change of ${name} in an expression that names it again`, instead };
    }
  }
}

type Change = Extract<Expression, { kind: "assign" | "step" }>;

/** Every change but the outermost: that one happens after all else is evaluated. */
function nestedChanges(whole: Expression): readonly Change[] {
  return partsOf(whole)
    .flatMap((part) => [...expressionsIn(part)])
    .filter((expression) => expression.kind === "assign" || expression.kind === "step");
}

function timesNamed(whole: Expression, local: Local): number {
  return [...expressionsIn(whole)].filter((each) => each.kind === "local" && each.local === local).length;
}
