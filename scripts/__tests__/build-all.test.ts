import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { type Artefact, BuildFailure } from "../build/artefact.ts";
import { buildAll } from "../build/build-all.ts";
import { folderWith, write } from "./support/checkout.ts";

/** An artefact whose bytes are its source in capitals, and whose source is at fault when it says so. */
function capitals(path: string, tools = "capitals 1"): Artefact {
  return {
    path,
    entries: ["src/main.txt"],
    inputs: ["src"],
    tools,
    async produce(root) {
      const text = await readFile(join(root, "src/main.txt"), "utf8");
      if (text.includes("fault")) throw new BuildFailure("main.txt:1: a fault\n  in two lines");
      return new Map([[path, Buffer.from(text.toUpperCase())]]);
    },
  };
}

async function checkout(t: TestContext) {
  const folder = await folderWith(t, { "src/main.txt": "one", "src/__tests__/main.txt": "test" });
  const build = async (...artefacts: readonly Artefact[]) => {
    const lines: string[] = [];
    const failures = await buildAll(folder, (line) => lines.push(line.replace(/ +/g, " ")), artefacts);
    return { lines, failures };
  };
  return { folder, build, output: () => readFile(join(folder, "build/out.txt"), "utf8") };
}

const out = capitals("build/out.txt");

describe("the build", () => {
  it("makes what is missing, says so in one line, and leaves nothing beside it", async (t) => {
    const { build, output, folder } = await checkout(t);
    assert.deepEqual(await build(out), { lines: ["build/out.txt 3 bytes"], failures: [] });
    assert.equal(await output(), "ONE");
    assert.deepEqual(
      ["build/out.txt", "build/inputs.json", `build/out.txt.${process.pid}.new`].map((file) =>
        existsSync(join(folder, file)),
      ),
      [true, true, false],
    );
  });

  it("goes by content: a touched source and a changed test are up to date, a changed source is not", async (t) => {
    const { build, output, folder } = await checkout(t);
    await build(out);
    await utimes(join(folder, "src/main.txt"), new Date(0), new Date(0));
    await write(folder, { "src/__tests__/main.txt": "another test" });
    assert.deepEqual((await build(out)).lines, ["build/out.txt up to date"]);
    await write(folder, { "src/main.txt": "two" });
    assert.deepEqual((await build(out)).lines, ["build/out.txt 3 bytes"]);
    assert.equal(await output(), "TWO");
  });

  it("makes it again when a source came, went or was renamed with the same bytes", async (t) => {
    const { build, folder } = await checkout(t);
    await build(out);
    await write(folder, { "src/a.txt": "more" });
    assert.deepEqual((await build(out)).lines, ["build/out.txt 3 bytes"]);
    await rm(join(folder, "src/a.txt"));
    await write(folder, { "src/b.txt": "more" });
    assert.deepEqual((await build(out)).lines, ["build/out.txt 3 bytes"]);
    await rm(join(folder, "src/b.txt"));
    assert.deepEqual((await build(out)).lines, ["build/out.txt 3 bytes"]);
  });

  it("makes it again with another compiler", async (t) => {
    const { build } = await checkout(t);
    await build(out);
    assert.deepEqual((await build(capitals("build/out.txt", "capitals 2"))).lines, ["build/out.txt 3 bytes"]);
  });

  it("makes it again when it was damaged or deleted", async (t) => {
    const { build, output, folder } = await checkout(t);
    await build(out);
    await write(folder, { "build/out.txt": "ON" });
    assert.deepEqual((await build(out)).lines, ["build/out.txt 3 bytes"]);
    await rm(join(folder, "build/out.txt"));
    assert.deepEqual((await build(out)).lines, ["build/out.txt 3 bytes"]);
    assert.equal(await output(), "ONE");
  });

  it("shows all that the compiler said, keeps the old artefact, and tries again the next time", async (t) => {
    const { build, output, folder } = await checkout(t);
    await build(out);
    await write(folder, { "src/main.txt": "fault" });
    const failed = {
      lines: ["build/out.txt failed"],
      failures: ["build/out.txt could not be built:\nmain.txt:1: a fault\n  in two lines"],
    };
    assert.deepEqual(await build(out), failed);
    assert.deepEqual(await build(out), failed);
    assert.equal(await output(), "ONE");
  });

  it("names the entry that does not exist, and builds the others all the same", async (t) => {
    const { build } = await checkout(t);
    const homeless = { ...capitals("build/other.txt"), entries: ["src/main.txt", "src/missing.txt"] };
    assert.deepEqual(await build(homeless, out), {
      lines: ["build/other.txt not built", "build/out.txt 3 bytes"],
      failures: ["build/other.txt is built from src/missing.txt, which does not exist"],
    });
  });
});
