// Owns what a run needs of a broker: a way in, somebody who watches the devices' topics, and its end. Refuses to know devices.

import { createEmbeddedBroker } from "../broker/embedded.ts";
import type { Dialer } from "../net/stream.ts";
import type { Clock } from "../time/clock.ts";

/** All that is published under a device's own level, which begins with the root's. */
export const ROOT_LEVEL = "motekit";

export type Watcher = (topic: string, payload: string, isRetained: boolean) => void;

export interface BrokerSide {
  readonly dialer: Dialer;
  /** As the broker counts them; null when it cannot be asked. */
  readonly willsFired: () => number | null;
  /** Null when that is in other hands. */
  readonly restart: ((options: { readonly forget: boolean }) => Promise<void>) | null;
  /** Leaves nothing behind but what the devices published. */
  close(limitMs: number): Promise<void>;
}

/** The broker cannot be watched, so nothing about it could be judged. */
export class BrokerUnreachable extends Error {
  override readonly name = "BrokerUnreachable";
}

export async function openEmbeddedBroker(clock: Clock, watcher: Watcher): Promise<BrokerSide> {
  const broker = await createEmbeddedBroker(clock);
  const forget = broker.observe(`${ROOT_LEVEL}/+/+`, (topic, payload, _qos, retain) =>
    watcher(topic, Buffer.from(payload).toString(), retain),
  );
  return {
    dialer: broker.dialer,
    willsFired: () => broker.counts.willsFired,
    restart: (options) => broker.restart(options),
    async close() {
      forget();
      await broker.close();
    },
  };
}
