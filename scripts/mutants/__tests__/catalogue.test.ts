// Owns the claim that every mutant is still what it says: its edits meet the source, and the promises it expects exist.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PROMISE_NAMES } from "../../../host-sim/promises/all.ts";
import { MUTANTS } from "../catalogue/all.ts";
import { CONTROLS } from "../catalogue/harmless.ts";
import { edited } from "../mutant.ts";
import { RUNS_TO_ITS_END } from "../trial.ts";
import { readSource } from "../workshop.ts";

const SUBJECTS = [...CONTROLS, ...MUTANTS];

describe("the catalogue", () => {
  it("has at least 30 mutants", () => {
    assert.ok(MUTANTS.length >= 30, `only ${MUTANTS.length}`);
  });

  it("gives each a name of its own", () => {
    const names = SUBJECTS.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });

  it("begins with the client as it is", () => {
    assert.deepEqual(CONTROLS[0]?.edits, []);
  });

  for (const { name, edits } of SUBJECTS) {
    it(`meets the source once with each edit of ${name}, and changes it`, () => {
      const texts = edited(edits, readSource);
      assert.deepEqual(
        [...texts].filter(([file, text]) => text === readSource(file)),
        [],
      );
    });
  }

  it("edits nothing but the client and the firmware", () => {
    const files = SUBJECTS.flatMap(({ edits }) => edits.map(({ file }) => file));
    assert.deepEqual(
      files.filter((file) => !/^(assembly|firmware)\/[a-z/-]+\.ts$/.test(file)),
      [],
    );
  });

  it("has no mutant that is only a harmless change, or the same as another", () => {
    const texts = SUBJECTS.map(({ edits }) => JSON.stringify([...edited(edits, readSource)]));
    assert.equal(new Set(texts).size, SUBJECTS.length);
  });

  it("expects of each that a promise catches it which exists", () => {
    const known: readonly string[] = [...PROMISE_NAMES, RUNS_TO_ITS_END];
    for (const { name, expects } of MUTANTS) {
      assert.ok(expects.length > 0, `${name} expects nothing`);
      assert.deepEqual(
        expects.filter((promise) => !known.includes(promise)),
        [],
        name,
      );
    }
  });
});
