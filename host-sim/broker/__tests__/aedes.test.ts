// Owns the claims about Aedes as a Dialer, made with MQTT's own bytes.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, type TestContext, test } from "node:test";
import mqttPacket from "mqtt-packet";
import { HANG_MS } from "../../__tests__/support/patience.ts";
import { dialRecorded, type Recorded } from "../../net/__tests__/recorded-stream.ts";
import { createLink } from "../../net/link/link.ts";
import { linkDialer } from "../../net/link/link-dialer.ts";
import { parseLink } from "../../net/link/overlay.ts";
import type { Dialer } from "../../net/stream.ts";
import { createRandom } from "../../random/random.ts";
import { createRealClock } from "../../time/real-clock.ts";
import { type AedesBroker, createAedesBroker } from "../aedes.ts";

type Packet = mqttPacket.Packet;

const clock = createRealClock();

async function brokerFor(t: TestContext): Promise<AedesBroker> {
  const broker = await createAedesBroker(clock);
  t.after(() => broker.close());
  return broker;
}

interface Client {
  readonly recorded: Recorded;
  send(packet: Packet): void;
  next(cmd: string): Promise<Packet>;
}

const CONNECT = {
  cmd: "connect",
  protocolId: "MQTT",
  protocolVersion: 4,
  clean: true,
  keepalive: 60,
} as const;
const WILL = { topic: "status", payload: Buffer.from("offline"), qos: 1, retain: true } as const;

function client(dialer: Dialer): Client {
  const parser = mqttPacket.parser();
  const packets: Packet[] = [];
  let wake: () => void = () => undefined;
  parser.on("packet", (packet) => {
    packets.push(packet);
    wake();
  });
  const recorded = dialRecorded(dialer, { onData: (bytes) => void parser.parse(Buffer.from(bytes)) });
  return {
    recorded,
    send: (packet) => void recorded.stream.write(mqttPacket.generate(packet)),
    async next(cmd) {
      for (;;) {
        const index = packets.findIndex((packet) => packet.cmd === cmd);
        if (index >= 0) return packets.splice(index, 1)[0] as Packet;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

async function connected(dialer: Dialer, options: Partial<mqttPacket.IConnectPacket> = {}): Promise<Client> {
  const connecting = client(dialer);
  connecting.send({ ...CONNECT, clientId: "device", ...options });
  const connack = await connecting.next("connack");
  assert.equal(connack.cmd === "connack" && connack.returnCode, 0);
  return connecting;
}

interface Seen {
  readonly list: readonly string[];
  until(entry: string): Promise<void>;
}

function seenBy(broker: AedesBroker, filter: string): Seen {
  const list: string[] = [];
  let wake: () => void = () => undefined;
  broker.observe(filter, (topic, payload, qos, retain) => {
    list.push(`${topic} ${Buffer.from(payload)} qos${qos}${retain ? " retained" : ""}`);
    wake();
  });
  return {
    list,
    async until(entry) {
      while (!list.includes(entry)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

describe("Aedes within this process", { timeout: HANG_MS }, () => {
  test("takes a publish, acknowledges it, and shows it to an observer with its QoS", async (t) => {
    const broker = await brokerFor(t);
    const seen = seenBy(broker, "room/+");
    const device = await connected(broker.dialer);
    device.send({
      cmd: "publish",
      topic: "room/1",
      payload: "21.5",
      qos: 1,
      messageId: 7,
      retain: true,
      dup: false,
    });
    const puback = await device.next("puback");
    assert.equal(puback.messageId, 7);
    await seen.until("room/1 21.5 qos1");
    const late = seenBy(broker, "#");
    await late.until("room/1 21.5 qos1 retained");
    assert.deepEqual(late.list, ["room/1 21.5 qos1 retained"], "no $SYS topic for a wildcard");
    assert.equal(broker.counts.connections, 1);
  });

  test("fires the will of a connection that ends without a DISCONNECT, and counts it apart", async (t) => {
    const broker = await brokerFor(t);
    const seen = seenBy(broker, "status");
    const device = await connected(broker.dialer, { will: WILL });
    device.send({ cmd: "publish", topic: "status", payload: "offline", qos: 0, retain: true, dup: false });
    await seen.until("status offline qos0");
    assert.equal(broker.counts.willsFired, 0, "the same words are no will");
    device.recorded.stream.destroy();
    await seen.until("status offline qos1");
    assert.equal(broker.counts.willsFired, 1);
  });

  test("fires no will after a DISCONNECT", async (t) => {
    const broker = await brokerFor(t);
    const seen = seenBy(broker, "#");
    const device = await connected(broker.dialer, { will: WILL });
    device.send({ cmd: "disconnect" });
    device.recorded.stream.end();
    assert.equal(await device.recorded.closed(), null);
    await broker.publish("after", Buffer.from("x"));
    await seen.until("after x qos0");
    assert.deepEqual(seen.list, ["after x qos0"]);
    assert.equal(broker.counts.willsFired, 0);
  });

  test("fires the will when the link is cut, over the link's own TCP", async (t) => {
    const broker = await brokerFor(t);
    const seen = seenBy(broker, "status");
    const link = createLink(parseLink("perfect"), clock, createRandom(1));
    const device = await connected(linkDialer(broker.dialer, link, clock), { will: WILL });
    link.cut();
    await seen.until("status offline qos1");
    assert.equal((await device.recorded.closed())?.kind, "reset");
    assert.equal(broker.counts.willsFired, 1);
  });

  test("fires the will by its own keep-alive when the link swallows everything", async (t) => {
    const broker = await brokerFor(t);
    const seen = seenBy(broker, "status");
    const link = createLink(parseLink("perfect"), clock, createRandom(1));
    const device = await connected(linkDialer(broker.dialer, link, clock), { will: WILL, keepalive: 1 });
    link.blackhole(3_600_000);
    await seen.until("status offline qos1");
    assert.equal(device.recorded.isClosed, false, "the device is not told");
    device.recorded.stream.destroy();
    link.cut();
  });

  test("keeps sessions and retained messages over a restart, and forgets them when asked to", async (t) => {
    const broker = await brokerFor(t);
    const device = await connected(broker.dialer, { clean: false });
    device.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "command", qos: 1 }] });
    await device.next("suback");
    await broker.publish("kept", Buffer.from("yes"), { retain: true });

    const seen = seenBy(broker, "#");
    await seen.until("kept yes qos0 retained");
    await broker.restart({ forget: false });
    await device.recorded.until("end");
    await broker.publish("command", Buffer.from("on"), { qos: 1 });
    await seen.until("command on qos1");
    const again = client(broker.dialer);
    again.send({ ...CONNECT, clientId: "device", clean: false });
    const connack = await again.next("connack");
    assert.equal(connack.cmd === "connack" && connack.sessionPresent, true);
    const queued = await again.next("publish");
    assert.equal(queued.cmd === "publish" && queued.payload.toString(), "on");

    await broker.restart({ forget: true });
    const stranger = client(broker.dialer);
    stranger.send({ ...CONNECT, clientId: "device", clean: false });
    const forgotten = await stranger.next("connack");
    assert.equal(forgotten.cmd === "connack" && forgotten.sessionPresent, false);
    const empty = seenBy(broker, "#");
    await broker.publish("last", Buffer.from("1"));
    await empty.until("last 1 qos0");
    assert.deepEqual(empty.list, ["last 1 qos0"]);
  });

  test("refuses connections while it is closed", async (t) => {
    const broker = await brokerFor(t);
    await broker.close();
    assert.equal((await client(broker.dialer).recorded.closed())?.kind, "refused");
  });

  test("counts refused connections and tells of broken ones", async (t) => {
    const broker = await brokerFor(t);
    const errors: string[] = [];
    broker.onClientError((clientId, error) => errors.push(`${clientId} ${error.message}`));
    const old = client(broker.dialer);
    old.send({
      ...CONNECT,
      protocolId: "MQIsdp",
      protocolVersion: 3,
      clientId: "longer-than-23-characters-id",
    });
    const connack = await old.next("connack");
    assert.equal(connack.cmd === "connack" && connack.returnCode, 2);
    await old.recorded.until("end");
    assert.equal(broker.counts.refused, 1);
    const broken = client(broker.dialer);
    broken.recorded.stream.write(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    await broken.recorded.until("end");
    assert.equal(broker.counts.refused, 2);
    assert.equal(broker.counts.connections, 0);
    assert.equal(errors.length, 2);
    assert.match(errors.join(), /identifier rejected/);
  });

  test("listens on a socket only when asked, and serves the same messages there", async (t) => {
    const broker = await brokerFor(t);
    const seen = seenBy(broker, "over-tcp");
    const port = await broker.listen(0);
    const socket = connect(port, "127.0.0.1");
    t.after(() => socket.destroy());
    socket.write(mqttPacket.generate({ ...CONNECT, clientId: "tcp" }));
    socket.write(
      mqttPacket.generate({
        cmd: "publish",
        topic: "over-tcp",
        payload: "1",
        qos: 0,
        retain: false,
        dup: false,
      }),
    );
    await seen.until("over-tcp 1 qos0");
  });

  test("waits for a subscriber that does not read, and then delivers all", async (t) => {
    const broker = await brokerFor(t);
    const device = await connected(broker.dialer);
    device.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "big", qos: 1 }] });
    await device.next("suback");
    device.recorded.stream.pause();
    const payload = Buffer.alloc(10_000, "x");
    const sent = Array.from({ length: 20 }, () => broker.publish("big", payload, { qos: 1 }));
    await new Promise<void>((resolve) => clock.at(clock.nowMs + 50, resolve));
    device.recorded.stream.resume();
    await Promise.all(sent);
    for (let i = 0; i < 20; i++) {
      const publish = await device.next("publish");
      assert.equal(publish.cmd === "publish" && publish.payload.length, 10_000);
    }
    device.recorded.stream.destroy();
  });
});
