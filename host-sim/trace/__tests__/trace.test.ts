// Claims about the trace: a line a happening, whose hash is that of the lines.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import type { Happening } from "../happening.ts";
import { traceLine } from "../line.ts";
import { createTrace, LEGEND } from "../trace.ts";
import { HAPPENING_KINDS, VOCABULARY } from "../vocabulary.ts";
import { SAMPLES } from "./support/samples.ts";

const ALL = Object.values(SAMPLES);

function traced(happenings: readonly Happening[]): { readonly text: string; readonly hash: string } {
  let text = "";
  const trace = createTrace((line) => {
    text += line;
  });
  for (const happening of happenings) trace.see(happening);
  return { text, hash: trace.hash() };
}

function sha256(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

describe("the trace's hash", () => {
  it("is the SHA-256 of all lines but those of the wire, in their order", () => {
    // more than is hashed at once
    const happenings = Array.from({ length: 100 }, () => ALL).flat();
    const { text, hash } = traced(happenings);
    assert.equal(text, happenings.map((happening) => `${traceLine(happening)}\n`).join(""));
    const hashed = text.split(/(?<=\n)/).filter((line) => !/ (packet|segment) /.test(line));
    assert.equal(hashed.length, happenings.length - 200);
    assert.equal(hash, sha256(hashed.join("")));
  });

  it("is the same whether somebody records or not", () => {
    const others = ALL.filter(({ kind }) => kind !== "segment");
    const unrecorded = createTrace(null);
    for (const happening of others) unrecorded.see(happening);
    assert.equal(traced(ALL).hash, unrecorded.hash());
    assert.notEqual(traced(others).hash, traced(others.slice(1)).hash);
  });

  it("can be asked for on the way, and changes with every line but those of the wire", () => {
    const trace = createTrace(() => undefined);
    const hashes = [trace.hash()];
    for (const happening of ALL) {
      trace.see(happening);
      hashes.push(trace.hash());
      assert.equal(trace.hash(), hashes.at(-1));
    }
    assert.equal(new Set(hashes).size, ALL.length - 1);
  });
});

describe("the legend", () => {
  it("is marked as such in every line", () => {
    assert.ok(LEGEND.endsWith("\n"));
    for (const line of LEGEND.trimEnd().split("\n")) assert.match(line, /^#/);
  });

  it("has the meaning and the fields of every kind", () => {
    for (const kind of HAPPENING_KINDS) {
      const { meaning, fields } = VOCABULARY[kind];
      const at = LEGEND.indexOf(`\n#   ${kind.padEnd(13)} ${meaning}\n`);
      assert.ok(at >= 0, kind);
      const names = Object.keys(fields).join(" ");
      if (names !== "")
        assert.equal(
          LEGEND.slice(at + 1)
            .split("\n")[1]
            ?.slice(1)
            .trim(),
          names,
        );
    }
  });
});
