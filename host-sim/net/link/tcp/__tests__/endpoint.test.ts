// Owns the claims about a whole connection: what is lost comes late, ends end, and resets are single packets.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { pattern } from "../../../__tests__/recorded-stream.ts";
import type { BoardTcp } from "../board-tcp.ts";
import { flavourOf, LINUX, LWIP, type TcpFlavour } from "../flavour.ts";
import { bytesOnWire, NO_SACK } from "../segment.ts";
import { dataFrom, dialledPair, type Passing, PROMPT_LINUX, wiredPair } from "./wired-pair.ts";

const HOUR_MS = 3_600_000;
const FLAVOURS: readonly TcpFlavour[] = [
  LWIP,
  { ...LWIP, keepsOutOfOrder: true, mssBytes: 1440, receiveWindowBytes: 5744, sendBufferBytes: 5760 },
  LINUX,
  { ...LINUX, sendsSack: false, stamps: false },
  PROMPT_LINUX,
];

describe("a connection", () => {
  test("delivers every byte once and in order, and closes in order, for any losses that end", () => {
    // Fewer than any stack takes for the end of the connection.
    const losses = fc.array(fc.boolean(), { maxLength: 9 });
    const writes = fc.array(
      fc.record({ bytes: fc.integer({ min: 1, max: 6_000 }), afterMs: fc.nat(2_000) }),
      {
        maxLength: 8,
      },
    );
    const flavour = fc.constantFrom(...FLAVOURS);
    fc.assert(
      fc.property(
        flavour,
        losses,
        losses,
        writes,
        writes,
        fc.nat(800),
        (caller, up, down, mine, theirs, oneWayMs) => {
          const pair = wiredPair({ caller, answerer: LINUX, oneWayMs });
          pair.advanceMs(5_000);
          const counts = { caller: 0, answerer: 0 };
          pair.loseAll(({ from }) => {
            counts[from] += 1;
            return (from === "caller" ? up : down)[counts[from] - 1] ?? false;
          });
          const total = { caller: 0, answerer: 0 };
          for (const [name, list] of [
            ["caller", mine],
            ["answerer", theirs],
          ] as const) {
            let atMs = pair.clock.nowMs;
            for (const { bytes, afterMs } of list) {
              atMs += afterMs;
              const start = total[name];
              total[name] += bytes;
              pair.clock.at(atMs, () => pair[name].stream.write(pattern(bytes, start)));
            }
            pair.clock.at(atMs, () => pair[name].stream.end());
          }
          pair.advanceMs(3 * HOUR_MS);
          assert.ok(
            pair.answerer.bytes.equals(pattern(total.caller)),
            `${pair.answerer.bytes.length} bytes came up`,
          );
          assert.ok(
            pair.caller.bytes.equals(pattern(total.answerer)),
            `${pair.caller.bytes.length} bytes came down`,
          );
          for (const side of [pair.caller, pair.answerer]) {
            assert.deepEqual([side.events.filter((event) => event === "end").length, side.error], [1, null]);
            assert.equal(side.events.at(-1), "close");
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test("falls silent once all is acknowledged: there is no segment without a reason", () => {
    for (const caller of FLAVOURS) {
      const pair = wiredPair({ caller });
      pair.caller.stream.write(pattern(3_000));
      pair.answerer.stream.write(pattern(3_000));
      pair.advanceMs(HOUR_MS);
      pair.forget();
      pair.advanceMs(HOUR_MS);
      assert.equal(pair.log.length, 0);
    }
  });

  test("ends at once when a reset comes, and stays half-open when it is lost, until something is written", () => {
    for (const isLost of [false, true]) {
      const pair = wiredPair();
      if (isLost) pair.loseNext(({ rst }) => rst !== null);
      pair.caller.stream.destroy();
      pair.advanceMs(HOUR_MS);
      assert.equal(pair.answerer.isClosed, !isLost);
      pair.answerer.stream.write(pattern(1));
      pair.advanceMs(20);
      assert.equal(pair.answerer.error?.kind, "reset");
    }
  });

  test("whose last ack is lost is acknowledged again, and the two closed ends then leave each other alone", () => {
    const pair = wiredPair();
    pair.caller.stream.end();
    pair.advanceMs(1_000);
    pair.loseNext(({ from, ack }) => from === "caller" && ack === 1);
    pair.answerer.stream.end();
    pair.advanceMs(HOUR_MS);
    assert.equal(pair.caller.error, null);
    assert.equal(pair.answerer.error, null);
    assert.ok(pair.answerer.isClosed && pair.caller.isClosed);
    assert.ok(pair.log.length < 10, `${pair.log.length} segments`);
  });

  test("uses options only when both ends know them", () => {
    for (const [caller, uses] of [
      [LWIP, false],
      [LINUX, true],
    ] as const) {
      const pair = wiredPair({ caller });
      pair.answerer.stream.write(pattern(10));
      const [sent] = pair.log.filter(dataFrom("answerer"));
      assert.equal(sent?.stampMs !== null, uses);
      assert.equal(sent?.sack !== null, uses);
    }
  });

  test("never sends more than the smaller segment size, less what the time stamps take", () => {
    for (const [caller, most] of [
      [LWIP, 536],
      [LINUX, 1448],
    ] as const) {
      const pair = wiredPair({ caller });
      pair.answerer.stream.write(pattern(20_000));
      pair.advanceMs(1_000);
      const sizes = pair.log.filter(dataFrom("answerer")).map(({ payload }) => payload.length);
      assert.equal(Math.max(...sizes), most);
    }
  });

  test("is the same whatever the moment at which it begins, when the ticks begin with it", () => {
    const timesFrom = (beginMs: number): readonly number[] => {
      const pair = dialledPair({ sinceMs: 0 });
      pair.advanceMs(beginMs);
      pair.loseNext(dataFrom("caller"));
      pair.forget();
      const startMs = pair.clock.nowMs;
      pair.caller.stream.write(pattern(100));
      pair.advanceMs(10_000);
      return pair.log.map(({ atMs }: Passing) => atMs - startMs);
    };
    assert.deepEqual(timesFrom(2_000), timesFrom(4_000));
  });
});

describe("a segment on the wire", () => {
  const bare: Passing = {
    seq: 0,
    ack: 0,
    window: 0,
    payload: new Uint8Array(0),
    synMss: null,
    fin: false,
    rst: null,
    sack: null,
    stampMs: null,
    echoMs: null,
    atMs: 0,
    from: "caller",
    isLost: false,
  };
  const block = { from: 1, to: 2 };

  test("has 40 bytes of heads, and its options", () => {
    assert.equal(bytesOnWire({ ...bare, payload: pattern(60) }), 100);
    assert.equal(bytesOnWire({ ...bare, synMss: 536 }), 44);
    assert.equal(bytesOnWire({ ...bare, synMss: 1460, stampMs: 0, sack: NO_SACK }), 60);
    assert.equal(bytesOnWire({ ...bare, stampMs: 0, sack: NO_SACK, payload: pattern(1448) }), 1500);
    assert.equal(bytesOnWire({ ...bare, stampMs: 0, sack: [block] }), 64);
    assert.equal(bytesOnWire({ ...bare, stampMs: 0, sack: [block, block, block] }), 80);
  });
});

describe("a board's TCP", () => {
  test("has the figures of its file, and of its stack's defaults what the file does not say", () => {
    const tcp: BoardTcp = {
      stack: "lwip",
      mssBytes: 1440,
      receiveWindowBytes: 5744,
      sendBufferBytes: 5744,
      retransmissions: 12,
      synRetransmissions: 12,
      firstRtoMs: 1_500,
      leastRtoMs: 1_500,
      keepsOutOfOrder: true,
      sendsSack: false,
    };
    assert.deepEqual(flavourOf(tcp), { ...LWIP, ...tcp });
    assert.equal(flavourOf({ ...tcp, stack: "linux" }).stamps, true);
  });
});
