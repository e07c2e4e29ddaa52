// Owns that a claim is tried against every broker there is: Aedes always, Mosquitto where it is installed. Knows no client.
import { type TestContext, test } from "node:test";
import { createAedesBroker } from "../../broker/aedes.ts";
import { createRealClock } from "../../time/real-clock.ts";
import { mosquittoOrSkip } from "./mosquitto.ts";
import { HANG_MS } from "./patience.ts";

export interface TestBroker {
  readonly name: "Aedes" | "Mosquitto";
  /** What the client under test is to speak. */
  readonly version: 4 | 5;
  readonly port: number;
  /** Ends all connections; with `forget`, all sessions and retained messages too. */
  restart(options: { readonly forget: boolean }): Promise<void>;
}

export type Claims = (suite: TestContext, broker: TestBroker) => Promise<void>;

/** More would leave each so little of a small machine that the client's own deadlines pass. */
const ROUNDS_AT_ONCE = 5;

type Start = (t: TestContext) => Promise<TestBroker | undefined>;

const KINDS: Readonly<Record<string, Start>> = {
  "against Aedes": startAedes,
  "against Mosquitto": (t) => startMosquitto(t, 4),
};

/** One broker of each kind for all claims of a suite; they are put to the test at the same time. */
export function againstEachBroker(about: string, claims: Claims): void {
  tryAll(about, claims, KINDS);
}

/** Also in MQTT 5, which of them Mosquitto alone speaks. */
export function inEachVersion(about: string, claims: Claims): void {
  tryAll(about, claims, { ...KINDS, "against Mosquitto in MQTT 5": (t) => startMosquitto(t, 5) });
}

function tryAll(about: string, claims: Claims, kinds: Readonly<Record<string, Start>>): void {
  test(about, { timeout: HANG_MS, concurrency: true }, async (all) => {
    const trials = Object.entries(kinds).map(([kind, start]) =>
      all.test(kind, async (suite) => {
        const broker = await start(suite);
        if (broker !== undefined) await claims(suite, broker);
      }),
    );
    await Promise.all(trials);
  });
}

/** Tries a claim about a race a few times on a laptop, and more often where MOTEKIT_E2E_ROUNDS says so. */
export async function inEachRound(trial: (round: number) => Promise<void>): Promise<void> {
  const rounds = Array.from({ length: roundCount() }, (_, round) => round).values();
  const lane = async () => {
    for (const round of rounds) await trial(round);
  };
  await Promise.all(Array.from({ length: ROUNDS_AT_ONCE }, lane));
}

async function startMosquitto(t: TestContext, version: 4 | 5): Promise<TestBroker | undefined> {
  const mosquitto = await mosquittoOrSkip(t);
  if (mosquitto === undefined) return undefined;
  const restart = (options: { readonly forget: boolean }) => mosquitto.restart(options);
  return { name: "Mosquitto", version, port: mosquitto.port(), restart };
}

async function startAedes(t: TestContext): Promise<TestBroker> {
  const aedes = await createAedesBroker(createRealClock());
  const port = await aedes.listen(0);
  t.after(() => aedes.close());
  return { name: "Aedes", version: 4, port, restart: (options) => aedes.restart(options) };
}

function roundCount(): number {
  const given = process.env.MOTEKIT_E2E_ROUNDS ?? "3";
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1) throw new Error(`MOTEKIT_E2E_ROUNDS is a count, not "${given}"`);
  return count;
}
