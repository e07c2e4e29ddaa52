// That the firmware's texts read as their comments say, and fit where they are written.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../", import.meta.url);
const source = readFileSync(new URL("words.ts", folder), "utf8");
const DECLARATION = /\/\*\* `([^`]*)` \*\/\nexport const (\w+): usize = memory\.data<u8>\(\[([\d,\s]*)\]\);/g;
const words = [...source.matchAll(DECLARATION)].map(([, comment = "", name = "", bytes = ""]) => ({
  comment,
  name,
  bytes: bytes.split(",").flatMap((byte) => (byte.trim() === "" ? [] : [Number(byte)])),
}));

function bytesOf(name: string): number {
  const word = words.find((each) => each.name === name);
  assert.ok(word, name);
  return word.comment.length;
}

function capacityOf(name: string): number {
  const text = readFileSync(new URL("sensor.ts", folder), "utf8");
  return Number(new RegExp(`export const ${name}: u32 = (\\d+);`).exec(text)?.[1]);
}

test("every text is read by this test", () => {
  assert.equal(words.length, source.match(/export const/g)?.length);
});

for (const { name, comment, bytes } of words) {
  test(`${name} is \`${comment}\` and ends in 0`, () => {
    assert.equal(Buffer.from(bytes).toString("latin1"), `${comment}\0`);
  });
}

test("the longest notice fits its place in the device", () => {
  const faults = ["UNKNOWN_COMMAND", "WRONG_INTERVAL", "WRONG_OUTPUT", "NO_SUCH_OUTPUT", "COMMAND_TOO_LONG"];
  const longestFault = Math.max(...faults.map(bytesOf)) + bytesOf("ACCEPTED");
  const longestCount = "4294967295".length + bytesOf("READINGS_DROPPED");
  const longestReading =
    "4294967295-2147483.65".length +
    bytesOf("READING_SEQ") +
    bytesOf("READING_CELSIUS") +
    bytesOf("READING_END");
  const longest = Math.max(longestFault, longestCount, longestReading);
  assert.ok(longest <= capacityOf("TEXT_BYTES"), `${longest} bytes`);
});

test("the longest topic fits its place in the device", () => {
  const levels = ["STATUS_LEVEL", "READING_LEVEL", "COMMAND_LEVEL", "ERROR_LEVEL"];
  const longest = bytesOf("ROOT_LEVEL") + capacityOf("IDENTITY_BYTES") + Math.max(...levels.map(bytesOf));
  assert.ok(longest <= capacityOf("TOPIC_BYTES"), `${longest} bytes`);
});
