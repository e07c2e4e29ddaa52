// Claims about the promises on packets: each is broken by what it forbids, and by nothing else.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PacketType } from "../packet-type.ts";
import { Story } from "./support/story.ts";

const { Publish, Puback, Pubrec, Pubrel, Pubcomp, Subscribe, Suback, Disconnect, Connect } = PacketType;

/** A session at QoS 1 or 2 with two readings in flight, ids 2 and 3, that breaks off. */
function brokenOff(qos: 1 | 2, meanwhile: (story: Story) => Story = (story) => story): Story {
  const story = new Story({ qos }).start().take(1).send().arrive(1).take(2).send().arrive(2);
  return meanwhile(story).close().wait(500);
}

function resume(story: Story): Story {
  return story.open().accept("resumed");
}

function again(story: Story, packetId: number, changes: object = {}): Story {
  return story.out(Publish, { qos: story.facts.qos, packetId, isDup: true, ...changes });
}

describe("packet ids", () => {
  it("are kept by a resumed session that sends again what it owes, in order and with DUP", () => {
    const story = again(again(resume(brokenOff(1)), 2), 3).birth();
    const { broken, whats } = story.acknowledge(2).end(1).acknowledge(3).end(2).whole(3).judged();
    assert.deepEqual([broken, whats], [[], []]);
  });

  it("are broken by 0, or none at all", () => {
    assert.deepEqual(new Story().start().send({ packetId: 0 }).judged().broken, ["packet-ids"]);
    assert.deepEqual(new Story().start().out(Subscribe).judged().broken, ["packet-ids"]);
  });

  it("are broken by one that is reused in flight, whatever packet takes it", () => {
    const second = new Story().start().take(1).send().take(2).send({ packetId: 2 });
    assert.deepEqual(second.judged({ waiting: [2] }).broken, ["packet-ids"]);
    const request = new Story().start().take(1).send().out(Subscribe, { packetId: 2 });
    assert.deepEqual(request.judged({ waiting: [1] }).broken, ["packet-ids"]);
    const publish = new Story().start().out(Subscribe, { packetId: 7 }).take(1).send({ packetId: 7 });
    assert.deepEqual(publish.judged({ waiting: [1] }).broken, ["packet-ids"]);
  });

  it("may be taken again after the final acknowledgement", () => {
    const story = new Story().start().whole(1).take(2).send({ packetId: 2 }).arrive(2).acknowledge(2).end(2);
    story.out(Subscribe, { packetId: 2 }).in(Suback, { packetId: 2 }).send({ packetId: 2 });
    assert.deepEqual(story.judged().broken, []);
  });

  it("are not free after PUBREC, nor after an acknowledgement of another kind", () => {
    for (const type of [Pubrec, Puback]) {
      const story = new Story({ qos: 2 }).start().take(1).send().arrive(1).in(type, { packetId: 2 });
      assert.deepEqual(
        story
          .take(2)
          .send({ packetId: 2 })
          .judged({ waiting: [2] }).broken,
        ["packet-ids"],
      );
    }
  });

  it("are broken by one more in flight than the window, not by as many", () => {
    const full = new Story({ window: 3 }).start().send().send().send();
    assert.deepEqual(full.judged().broken, []);
    assert.deepEqual(full.send().judged().broken, ["packet-ids"]);
  });

  it("count in the window until PUBCOMP, not until PUBREC", () => {
    const story = new Story({ qos: 2, window: 1 }).start().take(1).send().in(Pubrec, { packetId: 2 });
    assert.deepEqual(
      story
        .out(Pubrel, { packetId: 2 })
        .send()
        .judged({ waiting: [1] }).broken,
      ["packet-ids"],
    );
  });

  it("are broken by DUP at first sending, at QoS 0 too, and by its absence at a second", () => {
    assert.deepEqual(new Story().start().send({ isDup: true }).judged().broken, ["packet-ids"]);
    assert.deepEqual(new Story({ qos: 0 }).start().send({ isDup: true }).judged().broken, ["packet-ids"]);
    const status = { qos: 1, packetId: 1, isRetain: true, isStatus: true } as const;
    const story = new Story().powerOn().open().accept("fresh").out(Publish, status).close().wait(500);
    assert.deepEqual(resume(story).out(Publish, status).judged().broken, ["packet-ids"]);
  });

  it("are broken by a repetition on the same connection, or in a session that is not resumed", () => {
    const same = again(new Story().start().take(1).send(), 2);
    assert.deepEqual(same.judged({ waiting: [1] }).broken, ["packet-ids"]);
    const lost = again(brokenOff(1).open().accept("lost"), 2);
    assert.deepEqual(lost.judged({ waiting: [2] }).broken, ["packet-ids"]);
  });

  it("are broken by a wrong order after a resumption, and by anything new in between", () => {
    const wrong = again(again(resume(brokenOff(1)), 3), 2);
    assert.deepEqual(wrong.judged({ waiting: [2] }).broken, ["packet-ids"]);
    const early = again(again(resume(brokenOff(1)), 2).birth(), 3);
    assert.deepEqual(early.judged({ waiting: [2] }).broken, ["packet-ids"]);
  });

  it("want PUBRELs before PUBLISHes after a resumption, in the order of their PUBRECs", () => {
    const received = (story: Story): Story => story.in(Pubrec, { packetId: 3 }).out(Pubrel, { packetId: 3 });
    const both = (story: Story): Story =>
      received(story).in(Pubrec, { packetId: 2 }).out(Pubrel, { packetId: 2 });
    const right = again(resume(brokenOff(2, received)).out(Pubrel, { packetId: 3 }), 2);
    assert.deepEqual(right.judged({ waiting: [2] }).broken, []);
    const late = again(resume(brokenOff(2, received)), 2).out(Pubrel, { packetId: 3 });
    assert.deepEqual(late.judged({ waiting: [2] }).broken, ["packet-ids"]);
    const inOrder = resume(brokenOff(2, both)).out(Pubrel, { packetId: 3 }).out(Pubrel, { packetId: 2 });
    assert.deepEqual(inOrder.judged({ waiting: [2] }).broken, []);
    const swapped = resume(brokenOff(2, both)).out(Pubrel, { packetId: 2 }).out(Pubrel, { packetId: 3 });
    assert.deepEqual(swapped.judged({ waiting: [2] }).broken, ["packet-ids"]);
  });

  it("are broken by a PUBLISH after its PUBREL, and by a PUBREL without a PUBREC", () => {
    const released = (story: Story): Story => story.in(Pubrec, { packetId: 2 }).out(Pubrel, { packetId: 2 });
    const back = again(again(resume(brokenOff(2, released)), 2), 3);
    assert.deepEqual(back.judged({ waiting: [2] }).broken, ["packet-ids"]);
    const early = new Story({ qos: 2 }).start().take(1).send().out(Pubrel, { packetId: 2 });
    assert.deepEqual(early.judged({ waiting: [1] }).broken, ["packet-ids"]);
  });

  it("allow sending again what was acknowledged in bytes that a sleep kept from being read, and only that", () => {
    const asleep = (story: Story): Story =>
      story.in(Puback, { packetId: 2 }).powerOff("sleep").powerOn("sleep").close("restored");
    const story = again(again(resume(asleep(new Story().start().take(1).send().take(2).send())), 2), 3);
    assert.deepEqual(story.judged({ waiting: [2] }).broken, []);
    const told = asleep(new Story().start().take(1).send().arrive(1).acknowledge().end(1));
    assert.deepEqual(again(resume(told), 2).judged().broken, ["packet-ids"]);
  });
});

describe("acknowledgements in order", () => {
  const received = (story: Story): Story =>
    story
      .in(Publish, { qos: 1, packetId: 1 })
      .in(Publish, { qos: 2, packetId: 2 })
      .in(Pubrel, { packetId: 9 });

  it("are kept by one of the right kind for each, in their order, also of what came with the CONNACK", () => {
    const story = received(new Story().start()).out(Puback, { packetId: 1 }).out(Pubrec, { packetId: 2 });
    story.out(Pubcomp, { packetId: 9 }).close().wait(500).open();
    story.in(PacketType.Connack, { isSessionPresent: true }).in(Publish, { qos: 1, packetId: 4 });
    story
      .tell({ kind: "session", what: "resumed" })
      .tell({ kind: "connected", session: "resumed", version: 4 });
    assert.deepEqual(story.out(Puback, { packetId: 4 }).birth().judged().broken, []);
    assert.equal(story.judged().checked("acks-in-order"), 4);
  });

  it("are broken by another order, another kind, or nothing to acknowledge", () => {
    const other = received(new Story().start()).out(Pubrec, { packetId: 2 });
    assert.deepEqual(other.judged().broken, ["acks-in-order"]);
    const kind = received(new Story().start()).out(Pubrec, { packetId: 1 });
    assert.deepEqual(kind.judged().broken, ["acks-in-order"]);
    assert.deepEqual(new Story().start().out(Puback, { packetId: 1 }).judged().broken, ["acks-in-order"]);
  });

  it("are broken by one that is forgotten while other packets go out, not by one that nothing could follow", () => {
    const forgotten = received(new Story().start()).wait(1500);
    assert.deepEqual(forgotten.judged().broken, []);
    assert.deepEqual(forgotten.whole(1).judged().broken, ["acks-in-order"]);
  });

  /** Without room for message 1: it and what comes behind it are left out, for as long as the connection lasts. */
  const draining = (): Story =>
    new Story()
      .start()
      .in(Publish, { qos: 2, packetId: 1 })
      .in(Publish, { qos: 1, packetId: 2 })
      .in(Pubrel, { packetId: 3 })
      .in(Publish, { qos: 1, packetId: 4 })
      .in(Pubrel, { packetId: 5 })
      .out(Pubcomp, { packetId: 3 });

  it("may be late behind one that a full transport held up, and not behind one that has left for long", () => {
    const heldUp = (): Story => received(new Story().start()).wait(30_000).out(Puback, { packetId: 1 });
    assert.deepEqual(heldUp().whole(1).out(Pubrec, { packetId: 2 }).judged().broken, []);
    assert.deepEqual(heldUp().wait(1500).whole(1).judged().broken, ["acks-in-order"]);
  });

  it("may leave out QoS 2 messages without room, and what came behind them", () => {
    assert.deepEqual(draining().out(Pubcomp, { packetId: 5 }).judged().broken, []);
  });

  it("may be missing behind a QoS 2 message without room while exchanges end, not while others begin", () => {
    const story = new Story({ qos: 2 }).start().take(1).send().in(Publish, { qos: 2, packetId: 1 });
    story.wait(1500).in(Pubrec, { packetId: story.packetId }).out(Pubrel, { packetId: story.packetId });
    assert.deepEqual(story.out(PacketType.Pingreq).judged({ waiting: [1] }).broken, []);
    const { broken } = story
      .take(2)
      .send()
      .judged({ waiting: [2] });
    assert.deepEqual(broken, ["acks-in-order"]);
  });

  it("are broken by one of what comes behind a message that was left out, and by releases out of order", () => {
    assert.deepEqual(draining().out(Puback, { packetId: 4 }).judged().broken, ["acks-in-order"]);
    const later = draining().in(Publish, { qos: 2, packetId: 6 }).out(Pubcomp, { packetId: 5 });
    assert.deepEqual(later.out(Pubrec, { packetId: 6 }).judged().broken, ["acks-in-order"]);
    const swapped = draining().in(Pubrel, { packetId: 7 }).out(Pubcomp, { packetId: 7 });
    assert.deepEqual(swapped.judged().broken, ["acks-in-order"]);
    const again = draining().close().wait(500).connect("resumed").in(Publish, { qos: 1, packetId: 4 });
    assert.deepEqual(again.out(Puback, { packetId: 4 }).judged().broken, []);
  });

  it("are owed no more on the next connection", () => {
    const story = received(new Story().start()).close().wait(500);
    assert.deepEqual(story.connect("resumed").wait(2000).whole(1).judged().broken, []);
  });
});

it("legal bytes are broken by what the strict broker finds, with the statement's id", () => {
  const story = new Story()
    .start()
    .tell({ kind: "illegal", statement: "MQTT3-2.3.1-1", what: "no packet id" });
  const { broken, whats } = story.judged();
  assert.deepEqual([broken, whats], [["legal-bytes"], ["no packet id [MQTT3-2.3.1-1]"]]);
});

describe("CONNECT first", () => {
  it("is broken by a packet before CONNACK, and by one after a refusal", () => {
    const early = new Story().powerOn().open().out(PacketType.Pingreq);
    assert.deepEqual(early.judged().broken, ["connect-comes-first"]);
    const refused = new Story().powerOn().open().in(PacketType.Connack, { code: 3 }).out(PacketType.Pingreq);
    assert.deepEqual(refused.judged().broken, ["connect-comes-first"]);
  });

  it("is broken by a second CONNECT, by what follows DISCONNECT, and by an old connection's packet", () => {
    assert.deepEqual(new Story().start().out(Connect, { code: 0x2c }).judged().broken, [
      "connect-comes-first",
    ]);
    const after = new Story().start().tell({ kind: "goodbye" }).birth("offline").out(Disconnect);
    assert.deepEqual(after.out(PacketType.Pingreq).judged().broken, ["connect-comes-first"]);
    const old = new Story()
      .start()
      .close()
      .wait(500)
      .connect("resumed")
      .out(PacketType.Pingreq, { connection: 1 });
    assert.deepEqual(old.judged().broken, ["connect-comes-first"]);
  });
});

it("one connection is broken by a second beside it, not by one after a close or a power cut", () => {
  const second = new Story().start().tell({ kind: "opening" });
  assert.deepEqual(second.judged().broken, ["one-connection"]);
  const story = new Story().start().close().wait(500).connect("resumed").powerOff().wait(500).start();
  assert.deepEqual(story.judged().broken, []);
});

describe("the will", () => {
  it("is broken by a later CONNECT without it", () => {
    const story = new Story()
      .start()
      .close()
      .wait(500)
      .tell({ kind: "opening" })
      .out(Connect, { connection: 2 });
    assert.deepEqual(story.judged().broken, ["will-always-set"]);
  });

  it("is not wanted where an old session is only discarded, nor judged where flags are not told", () => {
    const discarding = new Story()
      .powerOn()
      .tell({ kind: "opening" })
      .out(Connect, { connection: 1, code: 0x02 });
    assert.deepEqual(discarding.judged().broken, []);
    const untold = new Story().powerOn().tell({ kind: "opening" }).out(Connect, { connection: 1 });
    assert.equal(untold.judged().checked("will-always-set"), 0);
  });
});

describe("the birth", () => {
  it("is broken by a new message before it, on a resumed connection too", () => {
    assert.deepEqual(new Story().powerOn().open().accept("fresh").whole(1).judged().broken, [
      "birth-every-time",
    ]);
    const resumed = resume(new Story().start().close().wait(500)).whole(1);
    assert.deepEqual(resumed.judged().broken, ["birth-every-time"]);
  });

  it("is kept behind what is sent again, or as new after a lost session, but not behind more than a window", () => {
    const story = again(again(resume(brokenOff(1)), 2), 3).birth();
    assert.deepEqual(story.judged({ waiting: [2] }).broken, []);
    const lost = (messages: number): Story => {
      const after = new Story({ window: 2 }).start().close().wait(500).open().accept("lost");
      for (let seq = 1; seq <= messages; seq += 1) after.whole(seq);
      return after.birth();
    };
    assert.deepEqual(lost(2).judged().broken, []);
    assert.deepEqual(lost(3).judged().broken, ["birth-every-time"]);
  });

  it("is broken by a long connection without it, which a gateway excuses", () => {
    const long = (isGateway: boolean): Story => {
      const story = new Story({ isGateway }).powerOn().open().accept("fresh");
      story.tell({ kind: "seen", level: "status", payload: "online", isRetained: false });
      for (let minute = 0; minute < 16; minute += 1) {
        story.wait(59_000).out(PacketType.Pingreq).in(PacketType.Pingresp);
      }
      return story.close();
    };
    assert.deepEqual(long(false).judged().broken, ["birth-every-time"]);
    assert.deepEqual(long(true).judged().excused, ["birth-every-time: gateway"]);
  });
});

describe("the goodbye", () => {
  it("is broken by DISCONNECT before the status was acknowledged, and by one that nobody asked for", () => {
    const hasty = new Story().start().tell({ kind: "goodbye" }).out(Disconnect);
    assert.deepEqual(hasty.judged().broken, ["goodbye-tells-first"]);
    const unacked = new Story().start().tell({ kind: "goodbye" });
    unacked.send({ isRetain: true }).out(Disconnect);
    assert.deepEqual(unacked.judged().broken, ["goodbye-tells-first"]);
    assert.deepEqual(new Story().start().out(Disconnect).judged().broken, ["goodbye-tells-first"]);
  });

  it("is kept by a close without DISCONNECT, and by one that discards an old session", () => {
    assert.deepEqual(
      new Story().start().tell({ kind: "goodbye" }).close("goodbye", "client").judged().broken,
      [],
    );
    const discarding = new Story()
      .powerOn()
      .open()
      .in(PacketType.Connack)
      .out(Disconnect)
      .close("sessionCleared");
    assert.deepEqual(discarding.connect("cleared").judged().broken, []);
  });
});
