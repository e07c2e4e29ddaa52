// `trace`: a recorded run as lines, as JSON or for Wireshark. Chooses what is shown; how it is read and worded is known elsewhere.

import type { Command } from "commander";
import type { Happening } from "../../trace/happening.ts";
import { inOurWords, timeInWords } from "../../trace/in-words.ts";
import { type Recording, RecordingError, readRecording } from "../../trace/recording.ts";
import { LEGEND } from "../../trace/trace.ts";
import { HAPPENING_KINDS, type HappeningKind } from "../../trace/vocabulary.ts";
import type { Context, ParsedCommand } from "../command.ts";
import { EXIT, usageFailure } from "../failure.ts";
import { createOutput, type Paint } from "../output.ts";
import { drained } from "../trace/drained.ts";
import { kindsArgument } from "../trace/kinds.ts";
import { writeCapture } from "../trace/write-capture.ts";
import { countArgument, durationArgument } from "../units.ts";

interface TraceOptions {
  readonly from: number;
  readonly until?: number;
  readonly device?: number;
  readonly kind?: ReadonlySet<HappeningKind>;
  readonly legend?: boolean;
  readonly json?: boolean;
  readonly pcap?: string;
}

const DEVICES_MAX = 1_000_000;

export const trace: ParsedCommand = {
  kind: "parsed",
  description:
    "Prints a recorded run, one happening a line: time since its start as d hh:mm:ss.mmm, device\n" +
    "and life, what happened. TCP segments are shown when --kind asks for them.\n" +
    "--pcap writes them for Wireshark instead, as seen from the devices.",
  examples: [
    "npx motekit trace run.txt",
    "npx motekit trace run.txt --from 25s --until 40s --kind packet,link,closed",
    "npx motekit trace run.txt --pcap run.pcap",
  ],
  define: (command: Command) =>
    void command
      .argument("[FILE]", "a recording, as sim --trace writes it")
      .option("--from <T>", "only what happened at this time after the start, or later", durationArgument, 0)
      .option("--until <T>", "only what happened at this time after the start, or earlier", durationArgument)
      .option("--device <N>", "only what happened to this device, or to all", countArgument(1, DEVICES_MAX))
      .option("--kind <LIST>", `only these: ${HAPPENING_KINDS.join(", ")}`, kindsArgument)
      .option("--legend", "what each kind of line means; alone or before the lines")
      .option("--pcap <OUT>", "write the segments to this file, for Wireshark or tcpdump")
      .option("--json", "print one JSON document"),
  async run(context, given, [path]) {
    const options = given as TraceOptions;
    if (path === undefined && options.legend !== true) {
      throw usageFailure("trace: no FILE given", "Accepted: a recording, as sim --trace writes it; --legend");
    }
    if (path === undefined) return printLegend(context, options);
    try {
      return await show(context, options, path);
    } catch (error) {
      throw error instanceof RecordingError ? refusalOf(path, error) : error;
    }
  },
};

async function show(context: Context, options: TraceOptions, path: string): Promise<number> {
  const recording = await readRecording(path);
  try {
    if (options.legend === true) printLegend(context, options);
    if (options.pcap !== undefined) {
      const { packets } = await writeCapture(path, options.pcap, chosen(recording, options));
      report(context, options, { pcap: options.pcap, packets }, `${packets} packets are in ${options.pcap}`);
    } else if (options.json === true) await printJson(context, recording, options);
    else await printLines(context, recording, options);
    // whoever asked for an earlier end, or has gone, has not seen whether there is one
    const sawTheEnd = (options.until === undefined || options.json === true) && !context.interruption.begun;
    if (sawTheEnd && recording.end === null) {
      createOutput(context, { json: true }).say(`motekit: ${path} was cut short: it has no end`);
    }
    return EXIT.done;
  } finally {
    await recording.close();
  }
}

function report(context: Context, { json = false }: TraceOptions, document: object, words: string): void {
  const output = createOutput(context, { json });
  output.say(words);
  if (json) output.json(document);
}

function printLegend(context: Context, { json = false }: TraceOptions): number {
  createOutput(context, { json }).say(LEGEND.trimEnd());
  return EXIT.done;
}

/** Within the time, and of the device: `--kind` is for those who look at lines. */
async function* chosen(
  recording: Recording,
  { from, until = Number.POSITIVE_INFINITY, device, json }: TraceOptions,
): AsyncGenerator<Happening> {
  for await (const happening of recording.happenings()) {
    if (happening.atMs < from) continue;
    if (happening.atMs > until) {
      // a document tells the recording's end too; for lines, nothing of interest comes after this
      if (json === true) continue;
      return;
    }
    if (device === undefined || !("device" in happening) || happening.device === device) yield happening;
  }
}

function isShown({ kind }: Happening, kinds: TraceOptions["kind"]): boolean {
  return kinds === undefined ? kind !== "segment" : kinds.has(kind);
}

async function printLines(context: Context, recording: Recording, options: TraceOptions): Promise<void> {
  const { paint } = createOutput(context, { json: false });
  for await (const happening of chosen(recording, options)) {
    if (context.interruption.begun) return;
    if (!isShown(happening, options.kind)) continue;
    await drained(context.stdout, `${lineFor(happening, paint)}\n`);
  }
}

const WHO_WIDTH = 7;
const KIND_WIDTH = 14;

const COLOURS: Partial<Record<HappeningKind, keyof Paint>> = {
  connected: "green",
  packet: "dim",
  segment: "dim",
  power: "yellow",
  link: "yellow",
  fault: "yellow",
  broker: "yellow",
  refused: "red",
  closed: "red",
  brokerClosed: "red",
  illegal: "red",
  overrun: "red",
};

function lineFor(happening: Happening, paint: Paint): string {
  const { kind, atMs } = happening;
  const who = "device" in happening ? `${happening.device}.${happening.life}` : "-";
  const colour = COLOURS[kind];
  const what = `${kind.padEnd(KIND_WIDTH)} ${inOurWords(happening)}`;
  const time = timeInWords(atMs).padStart(16);
  return `${paint.dim(time)}  ${who.padEnd(WHO_WIDTH)} ${colour === undefined ? what : paint[colour](what)}`;
}

/** One document, written as it is read: it may be larger than memory. */
async function printJson(context: Context, recording: Recording, options: TraceOptions): Promise<void> {
  await drained(context.stdout, `${JSON.stringify({ ...recording.head }).slice(0, -1)},"happenings":[`);
  let separator = "\n";
  for await (const happening of chosen(recording, options)) {
    if (context.interruption.begun) return;
    if (!isShown(happening, options.kind)) continue;
    await drained(context.stdout, `${separator}${JSON.stringify(happening)}`);
    separator = ",\n";
  }
  const end = recording.end ?? { traceHash: null, report: null };
  await drained(context.stdout, `\n],${JSON.stringify(end).slice(1)}\n`);
}

const REMEDIES: Readonly<Record<RecordingError["fault"], string>> = {
  unreadable: "Accepted: the path of a recording, as sim --trace writes it",
  foreign: "Accepted: a recording, as sim --trace writes it",
  newer: "Accepted: a recording of this version; a newer motekit reads this one",
  damaged: "Accepted: a recording as it was written; make it again",
};

function refusalOf(path: string, { fault, message }: RecordingError): Error {
  const what = {
    unreadable: "cannot be read",
    foreign: "is no recording",
    newer: "is too new",
    damaged: "is damaged",
  };
  return usageFailure(`${path} ${what[fault]}: ${message}`, REMEDIES[fault]);
}
