// Owns the portable source in which a statement under test stands, and reads what is refused of it. Refuses to know what should be.
import { describeRefusal } from "../../portable/refusal.ts";
import { readSubset } from "../../portable/subset.ts";

export const DECLARATIONS = `
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
export const HEAD_LINES = DECLARATIONS.split("\n").length;

export function refusalsIn(text: string, file = "assembly/fixture.ts"): readonly string[] {
  return readSubset([{ file, text }]).refusals.map(describeRefusal);
}

export function body(statements: string): string {
  return `${DECLARATIONS}\nexport function fixture(${PARAMETERS}): void {\n${statements}\n}\n`;
}
