// Owns the claim that traces are what a Map of everything would hold, for as long as any client may ask for them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { NO_TRACE, Traces } from "../traces.ts";

describe("traces of packet ids", () => {
  test("tell the last time that each id came, and what it stood for then", () => {
    const marks = fc.array(fc.record({ id: fc.integer({ min: 1, max: 60 }), digest: fc.integer() }), {
      maxLength: 900,
    });
    fc.assert(
      fc.property(marks, (all) => {
        const traces = new Traces();
        const last = new Map<number, { readonly sequence: number; readonly digest: number }>();
        for (const [sequence, { id, digest }] of all.entries()) {
          assert.equal(traces.next, sequence);
          traces.mark(id, digest);
          last.set(id, { sequence, digest });
        }
        for (let id = 1; id <= 60; id++) {
          assert.equal(traces.sequenceOf(id), last.get(id)?.sequence ?? NO_TRACE);
        }
        for (const { sequence, digest } of last.values()) assert.equal(traces.digestAt(sequence), digest);
      }),
    );
  });

  test("are kept of the last 1,024, however many came before", () => {
    const traces = new Traces();
    for (let id = 1; id <= 65_535; id++) traces.mark(id, -id);
    const oldest = 65_535 - 1024 + 1;
    assert.equal(traces.sequenceOf(oldest), oldest - 1);
    assert.equal(traces.digestAt(oldest - 1), -oldest);
    assert.equal(traces.sequenceOf(65_535), 65_534);
    assert.equal(traces.sequenceOf(oldest - 1), NO_TRACE);
  });

  test("know an id that was never marked by nothing, not even 0 among rows that are still empty", () => {
    const traces = new Traces();
    assert.equal(traces.sequenceOf(0), NO_TRACE);
    traces.mark(7, 1);
    assert.equal(traces.sequenceOf(0), NO_TRACE);
  });
});
