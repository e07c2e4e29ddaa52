// Owns the claim that every vector of the client holds whole, split at every byte, and cut at every byte. The vectors
// themselves are Markdown beside the client.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { packageRoot } from "../../package/package-root.ts";
import { Core, loadModule } from "../core.ts";
import { BlockUnderTest } from "./support/block-under-test.ts";
import { packetBytes } from "./support/notation.ts";
import { type Vector, vectorsOf } from "./support/vector.ts";
import { capacitiesOf, type Outcome, VectorRun, versionOf } from "./support/vector-run.ts";

const folder = join(packageRoot(), "assembly/__tests__/vectors");
const core = new Core(loadModule());

/** Every position in a short run of bytes; in a long one both its ends and a sample between. */
function positionsIn(length: number): readonly number[] {
  const all = Array.from({ length: length + 1 }, (_, i) => i);
  return length < 700 ? all : all.filter((i) => i < 80 || i > length - 80 || i % 331 === 0);
}

function run(vector: Vector, block: BlockUnderTest, chunks: readonly Uint8Array[], isCut: boolean): Outcome {
  const vectorRun = new VectorRun(vector, block);
  vectorRun.prepare();
  for (const chunk of chunks) vectorRun.receive(chunk);
  if (isCut) vectorRun.cut();
  assert.ok(block.areGuardsIntact(), "a byte outside the block was written");
  return vectorRun.outcome();
}

const isEvent = (line: string) => line.startsWith("= ");
const events = (outcome: Outcome) => outcome.log.filter(isEvent);
/** Which packets went out, whatever their order: answers go first, and how many are owed at once depends on the chunks. */
const packets = (outcome: Outcome) => outcome.log.filter((line) => !isEvent(line)).sort();

/** What a packet cut short may have told: the parts of its message that came, and that it is larger than there is room for. */
const isEarly = (line: string) => /^= Message .* part=|^= Message(Aborted|TooLarge) /.test(line);
const isClosed = (line: string) => line.startsWith("= Closed ");

/**
 * The events before the close are those of the packets that came whole. The close itself may come early, because the first
 * byte of a packet can already be wrong.
 */
function assertCut(cut: Outcome, reference: Outcome, whole: Outcome, at: number): void {
  const told = (outcome: Outcome) => events(outcome).filter((line) => !isClosed(line) && !isEarly(line));
  assert.deepEqual(told(cut), told(reference), `events, cut after ${at} bytes`);
  assert.deepEqual(cut.state, reference.state, `state, cut after ${at} bytes`);
  const reasons = [reference, whole].flatMap((outcome) => outcome.log.filter(isClosed));
  for (const close of cut.log.filter(isClosed))
    assert.ok(reasons.includes(close), `${close}, cut after ${at} bytes`);
}

function checkCuts(vector: Vector, block: BlockUnderTest, parts: readonly Buffer[], whole: Outcome): void {
  const bytes = Buffer.concat(parts);
  const ends = parts.map((_, i) => Buffer.concat(parts.slice(0, i + 1)).length);
  const references = new Map<number, Outcome>();
  for (const at of positionsIn(bytes.length)) {
    const complete = ends.filter((end) => end <= at).length;
    const upTo = complete === 0 ? 0 : (ends[complete - 1] ?? 0);
    const reference = references.get(upTo) ?? run(vector, block, [bytes.subarray(0, upTo)], true);
    references.set(upTo, reference);
    assertCut(run(vector, block, [bytes.subarray(0, at)], true), reference, whole, at);
  }
}

function check(vector: Vector): void {
  const block = new BlockUnderTest(core, capacitiesOf(vector));
  const parts = vector.packets.map((line) => packetBytes(line, versionOf(vector)));
  const bytes = Buffer.concat(parts);
  const whole = run(vector, block, [bytes], false);
  assert.deepEqual(whole.log, vector.expected);
  for (const at of positionsIn(bytes.length)) {
    const split = run(vector, block, [bytes.subarray(0, at), bytes.subarray(at)], false);
    assert.deepEqual(events(split), events(whole), `events, split after ${at} bytes`);
    assert.deepEqual(packets(split), packets(whole), `packets, split after ${at} bytes`);
    assert.deepEqual(split.state, whole.state, `state, split after ${at} bytes`);
  }
  checkCuts(vector, block, parts, whole);
}

const files = readdirSync(folder).filter((file) => file.endsWith(".md"));
assert.ok(files.length > 0, "there are vectors");
for (const file of files.sort()) {
  const vectors = vectorsOf(readFileSync(join(folder, file), "utf8"));
  describe(file, () => {
    for (const vector of vectors) it(vector.title, () => check(vector));
  });
}
