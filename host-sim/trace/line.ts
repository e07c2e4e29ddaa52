// Owns one happening as one line of text, and back. Refuses to know what happenings mean and where lines are kept.

import type { Happening } from "./happening.ts";
import { endOfValue, isQuoted, quotedOrNull, readValue, type ValueFormat } from "./values.ts";
import { HAPPENING_KINDS, type HappeningKind, isHappeningKind, VOCABULARY } from "./vocabulary.ts";

interface Column {
  readonly name: string;
  /** In front of the value. */
  readonly lead: string;
  readonly format: ValueFormat;
}

/** A line that no happening is written as. */
export class LineError extends Error {
  override readonly name = "LineError";
}

const COLUMNS = Object.fromEntries(
  HAPPENING_KINDS.map((kind) => [kind, columnsOf(VOCABULARY[kind].fields)]),
) as Readonly<Record<HappeningKind, readonly Column[]>>;

function columnsOf(fields: Readonly<Record<string, ValueFormat>>): readonly Column[] {
  return Object.entries(fields).map(([name, format]) => ({ name, lead: ` ${name}=`, format }));
}

/**
 * `MILLISECONDS WHO KIND FIELD=VALUE…`, without a line feed. WHO is `DEVICE.LIFE`, or `-` for what happens to all. The same
 * happening gives the same line on every machine.
 */
export function traceLine(happening: Happening): string {
  const { kind } = happening;
  return millisecondsText(happening.atMs) + WRITERS[kind](happening);
}

type Writer = (happening: Happening) => string;

const WRITERS = Object.fromEntries(HAPPENING_KINDS.map((kind) => [kind, writerFor(kind)])) as Readonly<
  Record<HappeningKind, Writer>
>;

/**
 * The row of a kind as one expression, compiled: a loop over the columns reads fields whose names it does not know, which takes
 * three times as long. Only names of the table stand in it.
 */
function writerFor(kind: HappeningKind): Writer {
  const who = VOCABULARY[kind].to === "device" ? '" " + h.device + "." + h.life' : '" -"';
  const said = COLUMNS[kind].map(({ name, lead, format }) => {
    const value = isQuoted(format) ? `quoted(h.${name})` : `h.${name}`;
    return ` + "${lead}" + ${value}`;
  });
  return new Function("quoted", `return (h) => ${who} + " ${kind}"${said.join("")};`)(quotedOrNull) as Writer;
}

const THREE_DIGITS: readonly string[] = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, "0"));

/** With three decimals. By hand, because `toFixed` costs as much as all the rest of a line. */
function millisecondsText(atMs: number): string {
  const thousandths = Math.round(atMs * 1000);
  const whole = Math.floor(thousandths / 1000);
  const decimals = THREE_DIGITS[thousandths - whole * 1000] as string;
  if (whole < 1000) return `${whole}.${decimals}`;
  // numbers below 2^30 are much faster to write
  const seconds = Math.floor(whole / 1000);
  return `${seconds}${THREE_DIGITS[whole - seconds * 1000]}.${decimals}`;
}

const LEAD = /^(\d+\.\d{3}) (?:(\d+)\.(\d+)|-) ([A-Za-z0-9]+)/;

/** The inverse of `traceLine`. Throws `LineError`. */
export function parseLine(line: string): Happening {
  const lead = LEAD.exec(line);
  if (lead === null) throw new LineError("it does not begin with a time, a device and what happened");
  const [{ length }, atMs, device, life, kind = ""] = lead;
  if (!isHappeningKind(kind)) throw new LineError(`nothing is called ${kind}`);
  const isToDevice = device !== undefined;
  if (isToDevice !== (VOCABULARY[kind].to === "device")) {
    throw new LineError(`${kind} happens to ${isToDevice ? "all devices" : "one device"}`);
  }
  return MAKERS[kind](Number(atMs), Number(device), Number(life), readFields(line, length, kind));
}

type Maker = (atMs: number, device: number, life: number, values: readonly unknown[]) => Happening;

const MAKERS = Object.fromEntries(HAPPENING_KINDS.map((kind) => [kind, makerFor(kind)])) as Readonly<
  Record<HappeningKind, Maker>
>;

/** Compiled as the writers are: an object that gets its fields one by one, by names from a table, takes ten times as long. */
function makerFor(kind: HappeningKind): Maker {
  const who = VOCABULARY[kind].to === "device" ? ", device, life" : "";
  const fields = COLUMNS[kind].map(({ name }, index) => `, ${name}: values[${index}]`);
  const body = `return { kind: "${kind}", atMs${who}${fields.join("")} };`;
  return new Function("atMs", "device", "life", "values", body) as Maker;
}

function readFields(line: string, from: number, kind: HappeningKind): readonly unknown[] {
  let at = from;
  const values: unknown[] = [];
  for (const { name, lead, format } of COLUMNS[kind]) {
    if (!line.startsWith(lead, at)) throw new LineError(`${kind} has no ${name} where it should have`);
    const end = endOfValue(line, at + lead.length);
    const value = readValue(format, line.slice(at + lead.length, end));
    if (value === undefined) throw new LineError(`${name} of ${kind} is no ${format}`);
    values.push(value);
    at = end;
  }
  if (at !== line.length) throw new LineError(`${kind} has nothing after its last field`);
  return values;
}
