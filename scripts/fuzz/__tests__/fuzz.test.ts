// Owns the claims that no input makes the client trap, hang, grow, break its tables or tell of bytes that never came, as far as the
// kept inputs and some new ones go; and that these go far.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createRandom } from "../../../host-sim/random/random.ts";
import { root } from "../../root.ts";
import { CORPUS, readCorpus } from "../corpus.ts";
import { type Instrumented, instrument } from "../instrument.ts";
import { tryInput } from "../one-input.ts";
import { Search } from "../search.ts";

const NEW_INPUTS = 200;
/** What is not reached are mostly states that only long lives or large messages bring about. */
const REACHED_OF_ALL = 0.7;
const MOST_CORPUS_BYTES = 200_000;

/** All kept inputs and so many new ones, or until the first crash. */
function search(image: Instrumented, newInputs: number): Search {
  const found = new Search(createRandom(1).stream("fuzz"), (input) => tryInput(image, input));
  for (const input of readCorpus()) found.add(input);
  for (let i = 0; i < newInputs && found.crashes.length === 0; i++) found.next();
  return found;
}

describe("the client, fuzzed", () => {
  it("survives every kept input and new ones, which reach most of it", (t) => {
    const image = instrument(readFileSync(join(root, "build/host.wasm")));
    const found = search(image, NEW_INPUTS);
    assert.deepEqual(
      found.crashes.map(
        ({ why, input }) => `${why}: npm run fuzz -- --input ${Buffer.from(input).toString("base64")}`,
      ),
      [],
    );
    t.diagnostic(`${found.tried} inputs, ${found.steps} steps, ${found.edges} of ${image.probes} edges`);
    assert.ok(
      found.edges >= REACHED_OF_ALL * image.probes,
      `only ${found.edges} of ${image.probes} edges reached`,
    );
    assert.ok(statSync(CORPUS).size < MOST_CORPUS_BYTES, "the corpus is larger than it may be");
  });

  it("does the same again with the same input", () => {
    const image = instrument(readFileSync(join(root, "build/host.wasm")));
    for (const input of readCorpus().slice(0, 5)) {
      const [first, second] = [tryInput(image, input), tryInput(image, input)];
      assert.equal(first.steps, second.steps);
      assert.ok(first.reached.equals(second.reached));
    }
  });
});
