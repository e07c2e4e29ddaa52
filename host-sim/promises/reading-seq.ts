// Owns the number of the reading that a happening shows. Refuses to know what else is in a payload.

import { seqIn } from "../trace/seq.ts";
import type { OfKind } from "./promise.ts";

/** Null for whatever is no reading. */
export function seqSeen({ level, payload }: OfKind<"seen">): number | null {
  return level === "reading" ? seqIn(payload) : null;
}
