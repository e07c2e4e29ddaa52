// Owns the check that plain data from a file is a world. Refuses to know the file.

import { Ajv2020 } from "ajv/dist/2020.js";
import { PROTOCOLS } from "../words/protocol.ts";
import { FAULT_SHAPES } from "./faults.ts";
import { USUAL_FIVE } from "./five-terms.ts";
import type { World } from "./world.ts";

/** It is no world, or none that this motekit can play. */
export class WorldError extends Error {
  override readonly name = "WorldError";
}

const ms = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;
const qos = { type: "integer", enum: [0, 1, 2] } as const;

const seconds = { type: ["integer", "null"], minimum: 0, maximum: 4_294_967_295 } as const;

/** A world from before MQTT 5 has none: it says nothing of what it does not use. */
const FIVE_TERMS = {
  type: "object",
  additionalProperties: false,
  default: USUAL_FIVE,
  required: ["broker", "sessionExpirySeconds", "readingExpirySeconds"],
  properties: {
    sessionExpirySeconds: { ...seconds, type: "integer" },
    readingExpirySeconds: { ...seconds, minimum: 1 },
    broker: {
      type: "object",
      additionalProperties: false,
      required: Object.keys(USUAL_FIVE.broker),
      properties: {
        refusal: { enum: ["reason", "return-code", null] },
        receiveMaximum: { type: ["integer", "null"], minimum: 1, maximum: 65_535 },
        topicAliasMaximum: { type: "integer", minimum: 0, maximum: 65_535 },
        maximumQos: qos,
        retainAvailable: { type: "boolean" },
        maximumPacketBytes: { ...seconds, minimum: 1 },
        keepAliveSeconds: { ...seconds, maximum: 65_535 },
        sessionExpirySeconds: seconds,
        closeReason: { type: "integer", minimum: 0x80, maximum: 0xff },
        announcesStop: { type: "boolean" },
      },
    },
  },
} as const;

/** Nothing is left out and nothing is unknown, so that a world of a later motekit is not played as another one. */
const SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: [
    "seed",
    "board",
    "link",
    "protocol",
    "qos",
    "devices",
    "everyMs",
    "forMs",
    "drainMs",
    "pace",
    "hardware",
    "faults",
    "downlink",
  ],
  properties: {
    seed: ms,
    board: { type: "string" },
    link: { type: "string" },
    protocol: { type: "string", enum: PROTOCOLS },
    five: FIVE_TERMS,
    qos,
    devices: { type: "integer", minimum: 1, maximum: 100_000 },
    everyMs: { ...ms, minimum: 1, maximum: 86_400_000 },
    forMs: { ...ms, minimum: 1 },
    drainMs: ms,
    pace: {
      type: "object",
      additionalProperties: false,
      required: ["keepAliveSeconds", "pingDeadlineMs", "connectTimeoutMs", "backoffBaseMs", "backoffMaxMs"],
      properties: {
        keepAliveSeconds: { ...ms, maximum: 65_535 },
        pingDeadlineMs: ms,
        connectTimeoutMs: ms,
        backoffBaseMs: ms,
        backoffMaxMs: ms,
      },
    },
    hardware: {
      type: "object",
      additionalProperties: false,
      required: ["driftPpm", "clockStartMs"],
      properties: { driftPpm: { type: "number", exclusiveMinimum: -1_000_000 }, clockStartMs: ms },
    },
    faults: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["kind", "atMs", "durationMs", "afterSteps"],
        properties: {
          kind: { type: "string", enum: Object.keys(FAULT_SHAPES) },
          atMs: ms,
          durationMs: { ...ms, type: ["integer", "null"] },
          afterSteps: { ...ms, type: ["integer", "null"] },
        },
      },
    },
    downlink: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["atMs", "qos"],
        properties: { atMs: ms, qos },
      },
    },
  },
};

/** Throws `WorldError`, naming all that is wrong. */
export function worldIn(data: unknown): World {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, useDefaults: true });
  const isWorld = ajv.compile<World>(SCHEMA);
  if (isWorld(data)) return data;
  throw new WorldError(`it holds no world: ${ajv.errorsText(isWorld.errors, { dataVar: "world" })}`);
}
