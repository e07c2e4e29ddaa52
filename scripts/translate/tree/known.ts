// Owns what is known of an image's fields and locals before it runs: which never change, and what they are then. Knows no
// target language.
import { constantValue } from "../../portable/constant-value.ts";
import type { Callable, Expression, Field, Local, Struct } from "../../portable/model.ts";
import { bytesOf, wrap } from "../../portable/scalars.ts";
import { expressionsIn, statementsIn } from "../../portable/walk.ts";
import type { Known } from "./fold.ts";
import { expressionsOf, type Image } from "./image.ts";

/** The one struct whose first bytes are known, and those. */
export interface FirstState {
  readonly struct: Struct;
  readonly bytes: Uint8Array;
  /** Fields that stay as they are, whatever the image's own routines seem to do to them. */
  readonly assumed: ReadonlySet<string>;
}

export function whatIsKnown(image: Image, first: FirstState | null): Known {
  const changed = new Changes(image);
  return {
    fields: first === null ? new Map() : constantFields(first, changed),
    locals: new Map([...constantLocals(image, changed), ...constantParameters(image, changed)]),
  };
}

/** What the image's routines write to. */
class Changes {
  readonly fields = new Set<Field>();
  readonly locals = new Set<Local>();

  constructor(image: Image) {
    for (const expression of everyExpression(image)) {
      if (expression.kind !== "assign" && expression.kind !== "step") continue;
      if (expression.target.kind === "field") this.fields.add(expression.target.field);
      else this.locals.add(expression.target.local);
    }
  }
}

export function* everyExpression(image: Image): Generator<Expression> {
  for (const routine of image.routines.values()) {
    for (const whole of expressionsOf(routine)) yield* expressionsIn(whole);
  }
}

function constantFields(first: FirstState, changed: Changes): ReadonlyMap<Field, number> {
  const view = new DataView(first.bytes.buffer, first.bytes.byteOffset);
  const isConstant = (field: Field) => first.assumed.has(field.name) || !changed.fields.has(field);
  return new Map(first.struct.fields.filter(isConstant).map((field) => [field, readField(view, field)]));
}

function readField(view: DataView, { type, offset }: Field): number {
  const bytes = bytesOf(type);
  if (bytes === 1) return view.getUint8(offset);
  return bytes === 2 ? view.getUint16(offset, true) : wrap(type, view.getUint32(offset, true));
}

function* constantLocals(image: Image, changed: Changes): Generator<[Local, number]> {
  for (const routine of image.routines.values()) {
    for (const statement of statementsIn(routine.body)) {
      if (statement.kind !== "declare" || changed.locals.has(statement.local)) continue;
      const value = constantValue(statement.initializer);
      if (value !== null) yield [statement.local, value];
    }
  }
}

/** Parameters for which every call gives the same number. */
function* constantParameters(image: Image, changed: Changes): Generator<[Local, number]> {
  const isRoot = new Set(image.roots.values());
  const given = argumentsGiven(image);
  for (const routine of image.routines.values()) {
    if (isRoot.has(routine.callable)) continue;
    for (const [index, parameter] of routine.parameters.entries()) {
      if (changed.locals.has(parameter)) continue;
      const values = new Set((given.get(routine.callable) ?? []).map((each) => valueAt(each, index)));
      const [only] = values;
      if (values.size === 1 && only !== undefined && only !== null) yield [parameter, only];
    }
  }
}

function valueAt(given: readonly Expression[], index: number): number | null {
  const value = given[index];
  return value === undefined ? null : constantValue(value);
}

function argumentsGiven(image: Image): ReadonlyMap<Callable, readonly (readonly Expression[])[]> {
  const given = new Map<Callable, (readonly Expression[])[]>();
  for (const expression of everyExpression(image)) {
    if (expression.kind !== "call") continue;
    given.set(expression.callee, [...(given.get(expression.callee) ?? []), expression.arguments]);
  }
  return given;
}
