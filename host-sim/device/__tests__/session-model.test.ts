// Owns the claim that every accepted message ends exactly once, and as what it says, against a broker in a few lines that
// loses connections and sessions at random. Everything is drawn from a seed.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRandom, type RandomStream } from "../../random/random.ts";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, DropReason, Event, Option } from "../layout.generated.ts";
import { BlockUnderTest, type Seen } from "./support/block-under-test.ts";
import { checkInvariants } from "./support/invariants.ts";
import { SmallBroker } from "./support/small-broker.ts";

const SEEDS = 30;
const STEPS = 600;
const core = new Core(loadModule());

type End = "published" | "dropped" | "unknown";

class Model {
  readonly #block = new BlockUnderTest(core);
  readonly #broker = new SmallBroker((problem) => assert.fail(`the client sent no MQTT: ${problem}`));
  readonly #random: RandomStream;
  /** What each accepted ticket stands for, until it ends. */
  readonly #open = new Map<number, { readonly text: string; readonly qos: number }>();
  readonly #answers: Buffer[] = [];
  #isLinked = false;
  #count = 0;

  constructor(random: RandomStream) {
    this.#random = random;
    const { client } = this.#block;
    core.exports.setClientId(client, this.#block.text("device", "String"));
    core.exports.setClean(client, 0);
    core.exports.connect(client, this.#block.nowMs);
  }

  step(): void {
    const draw = this.#random.unit();
    if (draw < 0.3) this.#publish();
    else if (draw < 0.5) this.#send(Math.floor(this.#random.unit() * 60));
    else if (draw < 0.75) this.#answer();
    else if (draw < 0.88) core.exports.toSend(this.#block.client);
    else if (draw < 0.94 && this.#isLinked) this.#close(ClosedBy.Link);
    else this.#block.nowMs += 1000;
    this.#poll();
    checkInvariants(this.#block);
  }

  /** A good link, for longer than the longest wait between two connections: nothing may be left over. */
  finish(): void {
    for (let round = 0; round < 1000 && this.#open.size > 0; round++) {
      this.#block.nowMs += 200;
      this.#poll();
      this.#send(10_000);
      while (this.#answers.length > 0) this.#answer();
    }
    assert.equal(this.#open.size, 0, "accepted messages that never ended");
    assert.ok(this.#count > 50, "the model published something");
  }

  #publish(): void {
    const qos = 1 + Math.floor(this.#random.unit() * 2);
    const text = String(this.#count++);
    const policy = this.#random.pick([0, Option.DropOldest]);
    const ticket = this.#block.publish("t", text, qos | policy);
    if (ticket < 0) return;
    assert.ok(!this.#open.has(ticket), "a ticket is given to two messages");
    this.#open.set(ticket, { text, qos });
  }

  #send(limit: number): void {
    if (!this.#isLinked || limit === 0) return;
    this.#answers.push(...this.#broker.receive(this.#block.collect(limit)));
  }

  #answer(): void {
    const packet = this.#answers.shift();
    if (packet !== undefined) this.#block.feed(packet);
    this.#poll();
  }

  #close(by: ClosedBy): void {
    this.#isLinked = false;
    this.#answers.length = 0;
    core.exports.closed(this.#block.client, by, this.#random.u32(), this.#block.nowMs);
  }

  #poll(): void {
    for (let seen = this.#block.next(); seen !== null; seen = this.#block.next()) this.#took(seen);
  }

  #took(seen: Seen): void {
    if (seen.event === Event.OpenTransport) {
      this.#broker.open(this.#random.chance(0.3));
      this.#isLinked = true;
      core.exports.opened(this.#block.client);
    } else if (seen.event === Event.CloseTransport) this.#close(ClosedBy.Client);
    else if (seen.event === Event.Published) this.#ended(seen.ticket, "published");
    else if (seen.event === Event.Dropped) {
      const isUnknown = seen.code === DropReason.SessionLost || seen.code === DropReason.OutcomeUnknown;
      this.#ended(seen.ticket, isUnknown ? "unknown" : "dropped");
    }
  }

  #ended(ticket: number, end: End): void {
    const message = this.#open.get(ticket);
    assert.ok(message !== undefined, `ticket ${ticket} ends twice, or was never accepted`);
    this.#open.delete(ticket);
    const times = this.#broker.delivered.get(message.text) ?? 0;
    if (end === "published") assert.ok(times >= 1, "published, but the broker never had it");
    if (end === "dropped" && !this.#broker.forgotten.has(message.text))
      assert.equal(times, 0, "dropped as never sent, but the broker had it");
    if (message.qos === 2) assert.ok(times <= 1, `QoS 2 arrived ${times} times`);
  }
}

describe("a session over a bad link", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    it(`ends every accepted message once and tells the truth about it, seed ${seed}`, () => {
      const model = new Model(createRandom(seed).stream("model"));
      for (let step = 0; step < STEPS; step++) model.step();
      model.finish();
    });
  }
});
