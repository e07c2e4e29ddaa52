// Owns the claims about SUBSCRIBE, UNSUBSCRIBE, PINGREQ and DISCONNECT as this client sends them, spelled out, in 3.1.1 and in 5.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { Event, Status } from "../layout.generated.ts";
import { connectedClient, nameOfVersion, receive, sentLines, VERSIONS } from "./support/session.ts";
import { spelled } from "./support/spelled.ts";

const core = new Core(loadModule());
const { exports } = core;

for (const version of VERSIONS) {
  describe(`requests of ${nameOfVersion(version)}`, () => {
    // [MQTT3-2.3.1-1] [MQTT3-3.8.1-1] [MQTT3-3.8.3-1] [MQTT3-2.2.2-1]
    // [MQTT5-2.2.1-3] [MQTT5-3.8.1-1] [MQTT5-3.8.3-1] [MQTT5-2.1.3-1] [MQTT5-2.2.2-1]
    it("SUBSCRIBE has flags 2, its id, and each filter with the QoS that is wanted", () => {
      const block = connectedClient(core, { version });
      block.subscribe("a/+", 0);
      block.subscribe("#", 2);
      const bytes = block.collect().toString("hex");
      assert.equal(bytes, spelled(version, '82 00 01 {00} 00 03 "a/+" 00 00 01 "#" 02'));
    });

    // [MQTT3-2.3.1-1] [MQTT3-3.10.1-1] [MQTT3-3.10.3-1] [MQTT3-2.2.2-1]
    // [MQTT5-2.2.1-3] [MQTT5-3.10.1-1] [MQTT5-3.10.3-1] [MQTT5-2.1.3-1] [MQTT5-2.2.2-1]
    it("UNSUBSCRIBE has flags 2, its id, and each filter", () => {
      const block = connectedClient(core, { version });
      block.unsubscribe("a/+");
      block.unsubscribe("#");
      const bytes = block.collect().toString("hex");
      assert.equal(bytes, spelled(version, 'a2 00 01 {00} 00 03 "a/+" 00 01 "#"'));
    });

    // [MQTT3-3.8.3-1] [MQTT3-3.10.3-1] [MQTT3-4.7.1-2] [MQTT3-4.7.1-3] [MQTT3-4.7.3-1] [MQTT3-4.7.3-2] [MQTT3-4.7.3-3]
    // [MQTT5-3.8.3-1] [MQTT5-3.10.3-1] [MQTT5-4.7.1-1] [MQTT5-4.7.1-2] [MQTT5-4.7.3-1] [MQTT5-4.7.3-2] [MQTT5-4.7.3-3]
    it("with what is no filter are refused at the call, and nothing is sent", () => {
      const block = connectedClient(core, { version });
      const filters: readonly (readonly [filter: string | Uint8Array, status: number])[] = [
        ["", Status.TopicEmpty],
        ["a#", Status.BadFilter],
        ["#/a", Status.BadFilter],
        ["a+", Status.BadFilter],
        ["a/+b", Status.BadFilter],
        ["a\0", Status.BadUtf8],
        [Uint8Array.of(0xc0, 0x80), Status.BadUtf8],
        [Uint8Array.of(0xed, 0xa0, 0x80), Status.BadUtf8],
        ["x".repeat(65_536), Status.TopicTooLarge],
      ];
      const { client } = block;
      for (const [filter, status] of filters) {
        const length = core.put(core.inbox, filter);
        assert.equal(exports.subscribe(client, core.inbox, length, 0), status);
        assert.equal(exports.subscribeWith(client, core.inbox, length, 0, 0), status);
        assert.equal(exports.unsubscribe(client, core.inbox, length), status);
      }
      assert.equal(exports.subscribe(client, core.inbox, core.put(core.inbox, "a"), 3), Status.QosRange);
      assert.equal(block.collect().length, 0);
    });

    // [MQTT3-3.8.3-3] [MQTT3-3.10.3-2]
    // [MQTT5-3.8.3-2] [MQTT5-3.10.3-2]
    it("are not sent without a filter, also when the last that was owed is wanted otherwise meanwhile", () => {
      const block = connectedClient(core, { version });
      assert.equal(block.collect().length, 0);
      block.subscribe("a", 1);
      block.unsubscribe("a");
      assert.deepEqual(sentLines(block), ['UNSUBSCRIBE id=1 "a"']);
      receive(block, "UNSUBACK id=1");
      block.events();
      block.unsubscribe("a");
      block.subscribe("a", 2);
      assert.deepEqual(sentLines(block), ['SUBSCRIBE id=2 "a"=2']);
      receive(block, "SUBACK id=2 codes=2");
      block.events();
      assert.equal(block.collect().length, 0);
    });
  });

  describe(`PINGREQ and DISCONNECT of ${nameOfVersion(version)}`, () => {
    // [MQTT3-3.1.2-23] [MQTT3-2.2.2-1]
    // [MQTT5-3.1.2-20] [MQTT5-2.1.3-1]
    it("PINGREQ is two bytes, and leaves before the keep-alive is over", () => {
      const block = connectedClient(core, { version, keepAliveSeconds: 10 });
      for (let round = 0; round < 3; round++) {
        const waitMs = exports.deadlineMs(block.client, block.nowMs);
        assert.ok(waitMs > 0 && waitMs <= 10_000, `${waitMs}`);
        block.nowMs += waitMs;
        block.events();
        assert.equal(block.collect().toString("hex"), "c000");
        receive(block, "PINGRESP");
        block.events();
      }
    });

    // [MQTT3-3.14.4-1] [MQTT3-3.14.4-2] [MQTT3-2.2.2-1]
    // [MQTT5-3.14.4-1] [MQTT5-3.14.4-2] [MQTT5-3.14.1-1] [MQTT5-2.1.3-1]
    it("DISCONNECT is two bytes and the last: the transport is closed, and nothing more is sent", () => {
      const block = connectedClient(core, { version, clean: false });
      exports.disconnect(block.client, 0, block.nowMs);
      block.events();
      assert.equal(block.collect().toString("hex"), "e000");
      assert.equal(block.events()[0]?.event, Event.CloseTransport);
      block.publish("t", "x", 1);
      block.subscribe("f", 1);
      receive(block, 'PUBLISH "a" "late" qos=1 id=7');
      for (let seconds = 0; seconds < 200; seconds++) {
        block.nowMs += 1000;
        assert.deepEqual(block.events(), []);
        assert.equal(block.collect().length, 0);
      }
    });
  });
}
