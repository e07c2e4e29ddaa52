// Owns the claim that the model's types, conversions and layouts are the AssemblyScript compiler's own: the same
// sources are compiled by it, run, and compared with what the model says.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import fc from "fast-check";
import { runTool, toolFile } from "../node-tool.ts";
import type { Callable, Declaration, Local, Struct } from "../portable/model.ts";
import { wrap } from "../portable/scalars.ts";
import { readSubset } from "../portable/subset.ts";
import { evaluate } from "./support/evaluate.ts";

const DECLARATIONS = `
export const enum Color { Red, Green = 4, Blue, Dark = Green << 3 | Blue, Bad = -7 }
export const LIMIT: u32 = 0xffff_fff0;
export const STEP: u8 = 250;
@unmanaged
export class Mixed { a: u8; b: u32; c: bool; d: u16; e: u8; f: usize; g: Color; h: u16; i: u16; }
@unmanaged
export class Small { a: u16; b: u8; c: u8; }
`;
const PARAMETERS = "a: u32, b: u32, i: i32, p: usize, small: u8, mid: u16, flag: bool";
const STRUCTS = ["Mixed", "Small"];

/** Values that lie at the edges of the types: each function is called with every row. */
const ARGUMENTS: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0, 0, 0],
  [1, 2, -1, 64, 255, 65535, 1],
  [0xffffffff, 1, 0x7fffffff, 0xffff, 128, 256, 1],
  [0x80000000, 0xfffffffe, -0x80000000, 8, 7, 32768, 0],
  [300, 5, -300, 0xfffffff0, 250, 1000, 1],
];

/** Expressions in which the type of an operand decides the value. */
const CHOSEN: readonly string[] = [
  "small + 1",
  "small + mid",
  "mid + small",
  "small - mid",
  "small + Color.Green",
  "~small",
  "~small + a",
  "1 + a",
  "(1 + a) >> 1",
  "(i + a) >> 1",
  "(a + i) >> 1",
  "i >>> 1",
  "i >> 1 >>> 1",
  "<u32>small << 8",
  "<i32>(a - b) >> 4",
  "flag ? small : i",
  "flag ? i : a",
  "flag ? 1 : a",
  "small == Color.Bad + 11",
  "a == 300 || i == -300 && !small",
  "LIMIT + STEP",
  "STEP + STEP",
  "<u8>STEP + small",
  "Color.Dark + small",
  "offsetof<Mixed>() + i",
  "offsetof<Mixed>() * 3 - a",
  "min<u8>(small, 200) + 100",
  "max<i32>(i, small) - 1",
  "<u8>((i >> 24) & 0xff) + 1",
  "<u8>i + <u16>i",
  "(small & 15) - 1",
  "-i - 1",
  "0xffffffff - a",
  "flag == (a > b)",
];

/** Grammar of the subset's expressions; what its rules refuse is sorted out afterwards. */
const expressions = fc.letrec((tie) => {
  const any = tie("any");
  const type = fc.constantFrom("u8", "u16", "u32", "i32", "usize");
  const count = fc.integer({ min: 0, max: 31 });
  const join = (...parts: readonly fc.Arbitrary<unknown>[]) =>
    fc.tuple(...parts).map((each) => each.join(""));
  const leaf = fc.constantFrom(
    ..."a b i p small mid flag 0 1 7 255 300 65536 0x80000000 Color.Green Color.Bad LIMIT STEP".split(" "),
  );
  return {
    any: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      join(fc.constant("("), any, fc.constantFrom(" + ", " - ", " & ", " | ", " ^ "), any, fc.constant(")")),
      join(fc.constant("("), any, fc.constantFrom(" << ", " >> ", " >>> "), count, fc.constant(")")),
      join(fc.constant("("), any, fc.constantFrom(" * 3)", " * Color.Blue)", " / 3)", " % 10)")),
      join(fc.constantFrom("~", "-", "!"), fc.constant("("), any, fc.constant(")")),
      join(fc.constant("<"), type, fc.constant(">("), any, fc.constant(")")),
      join(
        fc.constant("("),
        tie("truth"),
        fc.constant(" ? "),
        any,
        fc.constant(" : "),
        any,
        fc.constant(")"),
      ),
      tie("truth"),
    ),
    truth: fc
      .tuple(
        type,
        any,
        fc.constantFrom("<", "<=", ">", ">=", "==", "!="),
        any,
        fc.constantFrom("&&", "||"),
        any,
      )
      .map(
        ([to, x, compared, y, joined, z]) => `(<${to}>(${x}) ${compared} <${to}>(${y}) ${joined} ${z} != 0)`,
      ),
  };
});

interface Case {
  readonly expression: string;
  readonly callable: Callable;
}

describe("the model's types", () => {
  let run: Record<string, (...values: readonly number[]) => number>;
  let cases: readonly Case[];
  let structs: readonly Struct[];

  before(async () => {
    const random = fc.sample(expressions.any, { seed: 20, numRuns: 1000 }).map(String);
    const accepted = acceptedOf([...CHOSEN, ...random]);
    const text = sourceOf(accepted);
    const { program } = readSubset([{ file: "assembly/fixture.ts", text }]);
    const declarations = program.units[0]?.declarations ?? [];
    structs = declarations.filter((each): each is Struct => each.kind === "struct");
    cases = accepted.map(({ expression }, index) => ({
      expression,
      callable: named(declarations, `f${index}`),
    }));
    run = await compile(text + STRUCTS.map((name) => layoutText(structs, name)).join(""));
  });

  it("are tried on every chosen expression, and on hundreds of random ones", () => {
    assert.deepEqual(
      CHOSEN.filter((expression) => !cases.some((each) => each.expression === expression)),
      [],
    );
    assert.ok(cases.length > CHOSEN.length + 300, `only ${cases.length} expressions`);
  });

  it("give every expression the value that the compiled one has", () => {
    for (const { expression, callable } of cases) {
      for (const row of ARGUMENTS) {
        const compiled = run[callable.name]?.(...row);
        assert.ok(compiled !== undefined);
        assert.equal(modelValue(callable, row), compiled >>> 0, `${expression} of ${row.join(", ")}`);
      }
    }
  });

  it("lay structs out as the compiler does", () => {
    for (const struct of structs) {
      assert.equal(run[`${struct.name}Bytes`]?.(), struct.bytes, struct.name);
      for (const { name, offset } of struct.fields) {
        assert.equal(run[`${struct.name}_${name}`]?.(), offset, `${struct.name}.${name}`);
      }
    }
    assert.deepEqual(
      structs.map(({ name }) => name),
      STRUCTS,
    );
  });
});

interface Body {
  readonly expression: string;
  /** The type that the expression is cast to: what is expected of it decides the type of literals in it. */
  readonly to: string;
}

/** A line a function, behind the declarations; all results as u32, so that they can be compared. */
function sourceOf(bodies: readonly Body[]): string {
  const lines = bodies.map(
    ({ expression, to }, index) =>
      `export function f${index}(${PARAMETERS}): u32 { return <u32>(<${to}>(${expression})); }\n`,
  );
  return DECLARATIONS + lines.join("");
}

function acceptedOf(written: readonly string[]): readonly Body[] {
  const contexts = ["u32", "i32", "u8", "usize"];
  const bodies = written.map((expression, index) => ({ expression, to: contexts[index % 4] ?? "u32" }));
  const { refusals } = readSubset([{ file: "assembly/fixture.ts", text: sourceOf(bodies) }]);
  const refusedLines = new Set(refusals.map(({ at }) => at.line));
  const firstLine = DECLARATIONS.split("\n").length;
  return bodies.filter((_, index) => !refusedLines.has(firstLine + index));
}

function layoutText(structs: readonly Struct[], name: string): string {
  const fields = structs.find((struct) => struct.name === name)?.fields ?? [];
  const places = fields.map(
    (field) =>
      `export function ${name}_${field.name}(): u32 { return offsetof<${name}>("${field.name}"); }\n`,
  );
  return `export function ${name}Bytes(): u32 { return offsetof<${name}>(); }\n${places.join("")}`;
}

function named(declarations: readonly Declaration[], name: string): Callable {
  const found = declarations.find((declaration) => declaration.name === name);
  assert.ok(found?.kind === "function", name);
  return found;
}

function modelValue(callable: Callable, row: readonly number[]): number {
  const [only] = callable.body;
  assert.ok(only?.kind === "return" && only.value !== null);
  const environment = new Map<Local, number>(callable.parameters.map((local, at) => [local, row[at] ?? 0]));
  return wrap("u32", evaluate(only.value, environment));
}

/** Without optimisation and without the project's runtime: what the language says, and no more. */
async function compile(text: string): Promise<Record<string, (...values: readonly number[]) => number>> {
  const folder = await mkdtemp(join(tmpdir(), "motekit-test-"));
  try {
    await writeFile(join(folder, "fixture.ts"), text);
    const options = ["fixture.ts", "--outFile", "fixture.wasm", "--runtime", "stub"];
    const { exitCode, words } = await runTool(toolFile("assemblyscript/bin/asc.js"), options, folder);
    assert.equal(exitCode, 0, words);
    const { instance } = await WebAssembly.instantiate(await readFile(join(folder, "fixture.wasm")), {});
    return instance.exports as Record<string, (...values: readonly number[]) => number>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
