// Owns a subscriber to a broker at an address: a client of its own, beside the devices and without their link, so that what
// it receives is evidence. Refuses to know what it is evidence of.

import { clientField } from "../device/block.ts";
import { type Capacities, type Core, capacityList } from "../device/core.ts";
import { readMessage, wordOf } from "../device/device-event.ts";
import { CloseReason, Event, Phase } from "../device/layout.generated.ts";
import { clientMs, Port } from "../device/port.ts";
import type { Credentials } from "../device/sensor-device.ts";
import type { Dialer } from "../net/stream.ts";
import type { RandomStream } from "../random/random.ts";
import { after, type Clock } from "../time/clock.ts";
import { refusalInWords } from "./refusal.ts";

/** The broker cannot be watched, so nothing about it could be judged. */
export class BrokerUnreachable extends Error {
  override readonly name = "BrokerUnreachable";
}

export type Watcher = (topic: string, payload: string, isRetained: boolean) => void;

export interface SubscriberSettings {
  readonly clientId: string;
  readonly filters: readonly string[];
  readonly protocol: "3.1" | "3.1.1";
  readonly credentials: Credentials | null;
}

export interface SubscriberSurroundings {
  readonly core: Core;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly random: RandomStream;
  readonly watcher: Watcher;
}

export interface Subscriber {
  /** Resolves when all filters are granted; else throws `BrokerUnreachable` with the reason. */
  open(limitMs: number): Promise<void>;
  /** Ends its session at the broker too, when there is time for it. */
  close(limitMs: number): Promise<void>;
}

const VERSIONS = { "3.1": 3, "3.1.1": 4 } as const;
const EXACTLY_ONCE = 2;
const FILTER_REFUSED = 0x80;
const GOODBYE_MS = 500;

export function createSubscriber(settings: SubscriberSettings, around: SubscriberSurroundings): Subscriber {
  const { core, dialer, clock, random, watcher } = around;
  const { exports } = core;
  const client = prepareBlock(settings, core);
  let granted = 0;
  let trouble: string | null = null;
  let onChange: () => void = () => undefined;

  function onEvent(event: Event): void {
    if (event === Event.Message) {
      const { topic, payload } = readMessage(core, client);
      watcher(topic, payload, clientField(core, client, "eventRetain") === 1);
    } else {
      trouble = troubleOf(event) ?? trouble;
      if (event === Event.Subscribed) granted += 1;
      onChange();
    }
  }

  function troubleOf(event: Event): string | null {
    const code = clientField(core, client, "eventCode");
    if (event === Event.Refused) return refusalInWords(code);
    if (event === Event.Subscribed && code === FILTER_REFUSED) return "the broker refuses a subscription";
    if (event !== Event.Closed || code === CloseReason.SessionCleared || code === CloseReason.Refused)
      return null;
    return port.lastError?.message ?? `the connection ended: ${wordOf(CloseReason, code)}`;
  }

  const port = new Port({
    core,
    client,
    firmware: {
      poll: (nowMs) => exports.poll(client, nowMs),
      deadlineMs: (nowMs) => exports.deadlineMs(client, nowMs),
    },
    dialer,
    clock,
    random,
    onEvent,
  });

  /** Resolves to whether it came about before the limit. */
  function until(isSo: () => boolean, limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (): void => {
        limit.cancel();
        onChange = () => undefined;
        resolve(isSo());
      };
      const limit = after(clock, limitMs, finish);
      onChange = () => {
        if (isSo()) finish();
      };
      onChange();
    });
  }

  const isIdle = (): boolean => clientField(core, client, "phase") === Phase.Idle;

  async function leave(limitMs: number): Promise<boolean> {
    exports.disconnect(client, GOODBYE_MS, clientMs(clock));
    port.pump();
    return until(isIdle, limitMs);
  }

  /** A clean connection, which ends the session that the broker keeps for this client id. */
  async function forget(limitMs: number): Promise<void> {
    exports.setClean(client, 1);
    exports.connect(client, clientMs(clock));
    port.pump();
    if (await until(() => clientField(core, client, "phase") === Phase.Connected, limitMs))
      await leave(limitMs);
  }

  return {
    async open(limitMs) {
      exports.connect(client, clientMs(clock));
      port.pump();
      await until(() => trouble !== null || granted === settings.filters.length, limitMs);
      if (trouble === null && granted === settings.filters.length) return;
      port.stop();
      throw new BrokerUnreachable(trouble ?? "the broker did not answer in time");
    },
    async close(limitMs) {
      const untilMs = clock.nowMs + limitMs;
      if (await leave(limitMs)) await forget(Math.max(0, untilMs - clock.nowMs));
      port.stop();
    },
  };
}

/** Room for many messages that come at once; it publishes nothing. */
function capacitiesFor({ filters, credentials, clientId }: SubscriberSettings): Capacities {
  const texts = [clientId, ...filters, credentials?.username ?? "", credentials?.password ?? ""];
  return {
    receiveBytes: 16_384,
    outboxBytes: 64,
    entries: 1,
    window: 1,
    inboundIds: 1024,
    texts: texts.length,
    // each with its two bytes of length, and a byte for its end
    textBytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 4, 0),
    filters: filters.length,
  };
}

function prepareBlock(settings: SubscriberSettings, core: Core): number {
  const { exports, inbox } = core;
  const capacities = capacityList(capacitiesFor(settings));
  const client = core.allocate(done(exports.blockBytes(...capacities)));
  done(exports.init(client, ...capacities));
  done(exports.setVersion(client, VERSIONS[settings.protocol]));
  const text = (prepare: typeof exports.prepareString, words: string) =>
    done(prepare(client, inbox, core.put(inbox, words)));
  done(exports.setClientId(client, text(exports.prepareString, settings.clientId)));
  // what is published while its connection is away must not be missing as evidence
  done(exports.setClean(client, 0));
  if (settings.credentials !== null) {
    const { username, password } = settings.credentials;
    const user = text(exports.prepareString, username);
    done(exports.setCredentials(client, user, password === null ? 0 : text(exports.prepareBytes, password)));
  }
  for (const filter of settings.filters) {
    done(exports.subscribe(client, inbox, core.put(inbox, filter), EXACTLY_ONCE));
  }
  return client;
}

function done(answer: number): number {
  if (answer < 0) throw new Error(`the subscriber's client answered with status ${answer}`);
  return answer;
}
