// Claims about what a port's text loses before it is linked: its constants' names, and what hangs on a false one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withWhatIsKnown } from "../known.ts";

const CASES: readonly (readonly [claim: string, text: string, known: string])[] = [
  ["a constant stands where its name stood", "var LONG_MS = 5;f(LONG_MS, 2 * LONG_MS);", "f(5, 2 * 5);"],
  ["a negative one keeps to itself", "var NONE = -1;x = y -NONE;", "x = y -(-1);"],
  ["a text too, quotes and all", "var FILE = 'a';f(FILE);", "f('a');"],
  ["one inside a function too", "function f() {var N_MAX = 3;return N_MAX;}", "function f() {return 3;}"],
  ["a property of the name stays", "var AT = 1;a.AT = b[AT];", "a.AT = b[1];"],
  ["what is worked out is no constant", "var AT = f();g(AT);", "var AT = f();g(AT);"],
  ["a small name is no constant", "var at = 1;g(at);", "var at = 1;g(at);"],
  ["what hangs on a false one is left out", "var HAS_A = false;if (HAS_A) f();", ";"],
  ["also with more beside it", "var HAS_A = false;if (HAS_A && b) f(); else g();", "g();"],
  ["what hangs on a true one stays alone", "var HAS_A = true;if (HAS_A) f(); else g();", "f();"],
  ["the rest of a condition stays", "var HAS_A = true;if (HAS_A && b) f();", "if (true && b) f();"],
  ["either of two", "var HAS_A = true;x = HAS_A || b ? c : d;", "x = c;"],
  [
    "what might have done something stays",
    "var HAS_A = false;if (b() && HAS_A) f();",
    "if (b() && false) f();",
  ],
];

for (const [claim, text, known] of CASES) {
  test(claim, () => assert.equal(withWhatIsKnown(text), known));
}

test("a constant of two values is refused", () => {
  assert.throws(
    () => withWhatIsKnown("var A_MS = 1; function f() { var A_MS = 2; }"),
    /A_MS is declared twice/,
  );
});
