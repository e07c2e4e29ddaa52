// Owns which files make a port, and their order: Espruino knows nothing before it is defined. What becomes of the text is for
// the translator, which links it with the client.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../host-sim/package/package-root.ts";
import { withWhatIsKnown } from "./known.ts";

export interface Port {
  /** JavaScript for one scope with the translated client. */
  readonly text: string;
  /** Where it comes from, for messages. */
  readonly file: string;
  /** Bytes of its own that it uses in the client's memory. */
  readonly scratchBytes: number;
}

/** What of a board is in a port, or left out of it. */
export interface PortFeatures {
  readonly tls: boolean;
  readonly deepSleep: boolean;
  readonly mqtt5: boolean;
}

const FOLDER = "firmware/espruino";
/** `CHUNK_BYTES` of loop.js. */
const CHUNK_BYTES = 268;
/** `PAYLOAD_BYTES` of client.js. */
const PAYLOAD_BYTES = 300;

function read(file: string): string {
  return readFileSync(join(packageRoot(), FOLDER, file), "utf8");
}

/** The sensor node, which runs at boot. */
export function sensorPort(features: PortFeatures): Port {
  const loop = asking("sensorDeadlineMs", "deadlineMs", asking("sensorPoll", "poll", read("loop.js")));
  const files = ["tell.js", "sensor.js", "wifi.js", "sample.js", "nap.js", "start.js"];
  return {
    text: portText(features, false, [loop, ...files.map(read)]),
    file: `${FOLDER}/sensor.js`,
    scratchBytes: CHUNK_BYTES,
  };
}

/** The files name features as constants. */
function portText(
  { tls, deepSleep, mqtt5 }: PortFeatures,
  tellsAtOnce: boolean,
  files: readonly string[],
): string {
  const features = {
    HAS_TLS: tls,
    HAS_DEEP_SLEEP: deepSleep,
    HAS_MQTT5: mqtt5,
    TELLS_AT_ONCE: tellsAtOnce,
  };
  const constants = Object.entries(features).map(([name, has]) => `var ${name} = ${has};`);
  return withWhatIsKnown([...constants, ...files].join("\n"));
}

/** The loop asks the firmware in the client's place. */
function asking(firmwares: string, clients: string, loop: string): string {
  const pieces = loop.split(` ${clients}(nowMs)`);
  if (pieces.length !== 2) throw new Error(`loop.js asks ${clients} ${pieces.length - 1} times, not once`);
  return pieces.join(` ${firmwares}(nowMs)`);
}

/** What `require("motekit")` gives a program of one's own. */
export function modulePort(features: PortFeatures): Port {
  const files = features.mqtt5 ? ["loop.js", "properties.js", "client.js"] : ["loop.js", "client.js"];
  return {
    text: portText(features, !features.mqtt5, files.map(read)),
    file: `${FOLDER}/client.js`,
    scratchBytes: CHUNK_BYTES + PAYLOAD_BYTES,
  };
}
