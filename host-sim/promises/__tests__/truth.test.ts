// Claims about the promises on what is told: the status, the session, commands, and what is left at the end.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PacketType } from "../packet-type.ts";
import { Story } from "./support/story.ts";

const { Pingreq, Pingresp } = PacketType;
const MINUTE_MS = 60_000;

function status(story: Story, payload: string): Story {
  return story.tell({ kind: "seen", level: "status", payload, isRetained: false });
}

/** The device hears its broker all the while. */
function hearing(story: Story, minutes: number): Story {
  for (let minute = 0; minute < minutes; minute += 1) story.wait(59_000).out(Pingreq).in(Pingresp).wait(1000);
  return story;
}

describe("the status tells the truth", () => {
  it("is kept by a device that comes, is missed, comes back and leaves", () => {
    const story = status(new Story().start().close(), "offline").wait(500).connect("resumed");
    const { broken, excused, checked } = story.leave().judged();
    assert.deepEqual([broken, excused], [[], []]);
    assert.ok(checked("status-tells-truth") >= 3);
  });

  it("is broken by a connected device that is said to be offline for long", () => {
    const story = (minutes: number): Story => hearing(status(new Story().start(), "offline"), minutes);
    assert.deepEqual(story(14).judged().broken, []);
    assert.deepEqual(story(17).judged().broken, ["status-tells-truth"]);
    assert.equal(story(30).judged().whats.length, 1);
  });

  it("is broken by a device that is gone and stays online, after one and a half keep-alives", () => {
    const gone = (seconds: number): Story =>
      new Story()
        .start()
        .powerOff()
        .wait(seconds * 1000);
    assert.deepEqual(gone(185).judged().broken, []);
    assert.deepEqual(gone(195).judged().broken, ["status-tells-truth"]);
    assert.deepEqual(gone(195).start().judged().broken, ["status-tells-truth"]);
    assert.deepEqual(status(gone(195), "offline").judged().broken, ["status-tells-truth"]);
    const leaving = new Story().start().tell({ kind: "goodbye" }).close().wait(195_000);
    assert.deepEqual(leaving.judged().broken, ["status-tells-truth"]);
  });

  it("counts from an `online` that came later than its end", () => {
    const story = status(new Story().start().powerOff().wait(100_000), "online").wait(100_000);
    assert.deepEqual(story.judged().broken, []);
  });

  it("waits for a broker that is away", () => {
    const away = new Story().start().tell({ kind: "broker", isUp: false, hasForgotten: false }).powerOff();
    assert.deepEqual(away.wait(400_000).judged().broken, []);
    const back = away.tell({ kind: "broker", isUp: true, hasForgotten: false });
    assert.deepEqual(back.wait(180_000).judged().broken, []);
    assert.deepEqual(back.wait(20_000).judged().broken, ["status-tells-truth"]);
  });

  it("cannot be claimed of a will that the broker forgot, unless it was told online again", () => {
    const forget = { kind: "broker", isUp: true, hasForgotten: true } as const;
    const story = new Story().start().wait(10).tell(forget).powerOff().wait(300_000);
    assert.deepEqual(story.judged().excused, ["status-tells-truth: broker-forgot-will"]);
    const again = status(new Story().start().wait(10).tell(forget).wait(10), "online")
      .powerOff()
      .wait(300_000);
    assert.deepEqual(again.judged().broken, ["status-tells-truth"]);
  });

  it("is broken by one that has left and is said to be online", () => {
    const story = status(new Story().start().leave(), "online");
    assert.deepEqual(story.judged().broken, ["status-tells-truth"]);
    const behindGateway = status(new Story({ isGateway: true }).start().leave(), "online");
    assert.deepEqual(behindGateway.judged().excused, ["status-tells-truth: gateway"]);
  });

  it("is broken by any other word, but not by one from before the run", () => {
    assert.deepEqual(status(new Story().start(), "sleeping").judged().broken, ["status-tells-truth"]);
    const kept = new Story().powerOn();
    kept.tell({ kind: "seen", level: "status", payload: "sleeping", isRetained: true });
    assert.deepEqual(kept.judged().broken, []);
  });
});

describe("the session's truth", () => {
  it("is broken by a resumed session that the broker has just made, and the reverse", () => {
    const said = (word: "resumed" | "lost", what: "created" | "resumed"): Story => {
      const story = new Story().start().close().wait(500).open().tell({ kind: "session", what });
      return story.in(PacketType.Connack).mean(word).birth();
    };
    assert.deepEqual(said("resumed", "created").judged().broken, ["session-truth"]);
    assert.deepEqual(said("lost", "resumed").judged().broken, ["session-truth"]);
    assert.deepEqual(said("resumed", "resumed").judged().broken, []);
    assert.deepEqual(said("lost", "created").judged().broken, []);
  });

  it("is broken by resuming what an earlier life had, not what a sleep kept", () => {
    const reborn = new Story()
      .start()
      .powerOff()
      .wait(500)
      .powerOn()
      .open()
      .accept("resumed")
      .subscribe()
      .birth();
    assert.deepEqual(reborn.judged().broken, ["session-truth"]);
    const slept = new Story().start().powerOff("sleep").wait(500).powerOn("sleep").close("restored");
    assert.deepEqual(slept.connect("resumed").judged().broken, []);
  });

  it("is broken by a session called fresh in a life that had one", () => {
    assert.deepEqual(new Story().start().close().wait(500).connect("fresh").judged().broken, [
      "session-truth",
    ]);
  });

  const unseen = (facts: object, isAnswered: boolean): Story => {
    const story = new Story(facts).powerOn().open().tell({ kind: "session", what: "created" });
    if (isAnswered) story.in(PacketType.Connack, { code: 3 });
    story.close().wait(500).open().tell({ kind: "session", what: "resumed" }).in(PacketType.Connack);
    return story.mean("fresh").birth();
  };

  it("cannot be claimed where MQTT 3.1 does not say, and only there", () => {
    const assumed = (protocol: "3.1" | "3.1.1"): Story => {
      const story = new Story({ protocol }).start().close().wait(500).open();
      story.tell({ kind: "session", what: "created" }).in(PacketType.Connack);
      return story.mean("resumed").birth();
    };
    assert.deepEqual(assumed("3.1").judged().excused, ["session-truth: no-session-present"]);
    assert.deepEqual(assumed("3.1.1").judged().broken, ["session-truth"]);
    assert.deepEqual(unseen({ protocol: "3.1" }, false).judged().excused, [
      "session-truth: no-session-present",
    ]);
    assert.deepEqual(unseen({ protocol: "3.1" }, true).judged().broken, ["session-truth"]);
    assert.deepEqual(unseen({}, false).judged().broken, ["session-truth"]);
  });

  it("over a gateway compares nothing with the broker", () => {
    assert.deepEqual(unseen({ isGateway: true }, true).judged().excused, ["session-truth: gateway"]);
  });
});

describe("commands", () => {
  it("are delivered once or more at QoS 1, once at QoS 2, once or never at QoS 0", () => {
    const story = new Story().start().command(1, 1).obey(1).obey(1).command(2, 2).obey(2).command(3, 0);
    const { broken, excused } = story.command(4, 0).obey(4).judged();
    assert.deepEqual([broken, excused], [[], []]);
  });

  it("are broken by a second delivery at QoS 2 or 0", () => {
    for (const qos of [0, 2] as const) {
      assert.deepEqual(new Story().start().command(1, qos).obey(1).obey(1).judged().broken, [
        "downlink-delivered",
      ]);
    }
  });

  it("are broken by a wrong order, and by what nobody sent", () => {
    const passed = new Story().start().command(1, 1).command(2, 1).obey(2);
    assert.deepEqual(passed.judged().broken, ["downlink-delivered"]);
    assert.deepEqual(new Story().start().command(1, 1).obey(1).obey(7).judged().broken, [
      "downlink-delivered",
    ]);
    const byHand = new Story().start().obey(7);
    assert.deepEqual(byHand.judged().broken, []);
  });

  it("are broken by one that does not come to a device that hears the broker for long", () => {
    const waiting = (minutes: number): Story => hearing(new Story().start().command(1, 1), minutes);
    assert.deepEqual(waiting(14).judged().excused, ["downlink-delivered: end-of-run"]);
    assert.deepEqual(waiting(17).judged().broken, ["downlink-delivered"]);
    assert.deepEqual(status(waiting(17).close(), "offline").judged().broken, ["downlink-delivered"]);
  });

  it("are broken by a device that has no room time and again, although nothing comes in between", () => {
    const cutFull = (story: Story): Story =>
      story.close("inboundFull", "client").wait(500).connect("resumed");
    const full = (times: number): Story => {
      const story = new Story().start().command(1, 2);
      for (let n = 0; n < times; n += 1) cutFull(story);
      return story;
    };
    assert.deepEqual(full(4).judged().broken, []);
    assert.deepEqual(full(5).judged().broken, ["downlink-delivered"]);
    const slow = new Story().start();
    for (let n = 1; n <= 9; n += 1) cutFull(slow.command(n, 2)).obey(n);
    assert.deepEqual(slow.judged().broken, []);
    assert.deepEqual(
      full(4).tell({ kind: "session", what: "created" }).close("inboundFull").judged().broken,
      [],
    );
  });

  it("cannot be claimed for a session that ended before they came, and only then", () => {
    const ended = new Story().start().command(1, 1).tell({ kind: "session", what: "expired" });
    assert.deepEqual(ended.judged().excused, ["downlink-delivered: session-ended"]);
    const forgotten = new Story()
      .start()
      .command(1, 1)
      .tell({ kind: "broker", isUp: false, hasForgotten: true });
    assert.deepEqual(forgotten.judged().excused, ["downlink-delivered: session-ended"]);
    const reborn = new Story().start().command(1, 1).powerOff().wait(500).start();
    assert.deepEqual(reborn.judged().excused, ["downlink-delivered: session-ended"]);
    const kept = new Story().start().command(1, 1).close().wait(500).connect("resumed").command(2, 1).obey(2);
    assert.deepEqual(kept.judged().broken, ["downlink-delivered"]);
  });

  it("may come again at QoS 2 on a later connection of MQTT 3.1, not on the same", () => {
    const again = (protocol: "3.1" | "3.1.1"): Story => {
      const story = new Story({ protocol }).start().command(1, 2).obey(1).close().wait(500);
      return story.connect("resumed").obey(1);
    };
    assert.deepEqual(again("3.1").judged().excused, ["downlink-delivered: ids-forgotten"]);
    assert.deepEqual(again("3.1.1").judged().broken, ["downlink-delivered"]);
    const same = new Story({ protocol: "3.1" }).start().command(1, 2).obey(1).obey(1);
    assert.deepEqual(same.judged().broken, ["downlink-delivered"]);
  });

  it("over a gateway may wait for a satellite, and come again at QoS 2", () => {
    const story = hearing(new Story({ isGateway: true }).start().command(1, 1), 20);
    assert.deepEqual(story.judged().excused, ["downlink-delivered: gateway"]);
    const again = new Story({ isGateway: true }).start().command(1, 2).obey(1).obey(1);
    assert.deepEqual(again.judged().excused, ["downlink-delivered: gateway"]);
    const passed = new Story({ isGateway: true }).start().command(1, 1).command(2, 1).obey(2);
    assert.deepEqual(passed.judged().broken, ["downlink-delivered"]);
    const reborn = new Story({ isGateway: true }).start().powerOff().wait(500).start().command(1, 1);
    assert.deepEqual(reborn.command(2, 1).obey(2).judged().excused, ["downlink-delivered: gateway"]);
  });
});

describe("commands obeyed", () => {
  const told = (payload: string): Story =>
    new Story().start().tell({ kind: "message", topic: "motekit/one/command", payload });

  it("is broken by a command that switches nothing, another output, or the wrong way", () => {
    assert.deepEqual(told("OUTPUT 2 on").judged().broken, ["commands-obeyed"]);
    for (const output of [
      { output: 1, isOn: true },
      { output: 2, isOn: false },
    ]) {
      const story = new Story().start().tell({ kind: "output", ...output });
      story.tell({ kind: "message", topic: "motekit/one/command", payload: "output 2 ON" });
      assert.deepEqual(story.judged().broken, ["commands-obeyed"]);
    }
  });

  it("is broken by a command that only an earlier one had obeyed", () => {
    const story = new Story().start().command(1, 1).obey(1);
    story.tell({ kind: "message", topic: "motekit/one/command", payload: "output 1 on" });
    assert.deepEqual(story.judged().broken, ["commands-obeyed"]);
  });

  it("is not asked of other words and other topics", () => {
    assert.deepEqual(told("output 9 on").judged().broken, []);
    assert.deepEqual(told("interval 10").judged().broken, []);
    const status = new Story()
      .start()
      .tell({ kind: "message", topic: "motekit/one/status", payload: "output 1 on" });
    assert.deepEqual(status.judged().broken, []);
  });
});

describe("the subscriptions", () => {
  it("are broken by a message before them, in a new session and until they were answered", () => {
    const unasked = new Story()
      .powerOn()
      .open()
      .in(PacketType.Connack)
      .tell({ kind: "connected", session: "fresh", version: 4 });
    assert.deepEqual(unasked.birth().judged().broken, ["subscribes-every-time"]);
    const unanswered = new Story().powerOn().open().in(PacketType.Connack);
    unanswered
      .tell({ kind: "connected", session: "fresh", version: 4 })
      .out(PacketType.Subscribe, { packetId: 9 });
    const again = unanswered.close().wait(500).connect("resumed");
    assert.deepEqual(again.judged().broken, ["subscribes-every-time"]);
  });

  it("are not wanted again in a resumed session, nor while the device leaves", () => {
    assert.deepEqual(new Story().start().close().wait(500).connect("resumed").judged().broken, []);
    const leaving = new Story().powerOn().open().in(PacketType.Connack);
    leaving
      .tell({ kind: "connected", session: "fresh", version: 4 })
      .tell({ kind: "goodbye" })
      .birth("offline");
    assert.deepEqual(leaving.judged().broken, []);
  });
});

describe("queues drain", () => {
  const waiting = (minutes: number, facts = {}): Story => {
    const story = new Story(facts).start().take(1).send().arrive(1).tell({ kind: "samplingEnded" });
    return hearing(story, minutes);
  };

  it("is broken by what still waits after a long connection without trouble", () => {
    assert.deepEqual(waiting(12).judged({ waiting: [1] }).broken, ["queues-drain"]);
    assert.deepEqual(
      waiting(12)
        .leave()
        .judged({ waiting: [1] }).broken,
      ["queues-drain"],
    );
  });

  it("cannot be claimed for a shorter connection, nor over a gateway", () => {
    assert.deepEqual(waiting(11).judged({ waiting: [1] }).excused, ["queues-drain: end-of-run"]);
    assert.deepEqual(waiting(12, { isGateway: true }).judged({ waiting: [1] }).excused, [
      "queues-drain: gateway",
    ]);
  });

  it("counts only the time of connection, after the trouble", () => {
    const before = hearing(new Story().start().take(1).send().arrive(1), 20).tell({ kind: "samplingEnded" });
    assert.deepEqual(before.judged({ waiting: [1] }).excused, ["queues-drain: end-of-run"]);
    const away = status(waiting(6).close(), "offline").wait(30 * MINUTE_MS);
    assert.deepEqual(away.judged({ waiting: [1] }).excused, ["queues-drain: end-of-run"]);
  });

  it("looks at each device", () => {
    const story = hearing(new Story({ devices: 2 }).ofDevice(2).start().tell({ kind: "samplingEnded" }), 12);
    assert.deepEqual(story.take(1).judged({ waiting: [0, 1] }).broken, ["queues-drain"]);
  });
});

it("memory that grew by a byte breaks its promise, and so does one that was written beside", () => {
  assert.deepEqual(new Story().start().judged({ memoryGrowthBytes: 1 }).broken, ["memory-never-grows"]);
  assert.deepEqual(new Story().start().tell({ kind: "overrun" }).judged().broken, ["memory-never-grows"]);
});
