// Owns a client, a gateway and a broker joined in virtual time, for tests. Refuses to know what is claimed.

import { createRandom } from "../../../random/random.ts";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import { createMeter, type Meter } from "../../link/meter/meter.ts";
import type { GatewayFigures } from "../figures.ts";
import { createGatewayLink, type GatewayLink } from "../gateway-link.ts";
import { SmallBroker } from "./small-broker.ts";
import { SmallClient } from "./small-client.ts";

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;

export const TOPIC = "motekit/node-1/reading";

/** Of round numbers, and without chance: a session takes 10 s, one may begin each 40 s, and a message arrives 15 s later. */
export const STEADY: GatewayFigures = {
  upBytes: 340,
  downBytes: 270,
  queueMessages: 8,
  mailboxMessages: 50,
  sessionMs: constant(10 * SECOND_MS),
  spacingMs: constant(40 * SECOND_MS),
  successShare: 1,
  unheardShare: 0,
  deliveryMs: constant(15 * SECOND_MS),
  passes: null,
  expiryMs: null,
  checkEveryMs: null,
  silentAfterMs: 2 * HOUR_MS,
};

export const CREDIT_BYTES = 50;

export interface GatewayRun {
  readonly clock: VirtualClock;
  readonly link: GatewayLink;
  readonly client: SmallClient;
  readonly broker: SmallBroker;
  /** One dollar a credit. */
  readonly meter: Meter;
  advanceMs(ms: number): void;
}

export function constant(ms: number): { readonly fromMs: number; readonly toMs: number } {
  return { fromMs: ms, toMs: ms };
}

export function gatewayRun(changed: Partial<GatewayFigures> = {}, seed = 1, window = 4): GatewayRun {
  const clock = new VirtualClock();
  const broker = new SmallBroker();
  const cost = { kind: "credits", creditBytes: CREDIT_BYTES, usdPerCredit: 1 } as const;
  const meter = createMeter({ cost, energy: null }, clock);
  const random = createRandom(seed).scope("gateway");
  const link = createGatewayLink({ ...STEADY, ...changed }, clock, random, { broker: broker.accept, meter });
  const client = new SmallClient(link.dialer, window);
  return { clock, link, client, broker, meter, advanceMs: (ms) => clock.runUntil(clock.nowMs + ms) };
}

/** Until the hello is over and the next exchange may begin. */
export function greetedRun(changed: Partial<GatewayFigures> = {}, seed = 1, window = 4): GatewayRun {
  const run = gatewayRun(changed, seed, window);
  run.client.connect();
  run.advanceMs(41 * SECOND_MS);
  return run;
}

export function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `{"seq":${i + 1}}`);
}
