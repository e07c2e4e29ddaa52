// Owns a world played in virtual time: its clock, its broker, its run and those who watch it. Refuses to know who asked for it
// and how fast the wall's clock goes.

import type { Capacities, Core } from "../device/core.ts";
import type { EnergyFigures } from "../net/link/meter/figures.ts";
import { parseLink } from "../net/link/overlay.ts";
import type { BoardTcp } from "../net/link/tcp/board-tcp.ts";
import { createPromises, type PromiseReport } from "../promises/all.ts";
import { createRandom, type Random } from "../random/random.ts";
import { VirtualClock } from "../time/virtual-clock.ts";
import type { Happening } from "../trace/happening.ts";
import { createTrace } from "../trace/trace.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { LifeFinder } from "./life-finder.ts";
import { createModelBench } from "./model-bench.ts";
import { Run } from "./run.ts";
import { type EndLimits, factsOf, type RunResult, type RunSettings } from "./run-settings.ts";
import type { World } from "./world.ts";

export interface BoardFigures {
  readonly capacities: Capacities;
  readonly tcp: BoardTcp;
  readonly energy: EnergyFigures | null;
}

export interface Equipment {
  readonly core: Core;
  /** Of the world's board. */
  readonly board: BoardFigures;
  /** Gets each line of the trace, with its line feed; null: only the hash is wanted. */
  readonly writeLine: ((line: string) => void) | null;
}

export interface Played {
  readonly result: RunResult;
  readonly ledger: Ledger;
  readonly promises: readonly PromiseReport[];
  readonly traceHash: string;
}

const STATUS_MS = 60_000;
const GOODBYE_MS = 180_000;
/** For what is on its way, beyond the time that a broker takes to miss a device. */
const ARRIVAL_MS = 120_000;

export class Play {
  readonly #clock = new VirtualClock();
  readonly #ledger = createLedger();
  readonly #trace;
  readonly #promises;
  readonly #run: Run;
  #result: RunResult | null = null;

  /** Throws `ProfileError` for a link that is none, and `DeviceRefused` for settings that do not fit. */
  constructor(world: World, { core, board, writeLine }: Equipment) {
    const random = createRandom(world.seed);
    const names = deviceNames(world.board, world.devices, random);
    const settings = settingsOf(world, board, names);
    this.#trace = createTrace(writeLine);
    this.#promises = createPromises(factsOf(settings, false));
    const observer = settings.link.kind === "gateway" ? this.#throughGateway() : this.#see;
    const { broker: terms } = world.five;
    const bench = createModelBench({
      names,
      terms,
      clock: this.#clock,
      random: random.scope("broker"),
      observer,
    });
    this.#run = new Run(settings, {
      core,
      clock: this.#clock,
      random,
      bench,
      ledger: this.#ledger,
      observer,
      tellsSegments: writeLine !== null,
      tellsLink: false,
    });
    this.#run.start((result) => {
      this.#result = result;
    });
  }

  /** Since its start, in its own time. */
  get nowMs(): number {
    return this.#clock.nowMs;
  }

  /** When its next event comes; null when there is none. */
  get nextMs(): number | null {
    return this.#clock.nextMs;
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  /** Runs at most so many events. Answers whether there are more. */
  advance(events: number): boolean {
    for (let left = events; left > 0; left -= 1) {
      if (this.#result !== null || !this.#clock.runNext()) return false;
    }
    return true;
  }

  /** Goes over to the end now. */
  hurry(): void {
    this.#run.hurry();
  }

  /** Gives back what it holds, wherever it is. */
  close(): void {
    this.#run.close();
  }

  /** Once there are no more events. */
  end(): Played {
    const result = this.#result;
    this.close();
    if (result === null) throw new Error("the run has come to a stop before its end");
    const { endMs: atMs, memoryGrowthBytes, waiting } = result;
    const promises = this.#promises.end({ atMs, memoryGrowthBytes, waiting });
    return { result, ledger: this.#ledger, promises, traceHash: this.#trace.hash() };
  }

  readonly #see = (happening: Happening): void => {
    this.#trace.see(happening);
    this.#ledger.see(happening);
    this.#promises.see(happening);
  };

  /** There the shore publishes for all lives of a device over one connection. */
  #throughGateway(): (happening: Happening) => void {
    const lives = new LifeFinder();
    return (happening) => {
      lives.see(happening);
      if (happening.kind !== "seen") this.#see(happening);
      else this.#see({ ...happening, life: lives.of(happening.device, happening.payload) });
    };
  }
}

/** A world from beginning to end. */
export function playWhole(world: World, equipment: Equipment): Played {
  const play = new Play(world, equipment);
  while (play.advance(Number.POSITIVE_INFINITY));
  return play.end();
}

const NAME_DIGITS = 6;

/** Numbered from a drawn one, so that no two are the same. */
export function deviceNames(board: string, count: number, random: Random): readonly string[] {
  const first = random.stream("names").u32();
  return Array.from({ length: count }, (_, index) => {
    const number = (first + index) % 16 ** NAME_DIGITS;
    return `${board}-${number.toString(16).padStart(NAME_DIGITS, "0")}`;
  });
}

function settingsOf(world: World, board: BoardFigures, names: readonly string[]): RunSettings {
  const { qos, everyMs: intervalMs, protocol, five, pace, hardware, forMs, faults, downlink } = world;
  const expiries = { sessionSeconds: five.sessionExpirySeconds, readingSeconds: five.readingExpirySeconds };
  return {
    link: parseLink(world.link),
    device: { capacities: board.capacities, qos, intervalMs, protocol, expiries },
    pace,
    credentials: null,
    tcp: board.tcp,
    energy: board.energy,
    hardware,
    names,
    forMs,
    faults,
    downlink,
    giveUpMs: null,
    ending: endingOf(world),
  };
}

/** A broker misses a device after 1.5 times its keep-alive [MQTT3-3.1.2-24]; only then its status can be judged. */
function endingOf({ drainMs, pace, five }: World): EndLimits {
  const keepAliveSeconds = Math.max(pace.keepAliveSeconds, five.broker.keepAliveSeconds ?? 0);
  const arrivalMs = 1.5 * keepAliveSeconds * 1000 + ARRIVAL_MS;
  return { drainMs, statusMs: STATUS_MS, goodbyeMs: GOODBYE_MS, arrivalMs };
}
