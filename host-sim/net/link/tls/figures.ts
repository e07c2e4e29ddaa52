// Owns what is known of a TLS connection's sizes and times. Refuses to know cryptography.

export type TlsVersion = "1.2" | "1.3";

export interface TlsFigures {
  readonly version: TlsVersion;
  /** With the server's certificate. */
  readonly full: Handshake;
  /** With the ticket of an earlier connection. */
  readonly resumed: Handshake;
  /** What a record of application data adds to its payload. */
  readonly recordOverheadBytes: number;
  /** The most payload that the device puts into one record; the broker's are as long as TLS allows. */
  readonly deviceRecordBytes: number;
  readonly closeNotifyBytes: number;
}

/** Application data may follow the last flight, in both directions. */
export interface Handshake {
  /** In their order; the device sends the first. */
  readonly flights: readonly Flight[];
  /** Tickets that the broker sends once the handshake is over, before its first application data. */
  readonly ticketBytes: number;
  /** What the device computes between the broker's first flight and its own answer. */
  readonly deviceComputeMs: number;
}

export interface Flight {
  readonly from: "device" | "broker";
  /** Records' heads included, TCP's and IP's not. */
  readonly bytes: number;
}
