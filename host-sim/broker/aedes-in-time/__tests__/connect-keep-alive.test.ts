// Claims about a CONNECT on its way to a broker that shall not time its client: but for the keep-alive it arrives as it was sent.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generate, type IConnectPacket } from "mqtt-packet";
import { ConnectKeepAlive } from "../connect-keep-alive.ts";

function connect(keepalive: number, version: 3 | 4): Buffer {
  const packet: IConnectPacket = {
    cmd: "connect",
    protocolId: version === 3 ? "MQIsdp" : "MQTT",
    protocolVersion: version,
    clientId: "c".repeat(200),
    clean: false,
    keepalive,
    username: "u",
    password: Buffer.from("p"),
    will: { topic: "w", payload: Buffer.from("gone"), qos: 1, retain: true },
  };
  return generate(packet);
}

describe("the keep-alive of a CONNECT", () => {
  for (const version of [3, 4] as const) {
    it(`is told, and is 0 in what goes on; nothing else is changed (protocol level ${version})`, () => {
      const taken = new ConnectKeepAlive().take(connect(0x1234, version));
      assert.equal(taken?.keepAlive, 0x1234);
      assert.deepEqual(Buffer.from(taken.bytes), connect(0, version));
    });
  }

  it("is not told before the packet is whole, and takes along what came behind it", () => {
    const collector = new ConnectKeepAlive();
    const bytes = Buffer.concat([connect(300, 4), generate({ cmd: "pingreq" })]);
    for (const byte of connect(300, 4).subarray(0, -1)) {
      assert.equal(collector.take(Uint8Array.of(byte)), null);
    }
    const taken = collector.take(bytes.subarray(connect(300, 4).length - 1));
    assert.equal(taken?.keepAlive, 300);
    assert.deepEqual(Buffer.from(taken.bytes), Buffer.concat([connect(0, 4), generate({ cmd: "pingreq" })]));
  });

  it("is null for another packet and for noise, which go on as they are", () => {
    for (const bytes of [generate({ cmd: "pingreq" }), Buffer.alloc(20, 0xff)]) {
      const taken = new ConnectKeepAlive().take(bytes);
      assert.equal(taken?.keepAlive, null);
      assert.deepEqual(Buffer.from(taken.bytes), bytes);
    }
  });
});
