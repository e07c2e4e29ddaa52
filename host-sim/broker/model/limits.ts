// Owns what this broker can do, for good, and tells each client that may know it. Refuses to know what it likes to do.

import type { QoS, Version } from "./message.ts";

export interface Limits {
  readonly versions: readonly Version[];
  /** How long a persistent session of 3.1 or 3.1.1 waits for its client; null: for ever. */
  readonly sessionExpiryMs: number | null;
  /** QoS 1 and 2 messages that wait for one client; more are dropped. */
  readonly queueMessages: number;
  /** QoS 1 and 2 messages on their way to a client that has not said how many it takes. */
  readonly inflightMessages: number;
  /**
   * Bytes that a client does not read although they were written; above it, it is not read from either, and gets no QoS 0.
   */
  readonly backlogBytes: number;
  /** Whole packets from a client; above it the connection closes. */
  readonly maximumPacketBytes: number;
  /** The rest is announced to clients of MQTT 5 alone. */
  readonly receiveMaximum: number;
  readonly maximumQos: QoS;
  readonly retainAvailable: boolean;
  /** 0: none is taken. */
  readonly topicAliasMaximum: number;
  /** In place of what a client of MQTT 5 asks for; null: as it likes. */
  readonly keepAliveSeconds: number | null;
  /** The longest that a client of MQTT 5 gets; null: as long as it likes. */
  readonly sessionExpirySeconds: number | null;
}

/** The largest packet that a remaining length of four bytes allows. */
export const MOST_PACKET_BYTES = 5 + 268_435_455;

/** Mosquitto 2's defaults, where it has them. */
export const LIMITS: Limits = {
  versions: [3, 4, 5],
  sessionExpiryMs: null,
  queueMessages: 1000,
  inflightMessages: 20,
  backlogBytes: 1024 * 1024,
  maximumPacketBytes: MOST_PACKET_BYTES,
  receiveMaximum: 65_535,
  maximumQos: 2,
  retainAvailable: true,
  topicAliasMaximum: 0,
  keepAliveSeconds: null,
  sessionExpirySeconds: null,
};
