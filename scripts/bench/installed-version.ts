// Owns where the version of an installed package is read: not every package exports its package.json.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../root.ts";

export async function installedVersion(packageName: string): Promise<string> {
  const text = await readFile(join(root, "node_modules", packageName, "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
