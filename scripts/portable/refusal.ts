// Owns what a refusal is and how one is raised and written. Knows neither the subset's rules nor where files come from.
import type ts from "typescript";
import type { Place } from "./model.ts";

export interface Refusal {
  readonly at: Place;
  readonly what: string;
  /** Why, or what to write instead. */
  readonly instead: string;
}

/** Stops the reading of one statement or declaration. Without a refusal: the reason has been given elsewhere. */
export class Refused extends Error {
  readonly refusal: Refusal | null;

  constructor(refusal: Refusal | null) {
    super(refusal === null ? "already refused" : describeRefusal(refusal));
    this.refusal = refusal;
  }
}

export function placeOf(node: ts.Node, source: ts.SourceFile): Place {
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
  return { file: source.fileName, line: line + 1, column: character + 1 };
}

export function refuse(at: Place, what: string, instead: string): never {
  throw new Refused({ at, what, instead });
}

/** Runs `read`; a refusal in it goes to `refusals`, and the answer is null. */
export function collecting<T>(refusals: Refusal[], read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.refusal !== null) refusals.push(error.refusal);
    return null;
  }
}

export function describeRefusal({ at, what, instead }: Refusal): string {
  return `${at.file}:${at.line}:${at.column}: ${what} — ${instead}`;
}
