// Owns what is wrong between the statements and what names them. Refuses to know files, and how anything was found.
import type { Evidence } from "./evidence.ts";
import { bindingClient, DATA_FOLDER, type Standard } from "./statements.ts";

/** A problem a line, for a person to act on. */
export function faultsIn(
  standards: readonly Standard[],
  notYet: readonly string[],
  evidence: Evidence,
): readonly string[] {
  const known = new Set(standards.flatMap(({ statements }) => statements.map(({ id }) => id)));
  const binding = standards.flatMap(bindingClient).map(({ id }) => id);
  return [
    ...unknownIn(known, evidence),
    ...notYet.filter((id) => !binding.includes(id)).map((id) => `${notYetPlace(id)} binds no client`),
    ...binding.flatMap((id) => gapsOf(id, notYet.includes(id), evidence)),
  ];
}

function unknownIn(known: ReadonlySet<string>, { cited }: Evidence): readonly string[] {
  return cited
    .filter(({ id }) => !known.has(id))
    .map(({ file, line, id }) => `${file}:${line}: [${id}] is no statement of the standard`);
}

function gapsOf(id: string, isNotYet: boolean, { claims, obeyed }: Evidence): readonly string[] {
  const test = claims.find(({ ids }) => ids.includes(id));
  if (isNotYet) {
    return test === undefined
      ? []
      : [`${notYetPlace(id)} has a test now, ${test.file}:${test.line}: take it out`];
  }
  return [
    ...(test === undefined ? [`[${id}] has no test: name it above one that fails when it is broken`] : []),
    ...(obeyed.some((citation) => citation.id === id)
      ? []
      : [`[${id}] is cited by no line of the client that obeys it`]),
  ];
}

function notYetPlace(id: string): string {
  return `${DATA_FOLDER}/not-yet.txt: [${id}]`;
}
