// Owns what a message gateway's profile says about it. Refuses to know any gateway by name.

/** Drawn evenly from `fromMs` up to `toMs`; equal ends are a constant. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A network that carries single messages of a few hundred bytes between a modem and a mailbox on shore, with no TCP. */
export interface GatewayFigures {
  /** The largest message in each direction, its head included. */
  readonly upBytes: number;
  readonly downBytes: number;
  /** Messages that the modem holds for the network. */
  readonly queueMessages: number;
  /** Messages that the network holds for the modem. */
  readonly mailboxMessages: number;
  /** How long one exchange takes: at most one message up and one down. */
  readonly sessionMs: Span;
  /** From the start of one exchange to the earliest start of the next. */
  readonly spacingMs: Span;
  /** The share of the exchanges whose success the modem is told, 0 to 1. */
  readonly successShare: number;
  /** The share of the others in which the network took the message all the same, 0 to 1. */
  readonly unheardShare: number;
  /** From the network's taking a message over to its arrival on shore. */
  readonly deliveryMs: Span;
  /** When there is a satellite; null: always. */
  readonly passes: PassFigures | null;
  /** How long a QoS 0 message may wait in the modem; null: as long as it takes. */
  readonly expiryMs: number | null;
  /** After so long without an exchange the modem asks for mail; null: it never asks, and mail comes only with a message up. */
  readonly checkEveryMs: number | null;
  /** After so long without a message the shore publishes the device's will. */
  readonly silentAfterMs: number;
}

export interface PassFigures {
  readonly lengthMs: Span;
  /** From the end of one pass to the start of the next. */
  readonly gapMs: Span;
}
