// A run of `sim` in real time, from its options to its report: it starts it and shows it. Knows no world.
import { Core, capacityList } from "../../device/core.ts";
import { DeviceRefused } from "../../device/sensor-device.ts";
import { createPromises, type PromiseReport } from "../../promises/all.ts";
import { createLedger, type DeviceRecord, type Ledger } from "../../scenario/ledger.ts";
import { runInRealTime } from "../../scenario/realtime-run.ts";
import { createReport, type Report, type RunIdentity } from "../../scenario/report.ts";
import { factsOf, type RunResult } from "../../scenario/run-settings.ts";
import { BrokerUnreachable } from "../../scenario/subscriber.ts";
import { createTrace, type Trace } from "../../trace/trace.ts";
import type { Context } from "../command.ts";
import { type Failure, missingFailure, usageFailure } from "../failure.ts";
import { createLines } from "../live/lines.ts";
import { createScreen } from "../live/screen.ts";
import type { View } from "../live/view.ts";
import type { Output } from "../output.ts";
import type { SimOptions } from "./options.ts";
import { type Plan, planOf } from "./plan.ts";
import { type OpenRecording, openRecording } from "./recorded.ts";
import { troubleInWords } from "./trouble.ts";

/** What a simulation came to. */
export interface Simulated {
  readonly report: Report;
  readonly devices: readonly DeviceRecord[];
}

/** Throws a `Failure` for what is wrong or missing. */
export async function simulateInRealTime(
  context: Context,
  options: SimOptions,
  output: Output,
): Promise<Simulated> {
  const plan = planOf(options, context.root);
  // a run in real time has no world: it can be looked at, not played again
  const recording =
    options.trace === undefined
      ? null
      : await openRecording(options.trace, context.root, null, plan.image.hash);
  const { hurry, over } = hurryWhenInterrupted(context);
  try {
    const simulated = await simulate(context, options, plan, output, { recording, hurry });
    await recording?.end(simulated.report);
    return simulated;
  } catch (error) {
    throw explained(error, plan);
  } finally {
    over();
  }
}

interface Ends {
  readonly recording: OpenRecording | null;
  readonly hurry: Promise<void>;
}

async function simulate(
  context: Context,
  options: SimOptions,
  plan: Plan,
  output: Output,
  { recording, hurry }: Ends,
): Promise<Simulated> {
  const core = new Core(plan.image.module);
  const ledger = createLedger();
  const promises = createPromises(factsOf(plan.settings, true));
  const trace = createTrace(recording?.write ?? null);
  const view = viewFor(context, output, options, plan);
  const startMs = context.clock.nowMs;
  try {
    const result = await runInRealTime(plan.settings, plan.broker, {
      core,
      clock: context.clock,
      random: plan.random,
      ledger,
      hurry,
      observer(happening) {
        for (const observer of [ledger, trace, promises, view]) observer.see(happening);
      },
    });
    const report = reportOf(plan, options, core, {
      ledger,
      trace,
      result,
      promises: promises.end({ ...result, atMs: result.endMs }),
      wallMs: context.clock.nowMs - startMs,
    });
    if (report.connections === 0 && !context.interruption.begun) throw neverConnected(plan, ledger);
    return { report, devices: ledger.devices };
  } finally {
    view.close();
  }
}

interface Finished {
  readonly ledger: Ledger;
  readonly trace: Trace;
  readonly result: RunResult;
  readonly promises: readonly PromiseReport[];
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
  const { ledger, result, promises, trace, wallMs } = finished;
  return createReport(identity, ledger, result, { wallMs, traceHash: trace.hash(), promises });
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

function howToGet({ broker }: Plan): string {
  return broker.kind === "embedded"
    ? "Try another --link, or a longer --for"
    : "Start a broker there, name another with --broker, or leave it out for the embedded one";
}
