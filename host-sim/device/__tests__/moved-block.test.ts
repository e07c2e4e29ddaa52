// Owns the claim that a copy of the block is the client: it is moved at any moment and goes on as if nothing had happened,
// and a copy that wakes up resumes its session.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { Event, Phase } from "../layout.generated.ts";
import type { BlockUnderTest } from "./support/block-under-test.ts";
import { checkInvariants } from "./support/invariants.ts";
import { eventLine, packetBytes, packetLines } from "./support/notation.ts";
import { connectedClient, receive } from "./support/session.ts";

const core = new Core(loadModule());

interface Told {
  readonly events: readonly string[];
  readonly sent: string;
}

/** One exchange with everything half done somewhere on the way; `move` is called before every step. */
function exchange(block: BlockUnderTest, move: (step: number) => void): Told {
  const events: string[] = [];
  const sent: Buffer[] = [];
  const incoming = packetBytes('PUBLISH "in/a" "x"*90 qos=2 id=9');
  const topic = block.text("prepared", "Topic");
  const steps: readonly (() => void)[] = [
    () => block.publish(topic, "one", 1),
    () => block.publish("spot", "two", 2),
    () => block.subscribe("in/+", 2),
    () => sent.push(block.collect(7)),
    () => sent.push(block.collect(20)),
    () => block.feed(incoming.subarray(0, 40)),
    () => sent.push(block.collect()),
    () => block.feed(incoming.subarray(40)),
    () => receive(block, "SUBACK id=1 codes=2"),
    () => receive(block, "PUBREC id=3"),
    () => block.publish(topic, "three", 1),
    () => sent.push(block.collect(9)),
    () => receive(block, "PUBACK id=2"),
    () => sent.push(block.collect()),
    () => receive(block, "PUBCOMP id=3"),
    () => receive(block, "PUBREL id=9"),
    () => sent.push(block.collect()),
  ];
  steps.forEach((step, i) => {
    move(i);
    step();
    events.push(...block.events().map((seen) => eventLine(seen, (ticket) => ticket)));
    checkInvariants(block);
  });
  return { events, sent: Buffer.concat(sent).toString("hex") };
}

describe("a block that is moved", () => {
  const stayed = exchange(connectedClient(core), () => undefined);

  it("has something to lose at every step", () => {
    assert.ok(stayed.events.some((line) => line.startsWith("Message ")));
    assert.equal(stayed.events.filter((line) => line.startsWith("Published ")).length, 2);
  });

  it("before every step says and sends the same", () => {
    const block = connectedClient(core);
    assert.deepEqual(
      exchange(block, () => block.move()),
      stayed,
    );
  });

  for (let at = 0; at < 17; at++)
    it(`before step ${at} says and sends the same`, () => {
      const block = connectedClient(core);
      assert.deepEqual(
        exchange(block, (step) => step === at && block.move()),
        stayed,
      );
    });
});

describe("a copy that wakes up", () => {
  // [MQTT3-3.1.2-4] [MQTT3-4.1.0-1]
  it("resumes its session: what was in flight is sent again, what was received is not delivered twice", () => {
    const block = connectedClient(core, { clean: false });
    block.publish("t", "one", 1);
    block.publish("t", "two", 2);
    block.collect();
    receive(block, "PUBREC id=2");
    receive(block, 'PUBLISH "in" "x" qos=2 id=5');
    assert.ok(block.events().some(({ event }) => event === Event.Message));
    block.move();
    block.nowMs = 50;
    core.exports.restore(block.client, 3_600_000, block.nowMs);
    assert.equal(block.phase, Phase.Waiting);
    const { sent } = block.connected(packetBytes("CONNACK sp=1 code=0"));
    assert.deepEqual(packetLines(sent), ["PUBREL id=2", 'PUBLISH "t" "one" qos=1 id=1 dup']);
    receive(block, 'PUBLISH "in" "x" qos=2 id=5 dup');
    assert.ok(!block.events().some(({ event }) => event === Event.Message));
    checkInvariants(block);
  });

  it("while it waited waits only for what is left of it", () => {
    const block = connectedClient(core);
    core.exports.setReconnect(block.client, 1, 60_000, 60_000, 30_000);
    core.exports.closed(block.client, 2, 59_999, block.nowMs);
    block.events();
    core.exports.restore(block.client, 20_000, 7);
    assert.equal(core.exports.deadlineMs(block.client, 7), 39_999);
  });

  it("that is idle stays idle", () => {
    const block = connectedClient(core);
    core.exports.disconnect(block.client, 0, block.nowMs);
    block.events();
    block.collect();
    block.events();
    block.closed(0);
    block.events();
    core.exports.restore(block.client, 5, 7);
    assert.equal(block.phase, Phase.Idle);
  });
});
