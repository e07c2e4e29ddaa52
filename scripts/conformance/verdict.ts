// Owns what is wrong between the statements and what names them. Refuses to know files, and how anything was found.
import type { Evidence } from "./evidence.ts";
import { bindingClient, type Standard } from "./statements.ts";

/** A problem a line, for a person to act on. */
export function faultsIn(standards: readonly Standard[], evidence: Evidence): readonly string[] {
  const known = new Set(standards.flatMap(({ statements }) => statements.map(({ id }) => id)));
  const binding = standards.flatMap(bindingClient).map(({ id }) => id);
  return [...unknownIn(known, evidence), ...binding.flatMap((id) => gapsOf(id, evidence))];
}

function unknownIn(known: ReadonlySet<string>, { cited }: Evidence): readonly string[] {
  return cited
    .filter(({ id }) => !known.has(id))
    .map(({ file, line, id }) => `${file}:${line}: [${id}] is no statement of the standard`);
}

function gapsOf(id: string, { claims, obeyed }: Evidence): readonly string[] {
  return [
    ...(claims.some(({ ids }) => ids.includes(id))
      ? []
      : [`[${id}] has no test: name it above one that fails when it is broken`]),
    ...(obeyed.some((citation) => citation.id === id)
      ? []
      : [`[${id}] is cited by no line of the client that obeys it`]),
  ];
}
