// Owns what a world says of MQTT 5: what its broker grants, and what the devices ask for. Refuses to know how either keeps to it.

/** Where a session or a reading is kept for as long as anybody would want it: 7 days, as the client asks by itself. */
const WEEK_SECONDS = 604_800;

/** CONNACK 0x84, or the four bytes with which a broker that does not know 5 refuses it. */
export type FiveRefusal = "reason" | "return-code";

/** Null is what the standard has where nothing is said. */
export interface BrokerTerms {
  /** How it refuses MQTT 5; null: it speaks it. */
  readonly refusal: FiveRefusal | null;
  readonly receiveMaximum: number | null;
  readonly topicAliasMaximum: number;
  readonly maximumQos: 0 | 1 | 2;
  readonly retainAvailable: boolean;
  readonly maximumPacketBytes: number | null;
  /** In place of what the client asks for. */
  readonly keepAliveSeconds: number | null;
  /** The most that it grants. */
  readonly sessionExpirySeconds: number | null;
  /** The reason code with which it ends a connection that has done nothing wrong. */
  readonly closeReason: number;
  /** Whether it says DISCONNECT before it stops, in place of a reset. */
  readonly announcesStop: boolean;
}

export interface FiveTerms {
  readonly broker: BrokerTerms;
  /** That the devices ask for. */
  readonly sessionExpirySeconds: number;
  /** Of each reading; null: it does not expire. */
  readonly readingExpirySeconds: number | null;
}

const ADMINISTRATIVE_ACTION = 0x98;

/** Nothing is out of the ordinary. */
export const USUAL_FIVE: FiveTerms = {
  broker: {
    refusal: null,
    receiveMaximum: null,
    topicAliasMaximum: 10,
    maximumQos: 2,
    retainAvailable: true,
    maximumPacketBytes: null,
    keepAliveSeconds: null,
    sessionExpirySeconds: null,
    closeReason: ADMINISTRATIVE_ACTION,
    announcesStop: false,
  },
  sessionExpirySeconds: WEEK_SECONDS,
  readingExpirySeconds: null,
};
