// Turns the labels printed on a board into the interpreter's names for its pins. Knows no label: those are the board's file's.
import { didYouMean } from "../../words/nearest.ts";
import type { PinFacts } from "../board-facts.ts";
import { Trouble } from "../trouble.ts";
import type { Settings, SettingsBoard } from "./settings.ts";

/** The same settings, their pins by the interpreter's names. Throws a usage `Trouble`. */
export function inBoardsNames(settings: Settings, source: string, board: SettingsBoard): Settings {
  const { pins: labelled, sensor, outputs } = settings;
  if (labelled === undefined) return settings;
  const labels = labelsOf(labelled, source, board.pins);
  const named = (label: string, field: string): string => {
    const name = labels[label];
    if (name !== undefined) return name;
    const known = Object.keys(labels);
    throw new Trouble(
      "usage",
      `${source}: ${field} is no pin of ${labelled}${didYouMean(label, known)}`,
      `Accepted: ${known.join(", ")}`,
    );
  };
  return {
    ...settings,
    ...(sensor && { sensor: sensorNamed(sensor, named) }),
    ...(outputs && { outputs: outputs.map((output) => outputNamed(output, named)) }),
  };
}

type Naming = (label: string, field: string) => string;

function sensorNamed(sensor: NonNullable<Settings["sensor"]>, named: Naming): Settings["sensor"] {
  const pins = (["pin", "sda", "scl"] as const)
    .filter((field) => sensor[field] !== undefined)
    .map((field) => [field, analogOr(sensor[field] as string, `/sensor/${field}`, named)]);
  return { ...sensor, ...Object.fromEntries(pins) };
}

/** An ADC's input carries the same name everywhere. */
function analogOr(label: string, field: string, named: Naming): string {
  return /^A\d+$/.test(label) ? label : named(label, field);
}

function outputNamed(output: string, named: Naming): string {
  return output.startsWith("!") ? `!${named(output.slice(1), "/outputs")}` : named(output, "/outputs");
}

function labelsOf(labelled: string, source: string, pins: PinFacts | null): Readonly<Record<string, string>> {
  const known = Object.keys(pins?.labels ?? {});
  const labels = Object.hasOwn(pins?.labels ?? {}, labelled) ? pins?.labels[labelled] : undefined;
  if (labels !== undefined) return labels;
  throw new Trouble(
    "usage",
    `${source}: /pins "${labelled}" is no set of labels of this board${didYouMean(labelled, known)}`,
    known.length === 0 ? "Accepted: none; leave it out" : `Accepted: ${known.join(", ")}`,
  );
}
