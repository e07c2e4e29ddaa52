// Owns how kinds of happenings are asked for: `packet,link`. Refuses to know what is done with them.

import { InvalidArgumentError } from "commander";
import { HAPPENING_KINDS, type HappeningKind, isHappeningKind } from "../../trace/vocabulary.ts";
import { didYouMean } from "../../words/nearest.ts";

export function kindsArgument(text: string): ReadonlySet<HappeningKind> {
  const kinds = new Set<HappeningKind>();
  for (const word of text.split(",")) {
    if (!isHappeningKind(word)) {
      const hint = didYouMean(word, HAPPENING_KINDS);
      throw new InvalidArgumentError(
        `Nothing is called "${word}"${hint}. Kinds: ${HAPPENING_KINDS.join(", ")}.`,
      );
    }
    kinds.add(word);
  }
  return kinds;
}
