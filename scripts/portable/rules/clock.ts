// Owns the rule that one function alone computes with readings of the clock, which wrap. Tells a reading by its name.
import { ELAPSED_NAME } from "../functions.ts";
import type { Callable, Expression, Program } from "../model.ts";
import type { Refusal } from "../refusal.ts";
import { declarationsIn, expressionsIn, wholeExpressions } from "../walk.ts";

const CLOCK_READING = /(^now|Now|^since|Since|^at|At)Ms$/;

export function* clockRule(program: Program): Generator<Refusal> {
  let elapsed: Callable | null = null;
  for (const declaration of declarationsIn(program)) {
    if (declaration.kind === "struct") {
      for (const field of declaration.fields) yield* judgeType(field);
    }
    if (declaration.kind !== "function") continue;
    for (const parameter of declaration.parameters) yield* judgeType(parameter);
    if (declaration.name === ELAPSED_NAME) {
      yield* judgeElapsed(declaration, elapsed);
      elapsed ??= declaration;
    }
    if (declaration.role.kind !== "elapsed") yield* judgeArithmetic(declaration);
  }
}

/** A translator replaces the function by what its target has, so there is one, of a known shape. */
function* judgeElapsed(callable: Callable, earlier: Callable | null): Generator<Refusal> {
  if (callable.role.kind !== "elapsed") {
    const instead = "its body is one `return <i32>(nowMs - sinceMs)` of two u32";
    yield { at: callable.at, what: `${ELAPSED_NAME} of another shape`, instead };
  }
  if (earlier !== null) {
    const instead = `import the one of ${earlier.at.file}`;
    yield { at: callable.at, what: `a second ${ELAPSED_NAME}`, instead };
  }
}

function* judgeType(
  declared: Pick<Callable, "name" | "at"> & { readonly type: unknown },
): Generator<Refusal> {
  if (!CLOCK_READING.test(declared.name) || declared.type === "u32") return;
  yield {
    at: declared.at,
    what: `${declared.name} that is not u32`,
    instead: "a reading of the clock is a u32",
  };
}

function* judgeArithmetic(callable: Callable): Generator<Refusal> {
  for (const whole of wholeExpressions(callable)) {
    for (const expression of expressionsIn(whole)) {
      const name = addedOrSubtracted(expression)
        .map(nameOf)
        .find((each) => CLOCK_READING.test(each));
      if (name === undefined) continue;
      const what = `arithmetic on the clock reading ${name}`;
      const instead = `it wraps: keep since when and how long, and ask ${ELAPSED_NAME}(sinceMs, nowMs)`;
      yield { at: expression.at, what, instead };
    }
  }
}

function addedOrSubtracted(expression: Expression): readonly Expression[] {
  if (expression.kind === "step") return [expression.target];
  if (expression.kind === "assign" && (expression.operator === "+" || expression.operator === "-")) {
    return [expression.target, expression.value];
  }
  const isSum = expression.kind === "binary" && (expression.operator === "+" || expression.operator === "-");
  return isSum ? [expression.left, expression.right] : [];
}

function nameOf(expression: Expression): string {
  if (expression.kind === "convert") return nameOf(expression.operand);
  if (expression.kind === "local") return expression.local.name;
  return expression.kind === "field" ? expression.field.name : "";
}
