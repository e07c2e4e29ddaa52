// Owns the reading of a whole portable program: from texts to the model and a list of what could not be read. Judges
// only what the model has no place for; the rest is for the rules.
import ts from "typescript";
import { lowerConstant, lowerEnumeration, lowerStruct } from "./declarations.ts";
import { lowerSignature, type UnreadFunction } from "./functions.ts";
import type { Declaration, Program, SourceUnit } from "./model.ts";
import { exportedSymbol, lookUp, type Module, readModule, type TopLevelName } from "./module-names.ts";
import { collecting, placeOf, type Refusal, Refused, refuse } from "./refusal.ts";
import type { SourceText } from "./sources.ts";

export interface Reading {
  /** Whole only if nothing was refused: what was refused is left out. */
  readonly program: Program;
  readonly refusals: readonly Refusal[];
}

export function readProgram(sources: readonly SourceText[]): Reading {
  const refusals: Refusal[] = [];
  const modules = new Map<string, Module>();
  for (const { file, text } of sources) {
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, false, ts.ScriptKind.TS);
    refusals.push(...syntaxErrors(source));
    modules.set(file, readModule(source, refusals));
  }
  const units = readUnits(modules, refusals);
  return { program: { units }, refusals };
}

function syntaxErrors(source: ts.SourceFile): readonly Refusal[] {
  // `parseDiagnostics` is where createSourceFile leaves them; asking for a whole ts.Program would cost a second.
  const { parseDiagnostics } = source as ts.SourceFile & {
    readonly parseDiagnostics: readonly ts.Diagnostic[];
  };
  return parseDiagnostics.map(({ start, messageText }) => {
    const { line, character } = source.getLineAndCharacterOfPosition(start ?? 0);
    const at = { file: source.fileName, line: line + 1, column: character + 1 };
    return { at, what: "a syntax error", instead: ts.flattenDiagnosticMessageText(messageText, " ") };
  });
}

function readUnits(modules: ReadonlyMap<string, Module>, refusals: Refusal[]): readonly SourceUnit[] {
  const declarations = new Declarations(modules, refusals);
  const symbols = [...modules.values()].map((module) => [...module.symbols.values()]);
  const read = symbols.map((each) => each.flatMap((symbol) => declarations.tryRead(symbol) ?? []));
  declarations.readBodies();
  return [...modules].map(([file, module], index) => ({
    file,
    declarations: read[index] ?? [],
    exports: readExports(modules, module, declarations, refusals),
  }));
}

function readExports(
  modules: ReadonlyMap<string, Module>,
  module: Module,
  declarations: Declarations,
  refusals: Refusal[],
): ReadonlyMap<string, Declaration> {
  const exports = new Map<string, Declaration>();
  for (const name of module.exports.keys()) {
    const symbol = collecting(refusals, () => exportedSymbol(modules, module, name));
    const declaration = symbol === null ? null : declarations.tryRead(symbol);
    if (declaration !== null) exports.set(name, declaration);
  }
  return exports;
}

/** Reads each declaration once, when it is first asked for; function bodies last, when every name has a meaning. */
class Declarations {
  readonly #modules: ReadonlyMap<string, Module>;
  readonly #refusals: Refusal[];
  readonly #read = new Map<TopLevelName, Declaration | "reading" | "refused">();
  readonly #functions: UnreadFunction[] = [];

  constructor(modules: ReadonlyMap<string, Module>, refusals: Refusal[]) {
    this.#modules = modules;
    this.#refusals = refusals;
  }

  /** The declaration, or null when it was refused. */
  tryRead(symbol: TopLevelName): Declaration | null {
    const known = this.#read.get(symbol);
    if (known === "refused") return null;
    if (known === "reading") {
      refuse(
        placeOf(symbol.node, symbol.module.source),
        `\`${symbol.name}\` by way of itself`,
        "a constant needs a value first",
      );
    }
    if (known !== undefined) return known;
    this.#read.set(symbol, "reading");
    const declaration = collecting(this.#refusals, () => this.#lower(symbol));
    this.#read.set(symbol, declaration ?? "refused");
    return declaration;
  }

  readBodies(): void {
    for (const unread of this.#functions) unread.readBody(this.#refusals);
  }

  #lower(symbol: TopLevelName): Declaration {
    const { node, module } = symbol;
    const find = (name: string): Declaration | null => {
      const found = lookUp(this.#modules, module, name);
      if (found === null) return null;
      const declaration = this.tryRead(found);
      // What it is was refused where it stands; whatever uses it cannot be judged.
      if (declaration === null) throw new Refused(null);
      return declaration;
    };
    if (ts.isEnumDeclaration(node)) return lowerEnumeration(symbol, node, find);
    if (ts.isClassDeclaration(node)) return lowerStruct(symbol, node, find);
    if (ts.isVariableDeclaration(node)) return lowerConstant(symbol, node, find);
    const unread = lowerSignature(symbol, node, find);
    this.#functions.push(unread);
    return unread.callable;
  }
}
