// Claims about all promises together: their names, their report, and what the guide says of them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { packageRoot } from "../../package/package-root.ts";
import { createPromises, PROMISE_NAMES, PROMISES } from "../all.ts";
import { EXCUSES, isExcuseFor } from "../excuses.ts";
import type { KeptPromise } from "../promise.ts";
import { Story } from "./support/story.ts";

const END = { atMs: 1000, memoryGrowthBytes: 0, waiting: [] };

function guideRows(heading: string): readonly string[] {
  const guide = readFileSync(join(packageRoot(), "docs/promises.md"), "utf8");
  const section = guide.split("\n## ").find((part) => part.startsWith(heading)) ?? "";
  return section.split("\n").filter((line) => line.startsWith("| `"));
}

describe("the promises", () => {
  it("have a name of their own each, and a claim that is a sentence", () => {
    assert.equal(new Set(PROMISE_NAMES).size, PROMISES.length);
    for (const { claim } of PROMISES) assert.match(claim, /^[A-Z].*\.$/);
  });

  it("are told by the guide as they are", () => {
    const rows = PROMISES.map(({ name, claim }) => {
      const excuses = EXCUSES.filter(({ id }) => isExcuseFor(id, name)).map(({ id }) => `\`${id}\``);
      return `| \`${name}\` | ${claim} | ${excuses.join(", ")} |`;
    });
    assert.deepEqual(guideRows("The promises"), rows);
  });

  it("are all judged in one device's life", () => {
    const story = new Story({ qos: 2 }).start().command(1, 1).obey(1).whole(1).close().wait(500);
    story.connect("resumed").whole(2).leave();
    const idle = PROMISE_NAMES.filter((name) => story.judged({}, PROMISES).checked(name) === 0);
    assert.deepEqual(idle, [
      "qos0-at-most-once",
      "qos1-at-least-once",
      "acks-in-order",
      "no-false-alarm",
      "version-agreed",
      "asks-for-its-session",
      "expiry-counted-down",
      "second-device-is-true",
    ]);
  });
});

describe("the excuses", () => {
  it("excuse promises that there are, each under a name of its own", () => {
    assert.equal(new Set(EXCUSES.map(({ id }) => id)).size, EXCUSES.length);
    const unknown = EXCUSES.flatMap(({ promises }) =>
      promises.filter((name) => !PROMISE_NAMES.includes(name)),
    );
    assert.deepEqual(unknown, []);
  });

  it("are told by the guide as they are", () => {
    const rows = EXCUSES.map(({ id, what, why }) => `| \`${id}\` | ${what} | ${why} |`);
    assert.deepEqual(guideRows("The excuses"), rows);
  });

  it("are refused to a promise that the table does not name", () => {
    const promise: KeptPromise = {
      name: "legal-bytes",
      claim: "It takes an excuse that is none of its own.",
      observe: (_run, verdicts) => ({ end: () => verdicts.excused("power-cut") }),
    };
    assert.throws(
      () => createPromises(new Story().facts, [promise]).end(END),
      /legal-bytes knows no excuse power-cut/,
    );
  });
});

it("a report counts every breach and tells the first twenty", () => {
  const promise: KeptPromise = {
    name: "one",
    claim: "It is broken by every goodbye.",
    observe: (_run, verdicts) => ({
      goodbye: ({ atMs, device }) => verdicts.broken(atMs, device, "gone"),
      left: () => verdicts.held(),
    }),
  };
  const promises = createPromises(new Story().facts, [promise]);
  for (let atMs = 1; atMs <= 25; atMs += 1) promises.see({ kind: "goodbye", atMs, device: 3, life: 1 });
  promises.see({ kind: "left", atMs: 26, device: 3, life: 1 });
  const [report] = promises.end(END);
  assert.equal(report?.broken.length, 20);
  assert.deepEqual(report?.broken[0], { atMs: 1, device: 3, what: "gone" });
  assert.deepEqual([report?.brokenCount, report?.checked, report?.excused], [25, 26, {}]);
});
