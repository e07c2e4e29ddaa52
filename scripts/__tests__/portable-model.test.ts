// Owns the claims about the model that a back end relies on beside values: roles, resolved names, and quirks of the
// syntax that are gone. Values and layouts are compared with the compiler's elsewhere.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Callable, Declaration, Expression, Statement } from "../portable/model.ts";
import { describeRefusal } from "../portable/refusal.ts";
import { readSubset } from "../portable/subset.ts";
import { wholeExpressions } from "../portable/walk.ts";

const BLOCK = `
@unmanaged
export class Block { rowsAt: u32; total: u32; }
@unmanaged
class Row { id: u16; }
`;

function declarationsOf(text: string, file = "assembly/fixture.ts"): ReadonlyMap<string, Declaration> {
  const { program, refusals } = readSubset([{ file, text }]);
  assert.deepEqual(refusals.map(describeRefusal), []);
  return new Map(program.units[0]?.declarations.map((declaration) => [declaration.name, declaration]));
}

function functionOf(text: string, name: string, file?: string): Callable {
  const found = declarationsOf(text, file).get(name);
  assert.ok(found?.kind === "function");
  return found;
}

function bodyOf(statements: string): readonly Statement[] {
  const callee = "function other(a: u32): u32 { return a; }";
  const text = `${callee} function fixture(a: u32, i: i32, small: u8, flag: bool): void { ${statements} }`;
  return functionOf(text, "fixture").body;
}

/** The one outermost expression of these statements. */
function wholeOf(statements: string): Expression {
  const callable = functionOf(
    `function fixture(a: u32, i: i32, small: u8): void { ${statements} }`,
    "fixture",
  );
  const [only, ...others] = wholeExpressions(callable);
  assert.ok(only !== undefined && others.length === 0);
  return only;
}

describe("a function's role", () => {
  it("is a table's accessor, with its row, its base, and the sum of what is added to it", () => {
    const text = `${BLOCK}
function rowAt(b: Block, i: u32): Row {
  return changetype<Row>(changetype<usize>(b) + b.rowsAt + i * offsetof<Row>());
}`;
    const { role, parameters } = functionOf(text, "rowAt");
    assert.ok(role.kind === "table");
    assert.equal(role.row.name, "Row");
    assert.equal(role.base, parameters[0]);
    assert.ok(role.offset.kind === "binary" && role.offset.operator === "+");
    assert.equal(role.offset.left.kind === "convert" && role.offset.left.operand.kind, "field");
    assert.equal(
      role.offset.right.kind === "convert" ? role.offset.right.operand.kind : role.offset.right.kind,
      "binary",
    );
  });

  it("is the address of a byte, also without an offset", () => {
    const first = functionOf(
      `${BLOCK} function start(b: Block): usize { return changetype<usize>(b); }`,
      "start",
    );
    assert.deepEqual(first.role, { kind: "byteAddress", base: first.parameters[0], offset: null });
    const text = `${BLOCK} function at(b: Block, n: u32): usize { return changetype<usize>(b) + n; }`;
    const { role } = functionOf(text, "at");
    assert.ok(role.kind === "byteAddress" && role.offset !== null);
  });

  it("is the device's, under its file's name, with no body", () => {
    const text = "export declare function sample(channel: u32): i32;";
    const { role, body } = functionOf(text, "sample", "firmware/sensor/board.ts");
    assert.deepEqual(role, { kind: "device", module: "board" });
    assert.deepEqual(body, []);
  });

  it("is elapsed for the one subtraction that wraps, and plain for others of its shape", () => {
    const text = `
function elapsedMs(sinceMs: u32, nowMs: u32): i32 { return <i32>(nowMs - sinceMs); }
function difference(a: u32, b: u32): i32 { return <i32>(a - b); }`;
    assert.deepEqual(functionOf(text, "elapsedMs").role, { kind: "elapsed" });
    assert.deepEqual(functionOf(text, "difference").role, { kind: "plain" });
  });
});

describe("the model has no trace of", () => {
  it("the break that ends a clause, but keeps the one inside", () => {
    const [statement] = bodyOf(
      "switch (a) { case 1: case 2: other(a); break; case 3: { if (flag) break; return; } default: other(a); }",
    );
    assert.ok(statement?.kind === "switch");
    const kinds = statement.clauses.map(({ values, body }) => [values.length, body.map(({ kind }) => kind)]);
    assert.deepEqual(kinds, [
      [2, ["expression"]],
      [1, ["if", "return"]],
    ]);
    const inner = statement.clauses[1]?.body[0];
    assert.ok(inner?.kind === "if");
    assert.equal(inner.whenTrue[0]?.kind === "break" && inner.whenTrue[0].leaves, "switch");
    assert.equal(statement.otherwise?.length, 1);
  });

  it("a right shift that fills with the sign on an unsigned type", () => {
    const operators = ["a >>= 1;", "small >>= 1;", "i >>= 1;", "i >>>= 1;"].map((statement) => {
      const whole = wholeOf(statement);
      return whole.kind === "assign" ? whole.operator : null;
    });
    assert.deepEqual(operators, [">>>", ">>>", ">>", ">>>"]);
  });

  it("parentheses, and of conversions that nobody wrote down", () => {
    const whole = wholeOf("a = ((small)) + a;");
    assert.ok(whole.kind === "assign" && whole.value.kind === "binary");
    const { left, type } = whole.value;
    assert.deepEqual([type, left.kind, left.type], ["u32", "convert", "u32"]);
    assert.ok(left.kind === "convert" && !left.isExplicit && left.operand.type === "u8");
  });

  it("names: of two locals that are called alike each use leads to its own", () => {
    const body = bodyOf("let x: u32 = 1; { let x: u32 = 2; x = 3; } x = 4;");
    const [outer, block, last] = body;
    assert.ok(outer?.kind === "declare" && block?.kind === "block" && last?.kind === "expression");
    const [inner, change] = block.body;
    assert.ok(inner?.kind === "declare" && change?.kind === "expression");
    assert.ok(change.expression.kind === "assign" && change.expression.target.kind === "local");
    assert.equal(change.expression.target.local, inner.local);
    assert.ok(last.expression.kind === "assign" && last.expression.target.kind === "local");
    assert.equal(last.expression.target.local, outer.local);
  });
});
