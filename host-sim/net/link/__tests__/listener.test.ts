// Owns the claims about a listener in the simulator, and what of its segments can be seen.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dialRecorded, pattern } from "../../__tests__/recorded-stream.ts";
import { type Accept, memoryDialer } from "../../memory-stream.ts";
import { linkDialer, type TlsEnds } from "../link-dialer.ts";
import { layeredPair } from "./layered-pair.ts";

const MINUTE_MS = 60_000;

describe("a listener behind a link", () => {
  test("gets every byte of the device, and the device every byte of it, whatever is lost", () => {
    const pair = layeredPair({ link: "perfect,delay=10ms,loss=20%" });
    const device = pair.dial();
    device.stream.write(pattern(50_000));
    pair.advanceMs(MINUTE_MS);
    const broker = pair.accepted[0];
    assert.ok(broker !== undefined);
    broker.stream.write(pattern(30_000, 7));
    pair.advanceMs(60 * MINUTE_MS);
    assert.ok(broker.bytes.equals(pattern(50_000)));
    assert.ok(device.bytes.equals(pattern(30_000, 7)));
    assert.equal(pair.accepted.length, 1);
  });

  test("is told of the end, and ends, in order", () => {
    const pair = layeredPair();
    const device = pair.dial();
    device.stream.write(pattern(10));
    device.stream.end();
    pair.advanceMs(1000);
    assert.deepEqual(pair.accepted[0]?.events, ["open", "data", "end"]);
    pair.accepted[0]?.stream.end();
    pair.advanceMs(1000);
    assert.deepEqual([device.events.at(-1), device.error], ["close", null]);
    assert.deepEqual([pair.accepted[0]?.events.at(-1), pair.accepted[0]?.error], ["close", null]);
  });

  test("that refuses is heard one round trip later, with why", () => {
    const pair = layeredPair({ refuses: true });
    const device = pair.dial();
    pair.advanceMs(19);
    assert.equal(device.isClosed, false);
    pair.advanceMs(1);
    assert.equal(device.error?.kind, "refused");
    assert.match(device.error.message, /nothing listens there/);
  });

  test("sees a cut as a reset, at once, as the device does", () => {
    const pair = layeredPair();
    const device = pair.dial();
    pair.advanceMs(100);
    pair.link.cut();
    pair.advanceMs(0);
    assert.deepEqual([device.error?.kind, pair.accepted[0]?.error?.kind], ["reset", "reset"]);
  });

  test("never hears of a SYN whose sender is gone when it arrives", () => {
    const pair = layeredPair();
    const device = pair.dial();
    pair.advanceMs(5);
    device.stream.destroy();
    pair.advanceMs(10 * MINUTE_MS);
    assert.equal(pair.accepted.length, 0);
    assert.deepEqual(device.events, ["close"]);
  });

  test("leaves nothing behind of connections that never came to be", () => {
    const pair = layeredPair({ link: "perfect,loss=100%" });
    const device = pair.dial();
    pair.advanceMs(MINUTE_MS);
    assert.equal(device.error?.kind, "timed-out");
    let cuts = 0;
    pair.link.carry(() => (cuts += 1));
    pair.link.cut();
    assert.equal(cuts, 1);
    assert.equal(device.events.length, 1);
  });
});

describe("TLS on the way to a listener", () => {
  test("is between the streams and TCP at both ends; a broker that is dialled does without it", () => {
    const wrapped: string[] = [];
    const tls: TlsEnds = {
      dialer: (inner) => ({
        dial(handlers) {
          wrapped.push("device");
          return inner.dial(handlers);
        },
      }),
      accept: (inner) => (stream) => {
        wrapped.push("broker");
        return inner(stream);
      },
    };
    const pair = layeredPair();
    const greet: Accept = (stream) => ({
      onOpen: () => void stream.write(pattern(4)),
      onData: () => undefined,
      onDrain: () => undefined,
      onEnd: () => undefined,
      onClose: () => undefined,
    });
    const greeted = dialRecorded(linkDialer(greet, pair.link, pair.clock, { tls }));
    pair.advanceMs(1000);
    assert.ok(greeted.bytes.equals(pattern(4)));
    assert.deepEqual(wrapped, ["device", "broker"]);
    const dialled = linkDialer(memoryDialer(pair.clock, greet), pair.link, pair.clock, { tls });
    const plain = dialRecorded(dialled);
    pair.advanceMs(1000);
    assert.ok(plain.bytes.equals(pattern(4)));
    assert.equal(wrapped.length, 2);
  });
});

describe("a tap", () => {
  test("is told of each segment when it leaves and when it arrives, with its bytes", () => {
    const pair = layeredPair({ isTapped: true });
    const device = pair.dial();
    pair.advanceMs(100);
    device.stream.write(Uint8Array.of(0xca, 0xfe));
    pair.advanceMs(100);
    const words = pair.segments.map(({ way, fate, flags, payload }) => [way, fate, flags, payload].join(" "));
    assert.deepEqual(words.slice(0, 8), [
      "up sent S ",
      "up arrived S ",
      "down sent SA ",
      "down arrived SA ",
      "up sent A ",
      "up arrived A ",
      "up sent AP cafe",
      "up arrived AP cafe",
    ]);
    assert.ok(pair.segments.every(({ connection }) => connection === 1));
  });

  test("is told what a NAT swallowed, and numbers the connections", () => {
    const pair = layeredPair({ isTapped: true });
    pair.dial();
    pair.advanceMs(100);
    pair.middlebox.dropAll();
    const told = pair.segments.length;
    pair.accepted[0]?.stream.write(pattern(1));
    pair.advanceMs(10);
    assert.deepEqual(
      pair.segments.slice(told).map(({ way, fate, why }) => [way, fate, why]),
      [
        ["down", "sent", null],
        ["down", "lost", "nat"],
      ],
    );
    pair.dial();
    assert.equal(pair.segments.at(-1)?.connection, 2);
  });
});
