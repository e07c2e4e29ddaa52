// Owns how a seed becomes a world to explore: which link, faults, workload, board and options. Refuses to know how it is played.

import { createRandom, type Random, type RandomStream } from "../../random/random.ts";
import { drawFaults, kindsOf } from "../fault-families.ts";
import type { Family, Fault, FaultKind } from "../faults.ts";
import type { BrokerTerms, FiveTerms } from "../five-terms.ts";
import type { Command, World } from "../world.ts";
import { drawFive } from "./draw-five.ts";
import { logUniform } from "./log-uniform.ts";

/** What there is to draw from. */
export interface Choices {
  readonly links: readonly LinkChoice[];
  readonly boards: readonly string[];
  readonly families: readonly Family[];
  /** Faults that every world has besides. */
  readonly faults: readonly Fault[];
  readonly forMs: number;
  readonly emphasis?: Emphasis;
}

/** What is not left to chance, so that what is rare elsewhere is frequent. All else of a world stays as its seed has it. */
export interface Emphasis {
  readonly qos: 0 | 1 | 2;
  /** Kinds of faults, of which no world leaves one out, and no others. */
  readonly faults: readonly FaultKind[];
  readonly protocol?: World["protocol"];
  readonly everyMs?: number;
  /** In place of what is drawn of them. */
  readonly terms?: Partial<BrokerTerms>;
  readonly readingExpirySeconds?: number;
}

export interface LinkChoice {
  readonly name: string;
  /** A gateway for messages, which has no packets to lose. */
  readonly isGateway: boolean;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** Long enough for the slowest link to heal, the longest back-off to end and the fullest outbox to empty. */
const DRAIN_MS = 60 * MINUTE_MS;
const CLOCK_WRAPS_AT_MS = 2 ** 32;

/** The same world for the same seed and choices, whatever other worlds were drawn. */
export function drawWorld(seed: number, choices: Choices): World {
  const random = createRandom(seed).scope("world");
  const options = random.stream("options");
  const board = options.pick(choices.boards);
  const protocol = options.pick(["5", "5", "5", "3.1.1", "3.1.1", "3.1"] as const);
  const qos = options.pick([0, 1, 1, 2, 2] as const);
  const devices = options.pick([1, 1, 1, 1, 2, 3]);
  const everyMs = drawInterval(options);
  return {
    seed,
    board,
    link: drawLink(choices.links, random.stream("link")),
    protocol: choices.emphasis?.protocol ?? protocol,
    five: emphasised(drawFive(random.stream("five")), choices.emphasis),
    qos: choices.emphasis?.qos ?? qos,
    devices,
    everyMs: choices.emphasis?.everyMs ?? everyMs,
    forMs: choices.forMs,
    drainMs: DRAIN_MS,
    pace: {
      keepAliveSeconds: Math.round(logUniform(10, 1200, options)),
      pingDeadlineMs: 0,
      connectTimeoutMs: 30 * SECOND_MS,
      backoffBaseMs: SECOND_MS,
      backoffMaxMs: 2 * MINUTE_MS,
    },
    hardware: drawHardware(choices.forMs, random.stream("hardware")),
    faults: drawnFaults(choices, random),
    downlink: drawDownlink(choices.forMs, random.stream("downlink")),
  };
}

function emphasised(drawn: FiveTerms, emphasis: Emphasis | undefined): FiveTerms {
  return {
    ...drawn,
    broker: { ...drawn.broker, ...emphasis?.terms },
    readingExpirySeconds: emphasis?.readingExpirySeconds ?? drawn.readingExpirySeconds,
  };
}

/** Half of the devices are so busy that several messages are under way on a slow link, or while a fault lasts. */
function drawInterval(random: RandomStream): number {
  const longestMs = random.chance(0.5) ? 10 * SECOND_MS : 10 * MINUTE_MS;
  return Math.round(logUniform(2 * SECOND_MS, longestMs, random));
}

/** A profile, and now and then something on top. */
function drawLink(links: readonly LinkChoice[], random: RandomStream): string {
  const { name, isGateway } = random.pick(links);
  const overlays = [
    [0.15, `loss=${Math.round(random.between(1, 30))}%`],
    [0.1, `nat=${Math.round(random.between(20, 400))}s`],
    [0.1, `tls=${random.chance(0.5) ? "1.2" : "1.3"}`],
    [0.1, `outage=${Math.round(random.between(2, 120))}s@${Math.round(random.between(3, 60))}m`],
  ] as const;
  const chosen = overlays.filter(([share]) => random.chance(share)).map(([, text]) => text);
  return isGateway ? name : [name, ...chosen].join(",");
}

/** A crystal is wrong by tens of parts in a million. Half of the clocks wrap while they are watched. */
function drawHardware(forMs: number, random: RandomStream): World["hardware"] {
  const driftPpm = Math.round(random.between(-100, 100));
  const wraps = random.chance(0.5);
  const beforeWrapMs = Math.floor(random.between(0, forMs));
  const anyMs = Math.floor(random.between(0, CLOCK_WRAPS_AT_MS));
  return { driftPpm, clockStartMs: wraps ? CLOCK_WRAPS_AT_MS - beforeWrapMs : anyMs };
}

/** What goes wrong while something else has gone wrong already finds more than as much trouble evenly spread. */
const COMPANY_SHARE = 0.5;

/**
 * Swarm testing (Groce et al., ISSTA 2012): each world leaves about half of the kinds out, because a fault that always comes
 * hides what would happen without it.
 */
function drawnFaults({ families, faults, forMs, emphasis }: Choices, random: Random): readonly Fault[] {
  const swarm = random.stream("swarm");
  const chosen = kindsOf(families).filter(() => swarm.chance(0.5));
  const everyMs = logUniform(MINUTE_MS, forMs, swarm);
  const kinds = emphasis?.faults ?? chosen;
  const drawn = drawFaults({ kinds, forMs, everyMs, companyShare: COMPANY_SHARE }, random.stream("faults"));
  return [...faults, ...drawn].sort((a, b) => a.atMs - b.atMs);
}

/** Some come alone, some more at once than the smallest device can owe acknowledgements for. */
const BURST_SHARE = 0.3;
const BURST_MOST = 12;

function drawDownlink(forMs: number, random: RandomStream): readonly Command[] {
  const everyMs = logUniform(MINUTE_MS, 4 * forMs, random);
  const commands: Command[] = [];
  for (let atMs = random.exponential(everyMs); atMs < forMs; atMs += random.exponential(everyMs)) {
    const qos = random.pick([0, 1, 2] as const);
    const isBurst = random.chance(BURST_SHARE);
    const count = Math.floor(logUniform(2, BURST_MOST, random));
    for (let n = 0; n < (isBurst ? count : 1); n += 1) commands.push({ atMs: Math.floor(atMs), qos });
  }
  return commands;
}
