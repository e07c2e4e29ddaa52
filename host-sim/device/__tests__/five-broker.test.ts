// Owns the claims about MQTT 5 against the strict model broker: what one client says, another hears, and nothing that is said is
// against the standard.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createModelBroker, type ModelBroker } from "../../broker/model/broker.ts";
import type { Limits } from "../../broker/model/limits.ts";
import { memoryDialer } from "../../net/memory-stream.ts";
import { createRandom } from "../../random/random.ts";
import { VirtualClock } from "../../time/virtual-clock.ts";
import { Core, loadModule } from "../core.ts";
import { Event, Phase, Property } from "../layout.generated.ts";
import { Port } from "../port.ts";
import type { BlockUnderTest, Seen } from "./support/block-under-test.ts";
import { idleFive, prepared, propertiesOf, publishFive, subscribeFive } from "./support/five.ts";

const core = new Core(loadModule());
const WILL = 0;

/** A broker, and clients of MQTT 5 on one clock. */
class Bench {
  readonly clock = new VirtualClock();
  readonly illegal: string[] = [];
  readonly broker: ModelBroker<string>;

  constructor(limits: Partial<Limits> = {}) {
    this.broker = createModelBroker<string>({
      clock: this.clock,
      random: createRandom(1).stream("broker"),
      limits,
      observer: (event) => {
        if (event.kind === "illegal") this.illegal.push(JSON.stringify(event));
      },
    });
  }

  client(name: string, prepare: (block: BlockUnderTest) => void = () => undefined): Client {
    return new Client(this, name, prepare);
  }

  run(ms: number): void {
    this.clock.runUntil(this.clock.nowMs + ms);
  }
}

class Client {
  readonly block: BlockUnderTest;
  readonly port: Port;
  readonly seen: Seen[] = [];
  readonly #bench: Bench;

  constructor(bench: Bench, name: string, prepare: (block: BlockUnderTest) => void) {
    this.#bench = bench;
    this.block = idleFive(core, { clean: false, prepare, receiveBytes: 512 });
    const { block } = this;
    core.exports.setClientId(block.client, block.text(name, "String"));
    this.port = new Port({
      core,
      client: block.client,
      firmware: {
        poll: (nowMs) => core.exports.poll(block.client, nowMs),
        deadlineMs: (nowMs) => core.exports.deadlineMs(block.client, nowMs),
      },
      dialer: memoryDialer(bench.clock, bench.broker.accept(name)),
      clock: bench.clock,
      random: createRandom(2).stream(name),
      onEvent: (event) => this.seen.push(block.told(event)),
    });
    core.exports.connect(block.client, bench.clock.nowMs);
    this.pump();
    assert.equal(block.phase, Phase.Connected);
  }

  /** Does what a call has made due. */
  pump(ms = 1000): void {
    this.port.pump();
    this.#bench.run(ms);
    this.block.nowMs = this.#bench.clock.nowMs;
  }

  all(event: Event): readonly Seen[] {
    return this.seen.filter((seen) => seen.event === event);
  }
}

describe("against the strict broker", () => {
  it("every property of a message arrives as it was sent, at each QoS, with an identifier and an alias", () => {
    const bench = new Bench({ topicAliasMaximum: 5 });
    const receiver = bench.client("receiver");
    subscribeFive(receiver.block, "a/#", 2 | 8, 77);
    receiver.pump();
    const sender = bench.client("sender");
    const topic = sender.block.text("a/long/topic/name", "Topic");
    for (const qos of [0, 1, 2, 1]) {
      publishFive(sender.block, topic, `qos ${qos}`, qos, [
        [Property.PayloadFormat, 1],
        [Property.MessageExpiry, 60],
        [Property.ContentType, "text/plain"],
        [Property.ResponseTopic, "answers/1"],
        [Property.CorrelationData, Buffer.from([0, 1, 255])],
        [Property.UserProperty, ["a", "1"]],
        [Property.UserProperty, ["b", "2"]],
      ]);
      sender.pump();
    }
    const messages = receiver.all(Event.Message);
    assert.deepEqual(
      messages.map(({ topic: name, payload }) => `${name} ${payload}`),
      ["0", "1", "2", "1"].map((qos) => `a/long/topic/name qos ${qos}`),
    );
    for (const message of messages) {
      const told = new Map(propertiesOf(message).filter(([id]) => id !== Property.UserProperty));
      assert.deepEqual(
        told,
        new Map<number, unknown>([
          [Property.PayloadFormat, 1],
          [Property.MessageExpiry, 60],
          [Property.ContentType, "text/plain"],
          [Property.ResponseTopic, "answers/1"],
          [Property.CorrelationData, Buffer.from([0, 1, 255])],
          [Property.SubscriptionIdentifier, 77],
        ]),
      );
      assert.deepEqual(
        propertiesOf(message)
          .filter(([id]) => id === Property.UserProperty)
          .map(([, pair]) => pair),
        [
          ["a", "1"],
          ["b", "2"],
        ],
      );
    }
    assert.equal(sender.all(Event.Published).length, 3);
    assert.deepEqual(bench.illegal, []);
  });

  for (const receiveMaximum of [1, 3]) {
    it(`a Receive Maximum of ${receiveMaximum} is kept to under load, across reconnects`, () => {
      const bench = new Bench({ receiveMaximum });
      bench.broker.setManners({ ackDelayMs: [5, 20] });
      const sender = bench.client("sender");
      let accepted = 0;
      for (let round = 0; round < 60; round++) {
        if (sender.block.publish("t", `${round}`, 1 + (round % 2)) > 0) accepted += 1;
        sender.pump(10);
        if (round % 13 === 12) sender.port.cut();
      }
      sender.pump(400_000);
      assert.ok(accepted > 10, `${accepted} accepted`);
      assert.equal(sender.all(Event.Published).length, accepted);
      assert.deepEqual(bench.illegal, []);
    });
  }

  it("a will waits for its delay, and not at all for one who comes back", () => {
    const bench = new Bench();
    const watcher = bench.client("watcher");
    subscribeFive(watcher.block, "w", 1);
    watcher.pump();
    const client = bench.client("client", (block) => {
      core.exports.setWillProperties(block.client, prepared(block, WILL, [[Property.WillDelay, 30]]));
      core.exports.setWill(block.client, block.text("w", "Topic"), block.text("gone", "Bytes"), 1);
    });
    client.port.cut();
    client.pump(60_000);
    assert.equal(watcher.all(Event.Message).length, 0, "it was back within the delay");
    client.port.stop();
    bench.run(29_000);
    assert.equal(watcher.all(Event.Message).length, 0);
    bench.run(2_000);
    assert.equal(watcher.all(Event.Message)[0]?.payload.toString(), "gone");
    assert.deepEqual(bench.illegal, []);
  });

  it("one that does not speak 5 gets 3.1.1, without a word to the firmware", () => {
    const bench = new Bench({ versions: [3, 4] });
    const client = bench.client("client");
    assert.equal(client.block.field("version"), 4);
    client.block.publish("t", "x", 2);
    client.pump();
    assert.equal(client.all(Event.Refused).length, 0);
    assert.equal(client.all(Event.Published).length, 1);
    assert.deepEqual(bench.illegal, []);
  });
});
