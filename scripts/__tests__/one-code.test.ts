import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codeDifferences } from "../checks/one-code.ts";
import { binariesOf } from "./support/wat.ts";

const BOARD = '(import "board" "sample" (func $sample (result i32)))';
const OWN = '(memory 1 1) (export "memory" (memory 0))';
const BROUGHT = '(import "env" "memory" (memory 1 65536)) (export "memory" (memory 0))';
const tick = (value: number) =>
  `(func (export "tick") (result i32) (i32.add (call $sample) (i32.const ${value})))`;

const texts = {
  device: `(module ${BOARD} ${OWN} (data (i32.const 8) "ab") ${tick(1)})`,
  laptop: `(module ${BOARD} ${BROUGHT} (data (i32.const 8) "ab") ${tick(1)})`,
  otherConstant: `(module ${BOARD} ${BROUGHT} (data (i32.const 8) "ab") ${tick(2)})`,
  otherData: `(module ${BOARD} ${BROUGHT} (data (i32.const 8) "ac") ${tick(1)})`,
  noData: `(module ${BOARD} ${BROUGHT} ${tick(1)})`,
  otherBoard: `(module ${BOARD.replace('"sample"', '"other"')} ${BROUGHT} (data (i32.const 8) "ab") ${tick(1)})`,
} as const;

const binaries = await binariesOf(Object.values(texts));

function binary(name: keyof typeof texts): Uint8Array<ArrayBuffer> {
  const found = binaries[Object.keys(texts).indexOf(name)];
  assert.ok(found !== undefined);
  return found;
}

describe("two builds of one source", () => {
  it("are one code when only their memory differs", () => {
    assert.deepEqual(codeDifferences(binary("device"), binary("laptop")), []);
  });

  it("are not one code when a single constant differs", () => {
    assert.deepEqual(codeDifferences(binary("device"), binary("otherConstant")), [
      "the code differs between the two images",
    ]);
  });

  it("are not one code when a constant byte in memory differs, or is missing", () => {
    for (const [one, other] of [
      ["device", "otherData"],
      ["device", "noData"],
      ["noData", "device"],
    ] as const) {
      const differences = codeDifferences(binary(one), binary(other));
      assert.ok(differences.includes("section 11 differs between the two images"));
    }
  });

  it("are not one code when the same call reaches another function of the board", () => {
    assert.deepEqual(codeDifferences(binary("device"), binary("otherBoard")), [
      "the device imports board.sample, the laptop board.other",
    ]);
  });
});
