// Owns the words for what Node reports about a socket. Refuses to know streams.

import type { StreamError, TlsReason } from "./stream.ts";

/** The error's words for `where`, such as `mqtts://host:8883`; a code without words keeps its own. */
export function explain(error: Error, where: string): StreamError {
  const code = codeOf(error);
  const tlsReason = TLS_REASONS[code];
  if (tlsReason !== undefined) return tlsError(tlsReason, error, where);
  if (code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_") || code.startsWith("ERR_OSSL_")) {
    return tlsError("handshake-failed", error, where);
  }
  const explanation = SYSTEM_ERRORS[code];
  if (explanation === undefined) return { kind: "other", message: `${where}: ${error.message || code}` };
  return { kind: explanation.kind, message: `${where} ${explanation.words}` };
}

type SystemKind = Exclude<StreamError["kind"], "tls">;

const SYSTEM_ERRORS: Readonly<Record<string, { readonly kind: SystemKind; readonly words: string }>> = {
  ECONNREFUSED: { kind: "refused", words: "refused the connection: nothing listens there" },
  ECONNRESET: { kind: "reset", words: "reset the connection" },
  EPIPE: { kind: "reset", words: "had already closed the connection" },
  ECONNABORTED: { kind: "reset", words: "aborted the connection" },
  ETIMEDOUT: { kind: "timed-out", words: "did not answer in time" },
  EHOSTUNREACH: { kind: "unreachable", words: "cannot be reached: no route to the host" },
  ENETUNREACH: { kind: "unreachable", words: "cannot be reached: no route to its network" },
  ENETDOWN: { kind: "unreachable", words: "cannot be reached: the network is down" },
  EHOSTDOWN: { kind: "unreachable", words: "cannot be reached: the host is down" },
  ENOTFOUND: { kind: "name-not-found", words: "has a host name that no server knows" },
  EAI_AGAIN: {
    kind: "name-not-found",
    words: "has a host name that could not be looked up: is there a network?",
  },
};

const TLS_REASONS: Readonly<Record<string, TlsReason>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unknown-ca",
  UNABLE_TO_GET_ISSUER_CERT: "unknown-ca",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unknown-ca",
  SELF_SIGNED_CERT_IN_CHAIN: "unknown-ca",
  DEPTH_ZERO_SELF_SIGNED_CERT: "unknown-ca",
  CERT_SIGNATURE_FAILURE: "unknown-ca",
  CERT_HAS_EXPIRED: "expired",
  CERT_NOT_YET_VALID: "not-yet-valid",
  ERR_TLS_CERT_ALTNAME_INVALID: "wrong-host-name",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "client-certificate-required",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: "client-certificate-refused",
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: "client-certificate-refused",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: "client-certificate-refused",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: "client-certificate-refused",
  ERR_SSL_WRONG_VERSION_NUMBER: "not-tls",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "not-tls",
};

const TLS_WORDS: Readonly<Record<TlsReason, string>> = {
  "unknown-ca": "has a certificate that none of the trusted authorities signed: give its CA certificate",
  expired: "has a certificate that has expired",
  "not-yet-valid": "has a certificate that is not valid yet: is this computer's clock right?",
  "wrong-host-name": "has a certificate for another host name",
  "client-certificate-required": "requires a client certificate: give a certificate and its key",
  "client-certificate-refused": "does not accept the client certificate",
  "not-tls": "does not speak TLS on this port",
  "handshake-failed": "and this computer could not agree on a TLS connection",
};

function tlsError(reason: TlsReason, error: Error, where: string): StreamError {
  const detail = NEEDS_DETAIL.has(reason) ? ` (${error.message})` : "";
  return { kind: "tls", reason, message: `${where} ${TLS_WORDS[reason]}${detail}` };
}

const NEEDS_DETAIL: ReadonlySet<TlsReason> = new Set(["wrong-host-name", "handshake-failed"]);

/** Node tries all of a name's addresses, and hides what each said in an AggregateError. */
function codeOf(error: Error): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0]);
  return (error as NodeJS.ErrnoException).code ?? "";
}
