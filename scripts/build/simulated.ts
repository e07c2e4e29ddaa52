// Owns the translated image that the simulator runs: the sensor for the board that a simulation has unless told otherwise.
// Knows nothing of how it is run.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Capacities, capacityList } from "../../host-sim/device/core.ts";
import { TRANSLATED_FUNCTIONS, type TranslatedImage } from "../../host-sim/device/translated-core.ts";
import { toolFile } from "../node-tool.ts";
import { linkImage, readPortable } from "../translate/link.ts";
import { type Artefact, BuildFailure } from "./artefact.ts";

const PATH = "build/espruino/simulated.json";
const BOARD = "boards/esp8266.json";
/** As much as a modelled transport takes at once. */
const SCRATCH_BYTES = 8192;
const TERSER: { version: string } = JSON.parse(readFileSync(toolFile("terser/package.json"), "utf8"));

const PORT = `
function sampleThousandths(channel){return board.sampleThousandths(channel)}
function setOutput(output,isOn){return board.setOutput(output,isOn)}
function writeIdentity(at,capacity){return board.writeIdentity(at,capacity)}
return{${TRANSLATED_FUNCTIONS.map((name) => `${name}:${name}`).join()}};`;

export const simulated: Artefact = {
  path: PATH,
  entries: ["firmware/sensor/index.ts", BOARD],
  inputs: ["assembly", "firmware/sensor", BOARD, "scripts/portable", "scripts/translate", "scripts/build"],
  tools: `terser ${TERSER.version}`,
  async produce(root) {
    try {
      return new Map([[PATH, Buffer.from(JSON.stringify(await translate(root)))]]);
    } catch (error) {
      throw new BuildFailure(error instanceof Error ? error.message : String(error));
    }
  },
};

async function translate(root: string): Promise<TranslatedImage> {
  const { capacities }: { readonly capacities: Capacities } = JSON.parse(
    readFileSync(join(root, BOARD), "utf8"),
  );
  const { code, memoryBytes, scratchAt, device } = await linkImage({
    program: readPortable(root),
    port: PORT,
    portFile: "scripts/build/simulated.ts",
    capacities: capacityList(capacities),
    firmware: "sensor",
    scratchBytes: SCRATCH_BYTES,
    mode: "plain",
    isMinified: true,
    memory: "given",
  });
  return { capacities, memoryBytes, stateBytes: device.stateBytes, scratchAt, code };
}
