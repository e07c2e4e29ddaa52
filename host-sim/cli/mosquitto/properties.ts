// The properties of MQTT 5 as mosquitto_pub's -D names them, and as mosquitto_sub prints them. Knows no connection.
import { PropertyError } from "../../client/errors.ts";
import { checkProperty } from "../../client/properties/encode.ts";
import {
  namesFor,
  type PacketType,
  PROPERTIES,
  type Properties,
  type PropertyName,
  WILL,
} from "../../client/properties/table.ts";
import { Packet } from "../../device/layout.generated.ts";
import { didYouMean } from "../../words/nearest.ts";
import { usageFailure } from "../failure.ts";
import type { Command } from "./table.ts";

/** What one -D says: `-D COMMAND NAME VALUE`, or `-D COMMAND user-property NAME VALUE`. */
export interface GivenProperty {
  readonly command: string;
  readonly name: string;
  readonly values: readonly string[];
}

const PLACES = {
  connect: Packet.Connect,
  publish: Packet.Publish,
  subscribe: Packet.Subscribe,
  unsubscribe: Packet.Unsubscribe,
  disconnect: Packet.Disconnect,
  will: WILL,
} as const satisfies Readonly<Record<string, PacketType>>;

export type Place = keyof typeof PLACES;
export type PropertySets = Readonly<Partial<Record<Place, Properties>>>;

const PLACES_OF: Readonly<Record<Command, readonly Place[]>> = {
  pub: ["connect", "publish", "disconnect", "will"],
  sub: ["connect", "subscribe", "unsubscribe", "disconnect", "will"],
};
const USER_PROPERTY = "user-property";

/** How many arguments follow a property's name. */
export function valuesAfter(name: string | undefined): number {
  return name === USER_PROPERTY ? 2 : 1;
}

/** What all of a command line's -D come to. Throws a usage `Failure`. */
export function propertySets(command: Command, given: readonly GivenProperty[]): PropertySets {
  const sets: Partial<Record<Place, Record<string, unknown>>> = {};
  for (const one of given) {
    const place = placeOf(command, one.command);
    const set = sets[place] ?? {};
    sets[place] = set;
    add(command, place, set, one);
  }
  return sets;
}

function placeOf(command: Command, text: string): Place {
  const places = PLACES_OF[command];
  const place = places.find((name) => name === text.toLowerCase());
  if (place !== undefined) return place;
  throw usageFailure(
    `${command}: -D has no command '${text}'${didYouMean(text, places)}`,
    `Accepted: ${places.join(", ")}`,
  );
}

function add(command: Command, place: Place, set: Record<string, unknown>, given: GivenProperty): void {
  const type = PLACES[place];
  const dashed = new Map(namesFor(type).map((name) => [dashedName(name), name]));
  const name = dashed.get(given.name.toLowerCase());
  if (name === undefined) {
    const why = given.name === "topic-alias" ? ": aliases are given by the client itself" : "";
    throw usageFailure(
      `${command}: -D ${place} has no property '${given.name}'${didYouMean(given.name, dashed.keys())}${why}`,
      `Accepted: ${[...dashed.keys()].join(", ")}`,
    );
  }
  if (name in set && name !== "userProperties") {
    throw usageFailure(
      `${command}: -D ${place} ${given.name} is given twice`,
      "Accepted: once; user-property as often as needed",
    );
  }
  set[name] = name === "userProperties" ? withPair(set[name], given.values) : givenValue(name, given.values);
  try {
    checkProperty(type, name, set[name], "");
  } catch (error) {
    if (!(error instanceof PropertyError)) throw error;
    throw usageFailure(
      `${command}: -D ${place} ${given.name} cannot be '${given.values.join(" ")}'`,
      `Accepted: ${error.message.replace(/^\w+ must be /, "")}`,
    );
  }
}

function withPair(before: unknown, [name = "", value = ""]: readonly string[]): Record<string, string[]> {
  const pairs = (before ?? {}) as Record<string, string[]>;
  return { ...pairs, [name]: [...(pairs[name] ?? []), value] };
}

function givenValue(name: PropertyName, [text = ""]: readonly string[]): string | number {
  const { is } = PROPERTIES[name].content;
  if (is !== "number" && is !== "flag") return text;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** `userProperties` is `user-property`. */
function dashedName(name: PropertyName): string {
  if (name === "userProperties") return USER_PROPERTY;
  return name.replace(/[A-Z]+/g, (letters) => `-${letters.toLowerCase()}`);
}

/** As mosquitto_sub's JSON has them; what stands there more than once is a list. */
export function printedProperties(properties: Properties): Readonly<Record<string, unknown>> {
  const { topicAlias: _, userProperties, ...others } = properties;
  const shown = Object.entries(others).map(([name, value]) =>
    printed(dashedName(name as PropertyName), value),
  );
  return {
    ...Object.fromEntries(shown),
    ...(userProperties !== undefined && { "user-properties": userProperties }),
  };
}

function printed(name: string, value: unknown): readonly [string, unknown] {
  if (typeof value === "boolean") return [name, value ? 1 : 0];
  if (!Buffer.isBuffer(value)) return [name, value];
  const text = value.toString();
  return Buffer.from(text).equals(value) ? [name, text] : [`${name}Base64`, value.toString("base64")];
}
