// Owns what a `connect` line means for the client's settings and for what carries its bytes. Connects nothing.
import type { BlockSettings, Will } from "../../client/block-settings.ts";
import { LossPolicy } from "../../device/layout.generated.ts";
import type { Dialer } from "../../net/stream.ts";
import { tcpDialer } from "../../net/tcp.ts";
import { TlsSettingsError, tlsDialer } from "../../net/tls.ts";
import { propertiesFrom } from "./json-properties.ts";
import { type ConnectRequest, payloadOf } from "./request.ts";

/** Short enough for a bench, and still spread and doubled while nothing comes of it. */
const BACKOFF_BASE_MS = 250;
const BACKOFF_MAX_MS = 30_000;
const CONNECT_TIMEOUT_MS = 30_000;

/** Throws a `PropertyError` for a property that is no JSON of one. */
export function blockSettingsOf(request: ConnectRequest, mostAliases: number): BlockSettings {
  const { version, clientId, clean, keepAlive, username, will, reconnect } = request;
  return {
    version,
    clientId,
    clean,
    properties: propertiesFrom(request.properties),
    mostAliases,
    assumesSession: false,
    keepAliveSeconds: keepAlive,
    username: username ?? null,
    password: passwordOf(request),
    will: will === undefined ? null : willOf(will),
    reconnect,
    backoffBaseMs: BACKOFF_BASE_MS,
    backoffMaxMs: BACKOFF_MAX_MS,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    lossPolicy: LossPolicy.RepublishQos1,
  };
}

function willOf(will: NonNullable<ConnectRequest["will"]>): Will {
  const { topic, qos, retain, properties } = will;
  const own = propertiesFrom(properties, "will.properties.");
  return { topic, payload: payloadOf(will), qos, retain, properties: own };
}

function passwordOf({ password, passwordBase64 }: ConnectRequest): Uint8Array | null {
  if (passwordBase64 !== undefined) return Buffer.from(passwordBase64, "base64");
  return password === undefined ? null : Buffer.from(password);
}

/** The way to the broker, or why there is none with these certificates. */
export function dialerOf({ host, port, tls }: ConnectRequest): Dialer | string {
  if (tls === undefined) return tcpDialer(host, port);
  const { servername, ...files } = tls;
  try {
    return tlsDialer(host, port, { ...files, ...(servername !== undefined && { serverName: servername }) });
  } catch (error) {
    if (error instanceof TlsSettingsError) return `tls: ${error.message}`;
    throw error;
  }
}
