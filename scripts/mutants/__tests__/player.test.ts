// Owns the claim that a mutant which never ends, or traps, is caught like one that lies.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { allBoards, choicesOf } from "../../../host-sim/cli/explore/choices.ts";
import { loadModule } from "../../../host-sim/device/core.ts";
import { root } from "../../root.ts";
import { createPlayer } from "../player.ts";
import { breachesIn, RUNS_TO_ITS_END, type Terrain } from "../trial.ts";

const SHORT: Terrain = {
  choices: choicesOf({ for: 60_000, faults: "none" }, root),
  boards: allBoards(root),
  eventsMost: 10_000_000,
};
const NO_CLIENT = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));

function promisesOf(breaches: readonly { readonly promise: string }[]): readonly string[] {
  return breaches.map(({ promise }) => promise);
}

describe("a world", () => {
  it("that the client as it is plays to its end breaks nothing", () => {
    assert.deepEqual(breachesIn({ image: loadModule(), seed: 1, focus: null }, SHORT), []);
  });

  it("that has more events than any may have is no run that ends", () => {
    const breaches = breachesIn({ image: loadModule(), seed: 1, focus: null }, { ...SHORT, eventsMost: 10 });
    assert.deepEqual(promisesOf(breaches), [RUNS_TO_ITS_END]);
  });

  it("that stops with an error is none either", () => {
    assert.deepEqual(promisesOf(breachesIn({ image: NO_CLIENT, seed: 1, focus: null }, SHORT)), [
      RUNS_TO_ITS_END,
    ]);
  });
});

describe("a player", () => {
  it("answers for one world after the other", async () => {
    const player = createPlayer(SHORT, 60_000);
    try {
      const first = await player.play({ image: NO_CLIENT, seed: 1, focus: null });
      const second = await player.play({ image: loadModule(), seed: 1, focus: null });
      assert.deepEqual([promisesOf(first), promisesOf(second)], [[RUNS_TO_ITS_END], []]);
    } finally {
      await player.close();
    }
  });

  it("gives up a world that holds its thread, and plays the next", async () => {
    const player = createPlayer(SHORT, 1);
    try {
      for (const seed of [1, 2]) {
        const breaches = await player.play({ image: loadModule(), seed, focus: null });
        assert.deepEqual(promisesOf(breaches), [RUNS_TO_ITS_END]);
      }
    } finally {
      await player.close();
    }
  });
});
