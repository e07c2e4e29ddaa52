// Owns the image that tells where it has been: the client's own code with a probe at every function, loop and arm of a branch, and
// with a bound on how often it may loop in one call. Knows nothing of what the code does.
import binaryen from "binaryen";

/** The probes' bytes begin here: the image's own constants lie below. */
export const PROBES_AT = 4096;

export interface Instrumented {
  readonly module: WebAssembly.Module;
  readonly probes: number;
}

const ARM = /^ *\((then|else)$/;
const LOOP = /^ *\(loop\b[^()]*(\(result [a-z0-9]+\))?$/;
const FUNCTION = /^ \(func \$/;
const LOCAL = /^ {2}\(local /;
const IF = /^( *)\(if( \(result [a-z0-9]+\))?$/;
const BRANCH = /^( *)\(br_if \$\S+$/;

/** Traps in the loop that would never end. */
const BURN = `(global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))
(if (i32.eqz (global.get $fuel)) (then (unreachable)))`;

/** Binaryen writes one opening a line, and closes at the column where it opened: that is all this has to know of the text. */
class Probes {
  readonly lines: string[] = [];
  count = 0;
  /** Ifs and conditional branches that are open: their column, and whether the other arm was there. */
  readonly #open: { readonly column: number; readonly isIf: boolean; hasElse: boolean }[] = [];
  #isFunctionsHead = false;

  take(line: string): void {
    if (this.#isFunctionsHead && !LOCAL.test(line)) {
      this.#isFunctionsHead = false;
      this.#probe();
    }
    if (/^ *\)$/.test(line)) this.#close(line);
    else this.#next(line);
  }

  #next(line: string): void {
    this.lines.push(line);
    const opened = IF.exec(line) ?? BRANCH.exec(line);
    if (opened !== null)
      this.#open.push({ column: opened[1]?.length ?? 0, isIf: IF.test(line), hasElse: false });
    if (FUNCTION.test(line)) this.#isFunctionsHead = true;
    if (ARM.test(line) || LOOP.test(line)) this.#probe();
    if (LOOP.test(line)) this.lines.push(BURN);
    const last = this.#open.at(-1);
    if (line.trim() === "(else" && last !== undefined) last.hasElse = true;
  }

  #close(line: string): void {
    const last = this.#open.at(-1);
    const isIts = last !== undefined && last.column === line.length - 1;
    if (isIts) this.#open.pop();
    if (isIts && last.isIf && !last.hasElse) this.lines.push(`(else ${this.#text()})`);
    this.lines.push(line);
    if (isIts && !last.isIf) this.#probe();
  }

  #probe(): void {
    this.lines.push(this.#text());
  }

  #text(): string {
    this.count += 1;
    return `(i32.store8 (i32.const ${PROBES_AT + this.count - 1}) (i32.const 1))`;
  }
}

/** The firmware lies in the same image, and is nothing that a server's bytes reach by themselves. */
function withoutFirmware(module: binaryen.Module): void {
  for (let i = module.getNumExports() - 1; i >= 0; i--) {
    const { name } = binaryen.getExportInfo(module.getExportByIndex(i));
    if (name.startsWith("sensor")) module.removeExport(name);
  }
  module.runPasses(["remove-unused-module-elements"]);
}

/** `fuel` is its one global that the caller sets: how many loops may be begun until it traps. */
export function instrument(image: Uint8Array): Instrumented {
  const original = binaryen.readBinary(image);
  withoutFirmware(original);
  const [head = "", ...lines] = original.emitText().split("\n");
  original.dispose();
  const probes = new Probes();
  for (const line of lines) probes.take(line);
  const fuel = '(global $fuel (mut i32) (i32.const 0))\n(export "fuel" (global $fuel))';
  const at = probes.lines.findIndex((line) => FUNCTION.test(line));
  const text = [head, ...probes.lines.slice(0, at), fuel, ...probes.lines.slice(at)].join("\n");
  const changed = binaryen.parseText(text);
  changed.setFeatures(binaryen.Features.All);
  const module = new WebAssembly.Module(Buffer.from(changed.emitBinary()));
  changed.dispose();
  return { module, probes: probes.count };
}
