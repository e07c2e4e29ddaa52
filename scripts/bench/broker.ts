// Owns which broker a comparison runs against: Mosquitto where it is installed, else Aedes. Knows no client.
import { startAedes } from "../../host-sim/__tests__/support/aedes.ts";
import {
  findMosquitto,
  mosquittoVersion,
  startMosquitto,
} from "../../host-sim/__tests__/support/mosquitto.ts";
import { installedVersion } from "./installed-version.ts";

export interface BenchBroker {
  readonly name: string;
  readonly port: number;
  stop(): Promise<void>;
}

export async function startBenchBroker(): Promise<BenchBroker> {
  const path = findMosquitto();
  if (path === undefined) {
    const { port, stop } = await startAedes();
    return { name: `Aedes ${await installedVersion("aedes")}`, port, stop };
  }
  const mosquitto = await startMosquitto(path);
  return {
    name: `Mosquitto ${await mosquittoVersion(path)}`,
    port: mosquitto.port(),
    stop: () => mosquitto.remove(),
  };
}
