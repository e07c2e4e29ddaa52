// Claims about the promises on coming back: how long a device waits before it dials, and how long an attempt may take.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PacketType } from "../packet-type.ts";
import { Story } from "./support/story.ts";

const { Pingreq, Pingresp } = PacketType;

describe("the back-off", () => {
  const attempt = (story: Story, waitMs: number): Story => story.close().wait(waitMs).open();
  /** Waits of this share of the ceiling, each after an attempt that failed. */
  const attempts = (
    shareOf: (index: number) => number,
    ceilingMs = (n: number) => Math.min(1000 * 2 ** n, 120_000),
  ) => {
    const story = new Story().powerOn().open();
    for (let n = 0; n < 40; n += 1) attempt(story, shareOf(n) * ceilingMs(Math.min(n, 16)));
    return story;
  };

  it("is kept by waits all over a growing ceiling, up to the highest", () => {
    const { broken, checked } = attempts((n) => ((n * 7) % 10) / 10).judged();
    assert.deepEqual(broken, []);
    assert.equal(checked("back-off"), 42, "the first attempt, 40 waits, and all of them together");
  });

  it("is kept by a timer that is as late as timers may be there, and by none that is later", () => {
    const late = (waitMs: number) => attempt(new Story({ lateMs: 2000 }).powerOn().open(), waitMs).judged();
    assert.deepEqual(late(2900).broken, []);
    assert.deepEqual(late(3100).broken, ["back-off"]);
  });

  it("is broken by one wait above its ceiling, which doubles with every attempt", () => {
    assert.deepEqual(attempt(new Story().powerOn().open(), 1100).judged().broken, ["back-off"]);
    const second = attempt(attempt(new Story().powerOn().open(), 900), 1900);
    assert.deepEqual(second.judged().broken, []);
  });

  it("is broken by a wait that does not end, unless the device was told to leave", () => {
    const stuck = new Story().powerOn().open().close().wait(1200);
    assert.deepEqual(stuck.judged().broken, ["back-off"]);
    const leaving = new Story().powerOn().open().tell({ kind: "goodbye" }).close().wait(1200);
    assert.deepEqual(leaving.judged().broken, []);
  });

  it("is broken by a few waits that are all at their ceiling", () => {
    const waits = (count: number): Story => {
      const story = new Story().powerOn().open();
      for (let n = 0; n < count; n += 1) attempt(story, 1000 * 2 ** n);
      return story;
    };
    assert.deepEqual(waits(4).judged().broken, []);
    assert.deepEqual(waits(5).judged().broken, ["back-off"]);
  });

  it("is broken by waits without jitter, and by a ceiling that does not grow", () => {
    assert.deepEqual(attempts(() => 0.99).judged().broken, ["back-off"]);
    assert.deepEqual(
      attempts(
        (n) => ((n * 7) % 10) / 10,
        () => 1000,
      ).judged().broken,
      ["back-off"],
    );
  });

  it("is broken by a ceiling that stays after progress, and the status alone is none", () => {
    const failed = (): Story => attempt(attempt(attempt(new Story().powerOn().open(), 500), 1500), 3500);
    const progress = failed().accept("fresh").birth().whole(1);
    assert.deepEqual(attempt(progress, 1100).judged().broken, ["back-off"]);
    assert.deepEqual(attempt(failed().accept("fresh").birth(), 7900).judged().broken, []);
  });

  it("takes a connection that outlasted the longest wait for progress", () => {
    const story = attempt(attempt(new Story().powerOn().open(), 500), 1500).accept("fresh").birth();
    for (let minute = 0; minute < 3; minute += 1) story.wait(59_000).out(Pingreq).in(Pingresp);
    assert.deepEqual(attempt(story, 1100).judged().broken, ["back-off"]);
  });

  it("does not count what follows at once, or another life's attempts", () => {
    const cleared = new Story().powerOn().open().close("sessionCleared", "client").open();
    assert.equal(cleared.judged().checked("back-off"), 1);
    const reborn = attempt(new Story().powerOn().open(), 500).powerOff().powerOn().open();
    assert.deepEqual(attempt(reborn, 1500).judged().broken, ["back-off"]);
  });

  it("is broken by a device that is switched on and does not dial, unless its power goes at once", () => {
    assert.deepEqual(new Story().powerOn().wait(100).open().judged().broken, ["back-off"]);
    assert.deepEqual(new Story().powerOn().wait(100).judged().broken, ["back-off"]);
    assert.deepEqual(new Story().powerOn().wait(20).powerOff().wait(9000).judged().broken, []);
  });

  const slept = (story: Story, forMs: number): Story => story.powerOff("sleep").wait(forMs).powerOn("sleep");
  const woken = (): Story => slept(new Story().start(), 60_000).close("restored", "link");

  it("is broken by a device that wakes and waits, or believes in the connection that it had", () => {
    assert.deepEqual(woken().open().judged().broken, []);
    assert.deepEqual(woken().wait(100).open().judged().broken, ["back-off"]);
    const believing = slept(new Story().start(), 60_000).wait(10_000).close("peerSilent", "client");
    assert.deepEqual(believing.wait(300).open().judged().broken, ["back-off"]);
    assert.deepEqual(woken().wait(9000).powerOff().judged().broken, ["back-off"]);
  });

  it("counts a sleep as waiting: what is left of the wait goes on, by a clock that is a little wrong", () => {
    const waiting = (): Story => attempt(attempt(new Story().powerOn().open(), 900), 1900).close();
    const left = (sleepMs: number, restMs: number) =>
      slept(waiting(), sleepMs).wait(restMs).open().judged().broken;
    assert.deepEqual(left(1000, 3000), []);
    assert.deepEqual(left(1000, 3200), ["back-off"], "4 s were the most");
    assert.deepEqual(left(4000, 100), [], "the oscillator was 3 % slow");
    assert.deepEqual(left(9000, 100), ["back-off"]);
  });

  it("takes no wait that a sleep has cut short for one that was drawn", () => {
    const story = new Story().powerOn().open();
    for (let n = 0; n < 40; n += 1) slept(story.close(), 200_000).open();
    assert.deepEqual(story.judged().broken, []);
  });
});

describe("connecting", () => {
  it("is broken by an attempt that neither succeeds nor ends within its time-out", () => {
    assert.deepEqual(new Story().powerOn().open().wait(30_000).close().judged().broken, []);
    assert.deepEqual(new Story().powerOn().open().wait(31_000).close().judged().broken, ["connecting-ends"]);
    assert.deepEqual(new Story().powerOn().open().wait(31_000).accept("fresh").judged().broken, [
      "connecting-ends",
    ]);
    assert.deepEqual(new Story().powerOn().open().wait(31_000).judged().broken, ["connecting-ends"]);
  });

  it("gives a connection that discards an old session two more steps", () => {
    const discarding = (forMs: number): Story =>
      new Story().powerOn().open().in(PacketType.Connack).wait(forMs).close("sessionCleared", "client");
    assert.deepEqual(discarding(63_000).judged().broken, []);
    assert.deepEqual(discarding(64_000).judged().broken, ["connecting-ends"]);
  });

  it("is not asked of a device that is off, or leaves", () => {
    assert.deepEqual(new Story().powerOn().open().powerOff().wait(90_000).judged().broken, []);
    assert.deepEqual(new Story().powerOn().open().tell({ kind: "goodbye" }).wait(90_000).judged().broken, []);
  });
});
