// Owns small checkouts that a test may change and break: files in a temporary folder. Knows no check and no build.
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { root } from "../../root.ts";

/** A folder with these files, by path; it is gone when the test is over. */
export async function folderWith(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "motekit-test-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await write(folder, files);
  return folder;
}

/** Writes these files into a folder, in place of what is there. */
export async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** The small client of the fixtures with the project's own runtime and compiler settings, and `files` on top. */
export async function smallClient(
  t: TestContext,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = await folderWith(t, { "package.json": '{ "type": "module" }' });
  await cp(join(root, "scripts/__tests__/fixtures/small-client"), folder, { recursive: true });
  for (const own of ["assembly/runtime", "asconfig.json", "as-pect.config.js", "as-pect.asconfig.json"]) {
    await cp(join(root, own), join(folder, own), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await write(folder, files);
  return folder;
}
