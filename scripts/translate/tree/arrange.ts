// Owns which routines of an image share a function: to an interpreter each function is memory for as long as it may be called,
// so those that run rarely do with one for several. Knows no target language.
import type { Callable } from "../../portable/model.ts";
import { type Heat, heatAt, type Image, isHot, type Routine } from "./image.ts";
import { countCalls } from "./inline-expressions.ts";
import { nodesInStatements } from "./sizes.ts";

/** How a routine is called: by a name, and by its number where the name is shared. */
export interface Called {
  readonly name: string;
  readonly number: number | null;
}

export interface SharedFunction {
  readonly name: string;
  /** By their numbers, from 0. */
  readonly routines: readonly Routine[];
}

export interface Arrangement {
  readonly calls: ReadonlyMap<Callable, Called>;
  /** What runs most often first. */
  readonly alone: readonly Routine[];
  readonly shared: readonly SharedFunction[];
}

/** Who calls one of several passes over all of them. */
const MOST_NODES_SHARED = 800;
/** Each is made at every call, given or not. */
const MOST_PARAMETERS_SHARED = 4;

/** Without heat all are alone. */
export function arrange(image: Image, heat: Heat | null, replaced: Callable | null): Arrangement {
  const calls = new Map<Callable, Called>();
  const alone: Routine[] = [];
  const rare: Routine[] = [];
  for (const routine of image.routines.values()) {
    const isShared = heat !== null && routine.callable !== replaced && isRare(routine, heat);
    (isShared ? rare : alone).push(routine);
    calls.set(routine.callable, { name: routine.name, number: null });
  }
  const shared: SharedFunction[] = [];
  for (const routines of groups(rare)) {
    const [first] = routines;
    if (routines.length === 1 && first !== undefined) {
      alone.push(first);
      continue;
    }
    const name = `$several${shared.length + 1}`;
    for (const [number, { callable }] of routines.entries()) calls.set(callable, { name, number });
    shared.push({ name, routines });
  }
  return { calls, alone: hottestFirst(alone, image, heat), shared };
}

/** An interpreter looks for a name from the first on. */
function hottestFirst(routines: readonly Routine[], image: Image, heat: Heat | null): readonly Routine[] {
  const calls = countCalls(image);
  const count = ({ callable }: Routine) => calls.get(callable) ?? 0;
  return [...routines].sort(
    (a, b) => heatAt(heat, b.callable) - heatAt(heat, a.callable) || count(b) - count(a),
  );
}

function isRare({ callable, parameters, body }: Routine, heat: Heat): boolean {
  const isSmall = nodesInStatements(body) <= MOST_NODES_SHARED;
  return !isHot(heat, callable) && isSmall && parameters.length <= MOST_PARAMETERS_SHARED;
}

/** Those that take as many parameters together, the largest first into the first group that has room. */
function groups(rare: readonly Routine[]): readonly (readonly Routine[])[] {
  const found: { nodes: number; routines: Routine[] }[] = [];
  const size = ({ body }: Routine) => nodesInStatements(body);
  for (const routine of [...rare].sort(
    (a, b) => b.parameters.length - a.parameters.length || size(b) - size(a),
  )) {
    const nodes = size(routine);
    const roomy = found.find((group) => group.nodes + nodes <= MOST_NODES_SHARED);
    if (roomy === undefined) found.push({ nodes, routines: [routine] });
    else {
      roomy.nodes += nodes;
      roomy.routines.push(routine);
    }
  }
  return found.map(({ routines }) => routines);
}
