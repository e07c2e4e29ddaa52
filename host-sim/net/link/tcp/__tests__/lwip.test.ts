// Owns the claims about TCP as a device has it: lwIP's ticks, time-outs, acks and windows.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pattern } from "../../../__tests__/recorded-stream.ts";
import { LWIP, type TcpFlavour } from "../flavour.ts";
import { LwipWindow } from "../lwip-window.ts";
import { LwipEstimator } from "../rto.ts";
import {
  bareAckFrom,
  dataFrom,
  dialledPair,
  isData,
  PROMPT_LWIP,
  type WiredPair,
  wiredPair,
} from "./wired-pair.ts";

const TICK_MS = 500;
/** ESP-IDF's figures: four segments in flight, and all that come early are kept. */
const ESP_IDF: TcpFlavour = {
  ...PROMPT_LWIP,
  mssBytes: 1440,
  receiveWindowBytes: 5744,
  sendBufferBytes: 5760,
  keepsOutOfOrder: true,
};

function timesOf(pair: WiredPair, isIt: Parameters<WiredPair["loseNext"]>[0]): readonly number[] {
  return pair.log.filter(isIt).map(({ atMs }) => atMs);
}

/** Enough round trips of 20 ms for the time-out to be at its least. */
function measure(pair: WiredPair): void {
  for (let i = 0; i < 6; i++) {
    pair.caller.stream.write(pattern(10));
    pair.advanceMs(1_000);
  }
  pair.forget();
}

/** Its first window has room for three; an ack makes room for the fourth. */
function espIdfPair(): WiredPair {
  const pair = wiredPair({ caller: ESP_IDF });
  pair.caller.stream.write(pattern(3 * 1440));
  pair.advanceMs(1_000);
  pair.forget();
  return pair;
}

describe("lwIP's time-outs", () => {
  test("are met at the stack's ticks, however the connection lies to them", () => {
    for (const [sinceMs, repeatedMs] of [
      [0, 3_000],
      [-300, 2_700],
      [-499, 2_501],
    ] as const) {
      const pair = dialledPair({ sinceMs, loses: ({ atMs }) => atMs === 0 });
      pair.advanceMs(3_500);
      assert.deepEqual(
        timesOf(pair, ({ synMss, from }) => synMss !== null && from === "caller"),
        [0, repeatedMs],
      );
    }
  });

  test("of a SYN do not grow, and the tick after the sixth repetition ends it", () => {
    const pair = dialledPair({ loses: () => true });
    pair.advanceMs(18_499);
    assert.deepEqual(
      timesOf(pair, () => true),
      [0, 3_000, 6_000, 9_000, 12_000, 15_000, 18_000],
    );
    assert.equal(pair.caller.isClosed, false);
    pair.advanceMs(1);
    assert.equal(pair.caller.error?.kind, "timed-out");
  });

  test("double seven times from three ticks, and the tick after the twelfth repetition ends it", () => {
    const pair = wiredPair();
    measure(pair);
    pair.loseAll(() => true);
    pair.advanceMs(210);
    pair.caller.stream.write(pattern(10));
    const wroteMs = pair.clock.nowMs;
    pair.advanceMs(60 * 60_000);
    const times = timesOf(pair, isData);
    assert.equal(times[0], wroteMs);
    assert.equal(times[1], wroteMs - 210 + 3 * TICK_MS, "the first wait lacks what had passed of its tick");
    const waits = times.slice(2).map((atMs, i) => (atMs - (times[i + 1] ?? 0)) / TICK_MS);
    assert.deepEqual(waits, [6, 12, 24, 48, 96, 192, 384, 384, 384, 384, 384]);
    assert.equal(pair.caller.error?.kind, "timed-out");
  });

  test("count as first round trip the time from the SYN to the first ack of data", () => {
    const pair = dialledPair({ oneWayMs: 1_000 });
    pair.advanceMs(2_000);
    pair.caller.stream.write(pattern(10));
    pair.advanceMs(2_000);
    pair.forget();
    pair.loseAll(() => true);
    pair.caller.stream.write(pattern(10));
    pair.advanceMs(20_000);
    const [sent = 0, repeated = 0] = timesOf(pair, isData);
    // Eight ticks: (8 >> 3) + 6 - (6 >> 2) + 8.
    assert.equal(repeated - sent, 14 * TICK_MS);
  });

  test("never fall under three ticks, because of the shifts", () => {
    const estimator = new LwipEstimator(6);
    for (let i = 0; i < 50; i++) estimator.sample(0);
    assert.equal(estimator.rtoTicks, 3);
  });
});

describe("lwIP after a loss", () => {
  test("sends again at the third duplicate ack, without waiting for the time-out", () => {
    const pair = espIdfPair();
    pair.loseNext(dataFrom("caller"));
    pair.caller.stream.write(pattern(4 * 1440, 3 * 1440));
    pair.advanceMs(40);
    assert.ok(pair.answerer.bytes.equals(pattern(7 * 1440)));
    const resent = pair.log.filter(dataFrom("caller")).slice(4);
    assert.deepEqual(
      resent.map(({ seq }) => seq),
      [3 * 1440],
      "the first, and it alone",
    );
  });

  test("waits for the time-out when only two duplicate acks can come", () => {
    const pair = espIdfPair();
    pair.loseNext(dataFrom("caller"));
    pair.caller.stream.write(pattern(3 * 1440, 3 * 1440));
    pair.advanceMs(2_400);
    assert.equal(pair.answerer.bytes.length, 3 * 1440);
    pair.advanceMs(5_000);
    assert.ok(pair.answerer.bytes.equals(pattern(6 * 1440)));
  });

  test("begins with one segment after a time-out", () => {
    const pair = espIdfPair();
    for (let i = 0; i < 4; i++) pair.loseNext(dataFrom("caller"));
    pair.caller.stream.write(pattern(4 * 1440, 3 * 1440));
    pair.advanceMs(10_000);
    const resent = pair.log.filter(dataFrom("caller")).slice(4);
    assert.equal(resent.filter(({ atMs }) => atMs === resent[0]?.atMs).length, 1);
    assert.ok(pair.answerer.bytes.equals(pattern(7 * 1440)));
  });

  test("that keeps no early segments gets them all again; one that keeps them, the missing one", () => {
    for (const keepsOutOfOrder of [false, true]) {
      const pair = wiredPair({ caller: { ...PROMPT_LWIP, keepsOutOfOrder } });
      pair.loseNext(dataFrom("answerer"));
      pair.answerer.stream.write(pattern(4 * 536));
      pair.advanceMs(60_000);
      assert.ok(pair.caller.bytes.equals(pattern(4 * 536)));
      const sent = pair.log.filter(dataFrom("answerer")).map(({ seq }) => seq);
      const again = sent.filter((seq, i) => sent.indexOf(seq) < i);
      assert.deepEqual(again, keepsOutOfOrder ? [0] : [0, 536, 1072, 1608]);
    }
  });

  test("grows its window by two segments an ack at most, by one after a time-out, and by one a window later on", () => {
    const window = new LwipWindow(1000, 8_000);
    assert.equal(window.bytes, 4_000);
    window.grow(5_000, false);
    assert.equal(window.bytes, 6_000);
    window.collapse(100_000);
    assert.equal(window.bytes, 1_000);
    window.grow(2_000, true);
    window.grow(1_000, true);
    assert.equal(window.bytes, 3_000, "slow start ends at half of 6000");
    window.grow(2_000, false);
    assert.equal(window.bytes, 3_000);
    window.grow(1_000, false);
    assert.equal(window.bytes, 4_000);
  });
});

describe("lwIP's acks", () => {
  test("wait for the next fast tick, when there is one small segment", () => {
    const pair = wiredPair();
    pair.advanceMs(100);
    pair.answerer.stream.write(pattern(10));
    pair.advanceMs(149);
    assert.deepEqual(timesOf(pair, bareAckFrom("caller")), []);
    pair.advanceMs(1);
    assert.deepEqual(timesOf(pair, bareAckFrom("caller")), [1_250]);
  });

  test("go at once with the second segment", () => {
    const pair = wiredPair();
    pair.answerer.stream.write(pattern(10));
    pair.advanceMs(5);
    pair.answerer.stream.write(pattern(10));
    pair.advanceMs(10);
    assert.deepEqual(timesOf(pair, bareAckFrom("caller")), [1_015]);
  });

  test("go along with data", () => {
    const pair = wiredPair();
    pair.answerer.stream.write(pattern(10));
    pair.advanceMs(20);
    pair.caller.stream.write(pattern(10));
    pair.advanceMs(1_000);
    assert.deepEqual(timesOf(pair, bareAckFrom("caller")), []);
  });

  test("go at once when a segment comes early, so that the sender learns of the gap", () => {
    const pair = wiredPair();
    pair.loseNext(dataFrom("answerer"));
    pair.answerer.stream.write(pattern(2 * 536));
    pair.advanceMs(10);
    const [ack] = pair.log.filter(bareAckFrom("caller"));
    assert.equal(ack?.atMs, 1_010);
    assert.equal(ack.ack, 0);
  });
});

describe("lwIP's Nagle", () => {
  test("holds back a small segment until the one before is acknowledged, and then sends what gathered", () => {
    const pair = wiredPair({ caller: LWIP });
    for (let i = 0; i < 5; i++) pair.caller.stream.write(pattern(10, 10 * i));
    pair.advanceMs(100);
    const sent = pair.log.filter(dataFrom("caller"));
    assert.deepEqual(
      sent.map(({ atMs, payload }) => [atMs, payload.length]),
      [
        [1_000, 10],
        [1_020, 40],
      ],
    );
    assert.ok(pair.answerer.bytes.equals(pattern(50)));
  });

  test("does not hold back full segments, nor what the program ends with", () => {
    const pair = wiredPair({ caller: LWIP });
    pair.caller.stream.write(pattern(536 + 10));
    pair.caller.stream.end();
    assert.deepEqual(
      pair.log.map(({ payload }) => payload.length),
      [536, 10],
    );
  });
});

describe("a closed window", () => {
  const narrow: TcpFlavour = { ...PROMPT_LWIP, receiveWindowBytes: 536 };

  test("is probed by lwIP with a byte, after 3, 6, 12, 24, 48, 96 and then 120 ticks", () => {
    const pair = wiredPair({ answerer: { ...narrow, stack: "linux" } });
    pair.answerer.stream.pause();
    pair.caller.stream.write(pattern(536));
    pair.advanceMs(1_000);
    pair.forget();
    pair.caller.stream.write(pattern(100, 536));
    const beganMs = pair.clock.nowMs;
    pair.advanceMs(20 * 60_000);
    const probes = pair.log.filter(dataFrom("caller"));
    assert.ok(probes.every(({ payload }) => payload.length === 1));
    const waits = probes.map(({ atMs }, i) => (atMs - (probes[i - 1]?.atMs ?? beganMs)) / TICK_MS);
    assert.deepEqual(waits.slice(1, 9), [6, 12, 24, 48, 96, 120, 120, 120]);
    assert.equal(pair.caller.isClosed, false, "the probes are answered");
  });

  test("whose probes nobody answers ends the connection", () => {
    const pair = wiredPair({ answerer: { ...narrow, stack: "linux" } });
    pair.answerer.stream.pause();
    pair.caller.stream.write(pattern(536));
    pair.advanceMs(1_000);
    pair.caller.stream.write(pattern(100, 536));
    pair.loseAll(({ from }) => from === "answerer");
    pair.advanceMs(20 * 60_000);
    assert.equal(pair.caller.error?.kind, "timed-out");
  });

  test("that opens is told at once, and nothing is lost or doubled by the probes", () => {
    const pair = wiredPair({ answerer: { ...narrow, stack: "linux" } });
    pair.answerer.stream.pause();
    pair.caller.stream.write(pattern(1_000));
    pair.advanceMs(5 * 60_000);
    pair.answerer.stream.resume();
    pair.advanceMs(25);
    assert.ok(pair.answerer.bytes.equals(pattern(1_000)));
  });

  test("whose opening is lost is found open by the next probe", () => {
    const pair = wiredPair({ answerer: { ...narrow, stack: "linux" } });
    pair.answerer.stream.pause();
    pair.caller.stream.write(pattern(1_000));
    pair.advanceMs(5 * 60_000);
    pair.loseNext(bareAckFrom("answerer"));
    pair.answerer.stream.resume();
    pair.advanceMs(61_000);
    assert.ok(pair.answerer.bytes.equals(pattern(1_000)));
  });
});
