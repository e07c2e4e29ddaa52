// Owns the claims about DISCONNECT of MQTT 5 as this client says it: reasons, properties, and that it is the end.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { ClosedBy, CloseReason, Event, Phase, Property, Status } from "../layout.generated.ts";
import type { BlockUnderTest } from "./support/block-under-test.ts";
import {
  connack5,
  connectedFive,
  encoded,
  idleFive,
  type Properties,
  packet5,
  packetsOf,
  prepared,
} from "./support/five.ts";

const core = new Core(loadModule());
const DISCONNECT = 14;

function settleStatus(block: BlockUnderTest, hasWill: boolean): void {
  const { exports } = core;
  const topic = block.text("s", "Topic");
  const offline = block.text("off", "Bytes");
  exports.setStatusTopic(block.client, topic, offline);
  exports.setStatus(block.client, block.text("on", "Bytes"));
  if (hasWill) exports.setWill(block.client, topic, offline, 1);
}

describe("DISCONNECT of this client's", () => {
  // [MQTT5-3.14.1-1] [MQTT5-3.14.4-2]
  it("says no reason when it is a normal one", () => {
    const block = connectedFive(core);
    core.exports.disconnect(block.client, 1000, block.nowMs);
    assert.equal(block.collect().toString("hex"), "e000");
    assert.equal(block.next()?.event, Event.CloseTransport);
  });

  it("lets the will out with reason 4, and carries properties", () => {
    const block = connectedFive(core, { clean: false });
    const text = prepared(block, DISCONNECT, [
      [Property.SessionExpiry, 60],
      [Property.ReasonString, "asleep"],
    ]);
    assert.equal(core.exports.disconnectWith(block.client, 4, text, 1000, block.nowMs), Status.Ok);
    const [packet] = packetsOf(block.collect());
    assert.equal(packet?.reasonCode, 4);
    assert.deepEqual(
      { ...(packet?.properties as object) },
      { sessionExpiryInterval: 60, reasonString: "asleep" },
    );
    assert.deepEqual([block.next()?.code, block.phase], [CloseReason.Goodbye, Phase.Closing]);
  });

  it("cannot keep a session that CONNECT did not, nor give a server's reason", () => {
    const block = connectedFive(core);
    const text = prepared(block, DISCONNECT, [[Property.SessionExpiry, 60]]);
    const { exports } = core;
    assert.equal(exports.disconnectWith(block.client, 0, text, 1000, block.nowMs), Status.BadProperties);
    assert.equal(exports.disconnectWith(block.client, 0x8e, 0, 1000, block.nowMs), Status.ArgumentRange);
    assert.equal(prepared(block, DISCONNECT, [[Property.ServerReference, "x"]]), Status.BadProperties);
    assert.equal(block.phase, Phase.Connected);
  });

  it("lets the will out when the broker does not take the goodbye, and only then", () => {
    for (const [answer, hasWill, disconnect] of [
      [0x97, true, "e00104"],
      [0, true, "e000"],
      [0x97, false, "e000"],
    ] as const) {
      const block = idleFive(core, { prepare: (fresh) => settleStatus(fresh, hasWill) });
      const acknowledge = (sent: Buffer, reasonCode: number): void => {
        const [packet] = packetsOf(sent);
        block.feed(packet5({ cmd: "puback", messageId: packet?.messageId, reasonCode }));
        block.events();
      };
      // that the first status was refused has no bearing on the last
      acknowledge(block.connected(connack5()).sent, 0x97);
      core.exports.disconnect(block.client, 1000, block.nowMs);
      acknowledge(block.collect(), answer);
      assert.equal(block.collect().toString("hex"), disconnect);
    }
  });

  it("after it the next connection is told nothing of it", () => {
    const block = connectedFive(core);
    core.exports.disconnectWith(block.client, 4, 0, 1000, block.nowMs);
    assert.equal(block.collect().toString("hex"), "e00104");
    block.events();
    block.closed(ClosedBy.Client);
    block.events();
    block.connected(connack5());
    core.exports.disconnect(block.client, 1000, block.nowMs);
    assert.equal(block.collect().toString("hex"), "e000");
  });

  // [MQTT5-3.14.2-1] [MQTT5-3.14.4-2] [MQTT5-4.13.2-1]
  it("has a reason that a client may give, or is refused at the call; and closes whatever it is", () => {
    const clients = [0, 4, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99];
    for (let code = 0; code < 300; code++) {
      const block = connectedFive(core);
      const status = core.exports.disconnectWith(block.client, code, 0, 1000, block.nowMs);
      assert.equal(status, clients.includes(code) ? Status.Ok : Status.ArgumentRange, `${code}`);
      if (status !== Status.Ok) continue;
      const digits = code === 0 ? "e000" : `e001${code.toString(16).padStart(2, "0")}`;
      assert.equal(block.collect().toString("hex"), digits);
      assert.equal(block.next()?.event, Event.CloseTransport);
    }
  });

  // [MQTT5-3.14.2-3] [MQTT5-3.14.2-4] [MQTT5-3.2.2-15]
  it("has no properties that make it larger than the broker takes", () => {
    for (const properties of [
      [[Property.ReasonString, "asleep"]],
      [[Property.UserProperty, ["a", "sleep"]]],
    ] as Properties[])
      for (const most of [13, 12]) {
        const block = connectedFive(core, { connack: connack5({ maximumPacketSize: most }) });
        const text = prepared(block, DISCONNECT, properties);
        const bytes = 4 + encoded(core, properties).length;
        const status = core.exports.disconnectWith(block.client, 4, text, 1000, block.nowMs);
        assert.equal(status, bytes <= most ? Status.Ok : Status.NotSupported, `${bytes} of ${most}`);
        assert.equal(block.collect().length, bytes <= most ? bytes : 0);
        if (status !== Status.Ok) assert.equal(block.phase, Phase.Connected, "and nothing has changed");
      }
  });
});
