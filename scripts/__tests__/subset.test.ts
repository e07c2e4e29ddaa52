// Owns the claims about the portable subset as a whole: which files and declarations are refused, and all that is accepted. Single
// statements that are refused are for subset-statements.test.ts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeRefusal } from "../portable/refusal.ts";
import { readSubset } from "../portable/subset.ts";
import { body, DECLARATIONS, HEAD_LINES, refusalsIn } from "./support/subset-source.ts";

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
