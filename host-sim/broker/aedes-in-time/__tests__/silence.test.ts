// Claims about the keep-alive of an Aedes in simulated time: enforced to the millisecond of the simulation, whatever the wall says.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { generate, type Packet } from "mqtt-packet";
import { dialRecorded, type Recorded } from "../../../net/__tests__/recorded-stream.ts";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import { type AedesInTime, createAedesInTime } from "../aedes-in-time.ts";
import { runUntil } from "../run-until.ts";
import { settled } from "../settled.ts";

interface Bench {
  readonly broker: AedesInTime;
  readonly wills: readonly string[];
  dial(): Recorded;
  send(client: Recorded, packet: Packet): void;
  until(ms: number): Promise<void>;
}

async function bench(t: TestContext): Promise<Bench> {
  const clock = new VirtualClock();
  const broker = await createAedesInTime(clock);
  t.after(() => broker.close());
  const wills: string[] = [];
  broker.observe("will", (_topic, payload) => wills.push(Buffer.from(payload).toString()));
  return {
    broker,
    wills,
    dial: () => dialRecorded(broker.dialer),
    send: (client, packet) => void client.stream.write(generate(packet)),
    until: (ms) => runUntil(clock, ms, settled),
  };
}

function connect(keepalive: number): Packet {
  const will = { topic: "will", payload: Buffer.from("gone"), qos: 0 as const, retain: false };
  return {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clientId: "c",
    clean: true,
    keepalive,
    will,
  };
}

const CONNACK = generate({ cmd: "connack", returnCode: 0, sessionPresent: false });

describe("a client of an Aedes in simulated time", () => {
  it("that says nothing for one and a half keep-alives is reset, and its will fires", async (t) => {
    const { dial, send, until, wills, broker } = await bench(t);
    const client = dial();
    send(client, connect(300));
    await until(449_999);
    assert.deepEqual([client.bytes, client.isClosed, wills], [CONNACK, false, []]);
    await until(450_100);
    assert.deepEqual([client.error?.kind, wills, broker.counts.willsFired], ["reset", ["gone"], 1]);
  });

  it("that sends anything in time is left alone for a day", async (t) => {
    const { dial, send, until, wills } = await bench(t);
    const client = dial();
    send(client, connect(300));
    for (let atMs = 0; atMs < 86_400_000; atMs += 440_000) {
      await until(atMs);
      send(client, { cmd: "pingreq" });
    }
    assert.deepEqual([client.isClosed, wills], [false, []]);
  });

  it("with keep-alive 0 may be silent for ever", async (t) => {
    const { dial, send, until } = await bench(t);
    const client = dial();
    send(client, connect(0));
    await until(7 * 86_400_000);
    assert.equal(client.isClosed, false);
  });

  it("that says no CONNECT, or half of one, is reset after 30 seconds", async (t) => {
    const { dial, until, broker } = await bench(t);
    const [silent, slow] = [dial(), dial()];
    slow.stream.write(generate(connect(300)).subarray(0, 20));
    await until(29_999);
    assert.deepEqual([silent.isClosed, slow.isClosed], [false, false]);
    await until(30_100);
    assert.deepEqual([silent.error?.kind, slow.error?.kind], ["reset", "reset"]);
    assert.equal(broker.counts.connections, 0);
  });

  it("is accepted however its CONNECT is split, together with what follows it", async (t) => {
    const bytes = Buffer.concat([generate(connect(300)), generate({ cmd: "pingreq" })]);
    const { dial, until } = await bench(t);
    const answer = Buffer.concat([CONNACK, generate({ cmd: "pingresp" })]);
    for (let at = 1; at < bytes.length; at++) {
      const client = dial();
      client.stream.write(bytes.subarray(0, at));
      client.stream.write(bytes.subarray(at));
      await until(at);
      assert.ok(client.bytes.equals(answer), `split at ${at}`);
      client.stream.destroy();
    }
  });

  it("whose first bytes are no CONNECT is refused by Aedes itself", async (t) => {
    const { dial, send, until, broker } = await bench(t);
    const [early, noise] = [dial(), dial()];
    send(early, { cmd: "pingreq" });
    noise.stream.write(new Uint8Array(20).fill(0xff));
    await until(1000);
    assert.deepEqual([early.isClosed || early.events.includes("end"), broker.counts.connections], [true, 0]);
    assert.ok(noise.isClosed || noise.events.includes("end"));
  });
});
