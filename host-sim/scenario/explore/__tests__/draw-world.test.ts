// Claims about the worlds that seeds stand for.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FAMILIES } from "../../faults.ts";
import { type Choices, drawWorld } from "../draw-world.ts";

const CHOICES: Choices = {
  links: [
    { name: "wifi-home", isGateway: false },
    { name: "iridium-sbd", isGateway: true },
  ],
  boards: ["esp8266", "linux"],
  families: FAMILIES,
  faults: [],
  forMs: 6 * 3_600_000,
};
const WORLDS = Array.from({ length: 400 }, (_, seed) => drawWorld(seed, CHOICES));

describe("the world of a seed", () => {
  it("is the same whenever it is drawn", () => {
    assert.deepEqual(drawWorld(17, CHOICES), WORLDS[17]);
  });

  it("is plain data: what was written to a file is the same world", () => {
    assert.deepEqual(JSON.parse(JSON.stringify(WORLDS[18])), WORLDS[18]);
  });

  it("leaves some kinds of faults out, and no kind out of all worlds", () => {
    const kinds = new Set(WORLDS.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    const most = Math.max(...WORLDS.map(({ faults }) => new Set(faults.map(({ kind }) => kind)).size));
    assert.ok(kinds.size > most, `${kinds.size} kinds in all, at most ${most} in one world`);
  });

  it("has every link, board, QoS and protocol among many seeds", () => {
    const seen = (of: (world: (typeof WORLDS)[number]) => unknown) => new Set(WORLDS.map(of)).size;
    assert.equal(
      seen(({ board }) => board),
      2,
    );
    assert.equal(
      seen(({ qos }) => qos),
      3,
    );
    assert.equal(
      seen(({ protocol }) => protocol),
      3,
    );
    assert.equal(
      seen(({ link }) => link.split(",")[0]),
      2,
    );
  });

  it("has brokers of MQTT 5 of every kind, and devices that ask for less than usual in some", () => {
    const some = (isSo: (five: (typeof WORLDS)[number]["five"]) => boolean): boolean => {
      const count = WORLDS.filter(({ five }) => isSo(five)).length;
      return count > 0 && count < WORLDS.length;
    };
    for (const refusal of ["reason", "return-code"])
      assert.ok(some(({ broker }) => broker.refusal === refusal));
    for (const qos of [0, 1, 2]) assert.ok(some(({ broker }) => broker.maximumQos === qos));
    for (const aliases of [0, 1, 20]) assert.ok(some(({ broker }) => broker.topicAliasMaximum === aliases));
    assert.ok(some(({ broker }) => broker.receiveMaximum === 1));
    assert.ok(some(({ broker }) => broker.receiveMaximum === null));
    assert.ok(some(({ broker }) => broker.retainAvailable));
    assert.ok(some(({ broker }) => broker.maximumPacketBytes === null));
    assert.ok(some(({ broker }) => broker.keepAliveSeconds === null));
    assert.ok(some(({ broker }) => broker.sessionExpirySeconds === null));
    assert.ok(some(({ broker }) => broker.announcesStop));
    assert.ok(some(({ readingExpirySeconds }) => readingExpirySeconds === null));
    assert.ok(some(({ sessionExpirySeconds }) => sessionExpirySeconds < 60));
  });

  it("puts nothing on top of a gateway, and now and then something on top of a link of packets", () => {
    const overlaid = (name: string) => WORLDS.filter(({ link }) => link.startsWith(`${name},`)).length;
    assert.equal(overlaid("iridium-sbd"), 0);
    assert.ok(overlaid("wifi-home") > 20);
  });

  it("has a clock that wraps within the run in about half of them", () => {
    const wraps = WORLDS.filter(({ hardware, forMs }) => hardware.clockStartMs + forMs > 2 ** 32).length;
    assert.ok(wraps > 150 && wraps < 260, String(wraps));
  });

  it("is busy in half of them, and sends more commands at once than a small device answers in some", () => {
    const busy = WORLDS.filter(({ everyMs }) => everyMs <= 10_000).length;
    assert.ok(busy > 200 && busy < 330, String(busy));
    const atOnce = WORLDS.map(({ downlink }) => {
      const counts = new Map<number, number>();
      for (const { atMs } of downlink) counts.set(atMs, (counts.get(atMs) ?? 0) + 1);
      return Math.max(0, ...counts.values());
    });
    assert.ok(atOnce.some((count) => count > 8) && atOnce.some((count) => count === 1));
  });

  it("has what is emphasised whatever the seed, and all else as ever", () => {
    const emphasis = { qos: 1, faults: ["cut"] } as const;
    const emphasised = WORLDS.map(({ seed }) => drawWorld(seed, { ...CHOICES, emphasis }));
    assert.ok(emphasised.every(({ qos }) => qos === 1));
    const kinds = new Set(emphasised.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    assert.deepEqual([...kinds], ["cut"]);
    for (const [seed, world] of emphasised.entries()) {
      assert.deepEqual({ ...world, faults: [] }, { ...WORLDS[seed], qos: 1, faults: [] });
    }
  });

  it("keeps the faults that every world shall have", () => {
    const cut = { kind: "cut", atMs: 5000, durationMs: null, afterSteps: null } as const;
    assert.ok(drawWorld(3, { ...CHOICES, families: [], faults: [cut] }).faults.includes(cut));
  });
});
