// Where motekit's own files lie. The command runs from its source and from build/, which are not equally deep.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The nearest folder above this file that holds motekit's package.json. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isRoot(folder)) {
    const above = dirname(folder);
    if (above === folder) throw new Error("motekit runs outside its package: no package.json above it");
    folder = above;
  }
  return folder;
}

export function packageVersion(root: string): string {
  return readPackage(root).version;
}

function isRoot(folder: string): boolean {
  return existsSync(join(folder, "package.json")) && readPackage(folder).name === "motekit";
}

function readPackage(folder: string): { readonly name: string; readonly version: string } {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
