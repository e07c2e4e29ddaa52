// Owns the claims about TLS as a layer of a link: what it costs in bytes and time, and that it changes nothing else.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { VirtualClock } from "../../../../time/virtual-clock.ts";
import { countingDialer } from "../../../__tests__/counting-dialer.ts";
import { dialRecorded, pattern, type Recorded, recorded } from "../../../__tests__/recorded-stream.ts";
import { type Accept, memoryDialer } from "../../../memory-stream.ts";
import type { Dialer, Stream, StreamHandlers } from "../../../stream.ts";
import type { Handshake, TlsVersion } from "../figures.ts";
import { TLS_VERSIONS, tlsFigures } from "../measured.ts";
import { createTlsTickets, tlsAccept, tlsDialer } from "../tls-stream.ts";

interface TlsPair {
  readonly clock: VirtualClock;
  readonly tickets: ReturnType<typeof createTlsTickets>;
  readonly counts: { readonly up: number; readonly down: number };
  readonly device: Recorded;
  readonly broker: Recorded;
  dialAgain(): Recorded;
  advanceMs(ms: number): void;
}

function tlsPair(
  version: TlsVersion,
  carve: (bytes: Uint8Array) => readonly Uint8Array[] = (bytes) => [bytes],
): TlsPair {
  const clock = new VirtualClock();
  const tickets = createTlsTickets();
  const figures = tlsFigures(version);
  let broker: Recorded | null = null;
  const accept: Accept = (stream) => {
    let handlers: StreamHandlers | undefined;
    broker = recorded((given) => {
      handlers = given;
      return stream;
    });
    return handlers as StreamHandlers;
  };
  const { dialer, counts } = countingDialer(
    memoryDialer(clock, carved(tlsAccept(accept, { figures, clock }), carve)),
  );
  const layered: Dialer = tlsDialer(dialer, { figures, clock, tickets });
  const device = dialRecorded(layered);
  return {
    clock,
    tickets,
    counts,
    device,
    get broker() {
      return broker as unknown as Recorded;
    },
    dialAgain: () => dialRecorded(layered),
    advanceMs: (ms) => clock.runUntil(clock.nowMs + ms),
  };
}

/** What arrives comes in other pieces than it was sent in. */
function carved(accept: Accept, carve: (bytes: Uint8Array) => readonly Uint8Array[]): Accept {
  return (stream: Stream) => {
    const handlers = accept(stream);
    if (handlers === null) return null;
    return {
      onOpen: () => handlers.onOpen(),
      onData: (bytes) => {
        for (const piece of carve(bytes)) handlers.onData(piece);
      },
      onDrain: () => handlers.onDrain(),
      onEnd: () => handlers.onEnd(),
      onClose: (error) => handlers.onClose(error),
    };
  };
}

function bytesFrom(from: "device" | "broker", { flights, ticketBytes }: Handshake): number {
  const own = flights.filter((flight) => flight.from === from).reduce((sum, { bytes }) => sum + bytes, 0);
  return from === "broker" ? own + ticketBytes : own;
}

for (const version of TLS_VERSIONS) {
  const figures = tlsFigures(version);

  describe(`TLS ${version} over a stream`, () => {
    test("opens after its flights and the device's own computing, and their bytes cross the link", () => {
      const pair = tlsPair(version);
      pair.advanceMs(figures.full.deviceComputeMs - 1);
      assert.deepEqual([...pair.device.events, ...pair.broker.events], []);
      pair.advanceMs(1);
      assert.equal(pair.device.events[0], "open");
      assert.equal(pair.broker.events[0], "open");
      assert.equal(pair.counts.up, bytesFrom("device", figures.full));
      assert.equal(pair.counts.down, bytesFrom("broker", figures.full));
    });

    test("is shorter with an earlier connection's ticket, until the device forgets it", () => {
      const pair = tlsPair(version);
      assert.equal(pair.tickets.isHeld, false);
      pair.advanceMs(figures.full.deviceComputeMs);
      assert.equal(pair.tickets.isHeld, true);
      const before = pair.counts.up;
      const again = pair.dialAgain();
      pair.advanceMs(figures.resumed.deviceComputeMs);
      assert.equal(again.events[0], "open");
      assert.equal(pair.counts.up - before, bytesFrom("device", figures.resumed));
      pair.tickets.forget();
      const third = pair.dialAgain();
      pair.advanceMs(figures.full.deviceComputeMs - 1);
      assert.deepEqual(third.events, []);
      pair.advanceMs(1);
      assert.equal(third.events[0], "open");
    });

    test("adds a record's head and tail to what is written, and once more for each 512 bytes of the device", () => {
      const pair = tlsPair(version);
      pair.advanceMs(5_000);
      const before = { ...pair.counts };
      pair.device.stream.write(pattern(512));
      pair.broker.stream.write(pattern(5_000));
      pair.advanceMs(1);
      assert.equal(pair.counts.up - before.up, 512 + figures.recordOverheadBytes);
      assert.equal(pair.counts.down - before.down, 5_000 + figures.recordOverheadBytes);
      pair.device.stream.write(pattern(513, 512));
      pair.advanceMs(1);
      assert.equal(pair.counts.up - before.up, 1_025 + 3 * figures.recordOverheadBytes);
      assert.ok(pair.broker.bytes.equals(pattern(1_025)));
      assert.ok(pair.device.bytes.equals(pattern(5_000)));
    });

    test("delivers every byte in order, however the link cuts them up and whenever the readers pause", () => {
      const act = fc.record({
        kind: fc.constantFrom("write", "reply", "pause", "resume", "wait"),
        amount: fc.nat(2_000),
      });
      fc.assert(
        fc.property(fc.array(act, { maxLength: 40 }), fc.integer({ min: 1, max: 700 }), (acts, size) => {
          const pair = tlsPair(version, (bytes) =>
            Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
              bytes.subarray(i * size, (i + 1) * size),
            ),
          );
          pair.advanceMs(5_000);
          const { device, broker } = pair;
          let [up, down] = [0, 0];
          for (const { kind, amount } of acts) {
            if (kind === "write") up += written(device, up, amount);
            else if (kind === "reply") down += written(broker, down, amount);
            else if (kind === "wait") pair.advanceMs(1);
            else for (const side of [device, broker]) side.stream[kind as "pause" | "resume"]();
          }
          for (const side of [device, broker]) side.stream.resume();
          for (const side of [device, broker]) side.stream.end();
          pair.advanceMs(100);
          assert.ok(broker.bytes.equals(pattern(up)));
          assert.ok(device.bytes.equals(pattern(down)));
          for (const side of [device, broker]) {
            assert.deepEqual(side.events.slice(-2), ["end", "close"]);
            assert.equal(side.error, null);
          }
        }),
      );
    });

    test("hands over nothing while its reader pauses, and all of it after", () => {
      const pair = tlsPair(version);
      pair.advanceMs(5_000);
      pair.device.stream.write(pattern(2_000));
      pair.broker.stream.pause();
      pair.advanceMs(10);
      assert.equal(pair.broker.bytes.length, 0);
      pair.broker.stream.resume();
      pair.advanceMs(10);
      assert.ok(pair.broker.bytes.equals(pattern(2_000)));
    });

    test("says goodbye with an alert before the FIN", () => {
      const pair = tlsPair(version);
      pair.advanceMs(5_000);
      const before = pair.counts.up;
      pair.device.stream.end();
      pair.advanceMs(1);
      assert.equal(pair.counts.up - before, figures.closeNotifyBytes);
      assert.throws(() => pair.device.stream.write(pattern(1)), /write after end/);
    });

    test("takes what is written before the handshake is over, and sends it after", () => {
      const pair = tlsPair(version);
      assert.equal(pair.device.stream.write(pattern(100)), false);
      pair.device.stream.end();
      pair.advanceMs(figures.full.deviceComputeMs - 1);
      assert.equal(pair.broker.bytes.length, 0);
      pair.advanceMs(2);
      assert.ok(pair.broker.bytes.equals(pattern(100)));
      assert.ok(pair.broker.events.includes("end"));
    });

    test("destroyed while it computes: says nothing more, and the other end learns of the reset", () => {
      const pair = tlsPair(version);
      pair.advanceMs(figures.full.deviceComputeMs / 2);
      pair.device.stream.destroy();
      pair.advanceMs(10_000);
      assert.deepEqual([pair.device.events, pair.device.error], [["close"], null]);
      assert.deepEqual([pair.broker.events, pair.broker.error?.kind], [["close"], "reset"]);
      assert.equal(pair.device.stream.write(pattern(1)), false);
    });
  });
}

describe("a handshake", () => {
  test("that the other end breaks off fails in words", () => {
    const clock = new VirtualClock();
    const closing: Accept = (stream) => ({
      onOpen: () => stream.end(),
      onData: () => undefined,
      onDrain: () => undefined,
      onEnd: () => undefined,
      onClose: () => undefined,
    });
    const options = { figures: tlsFigures("1.2"), clock, tickets: createTlsTickets() };
    const device = dialRecorded(tlsDialer(memoryDialer(clock, closing), options));
    clock.runUntil(10_000);
    assert.deepEqual(device.events, ["close"]);
    assert.equal(device.error?.kind, "tls");
    assert.equal(options.tickets.isHeld, false);
  });

  test("with nobody there is refused as without TLS", () => {
    const clock = new VirtualClock();
    const figures = tlsFigures("1.3");
    const inner = memoryDialer(
      clock,
      tlsAccept(() => null, { figures, clock }),
    );
    const device = dialRecorded(tlsDialer(inner, { figures, clock, tickets: createTlsTickets() }));
    clock.runUntil(10);
    assert.equal(device.error?.kind, "refused");
  });
});

function written(side: Recorded, from: number, amount: number): number {
  side.stream.write(pattern(amount, from));
  return amount;
}
