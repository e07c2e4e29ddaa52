// Owns the claims about what a full outbox does, as the caller chose, whichever way the topic was given.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, DropReason, Event, Option, Status } from "../layout.generated.ts";
import { BlockUnderTest, smallCapacities } from "./support/block-under-test.ts";
import { checkInvariants } from "./support/invariants.ts";
import { connectedClient, receive } from "./support/session.ts";

const core = new Core(loadModule());
const REPLACE = 1 | Option.ReplaceSameTopic;

function small(): BlockUnderTest {
  return new BlockUnderTest(core, { ...smallCapacities, outboxBytes: 100, entries: 3 });
}

function assertDropped(block: BlockUnderTest, ticket: number, reason: DropReason): void {
  const ends = block.events().map(({ event, ticket: which, code }) => ({ event, ticket: which, code }));
  assert.deepEqual(ends, [{ event: Event.Dropped, ticket, code: reason }]);
  checkInvariants(block);
}

describe("replacing the unsent message of the same topic", () => {
  it("works with a prepared topic", () => {
    const block = small();
    const topic = block.text("t", "Topic");
    const first = block.publish(topic, "x".repeat(60), 1);
    const second = block.publish(topic, "y".repeat(60), REPLACE);
    assert.ok(second > 0, `answers ${second}`);
    assertDropped(block, first, DropReason.Superseded);
  });

  it("works with a topic given on the spot", () => {
    const block = small();
    const first = block.publish("t", "x".repeat(60), 1);
    assert.ok(block.publish("t", "y".repeat(60), REPLACE) > 0);
    assertDropped(block, first, DropReason.Superseded);
  });

  it("works across both ways of naming the topic", () => {
    const block = small();
    const topic = block.text("t", "Topic");
    const first = block.publish("t", "x".repeat(60), 1);
    assert.ok(block.publish(topic, "y".repeat(60), REPLACE) > 0);
    assertDropped(block, first, DropReason.Superseded);
  });

  it("touches no message of another topic", () => {
    const block = small();
    block.publish("other", "x".repeat(60), 1);
    assert.equal(block.publish(block.text("t", "Topic"), "y".repeat(60), REPLACE), Status.OutboxFull);
    assert.deepEqual(block.events(), []);
  });

  it("drops nothing when that would not make enough room", () => {
    const block = small();
    block.publish("other", "x".repeat(60), 1);
    block.publish("t", "x".repeat(10), 1);
    assert.equal(block.publish("t", "y".repeat(60), REPLACE), Status.OutboxFull);
    assert.deepEqual(block.events(), []);
    checkInvariants(block);
  });
});

describe("dropping the oldest", () => {
  it("drops as many as are needed, oldest first", () => {
    const block = small();
    const [first, second] = [block.publish("a", "x".repeat(30), 1), block.publish("a", "x".repeat(30), 1)];
    assert.ok(block.publish("a", "x".repeat(90), 1 | Option.DropOldest) > 0);
    assert.deepEqual(
      block.events().map(({ ticket, code }) => [ticket, code]),
      [
        [first, DropReason.Overflow],
        [second, DropReason.Overflow],
      ],
    );
    checkInvariants(block);
  });

  it("drops nothing for a message that would not fit even then", () => {
    const block = small();
    block.publish("a", "x".repeat(30), 1);
    assert.equal(block.publish("a", "x".repeat(98), 1 | Option.DropOldest), Status.PayloadTooLarge);
    assert.deepEqual(block.events(), []);
  });

  it("makes room for one message when the entries run out, and for the next once that was polled", () => {
    const block = small();
    const first = [1, 2, 3].map(() => block.publish("a", "", 1))[0];
    assert.equal(block.publish("a", "", 1), Status.OutboxFull);
    assert.ok(block.publish("a", "", 1 | Option.DropOldest) > 0);
    assert.equal(block.publish("a", "", 1 | Option.DropOldest), Status.OutboxFull, "a drop not yet polled");
    assertDropped(block, first as number, DropReason.Overflow);
    assert.ok(block.publish("a", "", 1 | Option.DropOldest) > 0);
  });

  it("touches no message that was sent, also when a goodbye was cut short in front of it", () => {
    const block = connectedClient(core, {
      clean: false,
      prepare: (fresh) => {
        const online = fresh.text("online", "Bytes");
        core.exports.setStatusTopic(fresh.client, fresh.text("s", "Topic"), fresh.text("offline", "Bytes"));
        core.exports.setStatus(fresh.client, online);
      },
    });
    receive(block, "PUBACK id=1");
    block.events();
    block.publish("t", "x".repeat(400), 1);
    block.collect();
    block.closed(ClosedBy.Link);
    block.nowMs += 200_000;
    block.events();
    core.exports.opened(block.client);
    block.collect();
    receive(block, "CONNACK sp=1 code=0");
    block.events();
    core.exports.disconnect(block.client, 1000, block.nowMs);
    assert.ok(core.exports.toSend(block.client) > 0, "the goodbye is ready, and nothing of it is taken");
    block.closed(ClosedBy.Link);
    block.events();
    assert.equal(block.publish("t", "y".repeat(900), 1 | Option.DropOldest), Status.OutboxFull);
    assert.deepEqual(block.events(), []);
    checkInvariants(block);
  });
});
