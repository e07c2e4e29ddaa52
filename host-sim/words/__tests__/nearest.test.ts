// Claims about suggestions: a slip is recognised, another word is not.
import assert from "node:assert/strict";
import { it } from "node:test";
import { nearestName } from "../nearest.ts";

const known = ["doctor", "size", "replay", "--retain", "esp32-c3", "esp32-s3"];

for (const [typed, meant] of [
  ["docter", "doctor"],
  ["doctr", "doctor"],
  ["doctorr", "doctor"],
  ["odctor", "doctor"],
  ["DOCTOR", "doctor"],
  ["szie", "size"],
  ["--reatin", "--retain"],
  ["esp32-c4", "esp32-c3"],
  ["esp32s3", "esp32-s3"],
  ["publish", undefined],
  ["", undefined],
] as const) {
  it(`"${typed}" ${meant === undefined ? "is near nothing" : `is near ${meant}`}`, () => {
    assert.equal(nearestName(typed, known), meant);
  });
}

it("two neighbours swapped are one slip, not two", () => {
  assert.equal(nearestName("ab", ["ba"]), undefined);
  assert.equal(nearestName("izs", ["zis"]), "zis");
});

it("where nothing is known nothing is near", () => assert.equal(nearestName("a", []), undefined));
