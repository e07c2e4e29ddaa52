// Owns `connect`: from a broker's URL to a client that is connecting. All clients of a process share one memory and one clock.

import { Core, loadModule } from "../device/core.ts";
import { brokerDialer, parseBrokerUrl } from "../net/broker-url.ts";
import { createRandom, drawSeed } from "../random/random.ts";
import type { Clock } from "../time/clock.ts";
import { createRealClock } from "../time/real-clock.ts";
import { MqttClient } from "./client.ts";
import type { ClientOptions } from "./options.ts";
import { settingsOf, tlsSettingsOf } from "./settings.ts";

interface Shared {
  readonly core: Core;
  readonly clock: Clock;
}

let shared: Shared | null = null;

function sharedParts(): Shared {
  shared ??= { core: new Core(loadModule()), clock: createRealClock() };
  return shared;
}

/**
 * Begins to connect to `mqtt://`, `mqtts://`, `ws://` or `wss://`, and goes on as `options` say. Throws an `OptionError` for
 * an option, a `BrokerUrlError` for the URL and a `TlsSettingsError` for certificates that cannot be used; whatever the
 * network does is told by events.
 */
export function connect(url: string, options: ClientOptions = {}): MqttClient {
  const address = parseBrokerUrl(url);
  const settings = settingsOf(options, address);
  const dialer = brokerDialer(address, tlsSettingsOf(options));
  const random = createRandom(drawSeed()).stream("reconnect");
  return new MqttClient({ ...sharedParts(), dialer, random, settings });
}
