// Owns the claims about two streams within one process, and so about what any Stream promises.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { VirtualClock } from "../../time/virtual-clock.ts";
import { memoryDialer } from "../memory-stream.ts";
import type { StreamHandlers } from "../stream.ts";
import { dialRecorded, pattern, type Recorded, recorded } from "./recorded-stream.ts";

interface Pair {
  readonly clock: VirtualClock;
  readonly client: Recorded;
  readonly server: Recorded;
}

function pair(client: Partial<StreamHandlers> = {}, server: Partial<StreamHandlers> = {}): Pair {
  const clock = new VirtualClock();
  let accepted: Recorded | undefined;
  const dialer = memoryDialer(clock, (stream) => {
    let handlers: StreamHandlers | undefined;
    accepted = recorded((given) => {
      handlers = given;
      return stream;
    }, server);
    return handlers as StreamHandlers;
  });
  const dialled = dialRecorded(dialer, client);
  return { clock, client: dialled, server: accepted as Recorded };
}

describe("memory streams", () => {
  test("tell both sides that they are open, but not before dial has returned", () => {
    const { clock, client, server } = pair();
    assert.deepEqual([client.events, server.events], [[], []]);
    clock.runUntil(0);
    assert.deepEqual([client.events, server.events], [["open"], ["open"]]);
  });

  test("deliver what was written, later, in order and both ways", () => {
    const { clock, client, server } = pair();
    client.stream.write(Buffer.from("one"));
    client.stream.write(Buffer.from("two"));
    server.stream.write(Buffer.from("back"));
    assert.equal(server.bytes.length, 0);
    clock.runUntil(0);
    assert.equal(server.bytes.toString(), "onetwo");
    assert.equal(client.bytes.toString(), "back");
  });

  test("copy before write returns, also from a Buffer", () => {
    const { clock, client, server } = pair();
    for (const bytes of [Uint8Array.of(1, 2), Buffer.from([3, 4])]) {
      client.stream.write(bytes);
      bytes.fill(9);
    }
    clock.runUntil(0);
    assert.deepEqual([...server.bytes], [1, 2, 3, 4]);
  });

  test("go on one way after the other was ended, and close when both were", () => {
    const { clock, client, server } = pair();
    client.stream.write(Buffer.from("last"));
    client.stream.end();
    clock.runUntil(0);
    assert.deepEqual(server.events, ["open", "data", "end"]);
    server.stream.write(Buffer.from("still"));
    clock.runUntil(1);
    assert.equal(client.bytes.toString(), "still");
    assert.equal(client.isClosed, false);
    server.stream.end();
    clock.runUntil(2);
    assert.deepEqual(client.events, ["open", "data", "end", "close"]);
    assert.deepEqual(server.events, ["open", "data", "end", "close"]);
    assert.deepEqual([client.error, server.error], [null, null]);
  });

  test("refuse a write after the end as the caller's mistake", () => {
    const { client } = pair();
    client.stream.end();
    assert.throws(() => client.stream.write(Uint8Array.of(1)), /write after end/);
  });

  test("destroyed: the peer sees a reset, nothing in flight arrives, and nobody hears anything after", () => {
    const { clock, client, server } = pair();
    clock.runUntil(0);
    client.stream.write(Buffer.from("lost"));
    server.stream.write(Buffer.from("lost"));
    client.stream.destroy();
    assert.equal(client.isClosed, false, "not within destroy");
    assert.equal(server.stream.write(Buffer.from("into nothing")), false);
    clock.runUntil(10);
    assert.deepEqual(client.events, ["open", "close"]);
    assert.deepEqual(server.events, ["open", "close"]);
    assert.equal(client.error, null);
    assert.equal(server.error?.kind, "reset");
    server.stream.destroy();
    client.stream.destroy();
    clock.runUntil(20);
    assert.equal(client.events.length + server.events.length, 4);
  });

  test("ask the writer to wait while the reader pauses, and tell it when to go on", () => {
    const { clock, client, server } = pair();
    server.stream.pause();
    let accepted = 0;
    while (client.stream.write(pattern(1000, accepted))) accepted += 1000;
    accepted += 1000;
    clock.runUntil(5);
    assert.equal(server.bytes.length, 0);
    assert.equal(client.events.includes("drain"), false);
    server.stream.resume();
    clock.runUntil(6);
    assert.deepEqual(server.bytes, pattern(accepted));
    assert.equal(client.events.filter((event) => event === "drain").length, 1);
  });

  test("keep the FIN behind the bytes that a paused reader has not taken", () => {
    const { clock, client, server } = pair();
    server.stream.pause();
    client.stream.write(pattern(10));
    client.stream.end();
    clock.runUntil(5);
    assert.deepEqual(server.events, ["open"]);
    server.stream.resume();
    clock.runUntil(6);
    assert.deepEqual(server.events, ["open", "data", "end"]);
  });

  test("stop at a pause in the middle of what had arrived", () => {
    const reactions: Partial<StreamHandlers> = {};
    const { clock, client, server } = pair({}, reactions);
    reactions.onData = () => server.stream.pause();
    client.stream.write(Uint8Array.of(1));
    client.stream.write(Uint8Array.of(2));
    clock.runUntil(5);
    assert.deepEqual([...server.bytes], [1]);
  });

  test("are refused by a listener that answers null", () => {
    const clock = new VirtualClock();
    const client = dialRecorded(memoryDialer(clock, () => null));
    assert.equal(client.isClosed, false);
    clock.runUntil(0);
    assert.deepEqual(client.events, ["close"]);
    assert.equal(client.error?.kind, "refused");
  });
});
