// Owns the figures in which the radios of links differ. Refuses to know how a radio uses them.

/** Uniform between the two, in milliseconds; equal for a constant. */
export type Span = readonly [fromMs: number, toMs: number];

/** What a device's own modem does before a packet can pass, and how it finds out that none can any more. */
export interface RadioFigures {
  /** From power-on until the first packet may leave, when all goes well: scan, associate, DHCP; or a cellular attach. */
  readonly coldAttachMs: Span;
  /** The same with the access point's address and channel known, or the last cell. */
  readonly cachedAttachMs: Span;
  /** The same with everything kept, the lease too: no DHCP. */
  readonly keptAttachMs: Span;
  /** Between two attempts while nobody answers, or the access point refuses. */
  readonly attachRetryMs: number;
  /** How long the air may be silent before the radio says that it is detached; null: it never notices. */
  readonly beaconLossMs: number | null;
  /** Reasons of an outage that are announced (a deauthentication): the radio knows at once. */
  readonly announcedWhys: readonly string[];
  /** How long each unanswered DHCP exchange is waited for; the last is repeated. Empty: there is no DHCP. */
  readonly dhcpRetriesMs: readonly number[];
  /** Asleep between beacons, of which it listens to each `listenInterval`-th; null: always awake. */
  readonly modemSleep: { readonly beaconMs: number; readonly listenInterval: number } | null;
}
