// Owns MQTT.js as a client under test. Knows no bench.
import { connect } from "mqtt";
import type { ClientUnderTest } from "./client-under-test.ts";
import { installedVersion } from "./installed-version.ts";

interface Variant {
  readonly name: string;
  readonly reconnectPeriodMs?: number;
}

/** It has no window and no outbox to set: it sends what it can, and keeps what it cannot without limit. */
export async function mqttJs({ name, reconnectPeriodMs }: Variant): Promise<ClientUnderTest> {
  const reconnect = reconnectPeriodMs === undefined ? {} : { reconnectPeriod: reconnectPeriodMs };
  return {
    name,
    version: await installedVersion("mqtt"),
    open: async ({ port, clientId }) => {
      const client = connect(`mqtt://127.0.0.1:${port}`, { clientId, clean: false, ...reconnect });
      // It reports every cut as an error and goes on by itself.
      client.on("error", () => {});
      return {
        publish: async (topic, payload) => {
          await client.publishAsync(topic, payload, { qos: 1 });
        },
        close: () => client.endAsync(true),
      };
    },
  };
}
