// Owns which files are portable and reads them from disk. Knows nothing of what is in them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A file's text under the path that messages name, relative to the root, with forward slashes. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

/** Folders whose every TypeScript file is in the portable subset, except below the names left out. */
const PORTABLE_FOLDERS: readonly string[] = ["assembly", "firmware/sensor"];
const LEFT_OUT: readonly string[] = ["assembly/runtime"];

export function portableSources(root: string): readonly SourceText[] {
  return PORTABLE_FOLDERS.flatMap((folder) => filesBelow(root, folder)).map((file) => ({
    file,
    text: readFileSync(join(root, file), "utf8"),
  }));
}

function filesBelow(root: string, folder: string): readonly string[] {
  if (LEFT_OUT.includes(folder) || folder.endsWith("/__tests__")) return [];
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return filesBelow(root, path);
      return entry.name.endsWith(".ts") ? [path] : [];
    });
}
