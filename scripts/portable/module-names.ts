// Owns what a name at the top level of a file refers to: its declaration there or, through imports and re-exports,
// in another file. Knows nothing of what a declaration means.
import { posix } from "node:path";
import ts from "typescript";
import type { Place } from "./model.ts";
import { collecting, placeOf, type Refusal, refuse } from "./refusal.ts";
import { wordsFor } from "./refused-syntax.ts";

export type DeclarationNode =
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.EnumDeclaration
  | ts.VariableDeclaration;

/** A declaration as it stands: its syntax and the file it is in. */
export interface TopLevelName {
  readonly name: string;
  readonly node: DeclarationNode;
  readonly module: Module;
  readonly isExported: boolean;
}

interface Elsewhere {
  readonly from: string;
  readonly name: string;
  readonly at: Place;
}

export interface Module {
  readonly source: ts.SourceFile;
  readonly symbols: Map<string, TopLevelName>;
  readonly imports: Map<string, Elsewhere>;
  /** Exported name to the name in this file, or to another file's. */
  readonly exports: Map<string, string | Elsewhere>;
}

export type Modules = ReadonlyMap<string, Module>;

export function readModule(source: ts.SourceFile, refusals: Refusal[]): Module {
  const module: Module = { source, symbols: new Map(), imports: new Map(), exports: new Map() };
  for (const statement of source.statements) {
    collecting(refusals, () => readTopLevel(module, statement));
  }
  return module;
}

function readTopLevel(module: Module, statement: ts.Statement): void {
  if (ts.isImportDeclaration(statement)) readImport(module, statement);
  else if (ts.isExportDeclaration(statement)) readExport(module, statement);
  else if (ts.isVariableStatement(statement)) readConstants(module, statement);
  else if (isNamedDeclaration(statement)) readDeclaration(module, statement);
  else refuse(placeOf(statement, module.source), ...refusedWords(statement));
}

type NamedDeclaration = Exclude<DeclarationNode, ts.VariableDeclaration>;

function isNamedDeclaration(statement: ts.Statement): statement is NamedDeclaration {
  return (
    ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)
  );
}

function refusedWords(statement: ts.Statement): readonly [what: string, instead: string] {
  if (!ts.isExpressionStatement(statement)) return wordsFor(statement);
  return ["a statement at the top level", "nothing runs before the first call: put it into a function"];
}

function readDeclaration(module: Module, node: NamedDeclaration): void {
  const at = placeOf(node, module.source);
  const isDefault = node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword);
  if (isDefault || node.name === undefined) refuse(at, "a default export", "export by name");
  declare(module, node.name.text, node, isExported(node));
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (statement.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}

function declare(module: Module, name: string, node: DeclarationNode, exported: boolean): void {
  if (module.symbols.has(name) || module.imports.has(name)) {
    refuse(placeOf(node, module.source), `a second \`${name}\``, "a file declares each name once");
  }
  module.symbols.set(name, { name, node, module, isExported: exported });
  if (exported) module.exports.set(name, name);
}

function readConstants(module: Module, statement: ts.VariableStatement): void {
  const at = placeOf(statement, module.source);
  if ((statement.declarationList.flags & ts.NodeFlags.BlockScoped) !== ts.NodeFlags.Const) {
    refuse(
      at,
      "a global variable",
      "state lives in the block; only `const NAME: T = …` stands at the top level",
    );
  }
  for (const modifier of statement.modifiers ?? []) {
    if (modifier.kind !== ts.SyntaxKind.ExportKeyword) {
      refuse(
        placeOf(modifier, module.source),
        `\`${modifier.getText(module.source)}\` on a constant`,
        "remove it",
      );
    }
  }
  for (const declaration of statement.declarationList.declarations) {
    if (!ts.isIdentifier(declaration.name)) {
      refuse(placeOf(declaration, module.source), "destructuring", "name each constant");
    }
    declare(module, declaration.name.text, declaration, isExported(statement));
  }
}

function readImport(module: Module, statement: ts.ImportDeclaration): void {
  const bindings = statement.importClause?.namedBindings;
  if (statement.importClause?.name !== undefined || bindings === undefined || !ts.isNamedImports(bindings)) {
    refuse(placeOf(statement, module.source), "an import without a list", "write `import { name } from …`");
  }
  for (const element of bindings.elements) {
    const name = (element.propertyName ?? element.name).text;
    module.imports.set(element.name.text, {
      from: pathOf(statement, module.source),
      name,
      at: placeOf(element, module.source),
    });
  }
}

function readExport(module: Module, statement: ts.ExportDeclaration): void {
  const clause = statement.exportClause;
  if (clause === undefined || !ts.isNamedExports(clause)) {
    refuse(
      placeOf(statement, module.source),
      "export *",
      "name what is exported: an enum that reaches the entry costs bytes",
    );
  }
  for (const element of clause.elements) {
    const name = (element.propertyName ?? element.name).text;
    const elsewhere = statement.moduleSpecifier !== undefined;
    module.exports.set(
      element.name.text,
      elsewhere
        ? { from: pathOf(statement, module.source), name, at: placeOf(element, module.source) }
        : name,
    );
  }
}

/** The file that an import names; a bare `./x` means `./x.ts`, as the AssemblyScript compiler has it. */
function pathOf(statement: ts.ImportDeclaration | ts.ExportDeclaration, source: ts.SourceFile): string {
  const specifier = (statement.moduleSpecifier as ts.StringLiteral).text;
  if (!specifier.startsWith(".")) {
    refuse(
      placeOf(statement, source),
      `an import of "${specifier}"`,
      "portable code imports only portable files",
    );
  }
  const path = posix.join(posix.dirname(source.fileName), specifier);
  return path.endsWith(".ts") ? path : `${path}.ts`;
}

/** What `name` refers to at the top level of `module`; null when nothing there has that name. */
export function lookUp(modules: Modules, module: Module, name: string): TopLevelName | null {
  const own = module.symbols.get(name);
  if (own !== undefined) return own;
  const imported = module.imports.get(name);
  return imported === undefined ? null : follow(modules, imported, []);
}

/** The declaration that `module` exports as `name`. */
export function exportedSymbol(modules: Modules, module: Module, name: string): TopLevelName | null {
  const exported = module.exports.get(name);
  if (exported === undefined) return null;
  return typeof exported === "string" ? lookUp(modules, module, exported) : follow(modules, exported, []);
}

function follow(modules: Modules, wanted: Elsewhere, seen: readonly Elsewhere[]): TopLevelName {
  const what = `\`${wanted.name}\` from ${wanted.from}`;
  const module = modules.get(wanted.from);
  if (module === undefined) refuse(wanted.at, what, "no portable file has that path");
  const exported = module.exports.get(wanted.name);
  const next = typeof exported === "string" ? module.imports.get(exported) : exported;
  const own = typeof exported === "string" ? module.symbols.get(exported) : undefined;
  if (own !== undefined) return own;
  if (next === undefined || seen.includes(next)) refuse(wanted.at, what, "that file does not export it");
  return follow(modules, next, [...seen, next]);
}
