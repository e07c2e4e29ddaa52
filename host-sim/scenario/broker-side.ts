// Owns what a run needs of a broker: a way in, somebody who watches the devices' topics, and its end. Refuses to know devices.

import { createEmbeddedBroker } from "../broker/embedded.ts";
import type { Core } from "../device/core.ts";
import type { Credentials } from "../device/sensor-device.ts";
import type { Dialer } from "../net/stream.ts";
import type { Random } from "../random/random.ts";
import type { Clock } from "../time/clock.ts";
import type { Protocol } from "../words/protocol.ts";
import { ROOT_LEVEL } from "./bench.ts";
import { Subscriber, type Watcher } from "./subscriber.ts";

export interface BrokerSide {
  readonly dialer: Dialer;
  /** As the broker counts them; null when it cannot be asked. */
  readonly willsFired: () => number | null;
  /** Null when that is in other hands. */
  readonly restart: ((options: { readonly forget: boolean }) => void) | null;
  /** Leaves nothing behind but what the devices published. */
  close(limitMs: number): Promise<void>;
}

export interface RemoteBroker {
  readonly dialer: Dialer;
  readonly credentials: Credentials | null;
  readonly protocol: Protocol;
  /** Of the devices to watch. */
  readonly names: readonly string[];
}

const OPEN_LIMIT_MS = 10_000;

/** Fresh: nothing is retained there that the watcher would have to be shown. */
export function openEmbeddedBroker(clock: Clock, random: Random, watcher: Watcher): BrokerSide {
  const broker = createEmbeddedBroker({
    clock,
    random: random.stream("embedded-broker"),
    observer: (topic, payload) => watcher(topic, Buffer.from(payload).toString(), false),
  });
  return {
    dialer: broker.dialer,
    willsFired: () => broker.willsFired(),
    restart: (options) => broker.restart(options),
    close: () => broker.close(),
  };
}

/** Throws `BrokerUnreachable` when its topics cannot be watched. */
export async function openRemoteBroker(
  broker: RemoteBroker,
  around: { readonly core: Core; readonly clock: Clock; readonly random: Random },
  watcher: Watcher,
): Promise<BrokerSide> {
  const { dialer, names, credentials, protocol } = broker;
  const { core, clock, random } = around;
  const filters = names.map((name) => `${ROOT_LEVEL}/${name}/+`);
  const draw = random.stream("subscriber");
  const clientId = `watch-${draw.u32().toString(16)}`;
  const subscriber = new Subscriber(
    { clientId, filters, protocol, credentials },
    { core, dialer, clock, random: draw, watcher },
  );
  await subscriber.open(OPEN_LIMIT_MS);
  return {
    dialer,
    willsFired: () => null,
    restart: null,
    close: (limitMs) => subscriber.close(limitMs),
  };
}
