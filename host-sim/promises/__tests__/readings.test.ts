// Claims about the promises on readings: each is broken by what it forbids, excused by what it cannot claim, and by nothing else.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PacketType } from "../packet-type.ts";
import { Story } from "./support/story.ts";

/** Through a connection that breaks off and is resumed, in which the reading is sent again. */
function resumed(story: Story): Story {
  const packetId = story.packetId;
  return story
    .close()
    .wait(500)
    .open()
    .accept("resumed")
    .out(PacketType.Publish, { qos: story.facts.qos, packetId, isDup: true })
    .birth();
}

for (const qos of [0, 1, 2] as const) {
  it(`a run at QoS ${qos} in which all goes well breaks nothing, excuses nothing and is checked`, () => {
    const sentence = new Story({ qos }).start().whole(1).wait(500).whole(2).leave().judged();
    assert.deepEqual([sentence.broken, sentence.excused, sentence.whats], [[], [], []]);
    const own = ["qos0-at-most-once", "qos1-at-least-once", "qos2-exactly-once"][qos] ?? "";
    assert.equal(sentence.checked(own), 2);
    assert.equal(sentence.checked("in-order"), 2);
    assert.ok(sentence.checked("ends-once") >= 2);
  });
}

describe("QoS 0 at most once", () => {
  it("is broken by a second arrival, also of one that is not the newest", () => {
    const story = new Story({ qos: 0 }).start().whole(1).whole(2).arrive(1);
    assert.deepEqual(story.judged().broken, ["qos0-at-most-once"]);
  });

  it("is kept by one that never arrives", () => {
    const story = new Story({ qos: 0 }).start().take(1).send().end(1).whole(2).leave();
    assert.deepEqual(story.judged().broken, []);
  });
});

describe("QoS 1 at least once", () => {
  it("is broken by one that ended as published and never arrived, at the time when it was taken", () => {
    const story = new Story().start().whole(1).wait(70).take(2).send().acknowledge().end(2);
    const { broken, atMs } = story.judged();
    assert.deepEqual([broken, atMs], [["qos1-at-least-once"], [70]]);
  });

  it("is kept by one that arrives twice, and by one that arrives after its acknowledgement", () => {
    const twice = resumed(new Story().start().take(1).send().arrive(1)).arrive(1).acknowledge(2).end(1);
    assert.deepEqual(twice.judged().broken, []);
    const late = new Story().start().take(1).send().acknowledge().end(1).wait(50).arrive(1);
    assert.deepEqual(late.judged().broken, []);
  });

  it("is kept by one that was refused, or dropped unsent", () => {
    const story = new Story().start().take(1, "outboxFull").take(2).end(2, "overflow").whole(3);
    const { broken, excused } = story.judged();
    assert.deepEqual([broken, excused], [[], []]);
  });

  it("is broken by one that a forgotten session was allowed to lose", () => {
    const story = new Story()
      .start()
      .take(1)
      .send()
      .close()
      .wait(500)
      .open()
      .accept("lost")
      .end(1, "sessionLost");
    assert.deepEqual(story.judged().broken, ["qos1-at-least-once"]);
  });

  it("cannot be claimed for what had not ended when the power failed, but for what had", () => {
    const open = new Story().start().take(1).powerOff();
    assert.deepEqual(open.judged().excused, ["qos1-at-least-once: power-cut", "ends-once: power-cut"]);
    const published = new Story().start().take(1).send().acknowledge().end(1).powerOff();
    assert.deepEqual(published.judged().broken, ["qos1-at-least-once"]);
  });

  it("is not a power cut's excuse when the device only slept", () => {
    const story = new Story().start().take(1).powerOff("sleep");
    assert.deepEqual(story.judged({ waiting: [1] }).excused, [
      "qos1-at-least-once: end-of-run",
      "queues-drain: end-of-run",
    ]);
  });

  it("over a gateway cannot be claimed for the newest alone", () => {
    const sent = (seq: number, story: Story) => story.take(seq).send().acknowledge().end(seq).wait(10);
    const newest = sent(2, new Story({ isGateway: true }).start().whole(1).wait(10));
    assert.deepEqual(newest.judged().excused, ["qos1-at-least-once: gateway"]);
    const passed = sent(1, new Story({ isGateway: true }).start()).whole(2);
    assert.deepEqual(passed.judged().broken, ["qos1-at-least-once"]);
  });
});

describe("QoS 2 exactly once", () => {
  it("is broken by a second arrival, before the end and after it", () => {
    const before = resumed(new Story({ qos: 2 }).start().take(1).send().arrive(1))
      .arrive(1)
      .acknowledge(2)
      .end(1);
    assert.deepEqual(before.judged().broken, ["qos2-exactly-once"]);
    assert.deepEqual(new Story({ qos: 2 }).start().whole(1).arrive(1).judged().broken, ["qos2-exactly-once"]);
  });

  it("is broken by one that ended as published and never arrived", () => {
    const story = new Story({ qos: 2 }).start().take(1).send().acknowledge().end(1);
    assert.deepEqual(story.judged().broken, ["qos2-exactly-once"]);
  });

  it("is kept by one that a forgotten session lost, with a word", () => {
    for (const end of ["sessionLost", "outcomeUnknown"] as const) {
      const story = new Story({ qos: 2 })
        .start()
        .take(1)
        .send()
        .close()
        .wait(500)
        .open()
        .accept("lost")
        .end(1, end);
      assert.deepEqual(story.judged().broken, []);
    }
  });

  const again = (facts: object, forget: (story: Story) => Story): Story =>
    resumed(forget(new Story({ qos: 2, ...facts }).start().wait(10).take(1).send().arrive(1)))
      .arrive(1)
      .acknowledge(2)
      .end(1);
  const forgotten = (story: Story): Story =>
    story.wait(10).tell({ kind: "broker", isUp: true, hasForgotten: true });
  const unanswered = (story: Story): Story => story.close().wait(500).open().close().wait(500);

  it("cannot be claimed where MQTT 3.1 hides that the broker forgot", () => {
    assert.deepEqual(again({ protocol: "3.1" }, forgotten).judged().excused, [
      "qos2-exactly-once: session-forgotten",
    ]);
    assert.deepEqual(again({ protocol: "3.1" }, (story) => story).judged().broken, ["qos2-exactly-once"]);
  });

  it("cannot be claimed where a lost CONNACK hides it, and needs both", () => {
    const both = again({}, (story) => unanswered(forgotten(story)));
    assert.deepEqual(both.judged().excused, ["qos2-exactly-once: session-forgotten"]);
    assert.deepEqual(again({}, forgotten).judged().broken, ["qos2-exactly-once"]);
    assert.deepEqual(again({}, unanswered).judged().broken, ["qos2-exactly-once"]);
  });

  it("is not excused by what was forgotten before the reading was taken", () => {
    const story = new Story({ qos: 2, protocol: "3.1" }).start();
    const early = resumed(forgotten(story).wait(10).take(1).send().arrive(1)).arrive(1).acknowledge(2).end(1);
    assert.deepEqual(early.judged().broken, ["qos2-exactly-once"]);
  });

  it("cannot be claimed for one that ends as published in a session that was forgotten unnoticed", () => {
    const story = forgotten(new Story({ qos: 2, protocol: "3.1" }).start().wait(10).take(1).send());
    assert.deepEqual(story.acknowledge().end(1).judged().excused, ["qos2-exactly-once: session-forgotten"]);
  });
});

describe("readings arrive intact", () => {
  const seen = (payload: string): Story =>
    new Story()
      .start()
      .take(1)
      .send()
      .tell({ kind: "seen", level: "reading", payload, isRetained: false })
      .acknowledge();

  it("is broken by another value, another form, and a number that was never taken", () => {
    for (const payload of [
      '{"seq":1,"celsius":21.01}',
      '{"seq":1,"celsius":null}',
      '{"seq":1,"celsius":21.00} ',
    ]) {
      assert.deepEqual(seen(payload).end(1).judged().broken, ["readings-arrive-intact"]);
    }
    const unknown = new Story().start().whole(1).arrive(2);
    assert.deepEqual(unknown.judged().broken, ["readings-arrive-intact"]);
  });

  it("is kept by values as the firmware rounds them", () => {
    const roundings = [
      [21_995, "22.00"],
      [-4, "0.00"],
      [-5, "-0.01"],
      [-12_344, "-12.34"],
      [null, "null"],
    ] as const;
    for (const [thousandths, celsius] of roundings) {
      const story = new Story().start().tell({ kind: "reading", seq: 1, thousandths, refusal: null }).send();
      story.tell({
        kind: "seen",
        level: "reading",
        payload: `{"seq":1,"celsius":${celsius}}`,
        isRetained: false,
      });
      assert.deepEqual(story.acknowledge().end(1).judged().broken, []);
    }
  });
});

describe("in order", () => {
  it("is broken by a first arrival after that of a later reading", () => {
    const both = new Story().start().take(1).send().take(2).send().arrive(2).arrive(1);
    assert.deepEqual(both.acknowledge(2).end(1).acknowledge(3).end(2).judged().broken, ["in-order"]);
  });

  it("is not judged by what came again because the broker's refusal was never heard, and only then", () => {
    const late = (fault: string) =>
      resumed(new Story().tell({ kind: "fault", fault }).start().take(1).send().take(2).send().arrive(2))
        .arrive(1)
        .judged();
    assert.ok(late("reject=5000ms@0ms").excused.includes("in-order: rejected-unheard"));
    assert.ok(!late("reject=5000ms@0ms").broken.includes("in-order"));
    assert.ok(late("fragments=5000ms@0ms").broken.includes("in-order"));
  });

  it("is kept by a repeated arrival, a gap, and another life", () => {
    const repeated = resumed(new Story().start().whole(1).take(2).send().arrive(2).wait(1))
      .arrive(2)
      .acknowledge(3);
    assert.deepEqual(repeated.end(2).judged().broken, []);
    const gap = new Story().start().take(1).end(1, "overflow").whole(2).take(3, "outboxFull").whole(4);
    assert.deepEqual(gap.judged().broken, []);
    const life = new Story().start().whole(1).whole(2).powerOff().wait(500).start().whole(1);
    assert.deepEqual(life.judged().broken, []);
  });
});

describe("ends once", () => {
  it("is broken by a second end, and by the end of one that was refused", () => {
    const twice = new Story().start().whole(1).whole(2).in(PacketType.Puback, { packetId: 3 }).end(1);
    assert.deepEqual(twice.judged().broken, ["ends-once"]);
    assert.deepEqual(new Story().start().take(1, "outboxFull").end(1, "overflow").judged().broken, [
      "ends-once",
    ]);
  });

  it("is broken by `published` without a final acknowledgement of that QoS", () => {
    assert.deepEqual(new Story().start().take(1).send().arrive(1).end(1).judged().broken, ["ends-once"]);
    const atPubrec = new Story({ qos: 2 }).start().take(1).send().arrive(1);
    atPubrec.in(PacketType.Pubrec, { packetId: 2 }).end(1);
    assert.deepEqual(atPubrec.judged().broken, ["ends-once"]);
    const atPuback = new Story({ qos: 2 }).start().take(1).send().arrive(1);
    atPuback.in(PacketType.Puback, { packetId: 2 }).end(1);
    assert.deepEqual(atPuback.judged().broken, ["ends-once"]);
    const asQos1 = new Story({ qos: 2 }).start().take(1).send({ qos: 1 }).arrive(1);
    assert.deepEqual(asQos1.in(PacketType.Puback, { packetId: 2 }).end(1).judged().broken, ["ends-once"]);
    const forAnother = new Story()
      .start()
      .take(1)
      .send()
      .arrive(1)
      .in(PacketType.Puback, { packetId: 9 })
      .end(1);
    assert.deepEqual(forAnother.judged().broken, ["ends-once"]);
  });

  it("is broken by a status that nothing acknowledged, and by one that was not sent retained", () => {
    const unacked = new Story().start().tell({ kind: "status", status: "online" });
    assert.deepEqual(unacked.judged().broken, ["ends-once"]);
    const fleeting = new Story().start().send().acknowledge().tell({ kind: "status", status: "online" });
    assert.deepEqual(fleeting.judged().broken, ["ends-once"]);
  });

  it("is broken by an end that this QoS cannot have", () => {
    const story = new Story({ qos: 0 }).start().take(1).send().arrive(1).end(1, "published");
    assert.deepEqual(story.judged().broken, ["ends-once"]);
    const above = new Story().start().take(1).send().arrive(1).end(1, "handedOver");
    assert.deepEqual(above.judged().broken, ["ends-once"]);
  });

  it("is broken by `handedOver` for what was never sent", () => {
    assert.deepEqual(new Story({ qos: 0 }).start().take(1).end(1).judged().broken, ["ends-once"]);
  });

  it("is broken by one that was dropped unsent and arrives, before or after", () => {
    const after = new Story().start().take(1).end(1, "overflow").arrive(1);
    assert.deepEqual(after.judged().broken, ["ends-once"]);
    const before = new Story().start().take(1).send().arrive(1).end(1, "overflow");
    assert.deepEqual(before.judged().broken, ["ends-once"]);
  });

  it("is broken by a lost session that was not lost", () => {
    const story = new Story({ qos: 2 }).start().take(1).send().close().wait(500).open().accept("resumed");
    assert.deepEqual(story.end(1, "outcomeUnknown").judged().broken, ["ends-once"]);
  });

  it("is broken by one that neither waits nor was ended, once for each", () => {
    const story = new Story().start().take(1).send().arrive(1).take(2).send().arrive(2);
    const { broken, whats } = story.judged({ waiting: [1] });
    assert.deepEqual(
      broken.filter((name) => name !== "queues-drain"),
      ["ends-once"],
    );
    assert.equal(whats.length, 1);
  });

  it("cannot be claimed for what waited when the power failed, for each of them, and not when it slept", () => {
    const cut = new Story().start().take(1).send().arrive(1).take(2).send().arrive(2);
    const ends = cut.powerOff().wait(500).start().judged().excused;
    assert.deepEqual(ends, ["ends-once: power-cut", "ends-once: power-cut"]);
    const slept = new Story().start().take(1).send().arrive(1).powerOff("sleep").powerOn("sleep");
    assert.deepEqual(slept.judged({ waiting: [0] }).broken, ["ends-once"]);
  });

  it("is kept across a sleep between an acknowledgement and its meaning", () => {
    const story = new Story().start().take(1).send().arrive(1).acknowledge().powerOff("sleep");
    assert.deepEqual(story.powerOn("sleep").end(1).judged().broken, []);
  });
});
