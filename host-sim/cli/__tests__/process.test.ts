// Claims about the command as a process of its own: its entry in a checkout of any state, signals, pipes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { accessSync, constants, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { packageRoot } from "../../package/package-root.ts";

const root = packageRoot();
const checkouts: string[] = [];
after(() => {
  for (const checkout of checkouts) rmSync(checkout, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(script: string, args: readonly string[], flags: readonly string[] = []): Promise<Ended> {
  const child = spawn(process.execPath, [...flags, script, ...args], { cwd: root });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** A checkout with the entry and these files. */
function checkout(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "checkout-"));
  checkouts.push(folder);
  mkdirSync(join(folder, "bin"));
  cpSync(join(root, "bin/motekit.js"), join(folder, "bin/motekit.js"));
  for (const [path, text] of Object.entries({
    "package.json": '{"name":"motekit","type":"module"}',
    ...files,
  })) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return join(folder, "bin/motekit.js");
}

const built = "build/js/host-sim/cli/main.js";

describe("the entry", () => {
  it("may be executed", () => accessSync(join(root, "bin/motekit.js"), constants.X_OK));

  it("in a fresh checkout is exit 3, and names the commands that install and build", async () => {
    const { code, stdout, stderr } = await run(checkout(), ["doctor"]);
    assert.deepEqual([code, stdout], [3, ""]);
    assert.match(stderr, /not built yet\nRun `npm ci && npm run build` in /);
  });

  it("before the build is exit 3, and names the command that builds", async () => {
    const { code, stderr } = await run(checkout({ "node_modules/.package-lock.json": "{}" }), ["doctor"]);
    assert.equal(code, 3);
    assert.match(stderr, /Run `npm run build` in /);
  });

  it("with its packages gone is exit 3, and says which", async () => {
    const { code, stderr } = await run(checkout({ [built]: 'import "commander";' }), ["doctor"]);
    assert.equal(code, 3);
    assert.match(stderr, /'commander'.*\nRun `npm ci && npm run build` in /s);
  });

  it("runs the built command with its arguments, and ends with its exit code, whatever that left open", async () => {
    const main = `export async function main(argv) {
      setInterval(() => {}, 1000);
      process.stdout.write(argv.join(","));
      return 1;
    }`;
    const { code, stdout } = await run(checkout({ [built]: main }), ["a", "b c"]);
    assert.deepEqual([code, stdout], [1, "a,b c"]);
  });

  it("does not take a bug in the built command for a missing build", async () => {
    const { code, stderr } = await run(checkout({ [built]: 'throw new Error("oops");' }), []);
    assert.equal(code, 1);
    assert.match(stderr, /oops/);
  });
});

describe("the command from its source", () => {
  const source = join(root, "host-sim/cli/__tests__/support/from-source.ts");

  it("prints its JSON whole into a pipe", async () => {
    const { stdout } = await run(source, ["doctor", "--json"], ["--import", "tsx"]);
    assert.equal(typeof JSON.parse(stdout).ready, "boolean");
  });

  it("ends wrong usage with 2", async () => {
    const { code, stderr } = await run(source, ["docter"], ["--import", "tsx"]);
    assert.equal(code, 2);
    assert.match(stderr, /did you mean doctor\?/);
  });
});
