// Owns the broker that a run in real time brings along: the model broker within this process, as a Dialer and on sockets.
// Refuses to know the link in front of it, and what its clients are.

import { memoryDialer } from "../net/memory-stream.ts";
import type { Dialer } from "../net/stream.ts";
import type { RandomStream } from "../random/random.ts";
import type { Clock } from "../time/clock.ts";
import { createModelBroker } from "./model/broker.ts";
import type { Limits } from "./model/limits.ts";
import { type Listening, listenModelBroker } from "./model/listen.ts";

export interface EmbeddedBroker {
  readonly dialer: Dialer;
  willsFired(): number;
  /** Opens a socket on 127.0.0.1 for anybody's clients; port 0 picks a free one, which is the answer. */
  listen(port: number): Promise<number>;
  /** Ends all connections with a reset, wills included. Sockets stay open unless `close`d. */
  restart(options: { readonly forget: boolean }): void;
  /** At once; nothing is kept. */
  close(): Promise<void>;
}

export interface EmbeddedSurroundings {
  readonly clock: Clock;
  readonly random: RandomStream;
  /** Sees each message once, as it is published. */
  readonly observer: (topic: string, payload: Uint8Array) => void;
}

/** What strangers may make it hold: a packet's size, a day of an absent client's messages. Aliases: Mosquitto's default. */
const LIMITS: Partial<Limits> = {
  maximumPacketBytes: 256 * 1024,
  sessionExpiryMs: 86_400_000,
  topicAliasMaximum: 10,
};

export function createEmbeddedBroker({ clock, random, observer }: EmbeddedSurroundings): EmbeddedBroker {
  const broker = createModelBroker<null>({
    clock,
    random,
    limits: LIMITS,
    observer(event) {
      if (event.kind === "routed") observer(event.topic, event.payload);
    },
  });
  const doors: Listening[] = [];
  return {
    dialer: memoryDialer(clock, broker.accept(null)),
    willsFired: () => broker.counts.willsFired,
    async listen(port) {
      const door = await listenModelBroker(broker, null, port);
      doors.push(door);
      return door.port;
    },
    restart(options) {
      broker.stop(options);
      broker.start();
    },
    async close() {
      broker.stop({ forget: true });
      await Promise.all(doors.splice(0).map((door) => door.close()));
    },
  };
}
