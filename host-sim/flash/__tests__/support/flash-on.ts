// Flashes what is behind a port as the command does for an ESP8266, in real time and in silence. Knows no code and no settings.
import { readFileSync } from "node:fs";
import { createRealClock } from "../../../time/real-clock.ts";
import type { EspruinoFacts } from "../../board-facts.ts";
import { type Flashed, flash } from "../../flash.ts";
import type { Settings } from "../../settings/settings.ts";
import { openWire } from "../../wire/open.ts";
import { parsePortName } from "../../wire/port-name.ts";

const boardFile = new URL("../../../../boards/esp8266.json", import.meta.url);
export const { espruino } = JSON.parse(readFileSync(boardFile, "utf8")) as { espruino: EspruinoFacts };

/** Throws a `Trouble`. */
export async function flashOn(
  port: string,
  image: Uint8Array,
  settings: Settings,
  waitMs: number,
): Promise<Flashed> {
  const clock = createRealClock();
  const wire = await openWire(parsePortName(port), espruino.consoleBaud, clock);
  const quiet = { clock, begin: () => {}, say: () => {}, progress: () => {} };
  const board = { name: "esp8266", espruino };
  const boardsByReport = new Map<string, readonly string[]>();
  try {
    return await flash(
      { board, image, settings, modules: [], erasesStorage: false, waitMs, boardsByReport },
      wire,
      quiet,
    );
  } finally {
    await wire.close();
  }
}
