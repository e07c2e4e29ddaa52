// Owns where tests are found: in `__tests__` folders. Node 20's runner knows no patterns and is given a list.
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Paths, relative to `root` and sorted, of the files under `folders` that end in `suffix` and lie in a test folder. */
export async function filesNamed(
  root: string,
  folders: readonly string[],
  suffix: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of folders.filter((folder) => existsSync(join(root, folder)))) {
    for (const file of await readdir(join(root, folder), { recursive: true })) {
      const path = join(folder, file).replaceAll("\\", "/");
      const isTest = path.includes("/__tests__/") && !path.includes("/fixtures/");
      if (isTest && path.endsWith(suffix)) found.push(path);
    }
  }
  return found.sort();
}
