// Claims about board files: every one that ships is right, and a wrong one is refused with where and why.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { packageRoot } from "../../package/package-root.ts";
import { boardNames, loadBoard } from "../board.ts";
import { Failure } from "../failure.ts";

const shipped = join(packageRoot(), "boards");
const folder = mkdtempSync(join(tmpdir(), "boards-"));
after(() => rmSync(folder, { recursive: true }));
copyFileSync(join(shipped, "board.schema.json"), join(folder, "board.schema.json"));

function refused(name: string, complaint: RegExp): void {
  assert.throws(
    () => loadBoard(folder, name),
    (error) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.kind, "usage");
      assert.match(`${error.message}\n${error.remedy}`, complaint);
      return true;
    },
  );
}

describe("a board that ships", () => {
  for (const name of boardNames(shipped)) {
    it(`${name} is as the schema says, and keeps no more in flight than its outbox holds`, () => {
      const { capacities } = loadBoard(shipped, name);
      assert.ok(capacities.window <= capacities.entries);
      assert.ok(capacities.filters <= capacities.texts);
    });
  }

  it("is found under its file's name; the schema is no board", () => {
    assert.deepEqual(
      ["esp8266", "linux"].filter((name) => !boardNames(shipped).includes(name)),
      [],
    );
    assert.ok(!boardNames(shipped).includes("board.schema"));
  });
});

describe("a board file", () => {
  const right = JSON.parse(readFileSync(join(shipped, "esp8266.json"), "utf8"));

  for (const [what, change, complaint] of [
    ["without a title", { title: undefined }, /must have required property 'title'/],
    ["with an unknown property", { rams: 1 }, /has an unknown property "rams"/],
    [
      "with a window of none",
      { capacities: { ...right.capacities, window: 0 } },
      /\/capacities\/window must be >= 1/,
    ],
    [
      "with half a byte",
      { capacities: { ...right.capacities, texts: 1.5 } },
      /\/capacities\/texts must be integer/,
    ],
    [
      "with an unknown TCP",
      { tcp: { ...right.tcp, stack: "own" } },
      /\/tcp\/stack must be one of lwip, linux/,
    ],
    ["without a source", { sources: {} }, /\/sources must NOT have fewer than 1/],
    ["under another name", { name: "other" }, /\/name is "other"; the file's name makes it "mine"/],
  ] as const) {
    it(`${what} is refused with the file, the place and what is accepted`, () => {
      writeFileSync(join(folder, "mine.json"), JSON.stringify({ ...right, name: "mine", ...change }));
      refused("mine", complaint);
      refused("mine", /mine\.json does not describe a board.*\nAccepted: what board\.schema\.json/s);
    });
  }

  it("with two faults has both named", () => {
    writeFileSync(
      join(folder, "mine.json"),
      JSON.stringify({ ...right, name: "mine", title: "", features: {} }),
    );
    refused("mine", /\/title .*; \/features .*'wifi'; \/features .*'tls'/);
  });

  it("that is no JSON is refused with the file", () => {
    writeFileSync(join(folder, "mine.json"), "{");
    refused("mine", /mine\.json does not describe a board: .*JSON/);
  });
});

it("a mistyped board is answered with the nearest and with all there are", () => {
  assert.throws(
    () => loadBoard(shipped, "esp8226"),
    /no board is called "esp8226" \(did you mean esp8266\?\)/,
  );
  assert.throws(() => loadBoard(shipped, "../package"), /no board is called/);
});
