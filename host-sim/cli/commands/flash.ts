// `flash`: puts the code on a board and watches until it runs. Owns what is told of it; how it is done is flash's to know.
import { flash as flashBoard, flashSteps } from "../../flash/flash.ts";
import { writeInterpreter } from "../../flash/interpreter/built-in.ts";
import { esptoolArguments, runEsptool } from "../../flash/interpreter/own-esptool.ts";
import { Trouble } from "../../flash/trouble.ts";
import { openWire } from "../../flash/wire/open.ts";
import { portWords } from "../../flash/wire/port-name.ts";
import { printable } from "../../words/printable.ts";
import type { Context, ParsedCommand } from "../command.ts";
import { EXIT, Failure } from "../failure.ts";
import { type FlashOptions, type InterpreterPlan, type Plan, planFlash } from "../flash/plan.ts";
import { createProgressLine } from "../flash/progress.ts";
import { isAtTerminal, Questions } from "../flash/prompts.ts";
import { createOutput, type Output } from "../output.ts";
import { durationArgument } from "../units.ts";

const DEFAULT_WAIT_MS = 90_000;

export const flash: ParsedCommand = {
  kind: "parsed",
  description:
    "Puts the sensor node into a board's Storage, restarts the board and watches until it is connected,\n" +
    "or says what is wrong. Settings (WiFi, broker, credentials) come from a file, or are asked for.",
  examples: [
    "npx motekit flash --board esp8266 --port /dev/ttyUSB0 --settings settings.json",
    "npx motekit flash --board esp32 --port COM3 --settings settings.json --interpreter espruino_2v29_esp32",
    "npx motekit flash --board esp8266 --port tcp://127.0.0.1:2323 --dry-run",
  ],
  define(command) {
    command
      .option("--board <name>", "the board")
      .option("--port <port>", "a path, COMn or tcp://HOST:PORT")
      .option("--settings <file>", "the board's settings, as JSON; without it, those on the board stay")
      .option("--interpreter <image>", "put Espruino itself on it first: the folder of its download")
      .option(
        "--esptool <program>",
        "what writes the interpreter (default: esptool, if installed; or built-in)",
      )
      .option("--image <file>", "this code instead of the sensor node")
      .option(
        "--module <file>",
        "a driver that goes along, such as DHT22.js; may be given again",
        (file: string, files: readonly string[]) => [...files, file],
        [],
      )
      .option("--erase", "empty the board's Storage first, with every file in it")
      .option(
        "--wait <duration>",
        "how long the board may take to connect",
        durationArgument,
        DEFAULT_WAIT_MS,
      )
      .option("--dry-run", "print the steps and do none of them")
      .option("--json", "print one JSON document");
  },
  async run(context, given) {
    const options = given as FlashOptions;
    return withTroubles(async () => {
      const plan = await planFlash(context, options);
      const output = createOutput(context, { json: options.json === true });
      const steps = stepsOf(plan);
      if (options.dryRun === true) {
        steps.forEach((step, index) => void output.say(`${index + 1}. ${step}`));
        if (options.json === true) output.json({ ...summary(plan), dryRun: true, steps });
        return EXIT.done;
      }
      const device = await new Flashing(context, output, plan, steps.length).run();
      output.say(output.paint.green(`${printable(device.deviceName)} is connected`));
      if (options.json === true) {
        const { interpreter, deviceName } = device;
        output.json({
          ...summary(plan),
          dryRun: false,
          steps,
          interpreter,
          device: deviceName,
          connected: true,
        });
      }
      return EXIT.done;
    });
  },
};

async function withTroubles(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    throw new Failure(error.kind, printable(error.message), printable(error.remedy));
  }
}

function summary({ board, port, request }: Plan): object {
  return { board: board.name, port: portWords(port), imageBytes: request.image.length };
}

function stepsOf({ port, interpreter, request }: Plan): readonly string[] {
  const on = portWords(port);
  if (interpreter === null) return [`open ${on}`, ...flashSteps(request)];
  return [interpreterStep(interpreter), `open ${on}`, ...flashSteps(request)];
}

function interpreterStep({ parts, esptool }: InterpreterPlan): string {
  const files = parts.map(({ file, address }) => `${file} at 0x${address.toString(16)}`).join(", ");
  return `erase the whole flash and write the interpreter with ${esptool ?? "the built-in esptool"}: ${files}`;
}

class Flashing {
  readonly #context: Context;
  readonly #output: Output;
  readonly #plan: Plan;
  readonly #steps: number;
  readonly #line;
  #step = 0;

  constructor(context: Context, output: Output, plan: Plan, steps: number) {
    this.#context = context;
    this.#output = output;
    this.#plan = plan;
    this.#steps = steps;
    this.#line = createProgressLine(context);
  }

  async run() {
    const { interpreter } = this.#plan;
    if (interpreter !== null) await this.#writeInterpreter(interpreter);
    this.#begin(`open ${portWords(this.#plan.port)}`);
    const wire = await openWire(this.#plan.port, this.#plan.board.espruino.consoleBaud, this.#context.clock);
    const forget = this.#context.interruption.onGoodbye(() => wire.close());
    try {
      return await flashBoard(this.#plan.request, wire, {
        clock: this.#context.clock,
        begin: (step) => this.#begin(step),
        say: (words) => this.#say(words),
        progress: (done, total) => this.#line.show(done, total),
      });
    } finally {
      this.#line.clear();
      forget();
      await wire.close();
    }
  }

  async #writeInterpreter(plan: InterpreterPlan): Promise<void> {
    const { board, port } = this.#plan;
    this.#begin(interpreterStep(plan));
    const facts = board.espruino.interpreter;
    if (plan.esptool !== null && port.kind === "serial") {
      const args = esptoolArguments(port.path, facts, plan.parts);
      await runEsptool(plan.esptool, args, (words) => this.#say(words));
      return;
    }
    await writeInterpreter(
      { facts, parts: plan.parts, port: portWords(port) },
      {
        clock: this.#context.clock,
        openWire: (baud) => openWire(port, baud, this.#context.clock),
        say: (words) => this.#say(words),
        progress: (done, total) => this.#line.show(done, total),
        ask: (words) => this.#askFor(words),
      },
    );
  }

  #begin(step: string): void {
    this.#line.clear();
    this.#step++;
    this.#output.say(this.#output.paint.bold(`${this.#step}/${this.#steps} ${step}`));
  }

  /** Much of it a board has said, or another program. */
  #say(words: string): void {
    this.#line.clear();
    this.#output.say(`    ${printable(words)}`);
  }

  /** Where nobody can answer, it is said, and the loader is called for a while. */
  async #askFor(words: string): Promise<void> {
    this.#say(words);
    if (!isAtTerminal(this.#context)) return;
    const questions = new Questions(this.#context);
    await questions.ask("    then press Enter ").finally(() => questions.close());
  }
}
