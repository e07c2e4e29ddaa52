// Claims about topics as text; the matches are the examples of MQTT 3.1.1, section 4.7.
import assert from "node:assert/strict";
import { it } from "node:test";
import { matches, topicFilterProblem, topicNameProblem } from "../topics.ts";

for (const [filter, topic, expected] of [
  ["sport/tennis/player1/#", "sport/tennis/player1", true],
  ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true],
  ["sport/#", "sport", true],
  ["sport/#", "sports", false],
  ["#", "a/b/c", true],
  ["sport/tennis/+", "sport/tennis/player1", true],
  ["sport/tennis/+", "sport/tennis/player1/ranking", false],
  ["sport/+", "sport", false],
  ["sport/+", "sport/", true],
  ["+/+", "/finance", true],
  ["/+", "/finance", true],
  ["+", "/finance", false],
  ["#", "$SYS/uptime", false],
  ["+/monitor", "$SYS/monitor", false],
  ["$SYS/#", "$SYS/uptime", true],
  ["a/b", "a", false],
  ["a", "a/b", false],
  ["a/b", "a/b", true],
] as const) {
  it(`${filter} ${expected ? "matches" : "does not match"} ${topic}`, () =>
    assert.equal(matches(filter, topic), expected));
}

for (const filter of ["#", "+", "a/+/b", "+/a/#", "/", "$SYS/#"]) {
  it(`${filter} is a filter`, () => assert.equal(topicFilterProblem(filter), undefined));
}

for (const filter of ["", "a#", "#/a", "a/+b", "a\0"]) {
  it(`"${filter}" is no filter`, () => assert.equal(typeof topicFilterProblem(filter), "string"));
}

it("a name has no wildcards, is not empty, and fits two bytes of length", () => {
  for (const name of ["a/+", "#", "", "a\0b", "ü".repeat(32_768)])
    assert.equal(typeof topicNameProblem(name), "string");
  for (const name of ["a", "/", "ü".repeat(32_767)]) assert.equal(topicNameProblem(name), undefined);
});
