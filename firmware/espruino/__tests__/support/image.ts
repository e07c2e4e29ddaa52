// Owns the linked images that the tests run: the client translated, and the port. Each is made once a test file.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Capacities, capacityList } from "../../../../host-sim/device/core.ts";
import { packageRoot } from "../../../../host-sim/package/package-root.ts";
import { linkImage, readPortable } from "../../../../scripts/translate/link.ts";
import { modulePort, type PortFeatures, sensorPort } from "../../port.ts";

const BOARD = "esp8266";

interface BoardFile {
  readonly capacities: Capacities;
  readonly espruino: { readonly mqtt5: boolean };
}

function readBoard(): BoardFile {
  return JSON.parse(readFileSync(join(packageRoot(), "boards", `${BOARD}.json`), "utf8"));
}

export interface ImageOptions {
  readonly isMinified?: boolean;
  /** Of the board, where it does not say otherwise. */
  readonly capacities?: Partial<Capacities>;
  /** Of the board what is left out of its image; else all, where it does not say otherwise. */
  readonly features?: Partial<PortFeatures>;
}

const linked = new Map<string, Promise<string>>();

/** The text that goes into Storage. */
export function image(kind: "sensor" | "module", options: ImageOptions = {}): Promise<string> {
  const key = JSON.stringify([kind, options]);
  const known = linked.get(key) ?? link(kind, options);
  linked.set(key, known);
  return known;
}

async function link(kind: "sensor" | "module", options: ImageOptions): Promise<string> {
  const root = packageRoot();
  const { capacities, espruino } = readBoard();
  const features = { tls: true, deepSleep: true, mqtt5: espruino.mqtt5, ...options.features };
  const port = kind === "sensor" ? sensorPort(features) : modulePort(features);
  const { code } = await linkImage({
    program: readPortable(root, features.mqtt5 ? [] : ["MQTT5"]),
    port: port.text,
    portFile: port.file,
    capacities: capacityList({ ...capacities, ...options.capacities }),
    firmware: kind === "sensor" ? "sensor" : "client",
    scratchBytes: port.scratchBytes,
    mode: "plain",
    isMinified: options.isMinified ?? false,
    memory: "own",
  });
  return code;
}
