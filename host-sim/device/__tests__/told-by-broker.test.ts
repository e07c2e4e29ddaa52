// Claims about what a sensor node passes on of its broker's words in MQTT 5: the version, the reason code and the reason string.
import assert from "node:assert/strict";
import { test } from "node:test";
import { generate, type Packet } from "mqtt-packet";
import { memoryDialer } from "../../net/memory-stream.ts";
import { VirtualClock } from "../../time/virtual-clock.ts";
import type { Protocol } from "../../words/protocol.ts";
import { SensorBench } from "./support/sensor-bench.ts";

const ACCEPTED = { cmd: "connack", reasonCode: 0, sessionPresent: false } as unknown as Packet;

/** A device whose broker answers the first bytes of a connection with these packets, says no more, and closes. */
function toldBy(protocol: Protocol, ...answers: readonly (Packet | Buffer)[]): SensorBench {
  const clock = new VirtualClock();
  const bytes = answers.map((answer) =>
    Buffer.isBuffer(answer) ? answer : generate(answer, { protocolVersion: 5 }),
  );
  const dialer = memoryDialer(clock, (stream) => {
    let hasAnswered = false;
    return {
      onOpen: () => undefined,
      onData() {
        if (hasAnswered) return;
        hasAnswered = true;
        stream.write(Buffer.concat(bytes));
        stream.end();
      },
      onDrain: () => undefined,
      onEnd: () => undefined,
      onClose: () => undefined,
    };
  });
  const bench = new SensorBench({ protocol }, undefined, { clock, dialer });
  bench.device.powerOn({ samples: false });
  clock.runUntil(400);
  bench.device.powerOff();
  return bench;
}

test("a refusal comes with its reason code and the reason string behind other properties", () => {
  const bench = toldBy("5", {
    cmd: "connack",
    reasonCode: 0x87,
    sessionPresent: false,
    properties: { serverReference: "other:1883", reasonString: "ask the öwner", userProperties: { a: "b" } },
  } as unknown as Packet);
  assert.deepEqual(bench.ofKind("refused")[0], { kind: "refused", returnCode: 0x87, said: "ask the öwner" });
  assert.equal(bench.ofKind("connected").length, 0);
});

test("a DISCONNECT comes with its reason code and reason string, and without one there are none", () => {
  const reasonString = "back at noon";
  const leaving = { cmd: "disconnect", reasonCode: 0x8b, properties: { reasonString } } as const;
  const [closed] = toldBy("5", ACCEPTED, leaving).ofKind("closed");
  assert.deepEqual(
    [closed?.reason, closed?.by, closed?.code, closed?.said],
    ["serverDisconnect", "server", 0x8b, reasonString],
  );
  const [silent] = toldBy("5", ACCEPTED).ofKind("closed");
  assert.deepEqual([silent?.reason, silent?.code, silent?.said], ["server", null, null]);
});

test("what was said before is not said again of a connection that merely ends", () => {
  const named = {
    cmd: "connack",
    reasonCode: 0,
    properties: { reasonString: "welcome" },
  } as unknown as Packet;
  assert.equal(toldBy("5", named).ofKind("closed")[0]?.said, null);
});

test("in 3.1.1 a refusal is a return code without words", () => {
  const bench = toldBy("3.1.1", Buffer.from([0x20, 2, 0, 5]));
  assert.deepEqual(bench.ofKind("refused")[0], { kind: "refused", returnCode: 5, said: null });
});

test("the version is the one that the connection speaks", () => {
  assert.equal(toldBy("5", ACCEPTED).ofKind("connected")[0]?.version, 5);
  const accepted = Buffer.from([0x20, 2, 0, 0]);
  assert.equal(toldBy("3.1", accepted).ofKind("connected")[0]?.version, 3);
});
