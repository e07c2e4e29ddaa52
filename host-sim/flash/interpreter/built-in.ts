// Writes the interpreter with Espressif's own esptool-js. Knows its interface and its habits; not which files go where.
import { createHash } from "node:crypto";
import { ESPLoader, Transport } from "esptool-js";
import { after, type Clock } from "../../time/clock.ts";
import type { InterpreterFacts } from "../board-facts.ts";
import { Trouble } from "../trouble.ts";
import type { Wire } from "../wire/wire.ts";
import type { FlashPart } from "./image-files.ts";
import { WebSerialPort } from "./web-serial.ts";

export interface InterpreterRequest {
  readonly facts: InterpreterFacts;
  readonly parts: readonly FlashPart[];
  /** For people. */
  readonly port: string;
}

export interface LoaderSurroundings {
  readonly clock: Clock;
  readonly openWire: (baud: number) => Promise<Wire>;
  readonly say: (words: string) => void;
  readonly progress: (doneBytes: number, totalBytes: number) => void;
  /** Has a person bring the board into a state, and resolves when they say that it is. */
  readonly ask: (words: string) => Promise<void>;
}

const ROM_BAUD = 115200;

/** Its own prints every trace on the standard output. */
class QuietTransport extends Transport {
  override trace(): void {}
}

/** Throws a `Trouble`. The board runs the new interpreter when it resolves. */
export async function writeInterpreter(
  request: InterpreterRequest,
  surroundings: LoaderSurroundings,
): Promise<void> {
  const hasModem = await hasModemLines(surroundings);
  if (!hasModem) {
    await surroundings.ask(
      "this port cannot reset the board: hold GPIO0 (FLASH, BOOT) to ground, press reset, let go of both",
    );
  }
  const port = new WebSerialPort(surroundings.openWire);
  const transport = new QuietTransport(port as unknown as ConstructorParameters<typeof Transport>[0]);
  const loader = new ESPLoader({
    transport,
    baudrate: hasModem ? request.facts.baud : ROM_BAUD,
    romBaudrate: ROM_BAUD,
    terminal: { clean: () => {}, write: () => {}, writeLine: () => {} },
  });
  try {
    await connect(loader, hasModem, request, surroundings);
    await write(loader, request, surroundings);
    if (hasModem) await pulseReset(port, surroundings.clock);
    else if (request.facts.chip === "esp8266") await loader.after("soft_reset");
  } finally {
    await transport.disconnect().catch(() => {});
  }
  if (!hasModem) await surroundings.ask("press reset, with GPIO0 (FLASH, BOOT) free");
}

/** A port may exist without them: pseudo-terminals, sockets, some adapters. */
async function hasModemLines({ openWire }: LoaderSurroundings): Promise<boolean> {
  const wire = await openWire(ROM_BAUD);
  try {
    if (wire.setModemLines === null) return false;
    await wire.setModemLines({ dtr: false, rts: false });
    return true;
  } catch {
    return false;
  } finally {
    await wire.close();
  }
}

async function connect(
  loader: ESPLoader,
  hasModem: boolean,
  { facts, port }: InterpreterRequest,
  { say }: LoaderSurroundings,
): Promise<void> {
  try {
    say(`the loader answers: ${await loader.main(hasModem ? "default_reset" : "no_reset")}`);
  } catch (error) {
    throw new Trouble(
      "missing",
      `the chip's loader does not answer on ${port}: ${(error as Error).message.trim()}`,
      "Hold GPIO0 (FLASH, BOOT) to ground while you press reset, then try again; check power and cable",
    );
  }
  const chip = loader.chip.CHIP_NAME.toLowerCase().replaceAll("-", "");
  if (chip === facts.chip) return;
  throw new Trouble(
    "usage",
    `the chip there is an ${loader.chip.CHIP_NAME}, and this board has an ${facts.chip}`,
    "Name the board that it is: npx motekit boards",
  );
}

async function write(
  loader: ESPLoader,
  { facts, parts }: InterpreterRequest,
  { progress }: LoaderSurroundings,
): Promise<void> {
  const totalBytes = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const beforeBytes = (index: number): number =>
    parts.slice(0, index).reduce((sum, { bytes }) => sum + bytes.length, 0);
  try {
    await loader.writeFlash({
      fileArray: parts.map(({ bytes, address }) => ({ data: bytes, address })),
      flashMode: facts.flashMode,
      flashFreq: facts.flashFrequency,
      flashSize: facts.flashSize,
      // An interpreter of another version does not understand what an old one left in Storage.
      eraseAll: true,
      compress: true,
      calculateMD5Hash: (image) => createHash("md5").update(image).digest("hex"),
      reportProgress: (index, written, total) => {
        const share = total === 0 ? 1 : written / total;
        progress(Math.round(beforeBytes(index) + share * (parts[index]?.bytes.length ?? 0)), totalBytes);
      },
    });
  } catch (error) {
    throw new Trouble(
      "missing",
      `writing the interpreter failed: ${(error as Error).message.trim()}`,
      "Try again: what is half-written does no harm. A good supply and a short cable help",
    );
  }
}

/** RTS holds the chip in reset, DTR stays off so that it starts what is in flash. */
async function pulseReset(port: WebSerialPort, clock: Clock): Promise<void> {
  await port.setSignals({ dataTerminalReady: false, requestToSend: true });
  await new Promise<void>((resolve) => void after(clock, 100, resolve));
  await port.setSignals({ dataTerminalReady: false, requestToSend: false });
}
