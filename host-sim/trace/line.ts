// Owns one happening as one line of text, and back. Refuses to know what happenings mean and where lines are kept.

import type { Happening } from "./happening.ts";
import { Ink } from "./ink.ts";
import { endOfValue, isNullable, kindOf, readValue, type ValueFormat, type ValueKind } from "./values.ts";
import { HAPPENING_KINDS, type HappeningKind, isHappeningKind, VOCABULARY } from "./vocabulary.ts";

interface Column {
  readonly name: string;
  /** In front of the value. */
  readonly lead: string;
  readonly format: ValueFormat;
}

/** What of the ink's writes the values of a kind. */
const WRITTEN_BY = {
  number: "number",
  qos: "number",
  flag: "flag",
  word: "ascii",
  text: "quoted",
} as const satisfies Readonly<Record<ValueKind, keyof Ink>>;

/** Of nearly every line. */
const LINE_BYTES = 256;

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

type Writer = (happening: Happening, ink: Ink) => void;

const WRITERS = Object.fromEntries(HAPPENING_KINDS.map((kind) => [kind, writerFor(kind)])) as Readonly<
  Record<HappeningKind, Writer>
>;

/**
 * The row of a kind, compiled: a loop over the columns reads fields whose names it does not know, which takes three times as
 * long. Only names of the table stand in it.
 */
function writerFor(kind: HappeningKind): Writer {
  const constants: Buffer[] = [];
  const constant = (text: string): string =>
    `ink.bytes(constants[${constants.push(Buffer.from(text)) - 1}]);`;
  const who =
    VOCABULARY[kind].to === "device"
      ? `${constant(" ")} ink.number(h.device); ${constant(".")} ink.number(h.life); ${constant(` ${kind}`)}`
      : constant(` - ${kind}`);
  const said = COLUMNS[kind].map(({ name, lead, format }) => {
    const write = `ink.${WRITTEN_BY[kindOf(format)]}(h.${name})`;
    const written = isNullable(format) ? `h.${name} === null ? ink.ascii("null") : ${write}` : write;
    return ` ${constant(lead)} ${written};`;
  });
  const body = `return (h, ink) => { ${who}${said.join("")} };`;
  return new Function("constants", body)(constants) as Writer;
}

/** Adds the line, without a line feed. */
export function writeLine(happening: Happening, ink: Ink): void {
  ink.milliseconds(happening.atMs);
  WRITERS[happening.kind](happening, ink);
}

/**
 * `MILLISECONDS WHO KIND FIELD=VALUE…`, without a line feed. WHO is `DEVICE.LIFE`, or `-` for what happens to all. The same
 * happening gives the same line on every machine.
 */
export function traceLine(happening: Happening): string {
  const ink = new Ink(LINE_BYTES);
  writeLine(happening, ink);
  return ink.textFrom(0);
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
