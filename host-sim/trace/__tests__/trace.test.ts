// Claims about the trace: a line a happening, whose hash is that of the lines.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import type { Happening } from "../happening.ts";
import { createTrace, LEGEND, traceLine } from "../trace.ts";

const taken: Happening = {
  kind: "reading",
  atMs: 1000.25,
  device: 2,
  life: 1,
  seq: 3,
  thousandths: -500,
  refusal: null,
};
const seen: Happening = {
  kind: "seen",
  atMs: 2,
  device: 1,
  life: 1,
  level: "error",
  payload: 'a "b"\nc',
  isRetained: false,
};

describe("a line of the trace", () => {
  it("says when, who, what, and each field by its name", () => {
    assert.equal(traceLine(taken), "1000.250 2.1 reading refusal=null seq=3 thousandths=-500");
    assert.equal(traceLine({ kind: "samplingEnded", atMs: 5 }), "5.000 - samplingEnded");
  });

  it("stays one line, whatever a payload holds", () => {
    assert.equal(traceLine(seen).split("\n").length, 1);
    assert.match(traceLine(seen), /payload="a \\"b\\"\\nc"/);
  });

  it("does not depend on the order in which fields were given", () => {
    const { kind, atMs, ...rest } = taken;
    assert.equal(traceLine({ ...rest, atMs, kind } as Happening), traceLine(taken));
  });
});

describe("the trace's hash", () => {
  it("is the SHA-256 of all lines that were written, in their order", () => {
    let text = "";
    const trace = createTrace((line) => {
      text += line;
    });
    for (const happening of [taken, seen]) trace.see(happening);
    assert.equal(text, `${traceLine(taken)}\n${traceLine(seen)}\n`);
    assert.equal(trace.hash(), `sha256:${createHash("sha256").update(text).digest("hex")}`);
  });

  it("can be asked for on the way, and changes with every line", () => {
    const trace = createTrace(() => undefined);
    const hashes = [trace.hash()];
    for (const happening of [taken, seen]) {
      trace.see(happening);
      hashes.push(trace.hash());
    }
    assert.equal(new Set(hashes).size, 3);
  });
});

it("the legend is marked as such and explains every kind of line", () => {
  assert.ok(
    LEGEND.trimEnd()
      .split("\n")
      .every((line) => line.startsWith("#")),
  );
  const kinds = [
    "power",
    "link",
    "fault",
    "opening",
    "connected",
    "refused",
    "closed",
    "reading",
    "readingEnded",
  ];
  const more = ["status", "message", "output", "secondDevice", "goodbye", "left", "seen", "samplingEnded"];
  for (const kind of [...kinds, ...more]) assert.match(LEGEND, new RegExp(`^#.*\\b${kind}\\b`, "m"));
});
