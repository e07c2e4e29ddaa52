// Owns what the Node client can be told, and that nothing else can. Opens nothing.

import type { Capacities } from "../device/core.ts";
import { nearestName } from "../words/nearest.ts";
import { OptionError } from "./errors.ts";
import type { Properties } from "./properties/table.ts";

export type QoS = 0 | 1 | 2;

export interface WillOptions {
  readonly topic: string;
  readonly payload?: string | Uint8Array;
  readonly qos?: QoS;
  readonly retain?: boolean;
  /** Of MQTT 5. */
  readonly properties?: Properties;
}

/** Names, units and defaults as in MQTT.js, where it has them. */
export interface ClientOptions {
  /** Up to 23 bytes in MQTT 3.1. Default: `motekit_` and random digits. */
  readonly clientId?: string;
  /** False keeps the session between connections. Default: true. */
  readonly clean?: boolean;
  /**
   * With `clean: false`: resumes the session that an earlier process left with the broker, instead of discarding it, and
   * publishes at QoS 0 only; the broker would take the first ids for those of the earlier process. Default: false.
   */
  readonly receiveOnly?: boolean;
  /** Seconds, 0 to 65,535; 0 turns it off. Default: 60. */
  readonly keepalive?: number;
  readonly username?: string;
  readonly password?: string | Uint8Array;
  readonly will?: WillOptions;
  /**
   * 3 for MQTT 3.1, 4 for 3.1.1, 5 for 5, which falls back to 3.1.1 by itself where the broker refuses it: what only 5 has is then
   * not sent. Default: 5.
   */
  readonly protocolVersion?: 3 | 4 | 5;
  /** Of CONNECT, in MQTT 5. `receiveMaximum` is `capacities.inboundIds` by another name. */
  readonly properties?: Properties;
  /**
   * Milliseconds up to which the first reconnection waits, at random; every further one without progress up to twice as
   * long, to at most two minutes. 0: a connection that ends stays ended. Default: 1,000.
   */
  readonly reconnectPeriod?: number;
  /** Milliseconds for the connection and CONNACK. Default: 30,000. */
  readonly connectTimeout?: number;
  /** Trusted authorities, PEM. Default: those that Node ships. */
  readonly ca?: string | Uint8Array;
  /** Client certificate, PEM. Needs `key`. */
  readonly cert?: string | Uint8Array;
  /** Its private key, PEM. */
  readonly key?: string | Uint8Array;
  /** The name the server's certificate must be for, when it is not the URL's host. */
  readonly servername?: string;
  /** False accepts any certificate, and so anybody in between. Default: true. */
  readonly rejectUnauthorized?: boolean;
  /** Whether QoS 0 messages wait for a connection. Else `publish` rejects with `offline`. Default: true. */
  readonly queueQoSZero?: boolean;
  /** Messages that may wait for room in the outbox. Default: 10,000. */
  readonly maxQueuedMessages?: number;
  /** Their payload bytes. Default: 64 MiB. */
  readonly maxQueuedBytes?: number;
  /** Larger messages are skipped, acknowledged, and reported by `tooLarge`. Default: 64 MiB. */
  readonly maximumMessageBytes?: number;
  /** Messages larger than the receive buffer are reported by `part` while they arrive, and not by `message`. Default: false. */
  readonly streamLargeMessages?: boolean;
  /**
   * What becomes of messages that were sent but not acknowledged when the broker forgot the session: `qos1` publishes
   * those of QoS 1 again and drops those of QoS 2, which might arrive twice; `all` and `none` as they say. Default: `qos1`.
   */
  readonly republish?: "none" | "qos1" | "all";
  /** Rows and bytes of the client's block. */
  readonly capacities?: Partial<Capacities>;
}

interface Rule {
  readonly accepts: string;
  readonly isMet: (value: unknown) => boolean;
}

const text: Rule = { accepts: "a string", isMet: (value) => typeof value === "string" };
const flag: Rule = { accepts: "true or false", isMet: (value) => typeof value === "boolean" };
const bytes: Rule = { accepts: "a string or bytes", isMet: isTextOrBytes };

function isTextOrBytes(value: unknown): boolean {
  return typeof value === "string" || value instanceof Uint8Array;
}

function whole(least: number, most: number, unit: string): Rule {
  return {
    accepts: `a whole number of ${unit} from ${least} to ${most}`,
    isMet: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  };
}

function oneOf(...values: readonly unknown[]): Rule {
  return {
    accepts: `one of ${values.map((value) => JSON.stringify(value)).join(", ")}`,
    isMet: (value) => values.includes(value),
  };
}

function fields(rules: Readonly<Record<string, Rule>>): Rule {
  return {
    accepts: `an object with ${Object.keys(rules).join(", ")}`,
    isMet: (value) => typeof value === "object" && value !== null,
  };
}

const DAY_MS = 86_400_000;
const MOST_BYTES = 2 ** 31 - 1;

/** What is in them is checked when they are encoded. */
const object: Rule = {
  accepts: "an object",
  isMet: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

const willRules = { topic: text, payload: bytes, qos: oneOf(0, 1, 2), retain: flag, properties: object };

const capacityRules: Readonly<Record<keyof Capacities, Rule>> = {
  receiveBytes: whole(64, 268_435_460, "bytes"),
  outboxBytes: whole(1, 65_535, "bytes"),
  entries: whole(1, 65_000, "messages"),
  window: whole(1, 16_384, "messages"),
  inboundIds: whole(1, 65_000, "ids"),
  // With more than 255 no topic could be prepared, and no will either.
  texts: whole(1, 255, "texts"),
  textBytes: whole(1, 65_535, "bytes"),
  filters: whole(0, 255, "filters"),
};

const rules: Readonly<Record<keyof ClientOptions, Rule>> = {
  clientId: text,
  clean: flag,
  receiveOnly: flag,
  keepalive: whole(0, 65_535, "seconds"),
  username: text,
  password: bytes,
  will: fields(willRules),
  protocolVersion: oneOf(3, 4, 5),
  properties: object,
  reconnectPeriod: whole(0, DAY_MS, "milliseconds"),
  connectTimeout: whole(1, DAY_MS, "milliseconds"),
  ca: bytes,
  cert: bytes,
  key: bytes,
  servername: text,
  rejectUnauthorized: flag,
  queueQoSZero: flag,
  maxQueuedMessages: whole(0, MOST_BYTES, "messages"),
  maxQueuedBytes: whole(0, Number.MAX_SAFE_INTEGER, "bytes"),
  maximumMessageBytes: whole(0, MOST_BYTES, "bytes"),
  streamLargeMessages: flag,
  republish: oneOf("none", "qos1", "all"),
  capacities: fields(capacityRules),
};

/** Throws an `OptionError` for an option that is unknown, of the wrong type or out of range. `undefined` is as good as absent. */
export function checkOptions(options: ClientOptions): void {
  checkAll("", options, rules);
  if (options.will !== undefined) {
    checkAll("will.", options.will, willRules);
    if (options.will.topic === undefined)
      throw new OptionError("will.topic is missing: a will needs a topic");
  }
  if (options.capacities !== undefined) checkAll("capacities.", options.capacities, capacityRules);
  if (options.receiveOnly === true && options.clean !== false) {
    throw new OptionError("receiveOnly needs clean: false, or there is no session to resume");
  }
  checkVersion(options);
}

/** What only MQTT 5 can say. It may have to fall back, so a password alone must be asked for by an explicit version. */
function checkVersion({ protocolVersion, properties, will, password, username }: ClientOptions): void {
  if (protocolVersion === 3 || protocolVersion === 4) {
    for (const [name, given] of Object.entries({ properties, "will.properties": will?.properties })) {
      if (given !== undefined && Object.keys(given).length > 0)
        throw new OptionError(`${name} need protocolVersion 5`);
    }
  }
  if (password !== undefined && username === undefined && protocolVersion !== 5) {
    throw new OptionError("password needs a username, but for protocolVersion 5"); // [MQTT3-3.1.2-22]
  }
}

function checkAll(prefix: string, given: object, known: Readonly<Record<string, Rule>>): void {
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(known, name) ? known[name] : undefined;
    if (rule === undefined) throw unknownOption(prefix, name, Object.keys(known));
    if (value !== undefined && !rule.isMet(value)) {
      throw new OptionError(`${prefix}${name} must be ${rule.accepts}`);
    }
  }
}

function unknownOption(prefix: string, name: string, known: readonly string[]): OptionError {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? `there are ${known.join(", ")}` : `did you mean ${prefix}${nearest}?`;
  return new OptionError(`there is no option ${prefix}${name}: ${hint}`);
}
