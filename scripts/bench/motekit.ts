// Owns motekit as a client under test. Knows no bench.
import { connect } from "../../host-sim/client/connect.ts";
import { packageRoot, packageVersion } from "../../host-sim/package/package-root.ts";
import type { ClientUnderTest } from "./client-under-test.ts";

/** As often as MQTT.js in its quicker variant, so that neither is spared cuts. */
const reconnectMs = 50;
const outboxBytes = 65_535;

export function motekit(): ClientUnderTest {
  return {
    name: "motekit",
    version: packageVersion(packageRoot()),
    open: async ({ port, clientId, window: inFlight, outboxMessages }) => {
      const client = connect(`mqtt://127.0.0.1:${port}`, {
        protocolVersion: 4,
        clientId,
        clean: false,
        reconnectPeriod: reconnectMs,
        capacities: { window: inFlight, entries: outboxMessages, outboxBytes },
      });
      return {
        publish: async (topic, payload) => {
          await client.publish(topic, payload, { qos: 1 });
        },
        close: () => client.end(true),
      };
    },
  };
}
