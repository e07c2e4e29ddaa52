// Owns which statements a source file cites, and in which declaration each citation stands. Refuses to know which statements
// there are.
import ts from "typescript";
import { STATEMENT_ID } from "./statements.ts";

export interface Citation {
  readonly id: string;
  readonly line: number;
  /** The declaration at the top of the file that the citation is about, such as `readFrame`; empty for the whole file. */
  readonly within: string;
}

/** Everything of the form of an id, in comments and in code. */
export function citationsIn(fileName: string, text: string): readonly Citation[] {
  const found = [...text.matchAll(STATEMENT_ID)];
  if (found.length === 0) return [];
  const source = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  return found.map((match) => ({
    id: match[0],
    line: source.getLineAndCharacterOfPosition(match.index).line + 1,
    within: declarationAt(source, subjectOf(text, match.index)),
  }));
}

/** A comment behind code on its line is about that code; any other stands in front of what it is about. */
function subjectOf(text: string, at: number): number {
  const start = text.lastIndexOf("\n", at) + 1;
  const indent = text.slice(start, at).search(/\S/);
  return indent < 0 ? at : start + indent;
}

function declarationAt(source: ts.SourceFile, at: number): string {
  const statement = source.statements.find((node) => node.getFullStart() <= at && at < node.end);
  if (statement === undefined || ts.isImportDeclaration(statement)) return "";
  const name = nameOf(statement);
  if (!ts.isClassDeclaration(statement)) return name;
  const member = statement.members.find((node) => node.getFullStart() <= at && at < node.end);
  return member?.name === undefined ? name : `${name}.${member.name.getText(source)}`;
}

function nameOf(node: ts.Statement): string {
  if (ts.isVariableStatement(node))
    return node.declarationList.declarations.map(({ name }) => name.getText()).join(", ");
  const isNamed =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node);
  return isNamed ? (node.name?.text ?? "") : "";
}
