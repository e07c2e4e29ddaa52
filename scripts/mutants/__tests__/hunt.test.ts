// Owns the claim that a survivor is called one, whoever else breaks something, and that controls come first and must be kept.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { controlsOf, hunt, type Verdict } from "../hunt.ts";
import type { Control, Edit, Focus, Mutant } from "../mutant.ts";
import type { Player } from "../player.ts";
import { details, row, summary } from "../report.ts";
import type { Breach } from "../trial.ts";

const EMPTY_WASM = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const HARMLESS: Edit = { file: "assembly/a.ts", find: "a", replace: "b" };
const UNMUTATED: Control = { name: "unmutated", edits: [] };
const RAIN: Focus = { name: "rain", qos: 1, faults: [] };

/** What an image with this first edit breaks, seed by seed; seeds that are not named break nothing. */
type Behaviour = Readonly<Record<string, Readonly<Record<number, readonly string[]>>>>;

function mutant(name: string, expects: readonly string[], edits: readonly Edit[] = []): Mutant {
  const own = { file: "assembly/own.ts", find: name, replace: "" };
  return { name, breaks: `${name} is wrong`, edits: [...edits, own], expects };
}

function breach(promise: string): Breach {
  return { promise, atMs: 1500, what: "a message was lost" };
}

/** Builds an image a name, and plays it as `behaviour` says. */
async function hunted(
  controls: readonly Control[],
  mutants: readonly Mutant[],
  behaviour: Behaviour,
  enough = 3,
): Promise<{ readonly verdicts: readonly Verdict[]; readonly played: readonly string[] }> {
  const nameOf = new Map<WebAssembly.Module, string>();
  const played: string[] = [];
  const player: Player = {
    async play({ image, seed, focus }) {
      const name = nameOf.get(image) ?? "";
      played.push(focus === null ? `${name} ${seed}` : `${name} ${seed} ${focus.name}`);
      return (behaviour[name]?.[seed] ?? []).map(breach);
    },
    close: async () => undefined,
  };
  const verdicts = await hunt(controls, mutants, {
    seeds: [7, 8, 9],
    enough,
    build: async (edits) => {
      const image = new WebAssembly.Module(EMPTY_WASM);
      nameOf.set(image, edits.at(-1)?.find ?? "unmutated");
      return image;
    },
    players: [player],
    onVerdict: () => undefined,
  });
  return { verdicts, played };
}

describe("a hunt", () => {
  it("plays every seed, also after a catch that is not enough, and the client as it is before all mutants", async () => {
    const { played } = await hunted([UNMUTATED], [mutant("m", ["p"])], { m: { 7: ["p"] } });
    assert.deepEqual(played, ["unmutated 7", "unmutated 8", "unmutated 9", "m 7", "m 8", "m 9"]);
  });

  it("plays no more of a mutant that was caught often enough, and all of the client as it is", async () => {
    const behaviour = { unmutated: { 7: ["q"] }, m: { 7: ["q"], 8: ["p"], 9: ["p"] } };
    const { played, verdicts } = await hunted([UNMUTATED], [mutant("m", ["p"])], behaviour, 1);
    assert.deepEqual(played.slice(3), ["m 7", "m 8"]);
    assert.deepEqual([verdicts[1]?.caught, verdicts[1]?.seeds], [1, 2]);
  });

  it("plays a mutant in the worlds of its focus", async () => {
    const { played } = await hunted([], [{ ...mutant("m", ["p"]), focus: RAIN }], {});
    assert.deepEqual(played, ["m 7 rain", "m 8 rain", "m 9 rain"]);
  });

  it("says in how many seeds a mutant was caught, by what, and where first", async () => {
    const { verdicts } = await hunted([], [mutant("m", ["p"])], { m: { 8: ["q", "p"], 9: ["p"] } });
    const [verdict] = verdicts as [Verdict];
    assert.equal(verdict.caught, 2);
    assert.deepEqual(verdict.by, [
      { promise: "p", seeds: 2 },
      { promise: "q", seeds: 1 },
    ]);
    assert.deepEqual(verdict.first, { seed: 8, breach: breach("p") });
    assert.equal(verdict.isAsItShould, true);
  });

  it("lets a mutant survive that breaks nothing", async () => {
    const { verdicts } = await hunted([], [mutant("m", ["p"])], {});
    assert.equal(verdicts[0]?.isAsItShould, false);
  });

  it("lets a mutant survive that only breaks what nobody expected", async () => {
    const { verdicts } = await hunted([], [mutant("m", ["p"])], { m: { 7: ["q"], 8: ["q"], 9: ["q"] } });
    assert.equal(verdicts[0]?.caught, 0);
    assert.equal(verdicts[0]?.isAsItShould, false);
  });

  it("does not forgive the client as it is any broken promise", async () => {
    const { verdicts } = await hunted([UNMUTATED], [], { unmutated: { 9: ["q"] } });
    assert.equal(verdicts[0]?.isAsItShould, false);
    assert.equal(verdicts[0]?.first?.seed, 9);
  });

  it("is content with a client as it is that breaks nothing", async () => {
    const { verdicts } = await hunted([UNMUTATED], [], {});
    assert.equal(verdicts[0]?.isAsItShould, true);
  });

  it("fails when a mutant cannot be built", async () => {
    const options = {
      seeds: [1],
      enough: 1,
      players: [{ play: async () => [], close: async () => undefined }],
      onVerdict: () => undefined,
    };
    const build = (): Promise<never> => Promise.reject(new Error("ERROR TS2304"));
    await assert.rejects(hunt([], [mutant("m", ["p"])], { ...options, build }), /TS2304/);
  });
});

describe("the controls of some mutants", () => {
  const built: Control = { name: "built-on", edits: [HARMLESS] };
  const other: Control = { name: "other", edits: [{ ...HARMLESS, find: "z" }] };

  it("are the client as it is and what they are built on", () => {
    const controls = controlsOf([mutant("m", ["p"], [HARMLESS])], [UNMUTATED, built, other]);
    assert.deepEqual(controls, [UNMUTATED, built]);
  });

  it("are also what one with a focus is built on, in the worlds of that focus", () => {
    const focused = { ...mutant("m", ["p"], [HARMLESS]), focus: RAIN };
    const also = { ...mutant("n", ["p"], [HARMLESS]), focus: RAIN };
    const controls = controlsOf([focused, also], [UNMUTATED, built, other]);
    assert.deepEqual(controls, [UNMUTATED, built, { ...built, name: "built-on, rain", focus: RAIN }]);
  });
});

describe("the report", () => {
  it("gives a caught mutant its promises and the command that plays it again", async () => {
    const { verdicts } = await hunted([], [mutant("m", ["p"])], { m: { 8: ["p"] } });
    const text = row(verdicts[0] as Verdict);
    assert.match(text, /^m +1 of 3 +p \(1\)\n +npm run mutants -- m --start 8 --seeds 1$/);
    assert.equal(details(verdicts[0] as Verdict), "  m is wrong\n  seed 8, p at 1.5 s: a message was lost");
  });

  it("names the survivors, what should have caught them, and what was spoilt", async () => {
    const behaviour = { unmutated: { 7: ["q"] }, caught: { 7: ["p"] }, missed: { 7: ["q"] } };
    const mutants = [mutant("caught", ["p"]), mutant("missed", ["p"])];
    const { verdicts } = await hunted([UNMUTATED], mutants, behaviour);
    assert.match(row(verdicts[2] as Verdict), /^missed +0 of 3 +SURVIVES p; broken: q \(1\)$/);
    assert.match(row(verdicts[0] as Verdict), /A HARMLESS CHANGE BREAKS q \(1\)\n +seed 7$/);
    assert.equal(
      summary(verdicts),
      "1 of 2 mutants caught.\nSurviving: missed\nHarmless, and yet they break promises: unmutated",
    );
  });
});
