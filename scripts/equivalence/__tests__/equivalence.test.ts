// Owns the claims that the translated client and firmware do what the compiled ones do, for as many steps as a test has
// time, and that a translator's mistake would be seen.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import type { Program } from "../../portable/model.ts";
import { root } from "../../root.ts";
import { readPortable } from "../../translate/link.ts";
import { DEFECTS } from "../defects.ts";
import { compareLives, type FirmwareName } from "../lives.ts";

const STEPS = 16_000;
/** Of lives in which a reading is published: the sensor is slow to come to that. */
const SEEDS = { client: 1, sensor: 4 } as const;
/** A defect that only rare states show is left to longer runs. */
const STEPS_FOR_DEFECTS = 32_000;

describe("translated JavaScript", () => {
  let program: Program;
  const module = new WebAssembly.Module(readFileSync(join(root, "build/host.wasm")));

  before(() => {
    program = readPortable(root);
  });

  for (const firmware of ["client", "sensor"] satisfies FirmwareName[]) {
    it(`of the ${firmware} answers, writes and keeps what WebAssembly does, minified and checked too`, async () => {
      const modes = ["plain", "check", "minified"] as const;
      const verdict = await compareLives({
        program,
        module,
        firmware,
        seed: SEEDS[firmware],
        steps: STEPS,
        modes,
      });
      assert.equal(verdict.found, null);
      assert.equal(verdict.steps, STEPS);
      const poll = firmware === "sensor" ? "sensorPoll" : "poll";
      const events = [3, 5, 6, 9, 11, 12];
      const unseen = events.filter((event) => !verdict.answers.has(`${poll} ${event}`));
      assert.deepEqual(unseen, [], "the run has connected, published, subscribed, received and lost");
    });
  }

  for (const { name, change } of DEFECTS) {
    it(`with ${name} is found out`, async () => {
      const { found } = await compareLives({
        program,
        module,
        firmware: "client",
        seed: 1,
        steps: STEPS_FOR_DEFECTS,
        modes: ["plain"],
        change,
      });
      assert.ok(found !== null, `not within ${STEPS_FOR_DEFECTS} steps`);
    });
  }
});
