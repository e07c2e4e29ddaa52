// Owns the claim that no peer and no order of calls makes the client leave its block, trap, or lose count of its messages.
// Everything is drawn from a seed, and every failure names its own.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRandom, type RandomStream } from "../../random/random.ts";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, Event, Option, Phase } from "../layout.generated.ts";
import { BlockUnderTest, type Seen, smallCapacities } from "./support/block-under-test.ts";
import { checkInvariants } from "./support/invariants.ts";
import { packetBytes } from "./support/notation.ts";
import { SmallBroker } from "./support/small-broker.ts";

const SEEDS = 24;
const STEPS = 1500;
const core = new Core(loadModule());
const reached = new Set<number>();

const TOPICS = ["a", "a/b", "status", "$SYS/x", "t".repeat(70)];
const FILTERS = ["a", "a/+", "#", "+/b", "status", "bad#", "", "f".repeat(60)];
const ACKS = ["PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "UNSUBACK"];

function below(random: RandomStream, limit: number): number {
  return Math.floor(random.unit() * limit);
}

function randomBytes(random: RandomStream, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => below(random, 256)));
}

function plausiblePublish(random: RandomStream): Buffer {
  const topic = JSON.stringify(random.pick(TOPICS));
  const id = 1 + below(random, 12);
  return packetBytes(`PUBLISH ${topic} "x"*${below(random, 700)} qos=${below(random, 3)} id=${id}`);
}

/** A packet that fits the moment more often than chance would have it. */
function plausible(block: BlockUnderTest, random: RandomStream): Buffer {
  const id = 1 + below(random, 12);
  const kind = below(random, 10);
  if (kind < 4) return plausiblePublish(random);
  if (kind < 8)
    return packetBytes(`${random.pick(ACKS)} id=${random.chance(0.5) ? block.field("requestId") || id : id}`);
  if (kind === 8) return packetBytes("PINGRESP");
  const codes = Array.from({ length: Math.max(1, block.field("requestCount")) }, () =>
    random.pick([0, 1, 2, 128]),
  );
  return packetBytes(`SUBACK id=${block.field("requestId") || id} codes=${codes.join(",")}`);
}

/** The same with a few bytes changed, cut, or nothing like a packet at all. */
function hostile(block: BlockUnderTest, random: RandomStream): Buffer {
  if (random.chance(0.1)) return randomBytes(random, below(random, 300));
  const bytes = plausible(block, random);
  if (random.chance(0.2)) bytes[below(random, bytes.length)] = below(random, 256);
  return random.chance(0.1) ? bytes.subarray(0, below(random, bytes.length)) : bytes;
}

class Storm {
  readonly block: BlockUnderTest;
  readonly #random: RandomStream;
  /** Tickets that were accepted and have not ended. */
  readonly #open = new Set<number>();
  #unfed: Buffer = Buffer.alloc(0);
  /** What a broker would say; what it makes of the rubbish that a confused client sends does not matter here. */
  readonly #broker = new SmallBroker(() => undefined);
  readonly #answers: Buffer[] = [];
  /** How much of what comes is what a broker would say. */
  readonly #politeness: number;

  constructor(block: BlockUnderTest, random: RandomStream) {
    this.block = block;
    this.#random = random;
    this.#politeness = random.pick([0.2, 0.9, 0.99, 1]);
    const { exports } = core;
    exports.setClientId(block.client, block.text("device", "String"));
    exports.setClean(block.client, below(random, 2));
    exports.setTakesParts(block.client, below(random, 2));
    exports.setLossPolicy(block.client, below(random, 4));
    exports.setKeepAlive(block.client, random.pick([0, 5, 60]));
    exports.setVersion(block.client, random.pick([3, 4, 4, 4]));
    const online = block.text("online", "Bytes");
    exports.setStatusTopic(block.client, block.text("status", "Topic"), block.text("offline", "Bytes"));
    exports.setStatus(block.client, online);
    exports.connect(block.client, block.nowMs);
  }

  step(): void {
    const random = this.#random;
    const what = below(random, 100);
    if (what < 30) this.#receive();
    else if (what < 55) this.#poll();
    else if (what < 70) this.#send();
    else if (what < 92) this.#call();
    else if (what < 97) this.block.nowMs = (this.block.nowMs + random.pick([1, 1000, 31000, 130000])) >>> 0;
    else if (what < 98) this.#close(random.pick(Object.values(ClosedBy)));
    else this.block.move();
  }

  #receive(): void {
    const random = this.#random;
    if (this.#unfed.length === 0) this.#unfed = this.#incoming();
    const taken = this.block.feed(this.#unfed.subarray(0, 1 + below(random, 200)));
    this.#unfed = this.#unfed.subarray(taken);
  }

  #incoming(): Buffer {
    const random = this.#random;
    if (random.chance(0.01) && this.block.phase === Phase.Handshaking) return packetBytes("CONNACK code=5");
    if (!random.chance(this.#politeness)) return hostile(this.block, random);
    if (this.#answers.length > 0) return this.#answers.shift() as Buffer;
    const isOpen = this.block.phase === Phase.Connected;
    return isOpen && random.chance(0.5) ? plausiblePublish(random) : Buffer.alloc(0);
  }

  #poll(): void {
    for (let i = 1 + below(this.#random, 6); i > 0; i--) {
      const seen = this.block.next();
      if (seen === null) return;
      this.#took(seen);
    }
  }

  #took(seen: Seen): void {
    reached.add(seen.event);
    if (seen.event === Event.OpenTransport) this.#link();
    if (seen.event === Event.CloseTransport) this.#close(ClosedBy.Client);
    if (seen.event === Event.Message) this.#checkMessage(seen);
    if (seen.event === Event.Published || seen.event === Event.HandedOver || seen.event === Event.Dropped)
      assert.ok(this.#open.delete(seen.ticket), `ticket ${seen.ticket} ends without having been accepted`);
  }

  /** Now and then it never opens. */
  #link(): void {
    if (!this.#random.chance(0.9)) return;
    this.#broker.open(this.#random.chance(0.2));
    core.exports.opened(this.block.client);
  }

  #checkMessage(seen: Seen): void {
    const first = this.block.field("receiveAt");
    const end = first + this.block.field("receiveCapacity");
    const at = this.block.field("eventPayloadAt");
    assert.ok(at >= first && at + seen.payloadLength <= end, "a payload lies outside the receive buffer");
    assert.ok(seen.partOffset + seen.payloadLength <= seen.total, "a part reaches beyond its message");
    assert.ok(seen.topic.length > 0 && !/[#+\0\ufffd]/.test(seen.topic), "a topic that should have closed");
  }

  #send(): void {
    const { exports } = core;
    const { client, nowMs } = this.block;
    if (this.#random.chance(0.5)) {
      this.#answers.push(...this.#broker.receive(this.block.collect(below(this.#random, 300))));
      return;
    }
    const bytes = below(this.#random, exports.toSend(client) + 1);
    const at = exports.sendAddress(client);
    this.#answers.push(...this.#broker.receive(Buffer.from(core.bytes.subarray(at, at + bytes))));
    exports.sent(client, bytes, nowMs);
  }

  #close(by: ClosedBy): void {
    this.#unfed = Buffer.alloc(0);
    this.#answers.length = 0;
    core.exports.closed(this.block.client, by, this.#random.u32(), this.block.nowMs);
  }

  #call(): void {
    const { block } = this;
    const random = this.#random;
    const topic = random.pick(TOPICS);
    const options = below(random, 128);
    const what = below(random, 10);
    if (what < 4) this.#accepted(block.publish(topic, "p".repeat(below(random, 150)), options));
    else if (what === 4) this.#accepted(block.publishParts(topic, below(random, 700), options));
    else if (what === 5) block.supply(block.field("sendEntry"), "s".repeat(1 + below(random, 130)));
    else if (what === 6) block.subscribe(random.pick(FILTERS), below(random, 4));
    else if (what === 7) block.unsubscribe(random.pick(FILTERS));
    else if (what === 8) core.exports.cancel(block.client, below(random, 12));
    else this.#rare();
  }

  #accepted(ticket: number): void {
    if (ticket < 0) return;
    assert.ok(!this.#open.has(ticket), `ticket ${ticket} was given twice`);
    this.#open.add(ticket);
  }

  #rare(): void {
    const { client, nowMs } = this.block;
    const random = this.#random;
    const what = below(random, 8);
    if (what >= 6) this.#match();
    else if (what === 0) core.exports.disconnect(client, random.pick([0, 1000]), nowMs);
    else if (what === 1) core.exports.restore(client, random.pick([0, 60000]), nowMs);
    else core.exports.connect(client, nowMs);
  }

  /** At any moment, not only while there is a message to match. */
  #match(): void {
    const { client } = this.block;
    const rows = this.block.field("filterRows");
    for (let handle = 0, steps = 0; ; steps++) {
      handle = core.exports.nextMatching(client, handle);
      if (handle === 0) break;
      assert.ok(handle <= rows && steps <= rows, "a filter that there is not matches");
      const end = this.block.field("receiveAt") + this.block.field("receiveCapacity");
      const topicEnd = this.block.field("eventTopicAt") + this.block.field("eventTopicLength");
      assert.ok(topicEnd <= end, "a topic is matched that reaches beyond the buffer");
    }
  }
}

describe("a client under a storm of bytes and calls", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    it(`keeps to its block and counts right, seed ${seed}`, () => {
      const random = createRandom(seed).stream("storm");
      const block = new BlockUnderTest(core, {
        ...smallCapacities,
        receiveBytes: random.pick([64, 128, 300]),
      });
      const storm = new Storm(block, random);
      for (let step = 0; step < STEPS; step++) {
        storm.step();
        checkInvariants(block);
      }
    });
  }

  it("has reached every event there is but the report of a second device and those of MQTT 5", () => {
    const others: readonly Event[] = [
      Event.None,
      Event.SecondDevice,
      Event.Rejected,
      Event.Authenticate,
      Event.StatusRefused,
    ];
    const all = Object.values(Event).filter((event) => !others.includes(event));
    assert.deepEqual(
      all.filter((event) => !reached.has(event)),
      [],
    );
  });
});

describe("every option of a call", () => {
  it("is refused or accepted without touching anything else", () => {
    const block = new BlockUnderTest(core);
    for (let options = 0; options < 256; options++) {
      block.publish("a", "x", options);
      block.publishParts("a", 10, options);
      assert.ok(options === 0 || (options & Option.QosMask) !== 3 || block.publish("a", "x", options) < 0);
      checkInvariants(block);
    }
  });
});
