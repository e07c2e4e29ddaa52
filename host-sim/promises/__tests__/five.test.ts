// Claims about the promises that MQTT 5 brings, and about what the others make of it.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PacketType } from "../packet-type.ts";
import { Story } from "./support/story.ts";

const { Connack, Publish, Puback, Pubrec, Pubcomp, Pubrel, Disconnect, Pingreq } = PacketType;

const HOUR_MS = 3_600_000;
const WEEK = "17=604800";
const WILL = 0x2c;
const CLEAN_AND_WILL = 0x2e;
const QUOTA_EXCEEDED = 0x97;
const RETAIN_NOT_SUPPORTED = 0x9a;
const WILL_RETAIN = 0x20;
const FIVE = { protocol: "5" } as const;

/** Opens a connection of MQTT 5; `flags` and `properties` are CONNECT's. */
function open(story: Story, flags = CLEAN_AND_WILL, properties: string | null = WEEK): Story {
  return story.open({ level: 5, code: flags, properties });
}

/** CONNACK with these properties, and what a device then does. */
function accept(story: Story, properties: string | null = null): Story {
  return story
    .tell({ kind: "session", what: "created" })
    .in(Connack, { level: 5, properties })
    .mean("fresh")
    .birth();
}

function started(facts: ConstructorParameters<typeof Story>[0] = {}, connack: string | null = null): Story {
  return accept(open(new Story({ ...FIVE, ...facts }).powerOn()), connack);
}

function brokenBy(story: Story, waiting = 0): readonly string[] {
  return story.judged({ waiting: [waiting] }).broken;
}

describe("the version", () => {
  const asks = (story: Story, level: number): Story =>
    level === 5 ? open(story) : story.open({ level, code: WILL });
  const begun = (): Story => new Story(FIVE).powerOn();

  it("is the one that was settled", () => {
    assert.deepEqual(brokenBy(asks(begun(), 5)), []);
    assert.deepEqual(brokenBy(asks(begun(), 4)), ["version-agreed"]);
    assert.deepEqual(brokenBy(asks(begun(), 3)), ["version-agreed"]);
    assert.deepEqual(brokenBy(asks(new Story().powerOn(), 5)), ["version-agreed"]);
  });

  for (const [what, connack] of [
    ["0x84", { code: 0x84, bytes: 5 }],
    ["3.1.1's four bytes", { code: 1, bytes: 4 }],
  ] as const) {
    const refused = (): Story =>
      asks(begun(), 5)
        .in(Connack, { level: 5, ...connack })
        .close("olderVersion", "client");

    it(`is 3.1.1 after the broker's ${what}, for a day, and 5 after it`, () => {
      assert.deepEqual(brokenBy(asks(refused(), 4)), []);
      assert.deepEqual(brokenBy(asks(refused(), 5)), ["version-agreed"]);
      const isBroken = (hours: number, level: number): boolean =>
        brokenBy(asks(refused().wait(hours * HOUR_MS), level)).includes("version-agreed");
      assert.deepEqual([isBroken(20, 4), isBroken(20, 5)], [false, true]);
      assert.deepEqual([isBroken(26, 4), isBroken(26, 5)], [true, false]);
    });
  }

  it("is not 3.1.1 after another refusal, or a mere close", () => {
    const busy = asks(begun(), 5).in(Connack, { level: 5, code: 0x89, bytes: 5 }).close("refused", "client");
    assert.deepEqual(brokenBy(asks(busy.wait(100), 4)), ["version-agreed"]);
    const closed = asks(begun(), 5).close("server", "server").wait(100);
    assert.deepEqual(brokenBy(asks(closed, 4)), ["version-agreed"]);
  });

  it("is 5 again in another life", () => {
    const refused = asks(begun(), 5).in(Connack, { level: 5, code: 0x84, bytes: 5 }).powerOff().powerOn();
    assert.deepEqual(brokenBy(asks(refused, 4)), ["version-agreed"]);
  });
});

describe("the session that is asked for", () => {
  it("is a new one in a new life, and the old one afterwards", () => {
    assert.deepEqual(brokenBy(started()), []);
    assert.deepEqual(brokenBy(open(new Story(FIVE).powerOn(), WILL)), ["asks-for-its-session"]);
    const again = (flags: number): Story => open(started().close().wait(100), flags);
    assert.deepEqual(brokenBy(again(WILL)), []);
    assert.deepEqual(brokenBy(again(CLEAN_AND_WILL)), ["asks-for-its-session"]);
    assert.deepEqual(brokenBy(open(started().powerOff().powerOn(), WILL)), ["asks-for-its-session"]);
    assert.deepEqual(brokenBy(open(started().powerOff("sleep").powerOn("sleep"), WILL)), []);
  });

  it("is to last as long as was settled", () => {
    assert.deepEqual(brokenBy(open(new Story(FIVE).powerOn(), CLEAN_AND_WILL, null)), [
      "asks-for-its-session",
    ]);
    const short = { ...FIVE, sessionExpirySeconds: 60 };
    assert.deepEqual(brokenBy(open(new Story(short).powerOn(), CLEAN_AND_WILL, "33=4 17=60")), []);
    assert.deepEqual(brokenBy(open(new Story(short).powerOn())), ["asks-for-its-session"]);
  });

  it("has the will from the first CONNECT on, which is no other than the rest", () => {
    assert.deepEqual(brokenBy(open(new Story(FIVE).powerOn(), 0x02)), ["will-always-set"]);
  });

  it("has a will that is retained until the broker has refused that", () => {
    const passing = CLEAN_AND_WILL & ~WILL_RETAIN;
    assert.deepEqual(brokenBy(open(new Story(FIVE).powerOn(), passing)), ["will-always-set"]);
    const refused = (code: number): Story =>
      open(new Story(FIVE).powerOn()).in(Connack, { level: 5, code }).close("refused", "client").wait(60_000);
    assert.ok(!brokenBy(open(refused(RETAIN_NOT_SUPPORTED), passing)).includes("will-always-set"));
    assert.ok(brokenBy(open(refused(0x88), passing)).includes("will-always-set"));
  });
});

describe("a reading that expires", () => {
  const expiring = { readingExpirySeconds: 60, keepAliveSeconds: 600 };
  const send = (story: Story, left: number, more: object = {}): Story =>
    story.send({ level: 5, properties: `35=1 2=${left}`, ...more });

  it("is sent with what is left of its time", () => {
    assert.deepEqual(brokenBy(send(started(expiring).take(1), 60), 1), []);
    assert.deepEqual(brokenBy(send(started(expiring).take(1).wait(30_000), 30), 1), []);
    assert.deepEqual(brokenBy(send(started(expiring).take(1).wait(30_000), 60), 1), ["expiry-counted-down"]);
    assert.deepEqual(brokenBy(send(started(expiring).take(1).wait(30_000), 10), 1), ["expiry-counted-down"]);
  });

  it("is told from the one before it by its place", () => {
    const two = (): Story => started(expiring).take(1).wait(20_000).take(2).wait(10_000);
    assert.deepEqual(brokenBy(send(send(two(), 30), 50), 2), []);
    assert.deepEqual(brokenBy(send(send(two(), 50), 30), 2), ["expiry-counted-down"]);
    assert.deepEqual(brokenBy(send(two().end(1, "overflow"), 50), 1), []);
  });

  it("is not sent when nothing is left, unless an earlier session had begun to", () => {
    assert.deepEqual(brokenBy(send(started(expiring).take(1).wait(61_000), 0), 1), ["expiry-counted-down"]);
    const lost = send(started(expiring).take(1), 60).close().wait(500);
    const republished = forgotten(open(lost.wait(90_000), WILL));
    assert.deepEqual(
      send(republished, 0)
        .judged({ waiting: [1] })
        .broken.filter((name) => name === "expiry-counted-down"),
      [],
    );
  });

  it("ends as expired when its time is over and it was never sent, and not else", () => {
    assert.deepEqual(brokenBy(started(expiring).take(1).wait(60_000).end(1, "expired")), []);
    assert.deepEqual(brokenBy(started(expiring).take(1).wait(20_000).end(1, "expired")), [
      "expiry-counted-down",
    ]);
    const sent = send(started(expiring).take(1), 60).wait(60_000).end(1, "expired");
    assert.deepEqual(brokenBy(sent), ["expiry-counted-down"]);
  });

  /** The broker has forgotten the session. */
  function forgotten(story: Story): Story {
    return story.tell({ kind: "session", what: "created" }).in(Connack, { level: 5 }).mean("lost").birth();
  }
});

describe("a message that the broker refuses", () => {
  const refuse = (story: Story, packetId = story.packetId): Story =>
    story.in(story.facts.qos === 1 ? Puback : Pubrec, { packetId, code: QUOTA_EXCEEDED });

  for (const qos of [1, 2] as const) {
    it(`at QoS ${qos} ends as rejected, and as nothing else`, () => {
      assert.deepEqual(brokenBy(refuse(started({ qos }).take(1).send()).end(1, "rejected")), []);
      assert.ok(brokenBy(refuse(started({ qos }).take(1).send()).end(1, "published")).includes("ends-once"));
      assert.deepEqual(brokenBy(started({ qos }).take(1).send().arrive(1).acknowledge().end(1, "rejected")), [
        "ends-once",
      ]);
    });
  }

  it("gives its id back: it may be taken again", () => {
    const story = refuse(started({ qos: 2 }).take(1).send())
      .end(1, "rejected")
      .take(2);
    assert.deepEqual(brokenBy(story.send({ packetId: story.packetId }), 1), []);
  });

  it("is not answered by PUBREL", () => {
    const story = refuse(started({ qos: 2 }).take(1).send());
    const answered = story
      .out(Pubrel, { packetId: story.packetId })
      .in(Pubcomp, { packetId: story.packetId });
    assert.ok(brokenBy(answered.end(1, "published")).length > 0);
  });

  it("is, if it is the status, no lie of the device's", () => {
    const silent = (): Story =>
      open(new Story(FIVE).powerOn())
        .tell({ kind: "session", what: "created" })
        .in(Connack, { level: 5 })
        .mean("fresh");
    const status = (story: Story): Story =>
      story.out(Publish, { qos: 1, packetId: story.nextId(), isRetain: true, isStatus: true, level: 5 });
    const refused = refuse(status(silent())).tell({ kind: "statusRefused", status: "online" });
    assert.deepEqual(brokenBy(refused), []);
    const invented = status(silent()).tell({ kind: "statusRefused", status: "online" });
    assert.deepEqual(brokenBy(invented), ["ends-once"]);
    const told = refused
      .wait(16 * 60_000)
      .in(PacketType.Pingresp)
      .judged();
    assert.ok(told.excused.includes("status-tells-truth: status-refused"));
  });
});

describe("a reading that the broker cannot take", () => {
  it("ends as not supported only where CONNACK says so", () => {
    const ended = (connack: string | null): readonly string[] =>
      brokenBy(started({ qos: 2 }, connack).take(1).end(1, "notSupported"));
    assert.deepEqual(ended("36=1"), []);
    assert.deepEqual(ended("39=100"), []);
    assert.deepEqual(ended(null), ["ends-once"]);
    assert.deepEqual(ended("36=2"), ["ends-once"]);
  });
});

describe("what CONNACK settles", () => {
  it("bounds the messages in flight", () => {
    const two = (connack: string | null): readonly string[] =>
      brokenBy(started({}, connack).take(1).send().take(2).send(), 2);
    assert.deepEqual(two("33=2"), []);
    assert.deepEqual(two("33=1"), ["packet-ids"]);
    assert.deepEqual(two(null), []);
  });

  it("sets the keep-alive, for this connection alone", () => {
    const silent = (story: Story, seconds: number): readonly string[] =>
      brokenBy(story.wait(seconds * 1000).out(Pingreq));
    assert.deepEqual(silent(started({}, "19=600"), 590), []);
    assert.ok(silent(started({}, "19=20"), 50).includes("keep-alive-kept"));
    assert.ok(silent(started(), 590).includes("keep-alive-kept"));
    const next = (): Story => accept(open(started({}, "19=600").close().wait(100), WILL));
    assert.ok(silent(next(), 590).includes("keep-alive-kept"));
  });
});

describe("an honest broker", () => {
  it("is not accused, and another may be", () => {
    assert.deepEqual(brokenBy(started().close("badProperties", "client")), ["honest-broker-believed"]);
    assert.deepEqual(brokenBy(started().close("serverDisconnect", "server")), []);
    assert.deepEqual(brokenBy(started({ isHonestBroker: false }).close("badProperties", "client")), []);
  });
});

describe("the status", () => {
  it("is retained, but by a broker that retains nothing", () => {
    const born = (connack: string | null): Story =>
      open(new Story(FIVE).powerOn())
        .tell({ kind: "session", what: "created" })
        .in(Connack, { level: 5, properties: connack })
        .mean("fresh")
        .out(Publish, { qos: 1, packetId: 1, isStatus: true });
    assert.ok(brokenBy(born(null), 1).includes("birth-every-time"));
    assert.ok(brokenBy(born("37=1"), 1).includes("birth-every-time"));
    assert.ok(!brokenBy(born("37=0"), 1).includes("birth-every-time"));
    const next = open(born("37=0").close().wait(500)).in(Connack, { level: 5 });
    const again = next.mean("fresh").out(Publish, { qos: 1, packetId: 2, isStatus: true });
    assert.ok(brokenBy(again, 1).includes("birth-every-time"), "what one connection lacked");
  });

  it("stays as long as its will does", () => {
    const born = (flags: number, isRetain: boolean): Story =>
      open(new Story(FIVE).powerOn(), flags)
        .tell({ kind: "session", what: "created" })
        .in(Connack, { level: 5 })
        .mean("fresh")
        .out(Publish, { qos: 1, packetId: 1, isStatus: true, isRetain });
    const passing = CLEAN_AND_WILL & ~WILL_RETAIN;
    assert.ok(!brokenBy(born(CLEAN_AND_WILL, true), 1).includes("birth-every-time"));
    assert.ok(!brokenBy(born(passing, false), 1).includes("birth-every-time"));
    assert.ok(brokenBy(born(passing, true), 1).includes("birth-every-time"));
  });
});

describe("DISCONNECT", () => {
  it("of a broker that says so is cause enough to suspect a second device", () => {
    const taken = started().in(Disconnect, { code: 0x8e }).close("serverDisconnect", "server");
    assert.deepEqual(brokenBy(taken.tell({ kind: "secondDevice" })), []);
    // a reading whose acknowledgement came just before is told just behind
    const busy = started().take(1).send().acknowledge(2).in(Disconnect, { code: 0x8e });
    const told = busy.arrive(1).end(1).close("serverDisconnect", "server").tell({ kind: "secondDevice" });
    assert.deepEqual(brokenBy(told), []);
    // in one breath with CONNACK, it is there before the device says that it is connected
    const atOnce = open(new Story(FIVE).powerOn())
      .tell({ kind: "session", what: "created" })
      .in(Connack, { level: 5 })
      .in(Disconnect, { code: 0x8e })
      .mean("fresh")
      .close("serverDisconnect", "server");
    assert.deepEqual(brokenBy(atOnce.tell({ kind: "secondDevice" })), []);
    const later = accept(open(started().in(Disconnect, { code: 0x8e }).close("serverDisconnect", "server")));
    const closed = later.close("none", "server").tell({ kind: "secondDevice" });
    assert.ok(brokenBy(closed).includes("second-device-is-true"), "what was said of the connection before");
    const other = started().in(Disconnect, { code: 0x8b }).close("serverDisconnect", "server");
    assert.deepEqual(brokenBy(other.tell({ kind: "secondDevice" })), ["second-device-is-true"]);
  });

  it("of a device may come before its status is acknowledged where it keeps the will", () => {
    const leaving = (): Story => started().tell({ kind: "goodbye" });
    assert.deepEqual(brokenBy(leaving().out(Disconnect, { code: 4 }).close("goodbye", "client")), []);
    assert.deepEqual(brokenBy(leaving().out(Disconnect).close("goodbye", "client")), ["goodbye-tells-first"]);
  });
});
