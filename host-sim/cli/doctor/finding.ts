// What doctor says about one thing: whether it is there, what it is for, how to get it. Knows nothing of any of them.

export interface Finding {
  readonly name: string;
  /** `stale`: it is there, but not what it should be. */
  readonly state: "found" | "missing" | "stale";
  /** Where it was found, its version, or what is wrong with it. */
  readonly detail: string;
  readonly purpose: string;
  readonly howToGet: string;
  /** Whether `npm test` fails without it. */
  readonly needed: boolean;
}
