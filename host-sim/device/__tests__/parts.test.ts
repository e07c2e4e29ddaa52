// Owns the claims about messages that are given, or come, in parts.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, CloseReason, Event, Phase } from "../layout.generated.ts";
import type { BlockUnderTest } from "./support/block-under-test.ts";
import { packetBytes, packetLines } from "./support/notation.ts";
import { connectedClient } from "./support/session.ts";

const core = new Core(loadModule());
const TEXT = Array.from({ length: 500 }, (_, i) => String.fromCharCode(97 + (i % 26))).join("");

/** Gives every part that is asked for, as long as any is, `perPart` bytes at most at a time. */
function sendAll(block: BlockUnderTest, ticket: number, perPart: number): Buffer {
  const wire: Buffer[] = [block.collect()];
  let given = 0;
  for (let seen = block.next(); seen !== null; seen = block.next()) {
    if (seen.event !== Event.PartWanted) continue;
    assert.equal(seen.ticket, ticket);
    const part = TEXT.slice(given, given + Math.min(perPart, seen.payloadLength));
    assert.equal(block.supply(ticket, part), 0);
    given += part.length;
    wire.push(block.collect());
  }
  return Buffer.concat(wire);
}

describe("a message given in parts", () => {
  for (const perPart of [1, 7, 127, 128])
    it(`is one PUBLISH on the wire, ${perPart} bytes at a time`, () => {
      const block = connectedClient(core);
      const ticket = block.publishParts("t", TEXT.length, 1);
      const wire = sendAll(block, ticket, perPart);
      assert.deepEqual(packetLines(wire), [`PUBLISH "t" "${TEXT}" qos=1 id=1`]);
    });

  it("is asked for again from the start after the link broke", () => {
    const block = connectedClient(core, { clean: false });
    const ticket = block.publishParts("t", TEXT.length, 1);
    block.collect();
    block.next();
    block.supply(ticket, TEXT.slice(0, 100));
    block.collect();
    block.closed(ClosedBy.Link);
    block.events();
    block.nowMs += 200_000;
    block.events();
    core.exports.opened(block.client);
    block.collect();
    block.feed(packetBytes("CONNACK sp=1 code=0"));
    assert.equal(block.next()?.event, Event.Connected);
    assert.deepEqual(packetLines(sendAll(block, ticket, 128)), [`PUBLISH "t" "${TEXT}" qos=1 id=1 dup`]);
  });

  it("of no bytes is sent without asking", () => {
    const block = connectedClient(core);
    block.publishParts("t", 0, 1);
    assert.deepEqual(packetLines(block.collect()), ['PUBLISH "t" "" qos=1 id=1']);
    assert.equal(block.next(), null);
  });

  it("lets nothing else out until it is whole", () => {
    const block = connectedClient(core);
    const ticket = block.publishParts("t", 200, 0);
    block.collect();
    block.next();
    block.publish("u", "x", 0);
    block.feed(packetBytes('PUBLISH "in" "x" qos=1 id=9'));
    block.events();
    assert.equal(block.collect().length, 0);
    block.supply(ticket, TEXT.slice(0, 128));
    block.collect();
    block.events();
    block.supply(ticket, TEXT.slice(128, 200));
    const rest = block.collect().subarray(72);
    assert.deepEqual(packetLines(rest), ["PUBACK id=9", 'PUBLISH "u" "x"']);
  });

  it("whose source stalls closes the connection when the deadline said so, also without a keep-alive", () => {
    const block = connectedClient(core, { keepAliveSeconds: 0 });
    block.publishParts("t", 500, 0);
    block.collect();
    assert.equal(block.next()?.event, Event.PartWanted);
    const deadlineMs = core.exports.deadlineMs(block.client, block.nowMs);
    assert.ok(deadlineMs > 0, "there is a deadline for the source");
    block.nowMs += deadlineMs;
    block.events();
    assert.equal(block.closeReason, CloseReason.PartsStalled);
  });

  it("that is taken back is not asked for any more", () => {
    const block = connectedClient(core);
    const ticket = block.publishParts("t", 500, 1);
    block.collect();
    assert.equal(core.exports.cancel(block.client, ticket), 0);
    const told = block.events().map(({ event }) => event);
    assert.deepEqual(told, [Event.CloseTransport, Event.Dropped]);
  });

  it("that is taken back while disconnected leaves the client disconnected", () => {
    const block = connectedClient(core, { clean: false });
    const ticket = block.publishParts("t", 500, 1);
    sendAll(block, ticket, 128);
    core.exports.disconnect(block.client, 0, block.nowMs);
    block.events();
    block.collect();
    block.events();
    block.closed(ClosedBy.Client);
    block.events();
    assert.equal(block.phase, Phase.Idle);
    core.exports.cancel(block.client, ticket);
    if (block.events().some(({ event }) => event === Event.CloseTransport)) block.closed(ClosedBy.Client);
    block.nowMs += 200_000;
    assert.ok(!block.events().some(({ event }) => event === Event.OpenTransport), "nobody asked to connect");
    assert.equal(block.phase, Phase.Idle);
  });

  it("supplied out of turn or too long is refused and changes nothing", () => {
    const block = connectedClient(core);
    const ticket = block.publishParts("t", 300, 0);
    assert.ok(block.supply(ticket, "x") < 0, "nothing was asked for");
    block.collect();
    block.next();
    assert.ok(block.supply(ticket, "x".repeat(129)) < 0);
    assert.ok(block.supply(ticket, "") < 0);
    assert.ok(block.supply(ticket + 1, "x") < 0);
    assert.equal(block.collect().length, 0);
    assert.equal(block.supply(ticket, "x".repeat(128)), 0);
  });
});

describe("a large message that comes", () => {
  for (const topicBytes of [150, 60_000]) {
    it(`matches no filter while a topic of ${topicBytes} bytes is not here, and reads nothing beyond the buffer`, () => {
      const block = connectedClient(core);
      block.subscribe("#", 0);
      block.collect();
      block.feed(packetBytes("SUBACK id=1 codes=0"));
      block.events();
      const payload = "x".repeat(200);
      block.feed(packetBytes(`PUBLISH "${"t".repeat(topicBytes)}" "${payload}"`).subarray(0, 100));
      assert.equal(block.next(), null);
      assert.equal(core.exports.nextMatching(block.client, 0), 0);
    });
  }

  it("is aborted when the rest does not come, and starts again at offset 0", () => {
    const block = connectedClient(core, {
      clean: false,
      prepare: ({ client }) => void core.exports.setTakesParts(client, 1),
    });
    const bytes = packetBytes('PUBLISH "t" "x"*600 qos=1 id=4');
    block.feed(bytes.subarray(0, 256));
    assert.equal(block.next()?.partOffset, 0);
    assert.equal(block.next(), null);
    block.closed(ClosedBy.Link);
    const [aborted, closed] = block.events();
    assert.deepEqual(
      [aborted?.event, aborted?.total, closed?.event],
      [Event.MessageAborted, 600, Event.Closed],
    );
    assert.equal(
      block.connected(packetBytes("CONNACK sp=1 code=0")).sent.length,
      0,
      "nothing is acknowledged",
    );
    block.feed(bytes.subarray(0, 256));
    assert.equal(block.next()?.partOffset, 0);
  });
});
