// Owns what a cut is: where it is asked for, what became of it, and the proof that it hit there. Knows no sockets.
import assert from "node:assert/strict";
import {
  type Direction,
  describeRecords,
  type LoggedCmd,
  type PacketFacts,
  type PacketRecord,
} from "./packet-log.ts";
import { PATIENCE_MS } from "./patience.ts";

/** `before`: the packet is lost. `within`: its first half arrives. `after`: all of it arrives, nothing behind it does. */
export type CutMoment = "before" | "within" | "after";

/**
 * `reset` and `fin` tell both ends; `silence` tells nobody: both sockets stay open, and nothing passes any more.
 * A reset may destroy what an end has not read yet, so the end that is to have bytes of the packet gets FIN instead.
 */
export type CutManner = "reset" | "fin" | "silence";

export interface CutRule {
  readonly direction: Direction;
  readonly packet: Exclude<LoggedCmd, "opaque" | "incomplete">;
  /** Counted over all connections from the moment the cut was armed; 1 is the next. */
  readonly occurrence?: number;
  readonly when: CutMoment;
  readonly how: CutManner;
}

/**
 * What is known about the bytes that were let through.
 * `read`: the receiver closed in good order after them, which TCP allows only once they were read.
 * `delivered`: they are with the receiver's kernel, whose connection stays open.
 * `unconfirmed`: the receiver reset its connection, or did not close in time.
 */
export type Arrival = "none" | "read" | "delivered" | "unconfirmed";

export interface CutOutcome {
  readonly record: PacketRecord;
  readonly arrival: Arrival;
}

/** The packets of all connections of a proxy, in the order in which it handed them on or withheld them. */
export type PacketLog = readonly PacketRecord[];

export class Cut {
  readonly rule: Required<CutRule>;
  readonly log: PacketLog;
  /** How long the log was when the cut was armed. */
  readonly armedAt: number;
  outcome: CutOutcome | undefined;
  #seen = 0;
  #announce: (outcome: CutOutcome) => void = () => {};
  readonly #done: Promise<CutOutcome>;

  constructor(rule: CutRule, log: PacketLog) {
    this.rule = { occurrence: 1, ...rule };
    this.log = log;
    this.armedAt = log.length;
    this.#done = new Promise((resolve) => {
      this.#announce = resolve;
    });
  }

  /** True for the one packet at which to cut. */
  takes(direction: Direction, facts: PacketFacts): boolean {
    if (direction !== this.rule.direction || facts.cmd !== this.rule.packet) return false;
    this.#seen += 1;
    return this.#seen === this.rule.occurrence;
  }

  settle(outcome: CutOutcome): void {
    this.outcome = outcome;
    this.#announce(outcome);
  }

  /** Waits until the connection is cut, and checks that it was where it should be. */
  async hit(timeoutMs = PATIENCE_MS): Promise<CutOutcome> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.#done, timeout]);
    clearTimeout(timer);
    return assertCutHit(this);
  }
}

function describeRule(rule: Required<CutRule>): string {
  return `${rule.how} ${rule.when} ${rule.packet} number ${rule.occurrence} ${rule.direction}`;
}

/**
 * Fails unless the log itself, not the code that cut, shows that the cut hit the packet asked for, that all before it
 * on that connection had passed, and that nothing after it did.
 */
export function assertCutHit(cut: Cut): CutOutcome {
  const { rule, outcome, log } = cut;
  const story = `cut (${describeRule(rule)})`;
  const evidence = `; the log since it was armed:\n${describeRecords(log.slice(cut.armedAt))}`;
  assert.ok(outcome, `${story} was never reached${evidence}`);
  const matches = log
    .slice(cut.armedAt)
    .filter((record) => record.direction === rule.direction && record.cmd === rule.packet);
  assert.equal(matches[rule.occurrence - 1], outcome.record, `${story} hit another packet${evidence}`);

  const sameConnection = log.filter((record) => record.connection === outcome.record.connection);
  const at = sameConnection.indexOf(outcome.record);
  const passedAfter = sameConnection.slice(at + 1).filter((record) => record.forwardedBytes > 0);
  assert.equal(passedAfter.length, 0, `${story}: bytes passed after it${evidence}`);
  const lostBefore = sameConnection.slice(0, at).filter((record) => !record.forwarded);
  assert.equal(lostBefore.length, 0, `${story}: an earlier packet had already been lost${evidence}`);

  const passed = outcome.record.forwardedBytes;
  assert.equal(
    passed,
    bytesLetThrough(rule.when, outcome.record.bytes.length),
    `${story}: wrong part passed`,
  );
  const proven: Arrival = passed === 0 ? "none" : rule.how === "silence" ? "delivered" : "read";
  assert.equal(outcome.arrival, proven, `${story}: what is known of the arrival of its bytes${evidence}`);
  return outcome;
}

/** How much of a packet of `size` bytes passes; `within` lets at least one byte through and withholds at least one. */
export function bytesLetThrough(when: CutMoment, size: number): number {
  if (when === "before") return 0;
  return when === "after" ? size : Math.floor(size / 2);
}
