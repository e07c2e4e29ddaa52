// Owns what a request line of `device --stdio` may say, and the words for one that says something else. Acts on nothing.
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { didYouMean } from "../../words/nearest.ts";
import type { JsonProperties } from "./json-properties.ts";
import { asUtf8 } from "./utf8.ts";

export type QoS = 0 | 1 | 2;

export interface PayloadFields {
  readonly payload?: string;
  readonly payloadBase64?: string;
}

export interface ConnectRequest {
  readonly op: "connect";
  readonly host: string;
  readonly port: number;
  readonly version: 3 | 4 | 5;
  readonly clientId: string;
  readonly clean: boolean;
  readonly keepAlive: number;
  readonly username?: string;
  readonly password?: string;
  readonly passwordBase64?: string;
  readonly will?: PayloadFields & {
    readonly topic: string;
    readonly qos: QoS;
    readonly retain: boolean;
    readonly properties: JsonProperties;
  };
  readonly properties: JsonProperties;
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
  };
  readonly reconnect: boolean;
  readonly fresh: boolean;
}

export interface PublishRequest extends PayloadFields {
  readonly op: "publish";
  readonly topic: string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: JsonProperties;
}

export interface FilterRequest {
  readonly filter: string;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
}

export interface SubscribeRequest {
  readonly op: "subscribe";
  readonly filters: readonly FilterRequest[];
  readonly properties: JsonProperties;
}

export interface UnsubscribeRequest {
  readonly op: "unsubscribe";
  readonly filters: readonly string[];
  readonly properties: JsonProperties;
}

export interface AuthRequest {
  readonly op: "auth";
  /** Undefined: whichever is due. */
  readonly reasonCode?: number;
  readonly properties: JsonProperties;
}

export interface DisconnectRequest {
  readonly op: "disconnect";
  readonly reasonCode: number;
  readonly properties: JsonProperties;
}

export interface PlainRequest {
  readonly op: "cut" | "state";
}

export type Request =
  | ConnectRequest
  | PublishRequest
  | SubscribeRequest
  | UnsubscribeRequest
  | AuthRequest
  | DisconnectRequest
  | PlainRequest;

/** Whatever the request carried as `tag`; undefined for none. */
export type Tag = unknown;

export type ReadLine =
  | { readonly kind: "request"; readonly tag: Tag; readonly request: Request }
  | { readonly kind: "refused"; readonly tag: Tag; readonly why: string };

type Schema = Readonly<Record<string, unknown>>;

const text = { type: "string" };
const flag = { type: "boolean" };
/** Standard base64 with its padding: what Node's decoder would skip in silence is no base64. */
const base64 = {
  type: "string",
  pattern: "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
};
const payloadFields = { payload: text, payloadBase64: base64 };
const qos = { enum: [0, 1, 2], default: 0 };
const optionalFlag = (value: boolean): Schema => ({ ...flag, default: value });

/** MQTT 5's. What is in them is for who encodes them to judge. */
const properties = { type: "object", default: {} };

function object(fields: Schema, required: readonly string[]): Schema {
  return { type: "object", properties: fields, required, additionalProperties: false };
}

const schemas: Readonly<Record<string, Schema>> = {
  connect: object(
    {
      host: { ...text, minLength: 1 },
      port: { type: "integer", minimum: 1, maximum: 65_535 },
      version: { enum: [3, 4, 5], default: 4 },
      clientId: { ...text, default: "" },
      clean: optionalFlag(true),
      keepAlive: { type: "integer", minimum: 0, maximum: 65_535, default: 60 },
      username: text,
      password: text,
      passwordBase64: base64,
      will: object({ topic: text, ...payloadFields, qos, retain: optionalFlag(false), properties }, [
        "topic",
      ]),
      properties,
      tls: object({ ca: text, cert: text, key: text, servername: text }, []),
      reconnect: optionalFlag(false),
      fresh: optionalFlag(false),
    },
    ["host", "port"],
  ),
  publish: object({ topic: text, ...payloadFields, qos, retain: optionalFlag(false), properties }, ["topic"]),
  subscribe: object(
    {
      filters: {
        type: "array",
        minItems: 1,
        items: object(
          {
            filter: text,
            qos,
            noLocal: optionalFlag(false),
            retainAsPublished: optionalFlag(false),
            retainHandling: { enum: [0, 1, 2], default: 0 },
          },
          ["filter"],
        ),
      },
      properties,
    },
    ["filters"],
  ),
  unsubscribe: object({ filters: { type: "array", minItems: 1, items: text }, properties }, ["filters"]),
  auth: object({ reasonCode: { enum: [24, 25] }, properties }, []),
  disconnect: object({ reasonCode: { type: "integer", default: 0 }, properties }, []),
  cut: object({}, []),
  state: object({}, []),
};

const ajv = new Ajv({ useDefaults: true, strict: true, verbose: true });
const validators: ReadonlyMap<string, ValidateFunction> = new Map(
  Object.entries(schemas).map(([op, schema]) => [op, ajv.compile(schema)]),
);

/** A line without its newline. */
export function readLine(line: Uint8Array): ReadLine {
  let given: unknown;
  try {
    given = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line));
  } catch {
    return { kind: "refused", tag: undefined, why: "the line is not JSON in UTF-8" };
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return { kind: "refused", tag: undefined, why: "the line is not a JSON object" };
  }
  const { tag, op, ...fields } = given as { readonly tag?: Tag; readonly op?: unknown };
  const why = faultOf(op, fields);
  if (why !== undefined) return { kind: "refused", tag, why };
  return { kind: "request", tag, request: { op, ...fields } as unknown as Request };
}

/** Fills in the defaults on the way. */
function faultOf(op: unknown, fields: object): string | undefined {
  const accepted = [...validators.keys()].join(", ");
  if (typeof op !== "string") return `"op" is missing; accepted: ${accepted}`;
  const validate = validators.get(op);
  if (validate === undefined) {
    return `there is no op "${op}"${didYouMean(op, validators.keys())}; accepted: ${accepted}`;
  }
  if (!validate(fields)) return `${op}: ${inWords(validate.errors?.[0])}`;
  return textFault(fields) ?? choiceFault(fields);
}

function inWords(error: ErrorObject | undefined): string {
  if (error === undefined) return "it is wrong";
  const where = error.instancePath === "" ? "" : `${error.instancePath.slice(1).replaceAll("/", ".")}: `;
  if (error.keyword === "additionalProperties") {
    const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {});
    const { additionalProperty: name } = error.params as { readonly additionalProperty: string };
    return `${where}there is no field "${name}"${didYouMean(name, known)}`;
  }
  if (error.keyword === "enum") {
    const { allowedValues } = error.params as { readonly allowedValues: readonly unknown[] };
    return `${where}accepted: ${allowedValues.map((value) => JSON.stringify(value)).join(", ")}`;
  }
  if (error.keyword === "pattern") return `${where}it is not base64`;
  return `${where}it ${error.message}`;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** [MQTT3-1.5.3-1] JSON can hold half a character; UTF-8 cannot. */
function textFault(value: unknown): string | undefined {
  if (typeof value === "string") return LONE_SURROGATE.test(value) ? "bad-utf8" : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const part of Object.values(value)) {
    const fault = textFault(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function choiceFault(fields: { readonly will?: object }): string | undefined {
  for (const place of [fields, fields.will ?? {}]) {
    for (const name of ["payload", "password"]) {
      if (name in place && `${name}Base64` in place) return `${name} or ${name}Base64, not both`;
    }
  }
  return undefined;
}

/** The bytes of a payload given as text, as base64, or not at all. */
export function payloadOf({ payload, payloadBase64 }: PayloadFields): Buffer {
  return payloadBase64 === undefined ? Buffer.from(payload ?? "") : Buffer.from(payloadBase64, "base64");
}

/** Bytes as a line shows them: text if they are UTF-8, else base64. */
export function payloadFieldsOf(bytes: Uint8Array): PayloadFields {
  const text = asUtf8(bytes);
  return text === null ? { payloadBase64: Buffer.from(bytes).toString("base64") } : { payload: text };
}
