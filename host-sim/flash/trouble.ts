// How a board's flashing ends when it does not end well: what is wrong and who can mend it. Knows no command, no port.

/** `usage`: the caller's to mend, and nothing was done. `missing`: outside, never answered. `broken`: a check failed. */
export type TroubleKind = "usage" | "missing" | "broken";

/** `remedy` is what to try, or what is accepted. Neither ever holds a setting. */
export class Trouble extends Error {
  override readonly name = "Trouble";
  readonly kind: TroubleKind;
  readonly remedy: string;

  constructor(kind: TroubleKind, message: string, remedy: string) {
    super(message);
    this.kind = kind;
    this.remedy = remedy;
  }
}
