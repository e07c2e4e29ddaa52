// Owns dialling over TLS, and what is checked about the server. Refuses to know where keys are kept.

import { connect as connectTcp, isIP } from "node:net";
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  createSecureContext,
  type SecureContext,
} from "node:tls";
import { socketStream } from "./socket-stream.ts";
import type { Dialer } from "./stream.ts";

/** PEM texts. Without `ca` the authorities that Node ships are trusted. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name the server's certificate must be for, when it is not the host's. */
  readonly serverName?: string;
  /** False accepts any certificate, and so anybody in between. */
  readonly verify?: boolean;
}

/** The caller's certificate, key or CA cannot be used. */
export class TlsSettingsError extends Error {
  override readonly name = "TlsSettingsError";
}

/** Throws `TlsSettingsError`, before anything is dialled. */
export function tlsDialer(host: string, port: number, settings: TlsSettings = {}): Dialer {
  const options = tlsOptions(host, settings);
  return {
    dial(handlers) {
      const raw = connectTcp({ host, port, allowHalfOpen: true, noDelay: true });
      const socket = connect({ ...options, socket: raw });
      return socketStream({ socket, raw, openEvent: "secureConnect", where: `${host}:${port}` }, handlers);
    },
  };
}

/** Throws `TlsSettingsError`. */
export function tlsOptions(host: string, settings: TlsSettings): ConnectionOptions {
  const expected = settings.serverName ?? host;
  return {
    secureContext: contextOf(settings),
    // RFC 6066, 3: no IP address may be sent as the server's name. It is checked all the same.
    ...(isIP(expected) === 0 && { servername: expected }),
    checkServerIdentity: (_, certificate) => checkServerIdentity(expected, certificate),
    rejectUnauthorized: settings.verify ?? true,
  };
}

function contextOf({ ca, cert, key }: TlsSettings): SecureContext {
  if ((cert === undefined) !== (key === undefined)) {
    throw new TlsSettingsError("a client certificate and its key go together: give both or neither");
  }
  // OpenSSL takes a CA file that holds no certificate for an empty one, and then trusts nobody.
  if (ca !== undefined && !ca.includes("-----BEGIN ")) {
    throw new TlsSettingsError("the CA certificate is not PEM text");
  }
  try {
    return createSecureContext({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new TlsSettingsError(
      `the CA, certificate or key is not PEM text, or they do not match (${detail})`,
    );
  }
}
