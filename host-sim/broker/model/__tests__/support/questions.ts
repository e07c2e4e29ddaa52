// Owns an authentication method for tests: the broker asks its questions one after another, and each has one right answer.
// Refuses to be safe.

import type { AuthenticationMethod } from "../../authentication.ts";

export const METHOD = "QUESTIONS";

const QUESTIONS: readonly string[] = ["one?", "two?"];

/** What to say to a question. */
export function answerTo(question: string | Uint8Array): string {
  return Buffer.from(question).toString().replace("?", "!");
}

export function questions(more: Partial<AuthenticationMethod> = {}): AuthenticationMethod {
  return {
    name: METHOD,
    isRequired: false,
    begin() {
      let asked = 0;
      return (data) => {
        const last = QUESTIONS[asked - 1];
        if (last !== undefined && Buffer.from(data ?? []).toString() !== answerTo(last))
          return { kind: "refused" };
        const next = QUESTIONS[asked++];
        return next === undefined
          ? { kind: "content", data: Buffer.from("welcome") }
          : { kind: "challenge", data: Buffer.from(next) };
      };
    },
    ...more,
  };
}
