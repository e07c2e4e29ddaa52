// Owns the shape every check has. Knows no check by name, and nothing of what any of them looks at.

/**
 * One claim about the repository that a machine can settle.
 *
 * `run` resolves to the problems it found, each a line (or a block of lines) for a person to act on; an empty
 * list is a pass. It rejects only when it could not look at all.
 */
export interface Check {
  readonly name: string;
  run(): Promise<readonly string[]>;
}
