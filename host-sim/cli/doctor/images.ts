// Whether the images and the command are built, and newer than what they are built from. Builds nothing.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "./finding.ts";

interface Artefact {
  readonly file: string;
  readonly sources: readonly string[];
  readonly purpose: string;
}

const ARTEFACTS: readonly Artefact[] = [
  { file: "build/motekit.wasm", sources: ["assembly"], purpose: "the client alone" },
  { file: "build/sensor.wasm", sources: ["assembly", "firmware/sensor"], purpose: "the sensor's firmware" },
  {
    file: "build/host.wasm",
    sources: ["assembly", "firmware/sensor"],
    purpose: "the same firmware, many in one memory",
  },
  { file: "build/js/host-sim/cli/main.js", sources: ["host-sim"], purpose: "the motekit command" },
];

/** `npm test` builds what it needs: none of these has to be there beforehand. */
export function findImages(root: string): readonly Finding[] {
  return ARTEFACTS.map(({ file, sources, purpose }) => {
    const about = { name: file, purpose, howToGet: "npm run build", needed: false };
    if (!existsSync(join(root, file))) return { ...about, state: "missing", detail: "not built" };
    const builtMs = statSync(join(root, file)).mtimeMs;
    const newer = sources
      .flatMap((folder) => sourceFiles(root, folder))
      .find((source) => statSync(join(root, source)).mtimeMs > builtMs);
    if (newer !== undefined) return { ...about, state: "stale", detail: `older than ${newer}` };
    return { ...about, state: "found", detail: "up to date" };
  });
}

function sourceFiles(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.includes("__tests__"))
    .map((file) => join(folder, file));
}
