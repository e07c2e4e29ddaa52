// Owns what the model broker tells of its work, as plain data. Refuses to know who listens.

import type { QoS, Version } from "./message.ts";

/** Why a connection ended; `connection-ended` is a FIN without a DISCONNECT before it. */
export type CloseReason =
  | "disconnect"
  | "connection-ended"
  | "connection-reset"
  | "keep-alive"
  | "illegal"
  | "refused"
  | "taken-over"
  | "broker-stopped"
  | "broker-closed";

/** Why a message for a client was given up; `not-read` is one at QoS 0 for a client that leaves too much unread. */
export type DropReason = "queue-full" | "not-read" | "expired" | "too-large";

/**
 * `origin` is what the listener was given for the connection that caused it; for what happens to a session without one, that of
 * its last connection.
 */
export type BrokerEvent<Origin> =
  | {
      /** A CONNECT was accepted. */
      readonly kind: "accepted";
      readonly origin: Origin;
      readonly clientId: string;
      readonly version: Version;
      readonly session: "created" | "resumed";
    }
  | {
      /** `forgotten`: in silence, as `Manners.forgetSession` wants it. */
      readonly kind: "session-gone";
      readonly origin: Origin;
      readonly clientId: string;
      readonly why: "ended" | "expired" | "forgotten";
    }
  | {
      readonly kind: "closed";
      readonly origin: Origin;
      /** Null before a CONNECT was accepted. */
      readonly clientId: string | null;
      readonly why: CloseReason;
    }
  | { readonly kind: "will"; readonly origin: Origin; readonly clientId: string; readonly topic: string }
  | {
      /** Once for each message the broker takes: a repeat that it recognises is none. */
      readonly kind: "routed";
      /** That of the PUBLISH that brought it, of the will's session, or null for the broker's own. */
      readonly origin: Origin | null;
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly qos: QoS;
      readonly retain: boolean;
    }
  | {
      /** A client sent what it may not send, as the statement says; its connection is closed. */
      readonly kind: "illegal";
      readonly origin: Origin;
      readonly clientId: string | null;
      /** Such as `MQTT3-2.3.1-1`. */
      readonly statement: string;
      readonly what: string;
    }
  | {
      /** A message for a client: kept for it, written to it, acknowledged for good, or given up. */
      readonly kind: "queued" | "sent" | "acknowledged";
      readonly origin: Origin;
      readonly clientId: string;
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly qos: QoS;
    }
  | {
      readonly kind: "dropped";
      readonly origin: Origin;
      readonly clientId: string;
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly qos: QoS;
      readonly why: DropReason;
    };
