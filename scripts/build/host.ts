// Owns how the host's TypeScript becomes JavaScript that Node starts at once. Knows nothing of what is in it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { type Artefact, BuildFailure } from "./artefact.ts";
import { sourceFiles } from "./freshness.ts";

const SOURCE = "host-sim";
const OUTPUT = "build/js/host-sim";

/**
 * One module out for each module in, so that what a command does not import is not loaded, and a stack trace names
 * the file one knows. Files that are no TypeScript (profiles, pages) keep their place beside the modules.
 */
export const host: Artefact = {
  path: OUTPUT,
  entries: ["host-sim/cli/main.ts"],
  inputs: [SOURCE, "tsconfig.json", "scripts/build"],
  tools: `esbuild ${esbuild.version}`,
  async produce(root) {
    const sources = await sourceFiles(root, SOURCE);
    const modules = sources.filter((file) => file.endsWith(".ts"));
    const files = await transpile(root, modules);
    for (const file of sources.filter((file) => !file.endsWith(".ts"))) {
      files.set(OUTPUT + file.slice(SOURCE.length), await readFile(join(root, file)));
    }
    return files;
  },
};

async function transpile(root: string, modules: readonly string[]): Promise<Map<string, Uint8Array>> {
  try {
    const result = await esbuild.build({
      absWorkingDir: root,
      entryPoints: [...modules],
      outbase: SOURCE,
      outdir: OUTPUT,
      tsconfig: "tsconfig.json",
      platform: "node",
      target: "node20",
      format: "esm",
      sourcemap: "linked",
      sourcesContent: false,
      bundle: true,
      packages: "external",
      plugins: [modulesStaySeparate],
      write: false,
      logLevel: "silent",
    });
    return new Map(result.outputFiles.map((file) => [file.path.slice(root.length + 1), file.contents]));
  } catch (error) {
    throw new BuildFailure(await wordsOf(error));
  }
}

/** esbuild rewrites the paths of imports only when it bundles; so it bundles, and every import is left outside. */
const modulesStaySeparate: esbuild.Plugin = {
  name: "modules-stay-separate",
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\// }, ({ path, kind }) =>
      kind === "entry-point" ? undefined : { path: path.replace(/\.ts$/, ".js"), external: true },
    );
  },
};

async function wordsOf(error: unknown): Promise<string> {
  if (!(error instanceof Error) || !("errors" in error)) return String(error);
  const messages = await esbuild.formatMessages(error.errors as esbuild.Message[], { kind: "error" });
  return messages.join("").trim();
}
