// Claims about the promises on time within a connection: when a link is called dead, how often a device speaks, and when it takes
// its readings. How it comes back is for back-off.test.ts.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PacketType } from "../packet-type.ts";
import { samplesOnTime } from "../samples-on-time.ts";
import { Story } from "./support/story.ts";

const { Pingreq, Pingresp } = PacketType;

/** The keep-alive is 60 s, so the deadline is 10 to 30 s. */
function silent(afterMs: number, story = new Story().start()): Story {
  return story
    .wait(59_000)
    .out(Pingreq)
    .wait(afterMs - 59_000)
    .close("peerSilent", "client");
}

describe("a dead link noticed", () => {
  it("is broken by a close later than keep-alive and deadline after the last byte", () => {
    assert.deepEqual(silent(90_000).judged().broken, []);
    assert.equal(silent(90_000).judged().checked("dead-link-noticed"), 1);
    assert.deepEqual(silent(92_000).judged().broken, ["dead-link-noticed"]);
  });

  it("is broken by a connection that is never closed, or on which a byte comes after all", () => {
    const open = new Story().start().wait(59_000).out(Pingreq).wait(40_000);
    assert.deepEqual(open.judged().broken, ["dead-link-noticed"]);
    const late = new Story().start().wait(59_000).out(Pingreq).wait(40_000).in(Pingresp).out(Pingreq);
    assert.deepEqual(late.judged().broken, ["dead-link-noticed"]);
  });

  it("gives half of a long keep-alive for the answer", () => {
    const story = (afterMs: number): Story => {
      const start = new Story({ keepAliveSeconds: 600 }).start();
      return start
        .wait(599_000)
        .out(Pingreq)
        .wait(afterMs - 599_000)
        .close("peerSilent", "client");
    };
    assert.deepEqual(story(899_000).judged().broken, []);
    assert.deepEqual(story(903_000).judged().broken, ["dead-link-noticed"]);
  });

  it("gives a PINGREQ its deadline from when a full transport lets it go, which is in time itself", () => {
    const heldUp = (askedMs: number, answerMs: number, bytes = 600): Story => {
      const full = new Story({ qos: 0 }).start().send({ bytes });
      return full.wait(askedMs).out(Pingreq).wait(answerMs).close("peerSilent", "client");
    };
    assert.deepEqual(heldUp(75_000, 30_000).judged().broken, []);
    assert.deepEqual(heldUp(75_000, 32_000).judged().broken, ["dead-link-noticed"]);
    assert.deepEqual(heldUp(92_000, 11_000).judged().broken, ["dead-link-noticed"]);
    const roomy = heldUp(75_000, 30_000, 400).judged().broken;
    assert.deepEqual(roomy, ["dead-link-noticed", "keep-alive-kept"], "nothing held it up");
  });

  it("counts the deadline of the first PINGREQ that is not answered, however long others are held up", () => {
    const asked = new Story({ qos: 0 }).start().send({ bytes: 600 }).wait(59_000).out(Pingreq);
    const again = asked.wait(26_000).out(Pingreq).wait(15_000).close("peerSilent", "client");
    assert.deepEqual(again.judged().broken, ["dead-link-noticed"]);
  });

  it("is not asked of a device that says goodbye, or is off", () => {
    const leaving = new Story().start().tell({ kind: "goodbye" }).wait(120_000).close("goodbye", "client");
    assert.deepEqual(leaving.judged().broken, []);
    const off = new Story()
      .start()
      .tell({ kind: "seen", level: "status", payload: "offline", isRetained: false });
    assert.deepEqual(off.powerOff().wait(120_000).judged().broken, []);
  });

  it("cannot be claimed while the broker sends in pieces, but for what came long after", () => {
    const fault = { kind: "fault", fault: "fragments=5000ms@0ms" } as const;
    assert.deepEqual(silent(92_000, new Story().start().tell(fault)).judged().excused, [
      "dead-link-noticed: fragments",
    ]);
    const later = new Story().tell(fault).wait(100_000).start();
    assert.deepEqual(silent(92_000, later).judged().broken, ["dead-link-noticed"]);
  });
});

describe("no false alarm", () => {
  it("is broken by a close before the shortest deadline of an unanswered ping", () => {
    assert.deepEqual(silent(69_000).judged().broken, []);
    assert.deepEqual(silent(68_000).judged().broken, ["no-false-alarm"]);
  });

  it("counts from the first ping without an answer, and from the last byte", () => {
    const heard = new Story().start().wait(59_000).out(Pingreq).wait(8000).in(PacketType.Publish).wait(8000);
    assert.deepEqual(heard.close("peerSilent", "client").judged().broken, ["no-false-alarm"]);
    const twice = new Story({ keepAliveSeconds: 10 }).start().wait(9000).out(Pingreq).wait(9000).out(Pingreq);
    assert.deepEqual(twice.wait(1500).close("peerSilent", "client").judged().broken, []);
  });

  it("is broken by a close although the ping was answered, until another was due and its time over", () => {
    const answered = (thenMs: number): Story => {
      const story = new Story().start().wait(59_000).out(Pingreq).wait(50).in(Pingresp).wait(thenMs);
      return story.close("peerSilent", "client");
    };
    assert.deepEqual(answered(10_000).judged().broken, ["no-false-alarm"]);
    assert.deepEqual(answered(20_000).judged().broken, []);
  });

  it("takes the deadline that was set", () => {
    const pace = { ...new Story().facts.pace, pingDeadlineMs: 20_000 };
    assert.deepEqual(silent(75_000, new Story({ pace }).start()).judged().broken, ["no-false-alarm"]);
  });

  it("says nothing of connections that end otherwise", () => {
    assert.equal(new Story().start().close("server", "server").judged().checked("no-false-alarm"), 0);
  });
});

describe("the keep-alive kept", () => {
  it("is broken by a longer gap between two packets, and by one before a close", () => {
    const gap = new Story().start().wait(62_000).out(Pingreq).in(Pingresp);
    assert.deepEqual(gap.judged().broken, ["keep-alive-kept"]);
    const closed = new Story().start().wait(80_000).close("server", "server");
    assert.deepEqual(closed.judged().broken, ["keep-alive-kept"]);
    assert.deepEqual(new Story().start().wait(60_000).out(Pingreq).in(Pingresp).judged().broken, []);
  });

  it("counts from the CONNACK, however long that took", () => {
    const slow = new Story({ keepAliveSeconds: 10 }).powerOn().open().wait(25_000).accept("fresh").birth();
    assert.deepEqual(slow.judged().broken, []);
  });

  it("is not asked of a transport that holds up readings at QoS 0, unless they left", () => {
    const heldUp = new Story({ qos: 0 }).start().take(1).wait(62_000).out(Pingreq).in(Pingresp);
    assert.deepEqual(heldUp.judged({ waiting: [1] }).broken, []);
    const left = new Story({ qos: 0 }).start().take(1).send().end(1).wait(62_000).out(Pingreq).in(Pingresp);
    assert.deepEqual(left.judged().broken, ["keep-alive-kept"]);
  });

  it("is not asked of a transport that may be full, nor of a broker that does not read", () => {
    const full = new Story().start().out(PacketType.Puback, { bytes: 600 }).wait(62_000).close();
    assert.ok(!full.judged().broken.includes("keep-alive-kept"));
    const throttled = new Story().start().tell({ kind: "fault", fault: "throttle=9000ms@0ms" }).wait(62_000);
    assert.deepEqual(throttled.out(Pingreq).in(Pingresp).judged().broken, []);
  });
});

describe("a second device", () => {
  const kicked = (times: number, by: "server" | "link" = "server"): Story => {
    const story = new Story().start();
    for (let n = 1; n < times; n += 1) story.close(by, by).wait(400).connect("resumed");
    return story.close(by, by);
  };

  it("may be suspected after several closes by the broker", () => {
    assert.deepEqual(kicked(5).tell({ kind: "secondDevice" }).judged().broken, []);
  });

  it("is suspected too early after two, after closes by the link, and after progress", () => {
    const early = ["second-device-is-true"];
    assert.deepEqual(kicked(2).tell({ kind: "secondDevice" }).judged().broken, early);
    assert.deepEqual(kicked(5, "link").tell({ kind: "secondDevice" }).judged().broken, early);
    const progress = kicked(4).wait(400).connect("resumed").whole(1).close("server", "server");
    assert.deepEqual(progress.tell({ kind: "secondDevice" }).judged().broken, early);
    const again = kicked(5).tell({ kind: "secondDevice" }).tell({ kind: "secondDevice" });
    assert.deepEqual(again.judged().broken, early);
  });

  it("is not suspected for CONNECTs that were never accepted", () => {
    const story = new Story().powerOn();
    for (let n = 0; n < 5; n += 1) story.open().close("server", "server").wait(400);
    assert.deepEqual(story.tell({ kind: "secondDevice" }).judged().broken, ["second-device-is-true"]);
  });
});

describe("samples on time", () => {
  const everyMs = 60_000;
  const taken = (timesMs: readonly number[], story = new Story({ everyMs }).powerOn()): Story => {
    let nowMs = 0;
    for (const [index, atMs] of timesMs.entries()) {
      story.wait(atMs - nowMs).take(index + 1);
      nowMs = atMs;
    }
    return story;
  };
  const judged = (story: Story) => story.judged({}, [samplesOnTime]).broken;

  it("is kept on the grid, by one late reading, and by clocks that go a little wrong", () => {
    assert.deepEqual(judged(taken([0, 60_000, 125_000, 180_000, 240_000])), []);
    assert.deepEqual(judged(taken(Array.from({ length: 300 }, (_, n) => n * everyMs * 1.0001))), []);
  });

  it("is broken by a late reading that shifts the next, and by an interval that is a fiftieth too long", () => {
    assert.deepEqual(judged(taken([0, 60_000, 125_000, 185_000])), ["samples-on-time"]);
    assert.deepEqual(judged(taken(Array.from({ length: 20 }, (_, n) => n * everyMs * 1.02))), [
      "samples-on-time",
    ]);
  });

  it("is broken by a device that does other things and takes no reading", () => {
    const story = taken([0]).wait(122_000).out(Pingreq).wait(2000).out(Pingreq);
    assert.deepEqual(judged(story), ["samples-on-time"]);
  });

  it("is not broken when all stood still, nor by a device that sleeps or samples no more", () => {
    assert.deepEqual(judged(taken([0]).wait(300_000).out(Pingreq).take(2).wait(60_000).take(3)), []);
    const asleep = taken([0])
      .powerOff("sleep")
      .wait(300_000)
      .powerOn("sleep")
      .wait(17_000)
      .take(2)
      .wait(60_000);
    assert.deepEqual(judged(asleep.take(3).wait(60_000).take(4)), []);
    const over = taken([0])
      .tell({ kind: "samplingEnded" })
      .wait(300_000)
      .out(Pingreq)
      .wait(9000)
      .out(Pingreq);
    assert.deepEqual(judged(over), []);
  });

  it("is not asked of a device that was given another interval", () => {
    const story = taken([0]).tell({ kind: "message", topic: "motekit/one/command", payload: "INTERVAL 7" });
    assert.deepEqual(judged(story.wait(7000).take(2).wait(7000).take(3)), []);
  });
});
