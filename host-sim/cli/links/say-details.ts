// Figures with their sources, as lines of a terminal. Knows columns; not what the figures are of.
import type { Output } from "../output.ts";
import type { DetailGroup } from "./details.ts";

const COLUMNS = 80;

/** Each group's source stands under its figures. */
export function sayDetails(groups: readonly DetailGroup[], output: Output): void {
  const width = Math.max(...groups.flatMap(({ figures }) => figures.map(({ label }) => label.length)));
  for (const { figures, source } of groups) {
    for (const { label, words } of figures) output.say(`  ${label.padEnd(width)}  ${words}`);
    if (source === null) continue;
    for (const line of wrapped(source, COLUMNS - 6)) output.say(output.paint.dim(`      ${line}`));
  }
}

function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
