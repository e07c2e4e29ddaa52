// Owns how mutants are hunted: each is built, played through the same seeds, and judged. Refuses to know how it is built and
// played, and who is told.

import type { Control, Edit, Mutant } from "./mutant.ts";
import type { Player } from "./player.ts";
import type { Breach } from "./trial.ts";

export interface Verdict {
  readonly name: string;
  /** What is wrong with it; null for a control, which must break nothing. */
  readonly breaks: string | null;
  readonly expects: readonly string[];
  readonly seeds: number;
  /** Seeds in which a promise that should catch it did; of a control, in which any was broken. */
  readonly caught: number;
  /** In how many seeds each promise was broken, the most frequent first. */
  readonly by: readonly { readonly promise: string; readonly seeds: number }[];
  /** Where it was caught first. */
  readonly first: { readonly seed: number; readonly breach: Breach } | null;
  /** Of a mutant, that it was caught; of a control, that it was not. */
  readonly isAsItShould: boolean;
}

export interface Hunt {
  readonly seeds: readonly number[];
  /** A mutant that was caught in so many seeds is hunted no more. */
  readonly enough: number;
  readonly build: (edits: readonly Edit[]) => Promise<WebAssembly.Module>;
  /** As many as work at the same time. */
  readonly players: readonly Player[];
  readonly onVerdict: (verdict: Verdict) => void;
}

/**
 * The controls that these mutants are built on, where they are hunted. The unmutated client is one for all. `controls` come in the
 * order in which one is built on another.
 */
export function controlsOf(mutants: readonly Mutant[], controls: readonly Control[]): readonly Control[] {
  const isUnder = (mutant: Mutant, { edits }: Control): boolean =>
    edits.every((edit) => mutant.edits.includes(edit));
  const needed = controls.filter((control) => mutants.some((mutant) => isUnder(mutant, control)));
  const focused = new Map<string, Control>();
  for (const mutant of mutants) {
    const { focus } = mutant;
    const base = needed.filter((control) => isUnder(mutant, control)).at(-1);
    if (focus === undefined || base === undefined) continue;
    const name = `${base.name}, ${focus.name}`;
    focused.set(name, { ...base, name, focus });
  }
  return [...needed, ...focused.values()];
}

/** Controls come first. Rejects when one of them all cannot be built. */
export async function hunt(
  controls: readonly Control[],
  mutants: readonly Mutant[],
  { seeds, enough, build, players, onVerdict }: Hunt,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  const subjects = [...controls, ...mutants].values();

  async function play(
    subject: Control | Mutant,
    player: Player,
  ): Promise<ReadonlyMap<number, readonly Breach[]>> {
    const image = await build(subject.edits);
    const found = new Map<number, readonly Breach[]>();
    let caught = 0;
    for (const seed of seeds) {
      const breaches = await player.play({ image, seed, focus: subject.focus ?? null });
      found.set(seed, breaches);
      if (breaches.some((breach) => counts(subject, breach))) caught += 1;
      if ("expects" in subject && caught >= enough) break;
    }
    return found;
  }

  async function work(player: Player): Promise<void> {
    for (const subject of subjects) {
      const verdict = judge(subject, await play(subject, player));
      verdicts.push(verdict);
      onVerdict(verdict);
    }
  }

  await Promise.all(players.map(work));
  return verdicts;
}

/** `found` has the breaches of every seed that was played. */
export function judge(subject: Control | Mutant, found: ReadonlyMap<number, readonly Breach[]>): Verdict {
  const mutant = "expects" in subject ? subject : null;
  const isCatch = (breach: Breach): boolean => counts(subject, breach);
  const caught = [...found].filter(([, breaches]) => breaches.some(isCatch));
  const [seed, breaches] = caught[0] ?? [];
  const breach = breaches?.find(isCatch);
  return {
    name: subject.name,
    breaks: mutant?.breaks ?? null,
    expects: mutant?.expects ?? [],
    seeds: found.size,
    caught: caught.length,
    by: countByPromise([...found.values()].flat()),
    first: seed === undefined || breach === undefined ? null : { seed, breach },
    isAsItShould: (mutant === null) === (caught.length === 0),
  };
}

/** Of a control every breach does. */
function counts(subject: Control | Mutant, { promise }: Breach): boolean {
  return !("expects" in subject) || subject.expects.includes(promise);
}

function countByPromise(breaches: readonly Breach[]): Verdict["by"] {
  const seedsOf = new Map<string, number>();
  for (const { promise } of breaches) seedsOf.set(promise, (seedsOf.get(promise) ?? 0) + 1);
  return [...seedsOf]
    .map(([promise, seeds]) => ({ promise, seeds }))
    .sort((a, b) => b.seeds - a.seeds || a.promise.localeCompare(b.promise, "en"));
}
