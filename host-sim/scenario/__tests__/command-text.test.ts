// Claims about the texts of commands: the firmware obeys each, and they repeat late.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { COMMAND_TEXTS, commandText } from "../command-text.ts";

describe("the texts of commands", () => {
  const texts = Array.from({ length: COMMAND_TEXTS }, (_, number) => commandText(number));

  it("are told apart by their numbers, thousands of them", () => {
    assert.ok(COMMAND_TEXTS >= 4096);
    assert.equal(new Set(texts).size, COMMAND_TEXTS);
    assert.equal(commandText(COMMAND_TEXTS), commandText(0));
  });

  it("all switch one of the four outputs on", () => {
    for (const text of texts) assert.match(text, /^output[ \t][0-3][ \t]on$/i);
  });
});
