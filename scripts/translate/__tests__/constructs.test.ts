// Owns the claim that each construct of the subset means in JavaScript what it means in WebAssembly: a table of snippets,
// the text that each becomes, and its answers beside the compiled ones.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type Snippets, snippets } from "./support/snippets.ts";

const DECLARATIONS = `
@unmanaged
export class Row { id: u16; next: u16; kind: u8; flag: bool; }
@unmanaged
export class Block { total: u32; signed: i32; rowsAt: u32; short: u16; small: u8; flag: bool; rest: u32; }
const enum Kind { First = 1, Second = 2, Third = 7 }
const LIMIT: u32 = 40;
function addressOf(b: Block, offset: u32): usize { return changetype<usize>(b) + offset; }
function rowAt(b: Block, i: u32): Row {
  return changetype<Row>(changetype<usize>(b) + offsetof<Block>() + i * offsetof<Row>());
}
function farRowAt(b: Block, i: u32): Row {
  return changetype<Row>(changetype<usize>(b) + b.rowsAt + i * offsetof<Row>());
}
function elapsedMs(sinceMs: u32, nowMs: u32): i32 { return <i32>(nowMs - sinceMs); }
function bump(b: Block): u32 { b.total += 1; return b.total; }
function isBig(x: u32): bool { return x > LIMIT; }
function firstAbove(b: Block, from: u32): u32 {
  for (let i: u32 = from; i < 8; i++) if (rowAt(b, i).id > 10) return i;
  return 0;
}
function classify(b: Block, x: u32): u32 {
  if (x == 0) return 9;
  if (isBig(x)) { b.small = 1; return 1; }
  b.small = 2;
  return 2;
}
`;

interface Construct {
  readonly name: string;
  /** Of \`f(b: Block, x: u32, y: u32): R\`. */
  readonly body: string;
  readonly returns?: string;
  /** The routine's whole text, where it says something; as it is before optimising. */
  readonly text?: string;
  /** Arguments beyond the usual ones. */
  readonly calls?: readonly (readonly [number, number])[];
}

const CALLS: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 2],
  [7, 5],
  [40, 41],
  [255, 3],
  [65535, 1],
];
const WIDE: readonly (readonly [number, number])[] = [
  [0xffffffff, 1],
  [0x80000000, 0x7fffffff],
  [0xdeadbeef, 0xf0f0f0f0],
];

const CONSTRUCTS: readonly Construct[] = [
  { name: "a sum", body: "return x + y;", text: "return (x+y);" },
  { name: "a sum of which less is taken away than was added", body: "return 4 + 2 + x - 5;" },
  { name: "a sum of which all is taken away again", body: "return 4 + 2 + x - 6;" },
  { name: "a product with a constant", body: "return x * 3;", text: "return (x*3);" },
  { name: "a quotient", body: "return x / (y + 1);", text: "return (x/(y+1)>>>0);", calls: WIDE.slice(0, 2) },
  { name: "a remainder", body: "return x % (y + 1);", text: "return (x%(y+1));", calls: WIDE.slice(0, 2) },
  {
    name: "bits of words",
    body: "return x & y | x ^ y;",
    calls: WIDE,
    text: "return ((((x&y)>>>0)|((x^y)>>>0))>>>0);",
  },
  { name: "bits under a small mask", body: "return x & 15;", calls: WIDE, text: "return (x&15);" },
  { name: "flipped bits", body: "return ~x & y;", calls: WIDE },
  {
    name: "flipped bits of a byte",
    body: "return ~(<u8>x);",
    returns: "u8",
    text: "return ((~(x&255))&255);",
  },
  {
    name: "a shift to the left",
    body: "return (x & 255) << 24;",
    calls: WIDE,
    text: "return (((x&255)<<24)>>>0);",
  },
  {
    name: "a short shift to the left",
    body: "return (x & 255) << 8;",
    calls: WIDE,
    text: "return ((x&255)<<8);",
  },
  { name: "a shift to the right", body: "return x >> 3;", calls: WIDE, text: "return (x>>>3);" },
  { name: "a shift of a signed number", body: "b.signed = -1000; return b.signed >> 3;", returns: "i32" },
  { name: "a change of sign", body: "b.signed = 7; return -b.signed - 1;", returns: "i32" },
  {
    name: "low bits",
    body: "return <u8>x + <u16>y;",
    returns: "u16",
    text: "return ((x&255)+(y&65535));",
    calls: [[1000, 70000]],
  },
  { name: "a bool from a number", body: "return <bool>x;", returns: "bool", text: "return (x!=0);" },
  { name: "a number from a bool", body: "return <u32>(x > y) + 1;", text: "return (((x>y)?1:0)+1);" },
  {
    name: "a comparison of words",
    body: "return x < y;",
    returns: "bool",
    calls: WIDE,
    text: "return (x<y);",
  },
  { name: "and, or, not", body: "return x > 3 && !(y > 2) || b.flag;", returns: "bool" },
  { name: "a choice", body: "return x > y ? x : y;", text: "return ((x>y)?x:y);", calls: WIDE },
  {
    name: "the lesser and the greater",
    body: "return min<u32>(x, 9) + max<u32>(y, 2);",
    text: "return (Math.min(x,9)+Math.max(y,2));",
  },
  {
    name: "a condition that asks for 0, or for anything else",
    body: "if (x == 0) return 1; if (y != 0 && !(x != 7)) return 2; return x > 0 ? 3 : 4;",
    text: "if(!x){return 1;}if((y&&!(x!=7))){return 2;}return (x?3:4);",
  },
  {
    name: "a condition of a number that may be less than 0",
    body: "b.signed = <i32>x - 7; if (b.signed > 0) return 1; if (b.signed != 0) return 2; return 3;",
    text: "$i[1]=(x-7);if(($i[1]>0)){return 1;}if($i[1]){return 2;}return 3;",
  },
  {
    name: "a condition in a loop",
    body: "let i: u32 = x & 7; let n: u32 = 0; while (i != 0) { i -= 1; n += 2; } return n;",
    text: "var i=(x&7);var n=0;while(i){i-=1;n+=2;}return n;",
  },
  {
    name: "a comparison with 0 that is kept",
    body: "b.flag = x != 0; b.small = <u8>(y == 0 && x > 0); return b.small;",
    returns: "u8",
    text: "bytes[15]=(x!=0);bytes[14]=((!y&&x)?1:0);return bytes[14];",
  },
  { name: "a number of a const enum", body: "return Kind.Third;", text: "return 7;" },
  { name: "a constant", body: "return LIMIT + x;", text: "return (40+x);" },
  { name: "the size of a struct", body: "return offsetof<Row>() + x;", text: "return (6+x);" },
  { name: "a wide field", body: "b.total = x; return b.total;", calls: WIDE, text: "$w[0]=x;return $w[0];" },
  {
    name: "a signed field",
    body: "b.signed = <i32>x - 9; return b.signed;",
    returns: "i32",
    text: "$i[1]=(x-9);return $i[1];",
  },
  {
    name: "a field that keeps low bits",
    body: "b.small = <u8>x; b.short = <u16>y; return b.small + b.short;",
    returns: "u32",
    calls: [[256, 65536]],
  },
  {
    name: "a field that is added to",
    body: "b.short = 5; b.short += 2; b.short -= 1; return b.short;",
    returns: "u16",
  },
  {
    name: "a field that is shifted",
    body: "b.total = x & 0xffff; b.total <<= 16; b.total |= 1; return b.total;",
    calls: WIDE,
  },
  { name: "a bool field", body: "b.flag = x > y; return b.flag;", returns: "bool" },
  {
    name: "a step before and after",
    body: "let i: u32 = x; const a: u32 = i++; const c: u32 = ++i; return a + c + i;",
  },
  {
    name: "a row of a table",
    body: "const r: Row = rowAt(b, 2); r.id = <u16>x; r.kind = <u8>y; return <u32>r.id + r.kind;",
    returns: "u32",
  },
  {
    name: "a row at a place in the block",
    body: "b.rowsAt = 128; farRowAt(b, 3).next = <u16>x; return farRowAt(b, 3).next;",
    returns: "u16",
  },
  {
    name: "bytes",
    body: "store<u8>(addressOf(b, 200), x); return load<u8>(addressOf(b, 200));",
    returns: "u8",
  },
  {
    name: "a copy to below",
    body: "const at: usize = addressOf(b, 200); for (let i: u32 = 0; i < 9; i++) store<u8>(at + i, <u8>(i + x)); memory.copy(at, at + 2, 7); return load<u8>(at + 6);",
    returns: "u8",
  },
  {
    name: "a copy to above",
    body: "const at: usize = addressOf(b, 200); for (let i: u32 = 0; i < 9; i++) store<u8>(at + i, <u8>(i + x)); memory.copy(at + 2, at, 7); return load<u8>(at + 8);",
    returns: "u8",
  },
  {
    name: "a fill",
    body: "memory.fill(addressOf(b, 210), <u8>x, 5); return load<u8>(addressOf(b, 214));",
    returns: "u8",
  },
  {
    name: "constant bytes",
    body: "const at: usize = memory.data<u8>([5, 6, 7]); return load<u8>(at + 2);",
    returns: "u8",
  },
  {
    name: "time across the wrap",
    body: "return elapsedMs(x, y);",
    returns: "i32",
    calls: [
      [0xffffff00, 0x20],
      [0x20, 0xffffff00],
    ],
    text: "return (y-x|0);",
  },
  { name: "if and else", body: "if (x > y) return 1; else if (x == y) return 2; return 3;" },
  {
    name: "while, break and continue",
    body: "let i: u32 = 0; let s: u32 = 0; while (true) { i += 1; if (i == 3) continue; if (i > 6) break; s += i; } return s + x;",
  },
  { name: "do while", body: "let i: u32 = 0; do { i += 2; } while (i < 5); return i + x;" },
  {
    name: "for",
    body: "let s: u32 = 0; for (let i: u32 = 0; i < 4; i++) { if (i == 2) continue; s += i; } return s + x;",
  },
  {
    name: "locals of one name in two blocks",
    body: "let r: u32 = 0; { let i: u32 = 1; r += i; } { let i: u32 = 2; r += i; } return r + x;",
  },
  {
    name: "a switch",
    body: "switch (x) { case 1: case 7: return 10; case 40: { b.small = 3; break; } default: b.small = 4; } return b.small;",
    returns: "u32",
  },
  {
    name: "a call that changes what was read before it",
    body: "b.total = x & 255; const before: u32 = b.total; return before * 2 + bump(b);",
  },
  {
    name: "a call behind &&",
    body: "b.total = x & 255; const was: bool = y > 2 && bump(b) > 5; return was ? b.total : b.total + 100;",
  },
  {
    name: "a call in one branch of a choice",
    body: "b.total = x & 255; const r: u32 = y > 2 ? classify(b, x) : 50; return r + b.small;",
    returns: "u32",
  },
  {
    name: "a search that returns from its loop",
    body: "for (let i: u32 = 0; i < 8; i++) rowAt(b, i).id = <u16>(i * 3 + (x & 7)); if (firstAbove(b, y & 3) == 3) return 77; return firstAbove(b, 0);",
  },
  {
    name: "a body with several returns in the middle of another",
    body: "const r: u32 = classify(b, x) + 1; b.total = r; return r + classify(b, y) * 2;",
  },
];

const FUNCTION = (construct: Construct, index: number) =>
  `export function f${index}(b: Block, x: u32, y: u32): ${construct.returns ?? "u32"} { ${construct.body} }`;

describe("translated", () => {
  let made: Snippets;

  before(async () => {
    made = await snippets(`${DECLARATIONS}${CONSTRUCTS.map(FUNCTION).join("\n")}`);
  });

  for (const [index, construct] of CONSTRUCTS.entries()) {
    it(`${construct.name} answers and leaves what the compiled one does`, () => {
      if (construct.text !== undefined) assert.equal(made.textOf(`f${index}`), construct.text);
      for (const [x, y] of [...CALLS, ...(construct.calls ?? [])]) {
        made.reference.bytes.fill(0);
        const wanted = Number(made.reference.functions[`f${index}`]?.(x, y)) | 0;
        for (const target of made.translated) {
          const constants = Buffer.from(target.bytes.subarray(512));
          target.bytes.fill(0, 0, 512);
          const answer = Number(target.functions[`f${index}`]?.(x, y)) | 0;
          assert.equal(answer, wanted, `${target.name}, ${x}, ${y}`);
          const same = target.bytes.subarray(0, 512).equals(made.reference.bytes.subarray(0, 512));
          assert.ok(same, `${target.name} leaves other bytes after ${x}, ${y}`);
          assert.ok(constants.equals(target.bytes.subarray(512)), "constants stay");
        }
      }
    });
  }
});

describe("checked JavaScript", () => {
  let made: Snippets;

  before(async () => {
    made = await snippets(`${DECLARATIONS}
export function sum(b: Block, x: u32, y: u32): u32 { return x + y; }
export function difference(b: Block, x: u32, y: u32): u32 { return x - y; }
export function short(b: Block, x: u32, y: u32): u16 { b.short = 65535; b.short += 1; return b.short; }
export function shifted(b: Block, x: u32, y: u32): u32 { return x << 8; }
export function signed(b: Block, x: u32, y: u32): i32 { return <i32>x; }
export function outside(b: Block, x: u32, y: u32): u32 { return load<u8>(addressOf(b, x)); }`);
  });

  const LEAVES: readonly (readonly [name: string, x: number, y: number])[] = [
    ["sum", 0xffffffff, 1],
    ["difference", 1, 2],
    ["short", 0, 0],
    ["shifted", 0x1000000, 0],
    ["signed", 0x80000000, 0],
    ["outside", 1024, 0],
  ];

  for (const [name, x, y] of LEAVES) {
    it(`names the place where ${name} leaves its type, or the memory`, () => {
      const checked = made.translated.find((target) => target.name === "checked JavaScript");
      assert.throws(
        () => checked?.functions[name]?.(x, y),
        /^Error: assembly\/snippets\.ts:\d+:\d+: \d+|^Error: .*-1 is outside/,
      );
    });
  }
});
