// Claims about the stamp: it adds when and to whom, and loses nothing.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Happening } from "../happening.ts";
import { stamp, type Told } from "../stamp.ts";
import { SAMPLES } from "./support/samples.ts";

describe("the stamp on what is told", () => {
  for (const sample of Object.values(SAMPLES) as readonly Happening[]) {
    if (!("device" in sample)) continue;
    it(`makes a whole ${sample.kind} of it, and leaves what was told alone`, () => {
      const { atMs, device, life, ...told } = sample;
      assert.deepEqual(stamp(Object.freeze(told) as Told, atMs, device, life), sample);
    });
  }
});
