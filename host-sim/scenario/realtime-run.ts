// Owns a run in real time: it opens a broker and its watcher, plays the run, and closes what it opened. Refuses to know what
// happens in the run.

import type { Core } from "../device/core.ts";
import type { Credentials } from "../device/sensor-device.ts";
import type { Dialer } from "../net/stream.ts";
import type { Random } from "../random/random.ts";
import type { Clock } from "../time/clock.ts";
import type { Happening } from "../trace/happening.ts";
import { type Bench, ROOT_LEVEL } from "./bench.ts";
import { type BrokerSide, openEmbeddedBroker, openRemoteBroker } from "./broker-side.ts";
import type { Ledger } from "./ledger.ts";
import { LifeFinder } from "./life-finder.ts";
import { Run } from "./run.ts";
import type { RunResult, RunSettings } from "./run-settings.ts";
import type { Watcher } from "./subscriber.ts";

export type BrokerChoice =
  | { readonly kind: "embedded" }
  | { readonly kind: "remote"; readonly dialer: Dialer; readonly credentials: Credentials | null };

export interface RealSurroundings {
  readonly core: Core;
  readonly clock: Clock;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly observer: (happening: Happening) => void;
  /** Resolves when the run shall end now, and be quick about it. */
  readonly hurry: Promise<void>;
}

const CLOSE_BROKER_MS = 500;

/** Throws `BrokerUnreachable`, and `DeviceRefused` for settings that do not fit. */
export async function runInRealTime(
  settings: RunSettings,
  choice: BrokerChoice,
  around: RealSurroundings,
): Promise<RunResult> {
  const lives = new LifeFinder();
  let run: Run | null = null;
  const tell = (happening: Happening): void => {
    lives.see(happening);
    around.observer(happening);
  };
  // what the broker has kept from before is seen at 0
  const watcher = watcherOf(settings.names, lives, (happening) =>
    tell({ ...happening, atMs: run?.elapsedMs ?? 0 }),
  );
  const side = await openBroker(settings, choice, around, watcher);
  try {
    run = new Run(settings, {
      ...around,
      observer: tell,
      bench: benchOf(side),
      tellsSegments: false,
      tellsLink: true,
    });
    return await played(run, around.hurry);
  } finally {
    run?.close();
    await side.close(CLOSE_BROKER_MS);
  }
}

function played(run: Run, hurry: Promise<void>): Promise<RunResult> {
  return new Promise((resolve) => {
    run.start(resolve);
    void hurry.then(() => run.hurry());
  });
}

async function openBroker(
  { names, device }: RunSettings,
  choice: BrokerChoice,
  around: RealSurroundings,
  watcher: Watcher,
): Promise<BrokerSide> {
  return choice.kind === "embedded"
    ? openEmbeddedBroker(around.clock, around.random, watcher)
    : await openRemoteBroker({ ...choice, names, protocol: device.protocol }, around, watcher);
}

type SeenAnytime = Omit<Extract<Happening, { readonly kind: "seen" }>, "atMs">;

function watcherOf(names: readonly string[], lives: LifeFinder, tell: (seen: SeenAnytime) => void): Watcher {
  const numbers = new Map(names.map((name, index) => [name, index + 1]));
  return (topic, payload, isRetained) => {
    const [root, name = "", level = ""] = topic.split("/");
    const device = numbers.get(name);
    if (root !== ROOT_LEVEL || device === undefined) return;
    tell({ kind: "seen", device, life: lives.of(device, payload), level, payload, isRetained });
  };
}

function benchOf(side: BrokerSide): Bench {
  return {
    wayIn: () => side.dialer,
    command: () => undefined,
    strike: ({ kind }) => side.restart?.({ forget: kind === "broker-forget" }),
    settle: () => undefined,
    willsFired: side.willsFired,
  };
}
