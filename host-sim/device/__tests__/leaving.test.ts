// Owns the claims about saying goodbye: who said `disconnect` stays disconnected, whatever happens on the way.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, CloseReason, Event, Phase, Status } from "../layout.generated.ts";
import type { BlockUnderTest } from "./support/block-under-test.ts";
import type { Version } from "./support/notation.ts";
import { accept, connectedClient, nameOfVersion, receive, sentLines, VERSIONS } from "./support/session.ts";

const core = new Core(loadModule());

function withStatus(block: BlockUnderTest): void {
  const { exports } = core;
  const online = block.text("online", "Bytes");
  exports.setStatusTopic(block.client, block.text("status", "Topic"), block.text("offline", "Bytes"));
  exports.setStatus(block.client, online);
}

/** A client that has said goodbye, whose status is sent and not yet acknowledged. */
function leaving(version: Version): BlockUnderTest {
  const block = connectedClient(core, { version, prepare: withStatus });
  receive(block, "PUBACK id=1");
  block.events();
  core.exports.disconnect(block.client, 5000, block.nowMs);
  assert.deepEqual(sentLines(block), ['PUBLISH "status" "offline" qos=1 id=2 retain']);
  return block;
}

function assertStaysAway(block: BlockUnderTest): void {
  block.nowMs += 200_000;
  const told = block.events().map(({ event }) => event);
  assert.ok(!told.includes(Event.OpenTransport), "it connects again");
  assert.equal(block.phase, Phase.Idle);
}

for (const version of VERSIONS)
  describe(`after disconnect in ${nameOfVersion(version)}`, () => {
    // [MQTT3-3.14.4-1]
    // [MQTT5-3.14.4-1] [MQTT5-3.14.4-2]
    it("the status goes out, then DISCONNECT, then the transport is closed gently", () => {
      const block = leaving(version);
      receive(block, "PUBACK id=2");
      block.events();
      assert.deepEqual(sentLines(block), ["DISCONNECT"]);
      const [close] = block.events();
      assert.deepEqual(
        [close?.event, close?.code, close?.flag],
        [Event.CloseTransport, CloseReason.Goodbye, 1],
      );
      block.closed(ClosedBy.Server);
      assertStaysAway(block);
    });

    it("DISCONNECT goes out without the acknowledgement when that takes too long", () => {
      const block = leaving(version);
      block.nowMs += core.exports.deadlineMs(block.client, block.nowMs);
      block.events();
      assert.deepEqual(sentLines(block), ["DISCONNECT"]);
    });

    for (const [who, by] of [
      ["the link", ClosedBy.Link],
      ["the server", ClosedBy.Server],
    ] as const)
      it(`the client stays away when ${who} ends the connection first`, () => {
        const block = leaving(version);
        block.closed(by);
        assertStaysAway(block);
      });

    it("the client stays away when the server breaks a rule meanwhile", () => {
      const block = leaving(version);
      receive(block, "hex f0 00");
      block.events();
      block.collect(); // in 5 it says why first
      assert.ok(block.events().some(({ event }) => event === Event.CloseTransport) || version === 4);
      block.closed(ClosedBy.Client);
      assertStaysAway(block);
    });

    it("the next connection says what the client was last told to say", () => {
      const block = leaving(version);
      receive(block, "PUBACK id=2");
      block.events();
      block.collect();
      block.events();
      block.closed(ClosedBy.Client);
      block.events();
      const online = block.text("online", "Bytes");
      core.exports.setStatus(block.client, online);
      assert.match(accept(block).join(), /online/);
    });

    it("a wait longer than the clock can tell is refused", () => {
      const block = connectedClient(core, { version });
      assert.equal(core.exports.disconnect(block.client, 0xffff_ffff, block.nowMs), Status.ArgumentRange);
      assert.equal(block.phase, Phase.Connected);
    });
  });
