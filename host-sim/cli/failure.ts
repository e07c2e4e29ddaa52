// How a command ends when it does not end well: what went wrong, who can mend it, and the exit code that says so.

export const EXIT = { done: 0, broken: 1, usage: 2, missing: 3 } as const;
export type FailureKind = "broken" | "usage" | "missing";

/** An expected end. `remedy` is the second line: what is accepted, or how to get what is missing. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly kind: FailureKind;
  readonly remedy: string | undefined;

  constructor(kind: FailureKind, message: string, remedy?: string) {
    super(message);
    this.kind = kind;
    this.remedy = remedy;
  }
}

/** The caller's to mend: wrong usage, file or setting. Nothing was done. `accepted` says what would have been right. */
export function usageFailure(message: string, accepted: string): Failure {
  return new Failure("usage", message, accepted);
}

/** Something outside is not there or never answered. `howToGet` says how it gets there. */
export function missingFailure(message: string, howToGet: string): Failure {
  return new Failure("missing", message, howToGet);
}

/** A promise was broken, or a check failed. */
export function brokenFailure(message: string): Failure {
  return new Failure("broken", message);
}

export interface FailureReport {
  readonly exitCode: number;
  readonly text: string;
}

/** The lines for stderr. Only what nobody expected shows its stack: that one is ours to mend. */
export function reportOf(error: unknown): FailureReport {
  if (error instanceof Failure) {
    const remedy = error.remedy === undefined ? "" : `\n${error.remedy}`;
    return { exitCode: EXIT[error.kind], text: `motekit: ${error.message}${remedy}\n` };
  }
  const stack = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  return { exitCode: EXIT.broken, text: `${stack}\nmotekit: this is a bug in motekit; please report it\n` };
}
