// Owns the words and the form of docs/conformance.md. Refuses to know how its contents were found.

import type { Citation } from "./citations.ts";
import type { Claim } from "./claims.ts";
import type { Evidence, Placed } from "./evidence.ts";
import { bindingClient, DATA_FOLDER, type Standard, type Statement } from "./statements.ts";

export const DOCUMENT = "docs/conformance.md";

const INTRODUCTION = `# Conformance

What the two MQTT standards demand of a client, statement by statement: where the code obeys it, which tests fail when it does
not, and which promises judge it in every simulated run. \`npm run generate\` writes this document from the statements in
\`${DATA_FOLDER}/\` and from the ids that code and tests name. \`npm run check conformance\` fails on a statement without a test or
without a line that obeys it, on an id that the standard does not have, and on a document that is out of date.

The words are ours and short; where they are unclear, the standard decides. *both* binds client and server alike. \`MQTT3\` is
3.1.1, \`MQTT5\` is 5.0: the same label means different things in the two.
`;

export function conformanceDocument(standards: readonly Standard[], evidence: Evidence): string {
  const parts = standards.map((standard) => partOf(standard, evidence));
  return [INTRODUCTION, summaryOf(standards, evidence), ...parts].join("\n");
}

function summaryOf(standards: readonly Standard[], { claims }: Evidence): string {
  const tested = new Set(claims.flatMap(({ ids }) => ids));
  const rows = standards.map((standard) => {
    const binding = bindingClient(standard);
    const count = binding.filter(({ id }) => tested.has(id)).length;
    return `| ${standard.name} | ${binding.length} | ${count} |`;
  });
  const head = ["| standard | statements that bind a client | with a test |", "|---|---|---|"];
  return `${[...head, ...rows].join("\n")}\n`;
}

function partOf(standard: Standard, evidence: Evidence): string {
  const sections = bindingClient(standard).map((statement) => sectionOf(statement, evidence));
  return [`## ${standard.name}\n`, ...sections].join("\n");
}

function sectionOf({ id, binds, words }: Statement, { claims, obeyed, watched }: Evidence): string {
  const tests = claims.filter(({ ids }) => ids.includes(id)).map(testLine);
  const places = [...new Set(obeyed.filter((citation) => citation.id === id).map(placeOf))];
  const promises = (watched.get(id) ?? []).map((promise) => `\`${promise}\``);
  return [
    `### ${id}\n`,
    `${words}${binds === "both" ? " *(both)*" : ""}\n`,
    ...(places.length > 0 ? [`- obeyed in ${places.join(", ")}`] : []),
    ...tests,
    ...(promises.length > 0 ? [`- watched by ${promises.join(", ")}`] : []),
    "",
  ].join("\n");
}

function testLine({ file, title }: Placed<Claim>): string {
  return `- tested in \`${file}\`: ${escaped(title)}`;
}

function placeOf({ file, within }: Placed<Citation>): string {
  return within === "" ? `\`${file}\`` : `\`${file}\` (\`${within}\`)`;
}

/** As Markdown shows it letter by letter. */
function escaped(title: string): string {
  return title.replaceAll(/[\\`*_<|]/g, "\\$&");
}
