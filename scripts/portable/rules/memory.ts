// Owns where memory may be looked at in another way, how structs must lie, and where the device comes in. Knows no
// syntax.
import type { Callable, Expression, Program, Struct } from "../model.ts";
import type { Refusal } from "../refusal.ts";
import { declarationsIn, expressionsIn, wholeExpressions } from "../walk.ts";

export function* memoryRule(program: Program): Generator<Refusal> {
  for (const declaration of declarationsIn(program)) {
    if (declaration.kind === "struct") yield* judgeStruct(declaration);
    if (declaration.kind === "function") yield* judgeFunction(declaration);
    if (declaration.kind === "constant") yield* judgeReinterpretations([declaration.initializer]);
  }
}

/** In C a struct's size is padded to its alignment; here it is not, so the rows of a table would lie elsewhere. */
function* judgeStruct(struct: Struct): Generator<Refusal> {
  const surplus = struct.bytes % struct.alignment;
  if (surplus === 0) return;
  const what = `struct ${struct.name} of ${struct.bytes} bytes, aligned to ${struct.alignment}`;
  const missing = struct.alignment - surplus;
  const instead = `the second row of a table would be unaligned: add ${missing} byte${missing === 1 ? "" : "s"} of fields`;
  yield { at: struct.at, what, instead };
}

function* judgeFunction(callable: Callable): Generator<Refusal> {
  switch (callable.role.kind) {
    case "device":
      yield* judgeDevice(callable);
      return;
    case "table":
    case "byteAddress":
      return;
    default:
      yield* judgeReinterpretations(wholeExpressions(callable));
  }
}

function* judgeDevice(callable: Callable): Generator<Refusal> {
  if (!/^firmware\/(.*\/)?board\.ts$/.test(callable.at.file)) {
    const instead = "the device is imported in a firmware's board.ts alone";
    yield { at: callable.at, what: `the import ${callable.name}`, instead };
  }
  if (!callable.exported) {
    const instead = "write export declare function";
    yield { at: callable.at, what: `the import ${callable.name} that is not exported`, instead };
  }
}

function* judgeReinterpretations(wholes: Iterable<Expression>): Generator<Refusal> {
  for (const whole of wholes) {
    for (const { kind, at } of expressionsIn(whole)) {
      if (kind === "view") {
        const instead =
          "a table's accessor is one `return changetype<Row>(changetype<usize>(base) + offset)`; call that";
        yield { at, what: "changetype to a struct", instead };
      }
      if (kind === "address") {
        const instead =
          "a byte's address is one `return changetype<usize>(base) + offset` of a function; call that";
        yield { at, what: "changetype to usize", instead };
      }
    }
  }
}
