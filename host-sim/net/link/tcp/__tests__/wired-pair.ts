// Owns two TCP ends joined by a wire whose losses a test chooses one by one. Refuses to know what is claimed.

import { VirtualClock } from "../../../../time/virtual-clock.ts";
import { type Recorded, recorded } from "../../../__tests__/recorded-stream.ts";
import type { StreamHandlers } from "../../../stream.ts";
import { TcpEndpoint } from "../endpoint.ts";
import { LINUX, LWIP, type TcpFlavour } from "../flavour.ts";
import type { Segment } from "../segment.ts";

export interface Passing extends Segment {
  readonly atMs: number;
  readonly from: "caller" | "answerer";
  readonly isLost: boolean;
}

export interface WiredPair {
  readonly clock: VirtualClock;
  readonly caller: Recorded;
  readonly answerer: Recorded;
  /** Every segment since `forget`, by whoever sent it. */
  readonly log: readonly Passing[];
  forget(): void;
  /** Loses each next segment of which this is true, once. */
  loseNext(isIt: (segment: Passing) => boolean): void;
  /** Loses all of which this is true, from now on. */
  loseAll(isIt: (segment: Passing) => boolean): void;
  advanceMs(ms: number): void;
}

interface Options {
  readonly caller?: TcpFlavour;
  readonly answerer?: TcpFlavour;
  readonly oneWayMs?: number;
  readonly onAnswerer?: Partial<StreamHandlers>;
  readonly sinceMs?: number;
  /** From the first SYN on. */
  readonly loses?: (segment: Passing) => boolean;
}

/** Without Nagle, so that every write is a segment. */
export const PROMPT_LWIP: TcpFlavour = { ...LWIP, nagle: false };
export const PROMPT_LINUX: TcpFlavour = { ...LINUX, nagle: false };

/** Neither end is open yet: the caller's SYN has left. */
export function dialledPair(options: Options = {}): WiredPair {
  const { caller = PROMPT_LWIP, answerer = PROMPT_LINUX, oneWayMs = 10, sinceMs = 0 } = options;
  const clock = new VirtualClock();
  const log: Passing[] = [];
  const once: ((segment: Passing) => boolean)[] = [];
  let isLostForGood = options.loses ?? (() => false);
  let wasCalled = false;

  const carry =
    (from: Passing["from"], deliver: (segment: Segment) => void) =>
    (segment: Segment): void => {
      const passing = { ...segment, atMs: clock.nowMs, from, isLost: false };
      const hit = once.findIndex((isIt) => isIt(passing));
      if (hit >= 0) once.splice(hit, 1);
      const isLost = hit >= 0 || isLostForGood(passing);
      log.push({ ...passing, isLost });
      if (!isLost) clock.at(clock.nowMs + oneWayMs, () => deliver(segment));
    };
  const toAnswerer = (segment: Segment): void => {
    if (segment.synMss !== null && !wasCalled) {
      wasCalled = true;
      far.accept(segment);
    } else far.receive(segment);
  };
  let near!: TcpEndpoint;
  let far!: TcpEndpoint;
  const callerSide = recorded((handlers) => {
    near = new TcpEndpoint(clock, caller, carry("caller", toAnswerer), handlers, sinceMs);
    return near;
  });
  const answererSide = recorded((handlers) => {
    far = new TcpEndpoint(
      clock,
      answerer,
      carry("answerer", (segment) => near.receive(segment)),
      handlers,
      sinceMs,
    );
    return far;
  }, options.onAnswerer);
  near.connect();
  return {
    clock,
    caller: callerSide,
    answerer: answererSide,
    log,
    forget: () => log.splice(0),
    loseNext: (isIt) => once.push(isIt),
    loseAll(isIt) {
      isLostForGood = isIt;
    },
    advanceMs: (ms) => clock.runUntil(clock.nowMs + ms),
  };
}

/** Open at both ends, a second after the SYN left, with nothing in the log. */
export function wiredPair(options: Options = {}): WiredPair {
  const pair = dialledPair(options);
  pair.advanceMs(1_000);
  pair.forget();
  return pair;
}

export function isData({ payload }: Passing): boolean {
  return payload.length > 0;
}

export function dataFrom(from: Passing["from"]): (segment: Passing) => boolean {
  return (segment) => segment.from === from && isData(segment);
}

export function bareAckFrom(from: Passing["from"]): (segment: Passing) => boolean {
  return (segment) => segment.from === from && !isData(segment) && !segment.fin && segment.synMss === null;
}
