// Owns until when faults of one kind last, from what they are called. Refuses to know what they do.

import type { OfKind } from "./promise.ts";

export interface FaultSpan {
  see(happening: OfKind<"fault">): void;
  /** Whether one lasted at that moment or later; what it began may take a while to end. */
  lastedSince(atMs: number): boolean;
}

/** What was under way when a fault ended. An estimate. */
const AFTERMATH_MS = 60_000;

export function faultSpan(kind: string): FaultSpan {
  const form = new RegExp(`^${kind}=(\\d+)ms@`);
  let untilMs = -1;
  return {
    see({ atMs, fault }) {
      const durationMs = form.exec(fault)?.[1];
      if (durationMs !== undefined) untilMs = Math.max(untilMs, atMs + Number(durationMs) + AFTERMATH_MS);
    },
    lastedSince: (atMs) => untilMs >= atMs,
  };
}
