// Owns a Node client that meets a scripted broker, and that neither outlives its test. Knows nothing of what they say.
import type { EventEmitter } from "node:events";
import type { TestContext } from "node:test";
import type { MqttClient } from "../../client.ts";
import { connect } from "../../connect.ts";
import type { ClientEvents } from "../../events.ts";
import type { ClientOptions } from "../../options.ts";
import { type Script, type ScriptedBroker, startScriptedBroker } from "./scripted-broker.ts";

export interface World {
  readonly broker: ScriptedBroker;
  readonly client: MqttClient;
}

export type Meet = (t: TestContext, options?: ClientOptions, script?: Script) => Promise<World>;

/** Two ways to meet, for clients with these options and each test's own: while it connects, and once it was accepted. */
export function worldsOf(usual: ClientOptions): { readonly start: Meet; readonly connected: Meet } {
  const start: Meet = async (t, options, script) => {
    const broker = await startScriptedBroker(script);
    t.after(() => broker.close());
    const client = connect(broker.url, { clientId: "one", reconnectPeriod: 5, ...usual, ...options });
    t.after(() => client.end(true));
    return { broker, client };
  };
  const connected: Meet = async (t, options, script) => {
    const world = await start(t, options, script);
    await told(world.client, "connect");
    return world;
  };
  return { start, connected };
}

/** The arguments of the next such event. Unlike `events.once` it does not mind errors, which a lost link brings along. */
export function told<Name extends keyof ClientEvents>(
  client: MqttClient,
  event: Name,
): Promise<ClientEvents[Name]> {
  return new Promise((resolve) => {
    (client as EventEmitter).once(event, (...args) => resolve(args as ClientEvents[Name]));
  });
}
