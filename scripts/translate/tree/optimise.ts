// Owns the order of what is done to an image before it is written, until nothing changes any more. Knows no target language.
import { foldStatements } from "./fold.ts";
import { withoutIdleParameters, withoutIdleRoutines } from "./idle.ts";
import { type Heat, type Image, withBodies } from "./image.ts";
import { inlineExpressions } from "./inline-expressions.ts";
import { inlineStatements } from "./inline-statements.ts";
import { type FirstState, whatIsKnown } from "./known.ts";
import { nodesInStatements } from "./sizes.ts";

export function optimise(image: Image, first: FirstState | null, heat: Heat | null): Image {
  let before = -1;
  let now = image;
  for (let size = sizeOf(now); size !== before; size = sizeOf(now)) {
    before = size;
    now = round(now, first, heat);
  }
  return now;
}

function round(image: Image, first: FirstState | null, heat: Heat | null): Image {
  const folded = fold(image, first);
  const expressions = withoutIdleRoutines(inlineExpressions(folded));
  return withoutIdleParameters(withoutIdleRoutines(inlineStatements(fold(expressions, first), heat)));
}

/** What is known grows with what was folded: a field that no routine writes any more has the value it has now. */
function fold(image: Image, first: FirstState | null): Image {
  const known = whatIsKnown(image, first);
  return withoutIdleRoutines(withBodies(image, ({ body }) => foldStatements(body, known)));
}

function sizeOf(image: Image): number {
  let nodes = image.routines.size;
  for (const { body, parameters } of image.routines.values()) {
    nodes += nodesInStatements(body) + parameters.length;
  }
  return nodes;
}
