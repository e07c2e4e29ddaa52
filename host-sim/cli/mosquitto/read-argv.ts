// Arguments to values, by the table: one pass, each argument an option and its value the next one, as Mosquitto has it.

import { didYouMean } from "../../words/nearest.ts";
import { type Failure, usageFailure } from "../failure.ts";
import { type GivenProperty, valuesAfter } from "./properties.ts";
import { type Command, OPTIONS, type Option, REFUSED, type ValueKind } from "./table.ts";

/** Raw values by the table's keys; what was not given is absent. */
export interface Values {
  flag(key: string): boolean;
  text(key: string): string | undefined;
  texts(key: string): readonly string[];
  number(key: string): number | undefined;
  /** What every -D says, in their order. */
  properties(): readonly GivenProperty[];
}

type Value = true | string | number | string[];

/** Throws a usage `Failure`. */
export function readArgv(command: Command, argv: readonly string[]): Values {
  const known = knownOptions(command);
  const given = new Map<string, Value>();
  const properties: GivenProperty[] = [];
  for (let index = 0; index < argv.length; index++) {
    const name = argv[index] ?? "";
    const option = known.get(name) ?? refuse(command, name, [...known.keys()]);
    if (option.value === undefined) {
      given.set(option.key, true);
      continue;
    }
    if (option.value.kind.is === "property") {
      const property = propertyAt(argv, index);
      if (property === null)
        throw wrongValue(command, name, "was given too few arguments", option.value.kind);
      properties.push(property);
      index += argumentsOf(property);
      continue;
    }
    // Whatever comes next is the value, also when it starts with a dash: `-m -1` publishes "-1".
    index += 1;
    const text = argv[index];
    if (text === undefined) throw wrongValue(command, name, "was given no value", option.value.kind);
    keep(given, option, readValue(command, name, text, option.value.kind));
  }
  return valuesOf(given, properties);
}

/** What follows -D; null when it is cut short. */
function propertyAt(argv: readonly string[], index: number): GivenProperty | null {
  const [command, name, ...more] = argv.slice(index + 1);
  const values = more.slice(0, valuesAfter(name));
  if (command === undefined || name === undefined || values.length < valuesAfter(name)) return null;
  return { command, name, values };
}

function argumentsOf({ values }: GivenProperty): number {
  return 2 + values.length;
}

/** True when `--help` stands where an option is read, and not as the value of one. */
export function asksForHelp(command: Command, argv: readonly string[]): boolean {
  const known = knownOptions(command);
  for (let index = 0; index < argv.length; index++) {
    const name = argv[index] ?? "";
    if (name === "--help") return true;
    const kind = known.get(name)?.value?.kind;
    const property = kind?.is === "property" ? propertyAt(argv, index) : null;
    if (property !== null) index += argumentsOf(property);
    else if (kind !== undefined) index += 1;
  }
  return false;
}

function knownOptions(command: Command): ReadonlyMap<string, Option> {
  const own = OPTIONS.filter(({ of }) => of === command || of === "both");
  return new Map(own.flatMap((option) => option.names.map((name) => [name, option] as const)));
}

function keep(given: Map<string, Value>, { key, value }: Option, read: string | number): void {
  if (value?.repeats !== true) {
    given.set(key, read);
    return;
  }
  const before = given.get(key);
  given.set(key, [...(Array.isArray(before) ? before : []), String(read)]);
}

function refuse(command: Command, name: string, known: readonly string[]): never {
  const why = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
  if (why !== undefined) throw usageFailure(`${command}: ${name} is not supported: ${why}`, accepted(known));
  const long = known.filter((option) => option.startsWith("--"));
  const suggestion = name.startsWith("--") ? didYouMean(name, [...long, "--help"]) : "";
  throw usageFailure(`${command}: unknown option '${name}'${suggestion}`, accepted(known));
}

function accepted(known: readonly string[]): string {
  return `Accepted: ${known.join(" ")} --help`;
}

function readValue(command: Command, name: string, text: string, kind: ValueKind): string | number {
  if (kind.is === "text" || kind.is === "property") return text;
  if (kind.is === "whole" && kind.also !== undefined && Object.hasOwn(kind.also, text))
    return kind.also[text] as number;
  if (kind.is === "oneOf") {
    const value = Object.hasOwn(kind.values, text) ? kind.values[text] : undefined;
    if (value !== undefined) return value;
  } else {
    const pattern = kind.is === "whole" ? /^\d+$/ : /^\d+(\.\d+)?$/;
    const value = pattern.test(text) ? Number(text) : Number.NaN;
    if (kind.is === "seconds" ? value >= 0 : value >= kind.least && value <= kind.most) return value;
  }
  throw wrongValue(command, name, `cannot be '${text}'`, kind);
}

function wrongValue(command: Command, name: string, what: string, kind: ValueKind): Failure {
  return usageFailure(`${command}: ${name} ${what}`, `Accepted: ${acceptedValue(kind)}`);
}

function acceptedValue(kind: ValueKind): string {
  switch (kind.is) {
    case "text":
      return "any text, as the next argument";
    case "whole":
      return `a whole number from ${kind.least} to ${kind.most}`;
    case "seconds":
      return "a number of seconds, such as 0.5";
    case "property":
      return "COMMAND NAME VALUE, or COMMAND user-property NAME VALUE";
    case "oneOf":
      return Object.keys(kind.values).join(", ");
  }
}

function valuesOf(given: ReadonlyMap<string, Value>, properties: readonly GivenProperty[]): Values {
  return {
    properties: () => properties,
    flag: (key) => given.get(key) === true,
    text(key) {
      const value = given.get(key);
      return typeof value === "string" ? value : undefined;
    },
    number(key) {
      const value = given.get(key);
      return typeof value === "number" ? value : undefined;
    },
    texts(key) {
      const value = given.get(key);
      return Array.isArray(value) ? value : [];
    },
  };
}
