// Owns what a `connect` line means for the client's settings and for what carries its bytes. Connects nothing.
import type { BlockSettings } from "../../client/block-settings.ts";
import { LossPolicy } from "../../device/layout.generated.ts";
import type { Dialer } from "../../net/stream.ts";
import { tcpDialer } from "../../net/tcp.ts";
import { TlsSettingsError, tlsDialer } from "../../net/tls.ts";
import { type ConnectRequest, payloadOf } from "./request.ts";

/** Short enough for a bench, and still spread and doubled while nothing comes of it. */
const BACKOFF_BASE_MS = 250;
const BACKOFF_MAX_MS = 30_000;
const CONNECT_TIMEOUT_MS = 30_000;

export function blockSettingsOf(request: ConnectRequest): BlockSettings {
  const { version, clientId, clean, keepAlive, username, will, reconnect } = request;
  return {
    version,
    clientId,
    clean,
    properties: {},
    mostAliases: 0,
    assumesSession: false,
    keepAliveSeconds: keepAlive,
    username: username ?? null,
    password: passwordOf(request),
    will: will === undefined ? null : { ...will, payload: payloadOf(will), properties: {} },
    reconnect,
    backoffBaseMs: BACKOFF_BASE_MS,
    backoffMaxMs: BACKOFF_MAX_MS,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    lossPolicy: LossPolicy.RepublishQos1,
  };
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
