// `sim`: simulated devices on a bad link. Starts a run, shows it and prints its report; what happens in it, it only passes on.
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { Core, capacityList } from "../../device/core.ts";
import { DeviceRefused } from "../../device/sensor-device.ts";
import { createLedger, type Ledger } from "../../scenario/ledger.ts";
import { runInRealTime } from "../../scenario/realtime-run.ts";
import { createReport, type Report, type RunIdentity } from "../../scenario/report.ts";
import type { RunResult } from "../../scenario/run-settings.ts";
import { BrokerUnreachable } from "../../scenario/subscriber.ts";
import { createTrace, LEGEND, type Trace } from "../../trace/trace.ts";
import type { Context, ParsedCommand } from "../command.ts";
import { EXIT, type Failure, missingFailure, usageFailure } from "../failure.ts";
import { createLines } from "../live/lines.ts";
import { createScreen } from "../live/screen.ts";
import type { View } from "../live/view.ts";
import { createOutput, flushed, type Output } from "../output.ts";
import { defineSim, type SimOptions } from "../sim/options.ts";
import { type Plan, planOf } from "../sim/plan.ts";
import { summaryOf } from "../sim/summary.ts";
import { troubleInWords } from "../sim/trouble.ts";

export const sim: ParsedCommand = {
  kind: "parsed",
  description:
    "Runs simulated sensors, with the very code that a board runs, over a link that drops.\n" +
    "At the end sampling stops, the queue drains, the devices say goodbye, and every\n" +
    "reading is accounted for.\n" +
    "Exits 1 when a promise was broken, 3 when the broker was never reached.",
  examples: [
    "npx motekit sim --realtime --link wifi-home,outage=8s@25s --every 2s --for 60s",
    "npx motekit sim --realtime --for 20s --every 1s --faults cut@5s,blackhole=6s@9s --json",
  ],
  define: defineSim,
  async run(context, given) {
    const options = given as SimOptions;
    const plan = planOf(options, context.root);
    const traceFile = options.trace === undefined ? null : await openTrace(options.trace);
    const { hurry, over } = hurryWhenInterrupted(context);
    try {
      return await simulate(context, options, plan, traceFile, hurry);
    } catch (error) {
      throw explained(error, plan);
    } finally {
      if (traceFile !== null) await flushed(traceFile);
      over();
    }
  },
};

async function simulate(
  context: Context,
  options: SimOptions,
  plan: Plan,
  traceFile: Writable | null,
  hurry: Promise<void>,
): Promise<number> {
  const output = createOutput(context, { json: options.json === true });
  const core = new Core(plan.image.module);
  const ledger = createLedger();
  const trace = createTrace((line) => void traceFile?.write(line));
  const view = viewFor(context, output, options, plan);
  const startMs = context.clock.nowMs;
  try {
    const result = await runInRealTime(plan.settings, {
      core,
      clock: context.clock,
      random: plan.random,
      ledger,
      hurry,
      observer(happening) {
        for (const observer of [ledger, trace, view]) observer.see(happening);
      },
    });
    const report = reportOf(plan, options, core, {
      ledger,
      trace,
      result,
      wallMs: context.clock.nowMs - startMs,
    });
    if (report.connections === 0 && !context.interruption.begun) throw neverConnected(plan, ledger);
    view.close();
    print(output, options, report, ledger);
    return report.violations.length > 0 ? EXIT.broken : EXIT.done;
  } finally {
    view.close();
  }
}

interface Finished {
  readonly ledger: Ledger;
  readonly trace: Trace;
  readonly result: RunResult;
  readonly wallMs: number;
}

function reportOf(plan: Plan, options: SimOptions, core: Core, finished: Finished): Report {
  const { seed, board, qos, image, replay } = plan;
  const identity: RunIdentity = {
    seed,
    board: board.name,
    link: options.link,
    protocol: options.protocol,
    devices: options.devices,
    image: image.hash,
    qos,
    everyMs: options.every,
    capacities: board.capacities,
    clientBytes: core.exports.blockBytes(...capacityList(board.capacities)),
    replay,
  };
  const { ledger, result, trace, wallMs } = finished;
  return createReport(identity, ledger, result, { wallMs, traceHash: trace.hash() });
}

function print(output: Output, options: SimOptions, report: Report, ledger: Ledger): void {
  const summary = summaryOf(report, ledger.devices);
  output.say(summary);
  if (options.json === true) output.json(report);
}

function viewFor(context: Context, output: Output, options: SimOptions, plan: Plan): View {
  const { seed, board, where, settings } = plan;
  const { names } = settings;
  const subject = {
    seed,
    board: board.title,
    link: options.link,
    where,
    names,
    room: board.capacities.entries,
  };
  const isLive = options.json !== true && context.stdout.isTTY === true && context.env.TERM !== "dumb";
  return isLive
    ? createScreen(subject, context.stdout, context.clock, output.paint)
    : createLines(subject, (line) => output.say(line));
}

/** The first Ctrl-C hurries the run to its end, and the process waits for that. */
function hurryWhenInterrupted({ interruption }: Context): {
  readonly hurry: Promise<void>;
  readonly over: () => void;
} {
  let over: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    over = resolve;
  });
  const hurry = new Promise<void>((resolve) => {
    interruption.onGoodbye(() => {
      resolve();
      return ended;
    });
  });
  return { hurry, over };
}

async function openTrace(path: string): Promise<Writable> {
  const file = createWriteStream(path);
  try {
    await once(file, "open");
  } catch (error) {
    throw usageFailure(
      `--trace ${path} cannot be written: ${(error as Error).message}`,
      "Accepted: a file that can be written",
    );
  }
  file.write(LEGEND);
  return file;
}

function neverConnected(plan: Plan, ledger: Ledger): Failure {
  const trouble = troubleInWords(ledger.devices);
  return missingFailure(`never connected to ${plan.where}: ${trouble}`, howToGet(plan));
}

function explained(error: unknown, plan: Plan): unknown {
  if (error instanceof BrokerUnreachable) {
    return missingFailure(`never connected to ${plan.where}: ${error.message}`, howToGet(plan));
  }
  if (error instanceof DeviceRefused) {
    return usageFailure(
      `${error.message}`,
      "Accepted: a user name and password that fit the board's memory for texts, or a larger board",
    );
  }
  return error;
}

function howToGet({ settings }: Plan): string {
  return settings.broker.kind === "embedded"
    ? "Try another --link, or a longer --for"
    : "Start a broker there, name another with --broker, or leave it out for the embedded one";
}
