// Owns how a broker's address is written. Refuses to know the protocol that will be spoken there.

import type { Dialer } from "./stream.ts";
import { tcpDialer } from "./tcp.ts";
import { type TlsSettings, tlsDialer } from "./tls.ts";
import { webSocketDialer } from "./websocket.ts";

export interface BrokerUrl {
  readonly protocol: "mqtt" | "mqtts" | "ws" | "wss";
  readonly host: string;
  readonly port: number;
  /** With its query; "/" unless ws:// or wss:// says otherwise. */
  readonly path: string;
  readonly username: string | null;
  readonly password: string | null;
}

/** What was written is no broker's URL. The message says what is accepted, and repeats no password. */
export class BrokerUrlError extends Error {
  override readonly name = "BrokerUrlError";
}

const DEFAULT_PORTS = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;

const ACCEPTED =
  "a broker is written mqtt://HOST, mqtts://HOST, ws://HOST/PATH or wss://HOST/PATH, HOST with an optional :PORT";

/** Throws `BrokerUrlError`. */
export function parseBrokerUrl(text: string): BrokerUrl {
  const protocol = /^([a-z]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (protocol === undefined) throw refusal("it does not begin with a protocol");
  if (!isProtocol(protocol)) throw refusal(`"${protocol}://" is none of a broker's protocols`);
  const url = parseWithAuthority(text);
  const path = `${url.pathname || "/"}${url.search}`;
  if (path !== "/" && !protocol.startsWith("ws")) throw refusal(`${protocol}:// takes no path`);
  return {
    protocol,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? DEFAULT_PORTS[protocol] : Number(url.port),
    path,
    username: url.username === "" ? null : decoded(url.username),
    password: url.password === "" ? null : decoded(url.password),
  };
}

/** Throws `BrokerUrlError` when certificates are given for a connection that would not be encrypted. */
export function brokerDialer(url: BrokerUrl, tls: TlsSettings | null = null): Dialer {
  const { protocol, host, port, path } = url;
  const isPlain = protocol === "mqtt" || protocol === "ws";
  if (isPlain && tls !== null && Object.keys(tls).length > 0) {
    throw new BrokerUrlError(
      `${protocol}:// is not encrypted, but certificates were given: use ${protocol}s://`,
    );
  }
  switch (protocol) {
    case "mqtt":
      return tcpDialer(host, port);
    case "mqtts":
      return tlsDialer(host, port, tls ?? {});
    case "ws":
      return webSocketDialer({ host, port, path, tls: null });
    case "wss":
      return webSocketDialer({ host, port, path, tls: tls ?? {} });
  }
}

function isProtocol(protocol: string): protocol is BrokerUrl["protocol"] {
  return Object.hasOwn(DEFAULT_PORTS, protocol);
}

/** As http://, since URL reads host and port of protocols that it does not know by other rules. */
function parseWithAuthority(text: string): URL {
  const authority = text.slice(text.indexOf("://"));
  try {
    const url = new URL(`http${authority}`);
    // http:// hides a port 80 that was written, and a broker there is no broker on 1883.
    return url.port === "" ? new URL(`https${authority}`) : url;
  } catch {
    throw refusal("its host or port cannot be read");
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refusal("a % in its user name or password must be written %25");
  }
}

function refusal(why: string): BrokerUrlError {
  return new BrokerUrlError(`not a broker's URL: ${why}; ${ACCEPTED}`);
}
