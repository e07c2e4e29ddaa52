// Claims about the search for a program: in which order, under which names, and what is passed over.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { findProgram, isProgram } from "../find-program.ts";

/** Two folders, and a PATH that has them in this order. */
function folders(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), "motekit-programs-"));
  t.after(() => rmSync(root, { recursive: true }));
  const [one, two] = [join(root, "one"), join(root, "two")];
  for (const folder of [one, two]) mkdirSync(folder);
  return { one, two, env: { PATH: ["", one, two].join(delimiter) } };
}

function place(path: string, mode = 0o755): string {
  writeFileSync(path, "", { mode });
  return path;
}

describe("a program", () => {
  it("is found in the first folder that has it, under any of its names", (t) => {
    const { one, two, env } = folders(t);
    assert.equal(findProgram(["tool", "tool.py"], env), undefined);
    const later = place(join(two, "tool"));
    assert.equal(findProgram(["tool", "tool.py"], env), later);
    const sooner = place(join(one, "tool.py"));
    assert.equal(findProgram(["tool", "tool.py"], env), sooner);
  });

  it("is found in the further folders, after the PATH", (t) => {
    const { one, two } = folders(t);
    const far = place(join(two, "tool"));
    assert.equal(findProgram(["tool"], {}, [two]), far);
    const near = place(join(one, "tool"));
    assert.equal(findProgram(["tool"], { PATH: one }, [two]), near);
  });

  it("is found by a suffix of PATHEXT", (t) => {
    const { one, env } = folders(t);
    const path = place(join(one, "tool.EXE"));
    assert.equal(findProgram(["tool"], { ...env, PATHEXT: ".COM;.EXE;" }), path);
    assert.equal(findProgram(["tool"], env), undefined);
  });

  it("is no folder, and no file that may not be executed", { skip: process.platform === "win32" }, (t) => {
    const { one, two, env } = folders(t);
    mkdirSync(join(one, "tool"));
    place(join(two, "tool"), 0o644);
    assert.equal(findProgram(["tool"], env), undefined);
    assert.deepEqual([one, join(one, "absent"), process.execPath].map(isProgram), [false, false, true]);
  });
});
