import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BuildFailure } from "../build/artefact.ts";
import { compile } from "../build/images.ts";
import { codeDifferences } from "../checks/one-code.ts";
import { smallClient } from "./support/checkout.ts";

const ENTRIES = ["assembly/index.ts", "firmware/sensor/index.ts"];

describe("an image", () => {
  it("runs in one page of its own, and asks the board", async (t) => {
    const wasm = await compile(await smallClient(t), "device", ENTRIES);
    const { instance } = await WebAssembly.instantiate(wasm, { board: { sample: () => 0x1_07 } });
    const { reset, tick, memory } = instance.exports as unknown as {
      reset(counter: number): void;
      tick(counter: number): number;
      memory: WebAssembly.Memory;
    };
    reset(1024);
    assert.deepEqual([tick(1024), tick(1024)], [1, 1]);
    assert.equal(new DataView(memory.buffer).getUint32(1024, true), 14);
    assert.equal(memory.buffer.byteLength, 65536);
  });

  it("of the laptop runs in the memory it is given, however large", async (t) => {
    const wasm = await compile(await smallClient(t), "host", ENTRIES);
    const memory = new WebAssembly.Memory({ initial: 100, maximum: 65536 });
    const { instance } = await WebAssembly.instantiate(wasm, {
      env: { memory },
      board: { sample: () => 7 },
    });
    const { tick } = instance.exports as unknown as { tick(counter: number): number };
    const block = 99 * 65536;
    assert.equal(tick(block), 1);
    assert.equal(new DataView(memory.buffer).getUint32(block, true), 7);
  });

  it("differs between device and laptop in its memory alone", async (t) => {
    const folder = await smallClient(t);
    const device = await compile(folder, "device", ENTRIES);
    const laptop = await compile(folder, "host", ENTRIES);
    assert.deepEqual(codeDifferences(device, laptop), []);
  });

  it("is not made of code that allocates: the failure says why", async (t) => {
    const folder = await smallClient(t, {
      "assembly/index.ts": "export function f(): i32 {\n  return new Uint8Array(1).length;\n}\n",
    });
    await assert.rejects(compile(folder, "device", ["assembly/index.ts"]), (error) => {
      assert.ok(error instanceof BuildFailure);
      assert.match(error.message, /allocation: the portable client has no heap/);
      return true;
    });
  });

  it("is not made of code that does not compile: every error is shown, with its line", async (t) => {
    const folder = await smallClient(t, {
      "assembly/index.ts":
        "export function f(): i32 {\n  return a;\n}\nexport function g(): i32 {\n  return b;\n}\n",
    });
    await assert.rejects(compile(folder, "device", ["assembly/index.ts"]), (error) => {
      assert.ok(error instanceof BuildFailure);
      assert.match(
        error.message,
        /Cannot find name 'a'[\s\S]*index\.ts[\s\S]*2[\s\S]*Cannot find name 'b'[\s\S]*index\.ts/,
      );
      return true;
    });
  });
});
