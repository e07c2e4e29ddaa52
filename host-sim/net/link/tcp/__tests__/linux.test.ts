// Owns the claims about TCP as a broker's Linux has it: probes, selective acks, windows, patience.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pattern } from "../../../__tests__/recorded-stream.ts";
import { CubicWindow } from "../cubic-window.ts";
import { LINUX } from "../flavour.ts";
import { Recovery } from "../recovery.ts";
import { LinuxEstimator } from "../rto.ts";
import { wheelDeadline } from "../timer-grid.ts";
import {
  bareAckFrom,
  dataFrom,
  dialledPair,
  PROMPT_LINUX,
  PROMPT_LWIP,
  type WiredPair,
  wiredPair,
} from "./wired-pair.ts";

const FULL = 1448;
const RTT_MS = 100;

function linuxPair(answerer = PROMPT_LINUX): WiredPair {
  return wiredPair({ caller: PROMPT_LINUX, answerer, oneWayMs: RTT_MS / 2 });
}

function sendTimes(pair: WiredPair): readonly number[] {
  return pair.log.filter(dataFrom("caller")).map(({ atMs }) => atMs);
}

function waitsOf(times: readonly number[]): readonly number[] {
  return times.slice(1).map((atMs, i) => atMs - (times[i] ?? 0));
}

function assertBetween(value: number | undefined, least: number, most: number): void {
  assert.ok(value !== undefined && value >= least && value <= most, `${value} is not in ${least}..${most}`);
}

describe("a lost tail", () => {
  test("of one segment is probed after two round trips and the longest that its ack may be delayed", () => {
    const pair = linuxPair();
    pair.loseNext(dataFrom("caller"));
    pair.caller.stream.write(pattern(10));
    pair.advanceMs(2_000);
    // The time-out itself, from a first round trip of 100 ms, is 300 ms and earlier than 400.
    const [wait] = waitsOf(sendTimes(pair));
    assertBetween(wait, 300, 340);
  });

  test("of several is probed after two round trips, with the last of them alone", () => {
    const pair = linuxPair();
    pair.loseNext(({ from, seq }) => from === "caller" && seq === 2 * FULL);
    pair.caller.stream.write(pattern(3 * FULL));
    pair.advanceMs(2_000);
    const [again] = pair.log.filter(dataFrom("caller")).slice(3);
    assert.equal(again?.seq, 2 * FULL);
    // Two round trips of 100 ms from the ack of the others.
    assertBetween((again?.atMs ?? 0) - 1_000 - RTT_MS, 200, 320);
    assert.ok(pair.answerer.bytes.equals(pattern(3 * FULL)));
  });

  test("is not probed where the peer tells no selective acks: the time-out is all there is", () => {
    for (const [answerer, least] of [
      [PROMPT_LINUX, 200],
      [{ ...PROMPT_LINUX, sendsSack: false }, 290],
    ] as const) {
      const pair = linuxPair(answerer);
      pair.loseNext(({ from, payload, seq }) => from === "caller" && payload.length > 0 && seq === FULL);
      pair.caller.stream.write(pattern(2 * FULL));
      pair.advanceMs(2_000);
      const [again] = pair.log.filter(dataFrom("caller")).slice(2);
      assertBetween((again?.atMs ?? 0) - 1_000 - RTT_MS, least, least + 120);
    }
  });

  test("that was not lost costs the window nothing, for the peer tells of the duplicate", () => {
    const pair = linuxPair();
    pair.loseNext(bareAckFrom("answerer"));
    pair.caller.stream.write(pattern(10));
    pair.advanceMs(2_000);
    assert.equal(sendTimes(pair).length, 2);
    const told = pair.log.filter(({ sack }) => sack?.some(({ from, to }) => from === 0 && to === 10));
    assert.equal(told.length, 1);
    pair.forget();
    pair.caller.stream.write(pattern(30 * FULL));
    assert.equal(sendTimes(pair).length, 10);
  });
});

describe("a loss with more behind it", () => {
  test("is repaired by selective acks within a round trip and a quarter, and nothing else is sent again", () => {
    const pair = linuxPair();
    pair.loseNext(dataFrom("caller"));
    pair.caller.stream.write(pattern(5 * FULL));
    pair.advanceMs(RTT_MS + RTT_MS / 4 + 12);
    const again = pair.log.filter(dataFrom("caller")).slice(5);
    assert.deepEqual(
      again.map(({ seq }) => seq),
      [0],
    );
    pair.advanceMs(RTT_MS);
    assert.ok(pair.answerer.bytes.equals(pattern(5 * FULL)));
  });

  test("is repaired once more when the repetition is lost, too, without a time-out", () => {
    const pair = linuxPair();
    pair.loseNext(dataFrom("caller"));
    pair.loseNext(({ from, seq, atMs }) => from === "caller" && seq === 0 && atMs > 1_050);
    pair.caller.stream.write(pattern(10 * FULL));
    pair.advanceMs(20);
    pair.caller.stream.write(pattern(10 * FULL, 10 * FULL));
    pair.advanceMs(350);
    assert.ok(pair.answerer.bytes.length >= 10 * FULL, `${pair.answerer.bytes.length} bytes`);
  });

  test("falls back on three duplicate acks where the peer tells no selective ones", () => {
    for (const [behind, repairs] of [
      [2, false],
      [3, true],
    ] as const) {
      const pair = linuxPair({ ...PROMPT_LINUX, sendsSack: false });
      pair.loseNext(dataFrom("caller"));
      pair.caller.stream.write(pattern((1 + behind) * FULL));
      pair.advanceMs(RTT_MS + 5);
      assert.equal(pair.log.filter(dataFrom("caller")).length === behind + 2, repairs);
    }
  });
});

describe("a Linux time-out", () => {
  test("doubles from its 200 ms above the round trip up to 120 s, and patience ends after 924.6 s", () => {
    const pair = linuxPair();
    pair.loseAll(() => true);
    pair.caller.stream.write(pattern(10));
    pair.advanceMs(924_600);
    assert.equal(pair.caller.isClosed, false);
    pair.advanceMs(200_000);
    assert.equal(pair.caller.error?.kind, "timed-out");
    const waits = waitsOf(sendTimes(pair)).slice(1);
    for (const [i, wait] of waits.entries())
      assertBetween(wait, Math.min(300 * 2 ** i, 120_000), 1.13 * 300 * 2 ** i + 8);
    assertBetween(waits.at(-1), 120_000, 122_100);
  });

  test("sends the small segments that were lost as one", () => {
    const pair = linuxPair({ ...PROMPT_LINUX, sendsSack: false });
    for (let i = 0; i < 3; i++) pair.loseNext(dataFrom("caller"));
    for (let i = 0; i < 3; i++) pair.caller.stream.write(pattern(10, 10 * i));
    pair.advanceMs(2_000);
    const again = pair.log.filter(dataFrom("caller")).slice(3);
    assert.deepEqual(
      again.map(({ payload }) => payload.length),
      [30],
    );
    assert.ok(pair.answerer.bytes.equals(pattern(30)));
  });

  test("follows the round trip down slowly, and never under it by less than 200 ms", () => {
    const estimator = new LinuxEstimator(1_000, 200);
    assert.equal(estimator.rtoMs, 1_000);
    estimator.sample(600, 0, 1);
    assert.equal(estimator.rtoMs, 1_800);
    for (let i = 1; i < 200; i++) estimator.sample(600, 2 * i, 2 * i + 1);
    assertBetween(estimator.rtoMs, 800, 801);
  });

  test("is never early by the timer wheel, and late by an eighth and a jiffy at most", () => {
    for (let delayMs = 1; delayMs < 200_000; delayMs = Math.ceil(delayMs * 1.17)) {
      for (const nowMs of [0, 3, 1_001, 77_777]) {
        assertBetween(wheelDeadline(nowMs, 0, delayMs) - nowMs, delayMs, delayMs + delayMs / 8 + 2 * 4);
      }
    }
  });
});

describe("the congestion window of Linux", () => {
  test("begins with ten segments, and doubles in a round trip", () => {
    const pair = linuxPair();
    pair.caller.stream.write(pattern(50 * FULL));
    assert.equal(sendTimes(pair).length, 10);
    pair.advanceMs(RTT_MS + 10);
    assert.equal(sendTimes(pair).length, 30);
  });

  test("keeps seven tenths at a loss, two segments at least, and has all back when nothing was lost", () => {
    const window = new CubicWindow();
    window.shrink();
    assert.equal(window.ssthresh, 7);
    window.restore();
    assert.equal(window.ssthresh, Number.POSITIVE_INFINITY);
    assert.equal(window.segments, 10);
    for (let i = 0; i < 9; i++) {
      window.shrink();
      window.follow(window.ssthresh);
    }
    assert.equal(window.segments, 2);
  });

  test("comes back towards its last top within K = cbrt((top - window) / 0.4) seconds", () => {
    const window = new CubicWindow();
    window.follow(40);
    window.shrink();
    window.follow(window.ssthresh);
    for (let ms = 0; ms <= 2_400; ms += 600) window.grow(window.segments, ms, 600);
    assertBetween(window.segments, 38, 41);
  });

  test("is whole again when an ack shows that a time-out was for nothing", () => {
    const window = new CubicWindow();
    const recovery = new Recovery(window);
    recovery.enterLoss(1_000);
    recovery.noteSent(true, 500);
    assert.equal(window.segments, 1);
    assert.equal(
      recovery.onAck(100, 400),
      true,
      "it answers the copy of 400 ms, which left before the repetition",
    );
    assert.equal(recovery.state, "open");
    assert.equal(window.segments, 10);
  });
});

describe("acks of Linux", () => {
  test("go at once at first, and with the answer once two programs talk", () => {
    const pair = wiredPair({
      caller: PROMPT_LINUX,
      oneWayMs: 50,
      onAnswerer: { onData: (bytes) => pair.answerer.stream.write(bytes) },
    });
    pair.caller.stream.write(pattern(10));
    pair.advanceMs(500);
    assert.equal(pair.log.filter(bareAckFrom("answerer")).length, 1);
    pair.forget();
    pair.caller.stream.write(pattern(10));
    pair.advanceMs(500);
    assert.equal(pair.log.filter(bareAckFrom("answerer")).length, 0);
    assert.equal(pair.caller.bytes.length, 20);
  });

  test("wait 40 ms for an answer that does not come", () => {
    const pair = wiredPair({ caller: PROMPT_LINUX, oneWayMs: 50 });
    pair.caller.stream.write(pattern(10));
    pair.advanceMs(50);
    pair.answerer.stream.write(pattern(10));
    pair.advanceMs(450);
    pair.forget();
    pair.caller.stream.write(pattern(10));
    pair.advanceMs(500);
    const [ack] = pair.log.filter(bareAckFrom("answerer"));
    assertBetween((ack?.atMs ?? 0) - 1_550, 40, 48);
  });
});

describe("a handshake with Linux", () => {
  test("repeats the SYN-ACK five times, each wait twice as long, and then gives up", () => {
    const pair = dialledPair({ caller: PROMPT_LWIP });
    pair.loseAll(({ from, atMs }) => from === "answerer" || atMs > 0);
    pair.advanceMs(80_000);
    const synAcks = pair.log.filter(({ from }) => from === "answerer").map(({ atMs }) => atMs);
    assert.equal(synAcks.length, 6);
    for (const [i, wait] of waitsOf(synAcks).entries()) assertBetween(wait, 1_000 * 2 ** i, 1_130 * 2 ** i);
    assert.equal(pair.answerer.error?.kind, "timed-out");
  });

  test("answers a repeated SYN at once", () => {
    const pair = dialledPair({ caller: { ...PROMPT_LWIP, firstRtoMs: 500 } });
    pair.loseNext(({ from }) => from === "answerer");
    pair.advanceMs(530);
    assert.ok(pair.caller.events.includes("open"));
  });

  test("of a caller sends four more SYNs at one second, and doubles after", () => {
    const pair = dialledPair({ caller: LINUX, loses: () => true });
    pair.advanceMs(300_000);
    const waits = waitsOf(pair.log.map(({ atMs }) => atMs));
    const expected = [1, 1, 1, 1, 1, 2, 4, 8, 16, 32];
    assert.equal(waits.length, expected.length);
    for (const [i, wait] of waits.entries()) {
      const seconds = expected[i] ?? 0;
      assertBetween(wait, 1_000 * seconds, 1_130 * seconds);
    }
    assert.equal(pair.caller.error?.kind, "timed-out");
  });
});
