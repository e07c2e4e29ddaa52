// Owns what a mistyped name was probably meant to be. Refuses to know what the names are of.

/** The known name that takes the fewest letters to mend, if they are no more than a third of it. */
export function nearestName(typed: string, known: readonly string[]): string | null {
  const ranked = known.map((name) => ({ name, edits: editsBetween(typed, name) }));
  const best = ranked.sort((a, b) => a.edits - b.edits)[0];
  return best !== undefined && best.edits <= Math.ceil(best.name.length / 3) ? best.name : null;
}

/** Levenshtein's distance, one row of the table at a time. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= b.length; column++) {
      const change = (row[column - 1] ?? 0) + (b[column - 1] === letter ? 0 : 1);
      next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
