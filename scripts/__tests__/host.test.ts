import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { buildAll } from "../build/build-all.ts";
import { host } from "../build/host.ts";
import { folderWith, write } from "./support/checkout.ts";

const FILES = {
  "package.json": '{ "type": "module" }',
  "tsconfig.json": '{ "compilerOptions": { "verbatimModuleSyntax": true } }',
  "host-sim/cli/main.ts": [
    'import { readFileSync } from "node:fs";',
    'import { fail, type Fault } from "../net/fail.ts";',
    'const link = JSON.parse(readFileSync(new URL("../net/link.json", import.meta.url), "utf8"));',
    "const fault: Fault = { reason: link.reason };",
    'if (process.argv[2] === "lazy") console.log((await import("../net/lazy.ts")).word);',
    "else fail(fault);",
  ].join("\n"),
  "host-sim/net/fail.ts": [
    "export interface Fault { readonly reason: string }",
    "export function fail({ reason }: Fault): never {",
    "  throw new Error(reason);",
    "}",
  ].join("\n"),
  "host-sim/net/lazy.ts": 'export const word = "lazily";',
  "host-sim/net/link.json": '{ "reason": "the link is down" }',
  "host-sim/net/__tests__/fail.test.ts": "export {};",
};

const start = (folder: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, ["--enable-source-maps", "build/js/host-sim/cli/main.js", ...args], {
    cwd: folder,
  });

describe("the host's build", () => {
  it("starts in Node alone: paths are rewritten, data files lie beside, lazy modules load", async (t) => {
    const folder = await folderWith(t, FILES);
    assert.deepEqual(await buildAll(folder, () => {}, [host]), []);
    assert.equal((await start(folder, "lazy")).stdout, "lazily\n");
  });

  it("names the TypeScript file and its line in a stack trace", async (t) => {
    const folder = await folderWith(t, FILES);
    await buildAll(folder, () => {}, [host]);
    await assert.rejects(start(folder), /the link is down[\s\S]*host-sim\/net\/fail\.ts:3/);
  });

  it("leaves out the tests, and drops what is no longer in the source", async (t) => {
    const folder = await folderWith(t, FILES);
    await buildAll(folder, () => {}, [host]);
    assert.ok(existsSync(join(folder, "build/js/host-sim/net/lazy.js")));
    assert.ok(!existsSync(join(folder, "build/js/host-sim/net/__tests__")));
    await rm(join(folder, "host-sim/net/lazy.ts"));
    await buildAll(folder, () => {}, [host]);
    assert.ok(!existsSync(join(folder, "build/js/host-sim/net/lazy.js")));
  });

  it("fails with the place of a syntax error", async (t) => {
    const folder = await folderWith(t, FILES);
    await write(folder, { "host-sim/net/lazy.ts": "export const word = ;" });
    const [failure = ""] = await buildAll(folder, () => {}, [host]);
    assert.match(failure, /host-sim\/net\/lazy\.ts:1:20/);
  });
});
