// Owns what a URL and options come to once every default is filled in. Opens nothing.

import type { Capacities } from "../device/core.ts";
import { LossPolicy } from "../device/layout.generated.ts";
import type { BrokerUrl } from "../net/broker-url.ts";
import type { TlsSettings } from "../net/tls.ts";
import { drawSeed } from "../random/random.ts";
import type { BlockSettings, Will } from "./block-settings.ts";
import { inboundIdsFor } from "./five-settings.ts";
import { type ClientOptions, checkOptions, type WillOptions } from "./options.ts";
import { shareOfTexts } from "./topic-cache.ts";

export interface ClientSettings {
  readonly block: BlockSettings;
  readonly capacities: Capacities;
  readonly highestQos: 0 | 2;
  readonly queueQoSZero: boolean;
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
  readonly maximumMessageBytes: number;
  readonly streamLargeMessages: boolean;
}

/** The receive buffer holds the longest topic, so that no message is too large for want of room for its name. */
const DEFAULT_CAPACITIES: Capacities = {
  receiveBytes: 66 * 1024,
  outboxBytes: 65_535,
  entries: 1024,
  window: 1024,
  inboundIds: 1024,
  texts: 255,
  textBytes: 16 * 1024,
  filters: 200,
};

const RECONNECT_MS = 1000;
const LONGEST_WAIT_MS = 120_000;
const CONNECT_TIMEOUT_MS = 30_000;
const QUEUED_MESSAGES = 10_000;
const QUEUED_BYTES = 64 * 1024 * 1024;
const MESSAGE_BYTES = 64 * 1024 * 1024;

/** Texts that are no filter's and no topic's: client id, will, credentials, properties, and as many again while they change. */
const SETTING_TEXTS = 12;

const LOSS_POLICIES = { none: 0, qos1: LossPolicy.RepublishQos1, all: LossPolicy.All } as const;

/** What needs no address. Throws an `OptionError`. */
export function settingsOf(options: ClientOptions, url: BrokerUrl | null = null): ClientSettings {
  checkOptions(options);
  const inboundIds = inboundIdsFor(options.properties ?? {}) ?? DEFAULT_CAPACITIES.inboundIds;
  const capacities = { ...DEFAULT_CAPACITIES, inboundIds, ...options.capacities };
  return {
    block: blockSettings(options, url, aliasRoom(capacities)),
    capacities,
    highestQos: options.receiveOnly === true ? 0 : 2,
    queueQoSZero: options.queueQoSZero ?? true,
    maxQueuedMessages: options.maxQueuedMessages ?? QUEUED_MESSAGES,
    maxQueuedBytes: options.maxQueuedBytes ?? QUEUED_BYTES,
    maximumMessageBytes: options.maximumMessageBytes ?? MESSAGE_BYTES,
    streamLargeMessages: options.streamLargeMessages ?? false,
  };
}

/** How many topic aliases a client of these capacities has room for. */
export function aliasRoom({ texts, filters }: Pick<Capacities, "texts" | "filters">): number {
  return texts - filters - shareOfTexts(texts) - SETTING_TEXTS;
}

/** 60 random bits, and no more than the 23 characters that MQTT 3.1 allows. */
function freshClientId(): string {
  const word = (): string => drawSeed().toString(16).padStart(8, "0");
  return `motekit_${(word() + word()).slice(0, 15)}`;
}

function blockSettings(options: ClientOptions, url: BrokerUrl | null, mostAliases: number): BlockSettings {
  const reconnectMs = options.reconnectPeriod ?? RECONNECT_MS;
  const password = options.password ?? (options.username === undefined ? url?.password : undefined) ?? null;
  return {
    version: options.protocolVersion ?? 5,
    clientId: options.clientId ?? freshClientId(),
    clean: options.clean ?? true,
    properties: options.properties ?? {},
    mostAliases,
    assumesSession: options.receiveOnly ?? false,
    keepAliveSeconds: options.keepalive ?? 60,
    username: options.username ?? url?.username ?? null,
    password: password === null ? null : bytesOf(password),
    will: options.will === undefined ? null : willOf(options.will),
    reconnect: reconnectMs > 0,
    backoffBaseMs: reconnectMs,
    backoffMaxMs: Math.max(reconnectMs, LONGEST_WAIT_MS),
    connectTimeoutMs: options.connectTimeout ?? CONNECT_TIMEOUT_MS,
    lossPolicy: LOSS_POLICIES[options.republish ?? "qos1"],
  };
}

function willOf({ topic, payload = "", qos = 0, retain = false, properties = {} }: WillOptions): Will {
  return { topic, payload: bytesOf(payload), qos, retain, properties };
}

/** The settings of TLS, or null when none were given. */
export function tlsSettingsOf(options: ClientOptions): TlsSettings | null {
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  const given: TlsSettings = {
    ...(ca !== undefined && { ca: pem(ca) }),
    ...(cert !== undefined && { cert: pem(cert) }),
    ...(key !== undefined && { key: pem(key) }),
    ...(servername !== undefined && { serverName: servername }),
    ...(rejectUnauthorized !== undefined && { verify: rejectUnauthorized }),
  };
  return Object.keys(given).length === 0 ? null : given;
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return Buffer.from(value as string);
}

function pem(value: string | Uint8Array): string {
  return typeof value === "string" ? value : Buffer.from(value).toString();
}
