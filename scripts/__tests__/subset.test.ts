// Owns the claims about the portable subset: what is refused, with which words, and what is accepted.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeRefusal } from "../portable/refusal.ts";
import { readSubset } from "../portable/subset.ts";

const DECLARATIONS = `
export const enum Color { Red, Green = 4, Blue, Bad = -1 }
export const LIMIT: u32 = 100;
export const BYTES: usize = memory.data<u8>([1, 0xff]);
@unmanaged
export class Block { count: u32; sinceMs: u32; size: u16; kind: u8; on: bool; color: Color; }
@unmanaged
class Row { id: u16; }
function rowAt(block: Block, i: u32): Row {
  return changetype<Row>(changetype<usize>(block) + offsetof<Block>() + i * offsetof<Row>());
}
export function addressOf(block: Block, offset: u32): usize {
  return changetype<usize>(block) + offset;
}
export function elapsedMs(sinceMs: u32, nowMs: u32): i32 {
  return <i32>(nowMs - sinceMs);
}
function add(a: u32, b: u32): u32 { return a + b; }
`;
const PARAMETERS =
  "block: Block, a: u32, b: u32, i: i32, p: usize, small: u8, mid: u16, flag: bool, nowMs: u32";
const HEAD_LINES = DECLARATIONS.split("\n").length;

function refusalsIn(text: string, file = "assembly/fixture.ts"): readonly string[] {
  return readSubset([{ file, text }]).refusals.map(describeRefusal);
}

function body(statements: string): string {
  return `${DECLARATIONS}\nexport function fixture(${PARAMETERS}): void {\n${statements}\n}\n`;
}

/** [the statement, the words that refuse it] */
const REFUSED_STATEMENTS: readonly (readonly [string, string])[] = [
  // types
  ["let x = a;", "no type for `x`"],
  ["let x: u64 = 1;", "the type `u64`"],
  ["let x: i64 = 1;", "the type `i64`"],
  ["let x: i8 = 1;", "the type `i8`"],
  ["let x: f32 = 1;", "the type `f32`"],
  ["let x: f64 = 1;", "the type `f64`"],
  ["let x: number = 1;", "the type `number`"],
  ["let x: any = 1;", "the type `any`"],
  ["let x: string = a;", "the type `string`"],
  ["let x: u32[] = a;", "the type `u32[]`"],
  ["let x: StaticArray<u8> = a;", "the type `StaticArray<u8>`"],
  ["let x: u32 | null = a;", "the type `u32 | null`"],
  ["let x: () => void = a;", "the type `() => void`"],
  // values
  ['let x: u32 = "text";', "a string"],
  ["let x: u32 = `text`;", "a string"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the source under test holds a template
  ["let x: u32 = `text ${a}`;", "a string"],
  ["let x: u32 = /a/;", "a regular expression"],
  ["let x: u32 = [1, 2];", "an array"],
  ["let x: u32 = BYTES[0];", "an array"],
  ["let x: u32 = { a: 1 };", "an object"],
  ["let x: u32 = new Uint8Array(1);", "an allocation"],
  ["let x: u32 = 1n;", "a 64-bit number"],
  ["let x: u32 = 0x1_0000_0000;", "the number 0x1_0000_0000 — integers have at most 32 bits"],
  ["let x: u32 = 1.5;", "there are no floats"],
  ["let x: u32 = 1.0;", "there are no floats"],
  ["let x: u32 = 1e3;", "there are no floats"],
  ["let x: u32 = null;", "null"],
  ["let x: u32 = undefined;", "the name `undefined`"],
  ["let x: u32 = this;", "an object"],
  ["let x: u32 = (n: u32): u32 => n;", "a function value"],
  ["let x: u32 = function (): u32 { return 1; };", "a function value"],
  ["let x: u32 = add;", "`add` as a value"],
  ["let x: u32 = Color;", "`Color` as a value"],
  ["let x: u32 = Color.Grey;", "Color.Grey — the const enum has no such member"],
  ["let x: u32 = block.nothing;", "Block.nothing — the struct has no such field"],
  ["let x: u32 = a.length;", "`.length` of a u32"],
  ["let x: u32 = block;", "Block where u32 is wanted"],
  ["let x: u32 = unknown;", "the name `unknown`"],
  ["let x: u32;", "`x` without a value"],
  // casts
  ["let x: u8 = <u8>a as u8;", "an `as` cast"],
  ["let x: u32 = a!;", "a non-null assertion"],
  ["let x: u32 = <u64>a;", "the type `u64`"],
  ["let x: Row = <Row>p;", "a cast to Row"],
  ["let x: u8 = a;", "an implicit narrowing from u32 to u8"],
  ["let x: bool = a;", "an implicit narrowing from u32 to bool"],
  ["block.kind = a;", "an implicit narrowing from u32 to u8"],
  ["block.kind += a;", "an implicit narrowing from u32 to u8"],
  // operators
  ["let x: bool = a === b;", "the operator === — write =="],
  ["let x: bool = a !== b;", "the operator !== — write !="],
  ["let x: u32 = a ?? b;", "the operator ??"],
  ["let x: u32 = a ** 2;", "the operator **"],
  ["let x: u32 = (a, b);", "the operator ,"],
  ["let x: bool = a in b;", "the operator in"],
  ["let x: bool = block instanceof Block;", "the operator instanceof"],
  ["let x: u32 = +a;", "the operator unary +"],
  ["a &&= b;", "the operator &&="],
  ["a ??= b;", "the operator ??="],
  ["a **= 2;", "the operator **="],
  ["let x: u32 = typeof a;", "typeof"],
  ["void a;", "the void operator"],
  ["delete block.count;", "delete"],
  ["let x: u32 = block?.count;", "`?.`"],
  ["let x: u32 = add?.(a, b);", "`?.`"],
  // arithmetic
  ["let x: i32 = i / 2;", "/ on i32"],
  ["let x: i32 = i % 2;", "% on i32"],
  ["i /= 2;", "/ on i32"],
  ["let x: u16 = mid / 10;", "/ on u16"],
  ["let x: u32 = a * b;", "* of two variables"],
  ["a *= b;", "* of two variables"],
  ["let x: u32 = a * block.count;", "* of two variables"],
  ["let x: bool = a < i;", "a comparison of i32 with u32"],
  ["let x: bool = i >= a;", "a comparison of u32 with i32"],
  ["let x: bool = a == i;", "a comparison of i32 with u32"],
  ["let x: bool = p != i;", "a comparison of i32 with usize"],
  ["if (i == a) addressOf(block, 0);", "a comparison of u32 with i32"],
  ["let x: bool = a == Color.Bad;", "a comparison of i32 with u32"],
  ["let x: bool = small == Color.Bad && block < block;", "Block as a number"],
  ["let x: bool = block == block;", "Block as a number"],
  ["let x: u32 = -1;", "the constant -1 as u32"],
  ["let x: u32 = <u32>-1;", "the constant -1 as u32"],
  ["let x: u32 = Color.Bad;", "the constant -1 as u32"],
  ["let x: u32 = a + -1;", "the constant -1 as u32"],
  ["add(a, -1);", "the constant -1 as u32"],
  ["let x: u8 = <u8>300;", "the constant 300 as u8"],
  ["store<u8>(p, 256);", "the constant 256 as u8"],
  ["let x: u32 = -a;", "- on u32"],
  ["let x: u32 = a << 32;", "a shift of u32 by 32"],
  ["let x: u32 = small << 4;", "<< on u8"],
  ["let x: u32 = mid >> a;", "an implicit narrowing from u32 to u16"],
  ["let x: u32 = small >> block.kind;", ">>> on u8 by a variable"],
  ["let x: u8 = <u8>(i >> 24);", "a shift by 24 or more cut to u8"],
  ["let x: u16 = <u16>(flag ? a : b | (a << 16));", "a shift by 16 or more cut to u16"],
  ["let x: bool = flag + flag;", "+ on bool"],
  ["flag++;", "++ on bool"],
  ["let x: u32 = a || b;", "a number as the value of ||"],
  ["let x: bool = flag && a;", "a number as the value of &&"],
  // clock
  ["let x: u32 = nowMs + 5;", "arithmetic on the clock reading nowMs"],
  ["let x: u32 = nowMs - block.sinceMs;", "arithmetic on the clock reading nowMs"],
  ["let x: u32 = a - block.sinceMs;", "arithmetic on the clock reading sinceMs"],
  ["let x: i32 = <i32>nowMs - i;", "arithmetic on the clock reading nowMs"],
  ["block.sinceMs += a;", "arithmetic on the clock reading sinceMs"],
  ["block.sinceMs++;", "arithmetic on the clock reading sinceMs"],
  // evaluation order
  ["let x: u32 = a++ + a;", "a change of a in an expression that names it again"],
  ["a = a++;", "a change of a in an expression that names it again"],
  ["let x: u32 = (a = b) + a;", "a change of a in an expression that names it again"],
  ["let x: u8 = load<u8>(block.count++);", "a change of count inside an expression"],
  // memory
  ["let x: u32 = load<u32>(p);", "load<u32>"],
  ["let x: u8 = load<u8>(p, 4);", "2 arguments for load"],
  ["let x: u8 = load(p);", "load without its one type"],
  ["store<u16>(p, mid);", "store<u16>"],
  ["let x: usize = changetype<usize>(block);", "changetype to usize"],
  ["const row: Row = changetype<Row>(p);", "changetype to a struct"],
  ["let x: u32 = changetype<u32>(i);", "changetype<u32> of i32"],
  ["let x: usize = memory.data(16);", "memory.data of a size"],
  ["let x: usize = memory.data<u16>([1]);", "memory.data<u16>"],
  ["let x: usize = memory.data<u8>([a]);", "a byte of constant data that is not a literal"],
  ["memory.grow(1);", "a call of `memory.grow`"],
  ["memory.copy(p, p);", "2 arguments for memory.copy"],
  ["heap.alloc(4);", "a call of `heap.alloc`"],
  ["unreachable();", "a call of `unreachable`"],
  ["abort();", "a call of `abort`"],
  ["trace(a);", "a call of `trace`"],
  ["let x: u32 = min(a, b);", "min without its one type"],
  ['let x: u32 = offsetof<Block>("count");', "1 arguments for offsetof"],
  ["let x: u32 = offsetof<u32>();", "offsetof<u32>"],
  ["let x: u32 = sizeof<u32>();", "a call of `sizeof`"],
  // calls and assignments
  ["add(a);", "1 arguments for add"],
  ["add<u32>(a, b);", "type arguments for add"],
  ["add(...a);", "1 arguments for add"],
  ["const x: u32 = 1; x = 2;", "an assignment to `x`"],
  ["LIMIT = 2;", "an assignment to `LIMIT`"],
  ["load<u8>(p) = 1;", "an assignment to an expression"],
  ["[a, b] = [b, a];", "destructuring"],
  ["({ count: a } = block);", "destructuring"],
  // statements
  ["a + b;", "a value that nobody takes"],
  ["a;", "a value that nobody takes"],
  ['"use strict";', "a string"],
  ["flag ? add(a, b) : add(b, a);", "a value that nobody takes"],
  ["var x: u32 = 1;", "var — write let or const"],
  ["const { count } = block;", "destructuring"],
  ["const [x] = block;", "destructuring"],
  ["throw a;", "an exception"],
  ["try { add(a, b); } catch (e) { add(a, b); }", "an exception"],
  ["for (const x of block) add(a, b);", "a loop over a collection"],
  ["for (const x in block) add(a, b);", "a loop over a collection"],
  ["outer: while (flag) { break outer; }", "a label"],
  ["while (flag) { continue outer; }", "a label"],
  ["function inner(): void {}", "a function value"],
  ["class Inner {}", "a class inside a function"],
  ["debugger;", "debugger"],
  [";", "an empty statement"],
  ["return a;", "a return with a value"],
  ["if (block) add(a, b);", "Block as a number"],
  ["switch (a) { case 1: add(a, b); case 2: break; }", "a case that runs into the next"],
  ["switch (a) { case 1: if (flag) break; default: add(a, b); }", "a case that runs into the next"],
  ["switch (a) { default: break; case 1: add(a, b); }", "a default that is not last"],
  ["switch (a) { case 1: default: add(a, b); }", "a case that shares default's body"],
];

const REFUSED_AT_TOP_LEVEL: readonly (readonly [string, string])[] = [
  ["let total: u32 = 0;", "a global variable"],
  ["var total: u32 = 0;", "a global variable"],
  ["const TOTAL = 0;", "no type for `TOTAL`"],
  ['const NAME: string = "mote";', "the type `string`"],
  ["const BUFFER: StaticArray<u8> = new StaticArray<u8>(8);", "the type `StaticArray<u8>`"],
  ["const SMALL: u8 = 200 + 100;", "`SMALL` = 300 — it does not fit u8"],
  ["const ROW: u32 = seed(); function seed(): u32 { return 1; }", "`ROW` that is not constant"],
  ["const A: u32 = B; const B: u32 = A;", "by way of itself"],
  ["declare const SEED: u32;", "`declare` on a constant"],
  ["elsewhere();", "a statement at the top level"],
  ["if (true) {}", "has no such construct"],
  ["enum Loose { A }", "enum Loose — write const enum"],
  ["const enum Half { A = 1.5 }", "there are no floats"],
  ["type Millis = u32;", "a type alias"],
  ["interface Point { x: u32 }", "an interface"],
  ["namespace Inner {}", "a namespace"],
  ["export default function main(): void {}", "a default export"],
  ['export * from "./other";', "export *"],
  ['import * as other from "./other";', "an import without a list"],
  ['import "./other";', "an import without a list"],
  ['import { readFileSync } from "node:fs";', "portable code imports only portable files"],
  ['import { x } from "./absent"; function f(): u32 { return x; }', "no portable file has that path"],
  ["class Managed { x: u32; }", "class Managed — write @unmanaged"],
  ["@final @unmanaged class Both { x: u32; }", "@final"],
  ["@unmanaged class Point { x: u32; move(): void {} }", "a class member that is not a field"],
  ["@unmanaged class Point { x: u32; constructor() {} }", "a class member that is not a field"],
  ["@unmanaged class Point { x: u32 = 1; }", "more than a type for field x"],
  ["@unmanaged class Point { static x: u32; }", "more than a type for field x"],
  ["@unmanaged class Point { x; }", "no type for `x`"],
  ["@unmanaged class Point { x: u64; }", "the type `u64`"],
  ["@unmanaged class Other { a: u32; } @unmanaged class Point { x: Other; }", "field x of type Other"],
  ["@unmanaged class Point<T> { x: u32; }", "a generic class"],
  [
    "@unmanaged class Base { a: u32; } @unmanaged class Point extends Base { x: u32; }",
    "a class that extends",
  ],
  ["@unmanaged class Point { x: u32; y: u8; }", "struct Point of 5 bytes, aligned to 4"],
  ["@unmanaged class Point { atMs: u16; }", "atMs that is not u32"],
  ["@inline function f(): void {}", "@inline — a function has no decorators"],
  ["async function f(): void {}", "an async function"],
  ["function* f(): void {}", "a generator"],
  ["function f<T>(x: T): void {}", "a generic function"],
  ["function f(): void; function f(): void {}", "a function without a body"],
  ["function f() {}", "no type for `f`"],
  ["function f(x): void {}", "no type for `x`"],
  ["function f(x: u32 = 1): void {}", "the default of x"],
  ["function f(x?: u32): void {}", "the optional parameter x"],
  ["function f(...x: u32): void {}", "the rest parameter x"],
  ["function f({ x }: u32): void {}", "destructuring"],
  ["function f(nowMs: i32): void {}", "nowMs that is not u32"],
  ["function f(): u32 { return; }", "a return without a value"],
  ["function f(): void {} function f(): void {}", "a second `f`"],
  ["function f(): void { break; }", "break outside a loop"],
  ["export declare function sample(): i32;", "the device is imported in a firmware's board.ts alone"],
  ["function elapsedMs(sinceMs: u32, nowMs: u32): i32 { return 0; }", "elapsedMs of another shape"],
  ["function f(): void { let x: u32 = }", "a syntax error"],
];

const ACCEPTED_STATEMENTS: readonly string[] = [
  "let x: u32 = a + b - 1, y: u32 = x;",
  "let x: u32 = a * 4 + LIMIT * b + a * offsetof<Block>() + Color.Blue * a;",
  "let x: u32 = a / 10 % 10; x /= 2; x %= 3; x *= 2;",
  "let x: u32 = a & 0xff | b ^ ~3; x &= 1; x |= 2; x ^= 4; x <<= 1; x >>= 1; x >>>= 1;",
  "let x: u32 = a << 31 >> 1 >>> b; let y: i32 = i >> 3;",
  "let x: u32 = <u32>load<u8>(p) << 8 | <u32>load<u8>(p + 1);",
  "let x: u8 = small >> 4; let y: u32 = small & 15; block.kind++; block.kind += 1;",
  "let x: u8 = <u8>((i >> 24) & 0xff); x = <u8>(a >> 24); let y: u16 = <u16>(a << 15);",
  "let x: i32 = -1; x = -x; x = Color.Bad; x = i - 1;",
  "let x: bool = a == Color.Red && i < 0 || !flag; x = i == Color.Bad; x = small > 3;",
  "let x: bool = a != 0 && small == Color.Green; if (small == i) add(a, b);",
  "let x: u32 = flag ? a : b; x = <u32>flag; x = min<u32>(a, b) + max<u32>(x, LIMIT);",
  "store<u8>(p, a); store<u8>(p++, a >> 8); store<u8>(p + 1, 0x30 | a);",
  "memory.copy(addressOf(block, a), p, b); memory.fill(p, 0, a); memory.copy(p, BYTES, 2);",
  "const row: Row = rowAt(block, a); row.id = <u16>b;",
  "let color: Color = Color.Green; color = block.color; block.color = color;",
  "let x: i32 = elapsedMs(block.sinceMs, nowMs); block.sinceMs = nowMs; x = elapsedMs(nowMs, a);",
  "while (a) a--; do { a++; } while (a < 10 && !flag); for (;;) { break; }",
  "for (let n: u32 = 0, end: u32 = a; n < end; n++) { if (n & 1) continue; add(n, a); }",
  "switch (a) { case 0: case Color.Green: add(a, b); break; case LIMIT: { return; } default: add(b, a); }",
  "switch (small) { case 1: if (flag) { return; } else { break; } case 2: add(a, b); }",
  "if (a && b || !block.size) { return; } else if (flag) add(a, b); else { add(b, a); }",
  "{ let x: u32 = 1; add(x, x); } { let x: u32 = 2; add(x, x); }",
  "flag = a > b; flag = true; flag = flag & (a > b); let heartbeatMs: u32 = a; heartbeatMs += 5;",
  "a = b = 3;",
];

describe("the portable subset refuses", () => {
  for (const [statement, words] of REFUSED_STATEMENTS) {
    it(statement, () => {
      const refusals = refusalsIn(body(statement));
      assert.ok(refusals.length > 0, "nothing was refused");
      assert.ok(
        refusals.some((refusal) => refusal.includes(words)),
        refusals.join("\n"),
      );
      const line = HEAD_LINES + 2;
      for (const refusal of refusals) {
        assert.match(refusal, new RegExp(`^assembly/fixture\\.ts:${line}:\\d+: .+ — .+`));
      }
    });
  }

  for (const [text, words] of REFUSED_AT_TOP_LEVEL) {
    it(text, () => {
      const refusals = refusalsIn(text);
      assert.ok(
        refusals.some((refusal) => refusal.includes(words)),
        refusals.join("\n") || "nothing was refused",
      );
    });
  }

  it("a table accessor that does more than answer one row's place", () => {
    const text = `${DECLARATIONS}
function other(block: Block): Row { const i: u32 = 1; return changetype<Row>(changetype<usize>(block) + i); }
function nested(block: Block): usize { return changetype<usize>(block) + changetype<usize>(block); }
function based(p: usize): Row { return changetype<Row>(p + 4); }`;
    const refusals = refusalsIn(text);
    assert.deepEqual(
      refusals.map((refusal) => refusal.replace(/:\d+: .*/, "")),
      [HEAD_LINES + 1, HEAD_LINES + 1, HEAD_LINES + 2, HEAD_LINES + 2, HEAD_LINES + 3].map(
        (line) => `assembly/fixture.ts:${line}`,
      ),
    );
  });

  it("a second elapsedMs in another file", () => {
    const text =
      "export function elapsedMs(sinceMs: u32, nowMs: u32): i32 { return <i32>(nowMs - sinceMs); }";
    const { refusals } = readSubset([
      { file: "assembly/one.ts", text },
      { file: "assembly/two.ts", text },
    ]);
    assert.deepEqual(refusals.map(describeRefusal), [
      "assembly/two.ts:1:1: a second elapsedMs — import the one of assembly/one.ts",
    ]);
  });

  it("a device import that is not exported, or stands in another file of the firmware", () => {
    const declared = "declare function sample(): i32;";
    assert.match(refusalsIn(declared, "firmware/sensor/board.ts").join(), /that is not exported/);
    assert.match(refusalsIn(`export ${declared}`, "firmware/sensor/index.ts").join(), /board\.ts alone/);
    assert.deepEqual(refusalsIn(`export ${declared}`, "firmware/sensor/board.ts"), []);
  });

  it("each bad statement of a function, and not what merely uses a refused name", () => {
    const refusals = refusalsIn(body('throw a;\nlet x: u64 = 1;\nadd(x, x);\nlet y: string = "";'));
    assert.deepEqual(
      refusals.map((refusal) => Number(refusal.split(":")[1]) - HEAD_LINES - 1),
      [1, 2, 4],
    );
  });
});

describe("the portable subset accepts", () => {
  it("its declarations", () => assert.deepEqual(refusalsIn(DECLARATIONS), []));

  for (const statement of ACCEPTED_STATEMENTS) {
    it(statement, () => assert.deepEqual(refusalsIn(body(statement)), []));
  }

  it("imports, renamed ones and re-exports among portable files", () => {
    const { refusals, program } = readSubset([
      {
        file: "assembly/deep/low.ts",
        text: "export const LOW: u32 = 3;\nexport function low(): u32 { return LOW; }",
      },
      {
        file: "assembly/mid.ts",
        text: 'import { LOW as FLOOR, low } from "./deep/low";\nexport { FLOOR, low as base };',
      },
      {
        file: "firmware/sensor/index.ts",
        text: 'import { base, FLOOR } from "../../assembly/mid.ts";\nexport function top(): u32 { return base() + FLOOR; }',
      },
      { file: "assembly/index.ts", text: 'export { low } from "./deep/low";' },
    ]);
    assert.deepEqual(refusals.map(describeRefusal), []);
    const low = program.units[0]?.declarations.find((declaration) => declaration.name === "low");
    assert.equal(program.units[1]?.exports.get("base"), low);
    assert.equal(program.units[3]?.exports.get("low"), low);
  });
});
