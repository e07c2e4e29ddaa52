// Owns how a test says which statements it would fail for: their ids, in brackets, in the comment directly above it or in its
// title. Refuses to know which statements there are, and whether the test keeps its word.
//
//   // [MQTT3-3.1.0-1] [MQTT3-3.14.4-2]
//   it("says CONNECT first and nothing after DISCONNECT", () => …
//
// Above a loop, the comment is about every test that the loop makes; above a `describe`, about all of them together. In a vector
// file the ids stand under the heading, outside of the vector.
import ts from "typescript";
import { STATEMENT_ID } from "./statements.ts";

export interface Claim {
  /** Such as `the wait: grows up to its limit`, with `…` where the title is made at run time. */
  readonly title: string;
  readonly line: number;
  readonly ids: readonly string[];
}

/** What makes a test, or a group of them, and takes its title first. */
const MAKERS: ReadonlySet<string> = new Set(["it", "test", "describe", "againstEachBroker"]);

export function claimsIn(fileName: string, text: string): readonly Claim[] {
  if (text.search(STATEMENT_ID) < 0) return [];
  return fileName.endsWith(".md") ? claimsOfVectors(text) : claimsOfTests(fileName, text);
}

function claimsOfVectors(text: string): readonly Claim[] {
  const claims: Claim[] = [];
  let line = 1;
  for (const section of text.split(/^(?=## )/m)) {
    const words = section.replace(/^```[\s\S]*?^```$/gm, "");
    const ids = words.match(STATEMENT_ID) ?? [];
    const title = /^## (.*)$/m.exec(words)?.[1];
    if (ids.length > 0 && title !== undefined) claims.push({ title, line, ids });
    line += section.split("\n").length - 1;
  }
  return claims;
}

function claimsOfTests(fileName: string, text: string): readonly Claim[] {
  const source = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  const claims: Claim[] = [];
  const visit = (node: ts.Node, groups: readonly string[], above: readonly string[]): void => {
    const title = titleOf(node);
    const ids = ts.isStatement(node) ? [...above, ...idsAbove(node, text)] : above;
    if (title === undefined) {
      ts.forEachChild(node, (child) => visit(child, groups, ids));
      return;
    }
    const path = [...groups, title];
    const named = [...new Set([...ids, ...(title.match(STATEMENT_ID) ?? [])])];
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    if (named.length > 0) claims.push({ title: withoutIds(path.join(": ")), line: line + 1, ids: named });
    ts.forEachChild(node, (child) => visit(child, path, []));
  };
  visit(source, [], []);
  return claims;
}

function idsAbove(node: ts.Node, text: string): readonly string[] {
  const comments = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  return comments.flatMap(({ pos, end }) => text.slice(pos, end).match(STATEMENT_ID) ?? []);
}

/** The title of a call that makes a test or a group, else undefined. */
function titleOf(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const { expression, arguments: args } = node;
  const maker = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
  const title = args[0];
  if (!MAKERS.has(maker) || title === undefined || args.length < 2) return undefined;
  if (ts.isStringLiteralLike(title)) return title.text;
  return ts.isTemplateExpression(title)
    ? `${title.head.text}${title.templateSpans.map(({ literal }) => `…${literal.text}`).join("")}`
    : "…";
}

function withoutIds(title: string): string {
  return title.replaceAll(/\s*\[MQTT[^\]]*\]/g, "");
}
