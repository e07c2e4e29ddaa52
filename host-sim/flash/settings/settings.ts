// A board's settings: read, checked and made ready for its Storage. Never puts a value of them into words.
import { readFileSync } from "node:fs";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import type { PinFacts } from "../board-facts.ts";
import { Trouble } from "../trouble.ts";
import { inBoardsNames } from "./pin-names.ts";

/** What settings.schema.json describes, as far as it matters here. */
export interface Settings {
  readonly $schema?: string;
  readonly wifi: { readonly ssid: string; readonly password?: string } | null;
  readonly broker: {
    readonly host: string;
    readonly port?: number;
    readonly username?: string;
    readonly password?: string;
    readonly tls?: boolean;
    readonly cert?: string;
    readonly key?: string;
  };
  readonly pins?: string;
  readonly sensor?: {
    readonly kind: string;
    readonly pin?: string;
    readonly sda?: string;
    readonly scl?: string;
  };
  readonly outputs?: readonly string[];
  readonly sleep?: boolean;
}

/** What of a board settings must agree with. */
export interface SettingsBoard {
  readonly title: string;
  readonly features: { readonly tls: boolean; readonly deepSleep: boolean };
  readonly pins: PinFacts | null;
}

const ACCEPTED = "Accepted: what docs/flashing.md says of settings, as JSON";

/** Throws a usage `Trouble` that names the field, never its value. */
export function readSettings(file: string, board: SettingsBoard): Settings {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Trouble("usage", `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`, ACCEPTED);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own words quote the text.
    throw new Trouble("usage", `${file} is not JSON`, ACCEPTED);
  }
  return checkSettings(value, file, board);
}

/** `source` is what the caller got them from. Throws a usage `Trouble`. */
export function checkSettings(value: unknown, source: string, board: SettingsBoard): Settings {
  const isRight = new Ajv2020({ allErrors: true, strictRequired: false }).compile<Settings>(schema());
  if (!isRight(value)) {
    // What a condition asks for is told by itself.
    const errors = (isRight.errors ?? []).filter(({ keyword }) => keyword !== "if");
    throw new Trouble("usage", `${source}: ${errors.map(inWords).join("; ")}`, ACCEPTED);
  }
  if (value.broker.tls === true && !board.features.tls) {
    throw new Trouble(
      "usage",
      `${source}: /broker/tls is not possible on ${board.title}`,
      "Use a listener of the broker without TLS on a network you trust, or a board with it: npx motekit boards",
    );
  }
  if (value.sleep === true && !board.features.deepSleep) {
    throw new Trouble(
      "usage",
      `${source}: /sleep is not possible on ${board.title}: it cannot wake itself`,
      "Leave it out, or use a board that can: npx motekit boards show NAME",
    );
  }
  return inBoardsNames(value, source, board);
}

/** The text that the board's code reads. */
export function settingsFile({ $schema: _schema, pins: _pins, wifi, ...others }: Settings): string {
  return JSON.stringify(wifi === null ? others : { wifi, ...others });
}

/** What must not be seen by anyone: to be struck out of whatever the board prints. */
export function secretsIn({ wifi, broker }: Settings): readonly string[] {
  return [wifi?.password, broker.password, broker.key].filter(
    (secret): secret is string => secret !== undefined && secret !== "",
  );
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, "***"), text);
}

function schema(): object {
  return JSON.parse(readFileSync(new URL("./settings.schema.json", import.meta.url), "utf8")) as object;
}

function inWords({ instancePath, message, params }: ErrorObject): string {
  const where = instancePath === "" ? "the file" : instancePath;
  const { additionalProperty, allowedValues } = params as Readonly<Record<string, unknown>>;
  if (typeof additionalProperty === "string") {
    return `${where} has an unknown property "${additionalProperty}"`;
  }
  if (Array.isArray(allowedValues)) return `${where} must be one of ${allowedValues.join(", ")}`;
  return `${where} ${message}`;
}
