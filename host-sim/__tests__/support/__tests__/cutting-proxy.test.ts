// Owns the promises of the cutting proxy, seen from bare sockets on both sides. Knows no MQTT client and no broker.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { generate, type Packet } from "mqtt-packet";
import { assertCutHit, type CutManner, type CutMoment } from "../cut.ts";
import type { Direction } from "../packet-log.ts";
import { connectScriptedPeers, type Peer, type ScriptedPeers, type Told } from "./scripted-peers.ts";

const connectPacket = generate({
  cmd: "connect",
  clientId: "bench",
  protocolVersion: 4,
  clean: true,
  keepalive: 60,
});
const connack = generate({ cmd: "connack", returnCode: 0, sessionPresent: false });

function publish(messageId: number, payload: string | Buffer = `message ${messageId}`): Buffer {
  return generate({ cmd: "publish", topic: "a/b", payload, qos: 2, messageId, dup: false, retain: false });
}

function ack(cmd: "puback" | "pubrec" | "pubrel" | "pubcomp", messageId: number): Buffer {
  return generate({ cmd, messageId } as Packet);
}

/** Past the CONNECT and CONNACK that open every stream. */
async function handshake({ client, broker }: Pick<ScriptedPeers, "client" | "broker">): Promise<void> {
  client.send(connectPacket);
  await broker.received(connectPacket.length);
  broker.send(connack);
  await client.received(connack.length);
}

function sidesOf(
  peers: ScriptedPeers,
  direction: Direction,
): { sender: Peer; receiver: Peer; opening: Buffer } {
  return direction === "toBroker"
    ? { sender: peers.client, receiver: peers.broker, opening: connectPacket }
    : { sender: peers.broker, receiver: peers.client, opening: connack };
}

const directions: readonly Direction[] = ["toBroker", "toClient"];
const moments: readonly CutMoment[] = ["before", "within", "after"];
const manners: readonly CutManner[] = ["reset", "fin", "silence"];
const toldBy: Readonly<Record<CutManner, Told>> = { reset: "reset", fin: "fin", silence: "nothing" };

describe("a cut at a packet", () => {
  for (const direction of directions) {
    for (const when of moments) {
      for (const how of manners) {
        test(`${how} ${when} the second PUBLISH ${direction}: exactly what came before it arrives`, async (t) => {
          const peers = await connectScriptedPeers(t);
          await handshake(peers);
          const { sender, receiver, opening } = sidesOf(peers, direction);
          const [first, second, third] = [publish(1), publish(2), publish(3)] as const;
          const cut = peers.proxy.cutAt({ direction, packet: "publish", occurrence: 2, when, how });
          sender.send(first);
          await receiver.received(opening.length + first.length);
          sender.send(Buffer.concat([second, third]));
          await cut.hit();

          const part = { before: 0, within: Math.floor(second.length / 2), after: second.length }[when];
          const expected = Buffer.concat([opening, first, second.subarray(0, part)]);
          await receiver.received(expected.length);
          if (how !== "silence") {
            await Promise.all([sender.toldOfEnd(), receiver.toldOfEnd()]);
          } else {
            receiver.send(ack("pubrec", 1));
            await peers.proxy.waitFor(({ cmd }) => cmd === "pubrec");
          }
          assert.deepEqual(receiver.bytes, expected);
          assert.equal(sender.told, toldBy[how]);
          // A reset could destroy bytes that the receiver has not read yet.
          assert.equal(receiver.told, part > 0 && how === "reset" ? "fin" : toldBy[how]);
          assert.deepEqual(
            peers.proxy.log.filter(({ cmd }) => cmd === "publish").map((record) => record.forwardedBytes),
            [first.length, part, 0],
          );
        });
      }
    }
  }

  for (const cmd of ["puback", "pubrec", "pubrel", "pubcomp"] as const) {
    test(`takes ${cmd} for ${cmd} and for nothing else`, async (t) => {
      const peers = await connectScriptedPeers(t);
      await handshake(peers);
      const cut = peers.proxy.cutAt({ direction: "toBroker", packet: cmd, when: "before", how: "fin" });
      const others = (["puback", "pubrec", "pubrel", "pubcomp"] as const).filter((other) => other !== cmd);
      const passing = others.map((other, i) => ack(other, i + 1));
      peers.client.send(...passing, ack(cmd, 9));
      const { record } = await cut.hit();
      assert.equal(record.messageId, 9);
      await peers.broker.toldOfEnd();
      assert.deepEqual(peers.broker.bytes, Buffer.concat([connectPacket, ...passing]));
    });
  }

  test("after: a receiver that reads late still gets the packet, and the sender is not told before", async (t) => {
    const peers = await connectScriptedPeers(t);
    await handshake(peers);
    const large = publish(1, Buffer.alloc(512 * 1024, 7));
    const cut = peers.proxy.cutAt({ direction: "toBroker", packet: "publish", when: "after", how: "reset" });
    peers.broker.socket.pause();
    peers.client.send(large);
    await peers.proxy.waitFor(({ cmd }) => cmd === "publish");
    await sleep(100);
    assert.equal(peers.client.told, "nothing");
    peers.broker.socket.resume();
    await cut.hit();
    assert.deepEqual(peers.broker.bytes, Buffer.concat([connectPacket, large]));
    await peers.client.toldOfEnd();
  });

  test("after: a receiver that throws the connection away unread is no proof of arrival", async (t) => {
    const peers = await connectScriptedPeers(t);
    await handshake(peers);
    const cut = peers.proxy.cutAt({ direction: "toBroker", packet: "publish", when: "after", how: "reset" });
    peers.broker.socket.pause();
    peers.client.send(publish(1));
    await peers.proxy.waitFor(({ cmd }) => cmd === "publish");
    peers.broker.socket.resetAndDestroy();
    await assert.rejects(cut.hit(), /arrival/);
  });

  test("the connection that follows a cut is not cut again", async (t) => {
    const peers = await connectScriptedPeers(t);
    await handshake(peers);
    const cut = peers.proxy.cutAt({ direction: "toBroker", packet: "publish", when: "before", how: "reset" });
    peers.client.send(publish(1));
    await cut.hit();
    const next = await peers.reconnect();
    await handshake(next);
    next.client.send(publish(1));
    await next.broker.received(connectPacket.length + publish(1).length);
    assert.equal(peers.proxy.connectionCount, 2);
    assertCutHit(cut);
  });
});

describe("a misdirected cut is noticed", () => {
  const asked = { direction: "toBroker", packet: "publish", when: "before", how: "reset" } as const;
  const misdirected = [
    { title: "the wrong direction", rule: { ...asked, direction: "toClient" } },
    { title: "the wrong packet", rule: { ...asked, packet: "pubrel" } },
    { title: "an occurrence that never comes", rule: { ...asked, occurrence: 2 } },
  ] as const;
  for (const { title, rule } of misdirected) {
    test(`${title}: hit() and assertCutHit() fail, and the packet passes`, async (t) => {
      const peers = await connectScriptedPeers(t);
      await handshake(peers);
      const cut = peers.proxy.cutAt(rule);
      peers.client.send(publish(1));
      await peers.broker.received(connectPacket.length + publish(1).length);
      await assert.rejects(cut.hit(50), /never reached/);
      assert.throws(() => assertCutHit(cut), /never reached/);
    });
  }
});

describe("the link between", () => {
  test("bytes pass unchanged, however they are cut into chunks", async (t) => {
    const peers = await connectScriptedPeers(t);
    const stream = Buffer.concat([
      connectPacket,
      publish(1, Buffer.alloc(300, 1)),
      ack("pubrel", 1),
      publish(2, ""),
    ]);
    for (const byte of stream) {
      peers.client.send(Buffer.of(byte));
      await sleep(0);
    }
    await peers.broker.received(stream.length);
    assert.deepEqual(peers.broker.bytes, stream);
    assert.deepEqual(
      peers.proxy.log.map(({ cmd, messageId, qos, topic }) => ({ cmd, messageId, qos, topic })),
      [
        { cmd: "connect", messageId: undefined, qos: undefined, topic: undefined },
        { cmd: "publish", messageId: 1, qos: 2, topic: "a/b" },
        { cmd: "pubrel", messageId: 1, qos: undefined, topic: undefined },
        { cmd: "publish", messageId: 2, qos: 2, topic: "a/b" },
      ],
    );
  });

  test("later packets are read in the version that CONNECT named", async (t) => {
    const peers = await connectScriptedPeers(t);
    const v5 = { protocolVersion: 5 } as const;
    const opening = generate({ cmd: "connect", clientId: "five", clean: true, keepalive: 60, ...v5 });
    const auth = generate({ cmd: "auth", reasonCode: 0x18, properties: { authenticationMethod: "m" } }, v5);
    peers.client.send(opening, auth);
    await peers.broker.received(opening.length + auth.length);
    // Only version 5 has AUTH.
    assert.deepEqual(
      peers.proxy.log.map(({ cmd }) => cmd),
      ["connect", "auth"],
    );
  });

  for (const [title, stream] of [
    ["a TLS hello", Buffer.from("16030100020100ff", "hex")],
    ["a WebSocket upgrade", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["a length of five bytes", Buffer.from("10ffffffffff01", "hex")],
  ] as const) {
    test(`${title} passes both ways and is held up by nobody`, async (t) => {
      const peers = await connectScriptedPeers(t);
      peers.client.send(stream);
      await peers.broker.received(stream.length);
      peers.broker.send(stream);
      await peers.client.received(stream.length);
      assert.deepEqual([peers.broker.bytes, peers.client.bytes], [stream, stream]);
    });
  }

  test("latency holds back each way, keeps the order, and takes the end of the stream along", async (t) => {
    const peers = await connectScriptedPeers(t);
    peers.proxy.latency(40);
    const sentAt = peers.proxy.nowMs();
    peers.client.send(connectPacket, publish(1), publish(2));
    peers.client.socket.end();
    await peers.broker.toldOfEnd();
    assert.deepEqual(peers.broker.bytes, Buffer.concat([connectPacket, publish(1), publish(2)]));
    for (const record of peers.proxy.log)
      assert.ok(record.atMs - sentAt >= 40, `passed after ${record.atMs - sentAt}`);
  });

  test("pause lets nothing through, and resume all of it", async (t) => {
    const peers = await connectScriptedPeers(t);
    await handshake(peers);
    peers.proxy.pause();
    peers.client.send(publish(1), publish(2));
    await sleep(50);
    assert.deepEqual(peers.broker.bytes, connectPacket);
    peers.proxy.resume();
    const expected = Buffer.concat([connectPacket, publish(1), publish(2)]);
    await peers.broker.received(expected.length);
    assert.deepEqual(peers.broker.bytes, expected);
  });

  test("down cuts what is up and refuses what comes; up lets it in again", async (t) => {
    const peers = await connectScriptedPeers(t);
    await handshake(peers);
    peers.proxy.down();
    await Promise.all([peers.client.toldOfEnd(), peers.broker.toldOfEnd()]);
    assert.deepEqual([peers.client.told, peers.broker.told], ["reset", "reset"]);
    peers.proxy.up();
    await handshake(await peers.reconnect());
    assert.equal(peers.proxy.connectionCount, 2);
  });

  test("cutEvery counts the connections it cut, and those only", async (t) => {
    const peers = await connectScriptedPeers(t);
    await handshake(peers);
    const cuts = peers.proxy.cutEvery(10, "fin");
    await Promise.all([peers.client.toldOfEnd(), peers.broker.toldOfEnd()]);
    await sleep(50);
    assert.equal(cuts.hits, 1);
    cuts.stop();
    const next = await peers.reconnect();
    await handshake(next);
    await sleep(50);
    assert.equal(next.client.told, "nothing");
  });

  test("a peer's own reset reaches the other side as a reset", async (t) => {
    const peers = await connectScriptedPeers(t);
    await handshake(peers);
    peers.client.socket.resetAndDestroy();
    await peers.broker.toldOfEnd();
    assert.equal(peers.broker.told, "reset");
  });

  test("the first part of a packet whose rest never came is logged and not passed", async (t) => {
    const peers = await connectScriptedPeers(t);
    await handshake(peers);
    peers.client.send(publish(1).subarray(0, 5));
    peers.client.socket.end();
    await peers.broker.toldOfEnd();
    peers.broker.socket.end();
    const record = await peers.proxy.waitFor(({ cmd }) => cmd === "incomplete");
    assert.deepEqual(record.bytes, publish(1).subarray(0, 5));
    assert.deepEqual(peers.broker.bytes, connectPacket);
  });

  test("close ends silent connections and everything that waits", async (t) => {
    const peers = await connectScriptedPeers(t);
    await handshake(peers);
    peers.proxy.cutNow("silence");
    const waiting = assert.rejects(
      peers.proxy.waitFor(({ cmd }) => cmd === "pubcomp", 60_000),
      /closed/,
    );
    await peers.proxy.close();
    await waiting;
    await Promise.all([peers.client.toldOfEnd(), peers.broker.toldOfEnd()]);
  });
});
