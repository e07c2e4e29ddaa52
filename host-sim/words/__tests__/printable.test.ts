// Claims about what of a stranger's text reaches a terminal.
import assert from "node:assert/strict";
import { test } from "node:test";
import { printable } from "../printable.ts";

test("control characters are shown and not obeyed, those of eight bits too", () => {
  assert.equal(printable("a\x1b[2J\r\n\x9b1m\x7f\0"), "a\\x1b[2J\\x0d\\x0a\\x9b1m\\x7f\\x00");
});

test("all other text stays as it is", () => {
  assert.equal(printable("21.5 °C, ünï \\x1b"), "21.5 °C, ünï \\x1b");
});
