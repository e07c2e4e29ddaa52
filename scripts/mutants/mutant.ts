// Owns what a mutant is: edits to a copy of the client's source, and the promises that they should break. Refuses to know
// which mutants there are, and how they are built and played.

import type { Emphasis } from "../../host-sim/scenario/explore/draw-world.ts";

/** `find` stands exactly once in the file, after the edits before this one. */
export interface Edit {
  /** From the root of the checkout, in `assembly/` or `firmware/`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly name: string;
  /** What it does wrong, in a sentence. */
  readonly breaks: string;
  readonly edits: readonly Edit[];
  /** Promises that should catch it. It survives if none of them does, whatever else breaks. */
  readonly expects: readonly string[];
  readonly focus?: Focus;
}

/** Worlds in which a fault shows that hardly ever shows in others. */
export interface Focus extends Emphasis {
  readonly name: string;
  /** How long readings are taken, where that is not long enough elsewhere. */
  readonly forMs?: number;
}

/** A change that no promise may mind, without which a fault in some mutant would hardly ever show. */
export interface Control {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly focus?: Focus;
}

/** The source has changed under an edit. */
export class EditMissed extends Error {
  override readonly name = "EditMissed";
}

/** The files that these edits change, with their new text. Throws `EditMissed`. */
export function edited(edits: readonly Edit[], read: (file: string) => string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const edit of edits) texts.set(edit.file, editedText(texts.get(edit.file) ?? read(edit.file), edit));
  return texts;
}

function editedText(text: string, { file, find, replace }: Edit): string {
  const found = text.split(find).length - 1;
  if (found !== 1) throw new EditMissed(`${file} has ${found} times, not once: ${find}`);
  // a function, because `$` in a text to put in means something
  return text.replace(find, () => replace);
}
