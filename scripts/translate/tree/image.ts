// Owns what a program becomes once it is settled for one device: routines without pointers to what there is one of, and
// where everything lies in one run of bytes. Knows no target language and no optimisation.
import type { Callable, Expression, Local, Statement, Struct, Type } from "../../portable/model.ts";
import { statementsIn, wholeExpressions } from "../../portable/walk.ts";

/** A function of the image. Passes replace its parts; who calls it names the callable. */
export interface Routine {
  readonly callable: Callable;
  /** Unique in the image. */
  readonly name: string;
  readonly parameters: readonly Local[];
  readonly body: readonly Statement[];
}

export interface Image {
  readonly routines: ReadonlyMap<Callable, Routine>;
  /** The routines that whoever uses the image calls, by the names it calls them. */
  readonly roots: ReadonlyMap<string, Callable>;
  /** Where each struct lies that there is one of. Every other struct is a row of a table. */
  readonly bases: ReadonlyMap<Struct, number>;
  readonly data: ConstantData;
}

/** How often each routine ran in a sample of ordinary life. */
export type Heat = ReadonlyMap<Callable, number>;

export function heatAt(heat: Heat | null, callable: Callable | null): number {
  return callable === null ? 0 : (heat?.get(callable) ?? 0);
}

export function isHot(heat: Heat | null, callable: Callable): boolean {
  return heatAt(heat, callable) > 0;
}

/** The constant bytes that the program takes the address of. */
export interface ConstantData {
  readonly at: number;
  readonly bytes: readonly number[];
}

export function isRow(image: Pick<Image, "bases">, type: Type | "void"): type is Struct {
  return typeof type !== "string" && !image.bases.has(type);
}

export function isSingle(image: Pick<Image, "bases">, type: Type | "void"): type is Struct {
  return typeof type !== "string" && image.bases.has(type);
}

/** The image with each routine's body replaced. */
export function withBodies(image: Image, body: (routine: Routine) => readonly Statement[]): Image {
  const routines = new Map<Callable, Routine>();
  for (const [callable, routine] of image.routines) {
    routines.set(callable, { ...routine, body: body(routine) });
  }
  return { ...image, routines };
}

/** Every outermost expression of a routine. */
export function* expressionsOf(routine: Routine): Generator<Expression> {
  yield* wholeExpressions({ ...routine.callable, body: routine.body });
}

/** Every local that a routine declares, in order. */
export function localsOf(routine: Routine): readonly Local[] {
  return [...statementsIn(routine.body)].flatMap((statement) =>
    statement.kind === "declare" ? [statement.local] : [],
  );
}
