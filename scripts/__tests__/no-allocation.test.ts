import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compile } from "../build/images.ts";
import { imageFaults } from "../checks/no-allocation.ts";
import { smallClient } from "./support/checkout.ts";
import { binariesOf } from "./support/wat.ts";

const PAGE = '(memory 1 1) (export "memory" (memory 0))';

/** Each module is sound but for its defect, and the fault is named closely enough that no other can stand in. */
const DEFECTS: readonly (readonly [defect: string, module: string, fault: RegExp])[] = [
  [
    "memory.grow",
    `(module ${PAGE} (func (export "f") (drop (memory.grow (i32.const 1)))))`,
    /^uses memory\.grow: memory is fixed$/,
  ],
  [
    "a start function",
    `(module ${PAGE} (func $f (i32.store (i32.const 0) (i32.const 1))) (start $f))`,
    /start/,
  ],
  [
    "an import from another module",
    `(module (import "env" "abort" (func $abort)) ${PAGE} (func (export "f") (call $abort)))`,
    /^imports the function env\.abort; it may import functions of board$/,
  ],
  [
    "a global of the board",
    `(module (import "board" "g" (global $g i32)) ${PAGE} (func (export "f") (drop (global.get $g))))`,
    /^imports the global board\.g/,
  ],
  [
    "an imported memory",
    '(module (import "board" "memory" (memory 1 1)))',
    /^imports the memory board\.memory/,
  ],
  [
    "f32 arithmetic",
    `(module ${PAGE} (func (export "f") (drop (f32.add (f32.const 1) (f32.const 2)))))`,
    /f32\.add/,
  ],
  ["an f64 parameter", `(module ${PAGE} (func (export "f") (param f64)))`, /^uses f64: no floating point$/],
  [
    "i64 arithmetic",
    `(module ${PAGE} (func (export "f") (drop (i64.add (i64.const 1) (i64.const 2)))))`,
    /i64\.add/,
  ],
  [
    "an i64 local",
    `(module ${PAGE} (func (export "f") (local i64) (drop (local.get 0))))`,
    /^uses i64: no 64-bit/,
  ],
  ["a vector", `(module ${PAGE} (func (export "f") (drop (v128.const i32x4 0 0 0 0))))`, /v128/],
  [
    "an atomic access",
    `(module ${PAGE} (func (export "f") (drop (i32.atomic.load (i32.const 0)))))`,
    /i32\.atomic/,
  ],
  ["two pages", '(module (memory 2 2) (export "memory" (memory 0)))', /^has a memory of 2 to 2 pages/],
  ["room to grow", '(module (memory 1 2) (export "memory" (memory 0)))', /^has a memory of 1 to 2 pages/],
  [
    "no maximum",
    '(module (memory 1) (export "memory" (memory 0)))',
    /^has a memory of 1 to any number of pages/,
  ],
  ["no memory", '(module (func (export "f")))', /^declares 0 memories/],
  // Where Node does not know several memories, the module is not even valid.
  ["two memories", `(module ${PAGE} (memory 1 1))`, /^declares 2 memories|^not a valid WebAssembly module$/],
  ["an exported global", `(module ${PAGE} (global (export "g") i32 (i32.const 1)))`, /^exports the global g/],
  [
    "state outside the block",
    `(module ${PAGE} (global $g (mut i32) (i32.const 1)) (func (export "f") (global.set $g (i32.const 2))))`,
    /^uses global\.set: state lives in the client's block alone$/,
  ],
  ["a function table", `(module ${PAGE} (table (export "t") 1 1 funcref))`, /^exports the table t/],
  [
    "a table that grows",
    `(module ${PAGE} (table 1 funcref) (func (export "f") (drop (table.grow (table.get (i32.const 0)) (i32.const 1)))))`,
    /^uses table\.grow/,
  ],
  [
    "an exported runtime",
    `(module ${PAGE} (func (export "__new")))`,
    /^exports __new, which belongs to a runtime$/,
  ],
  [
    "a runtime function inside",
    `(module ${PAGE} (func $~lib/rt/stub/__alloc (export "f") (i32.store (i32.const 0) (i32.const 1))))`,
    /^holds the runtime function ~lib\/rt\/stub\/__alloc$/,
  ],
];

const SOUND = `(module (import "board" "sample" (func $sample (result i32))) ${PAGE}
  (data (i32.const 8) "f32.add memory.grow (start 0) \\" i64")
  (func (export "f") (param i32) (result i32)
    (memory.copy (i32.const 8) (i32.const 16) (i32.const 4))
    (i32.div_u (call $sample) (local.get 0))))`;

const [sound, ...defective] = await binariesOf([SOUND, ...DEFECTS.map(([, module]) => module)]);
assert.ok(sound !== undefined);

describe("the check of the binary", { concurrency: 2 }, () => {
  it("passes 32-bit integers with one fixed page and a board to ask, whatever its data spells", async () => {
    assert.deepEqual(await imageFaults(sound, ["board"]), []);
  });

  for (const [index, [defect, , fault]] of DEFECTS.entries()) {
    it(`refuses ${defect}`, async () => {
      const binary = defective[index];
      assert.ok(binary !== undefined);
      const faults = await imageFaults(binary, ["board"]);
      assert.ok(
        faults.some((line) => fault.test(line)),
        `none of ${JSON.stringify(faults)} is ${fault}`,
      );
    });
  }

  it("refuses the board's functions in the client alone", async () => {
    assert.deepEqual(await imageFaults(sound, []), [
      "imports the function board.sample; it may import nothing",
    ]);
  });

  it("refuses bytes that are no module", async () => {
    assert.deepEqual(await imageFaults(new Uint8Array([0, 1, 2, 3]), []), ["not a valid WebAssembly module"]);
  });
});

describe("what the build makes of a small client and its sensor", () => {
  it("passes the check of the binary", async (t) => {
    const folder = await smallClient(t);
    const client = await compile(folder, "device", ["assembly/index.ts"]);
    const sensor = await compile(folder, "device", ["assembly/index.ts", "firmware/sensor/index.ts"]);
    assert.deepEqual(await imageFaults(client, []), []);
    assert.deepEqual(await imageFaults(sensor, ["board"]), []);
  });

  it("fails it where the optimiser turned a fill of eight bytes into 64-bit code", async (t) => {
    const folder = await smallClient(t, {
      "assembly/index.ts": "export function clear(at: usize): void {\n  memory.fill(at, 0, 8);\n}\n",
    });
    const faults = await imageFaults(await compile(folder, "device", ["assembly/index.ts"]), []);
    assert.match(faults.join("\n"), /uses i64\.store: no 64-bit integers \(.*8 bytes/);
  });
});
