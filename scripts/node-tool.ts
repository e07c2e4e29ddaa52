// Owns how a tool that is itself a Node script is run: in a process of its own. Knows no tool by name.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";

export interface ToolResult {
  readonly exitCode: number;
  /** Standard output and standard error, in the order in which they came. */
  readonly words: string;
}

const require = createRequire(import.meta.url);

/** The path of a file of an installed package, such as `assemblyscript/bin/asc.js`. */
export function toolFile(specifier: string): string {
  return require.resolve(specifier);
}

/**
 * Runs `file` under this Node. A process of its own, because the loader that reads this TypeScript would spend ten
 * seconds on the compilers' megabytes of generated JavaScript.
 */
export function runTool(file: string, args: readonly string[], cwd: string): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--enable-source-maps", file, ...args], {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ exitCode: code ?? 1, words: Buffer.concat(chunks).toString().trim() }),
    );
  });
}
