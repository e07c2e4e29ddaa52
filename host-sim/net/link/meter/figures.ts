// Owns the figures of what a link costs in money and in charge. Refuses to know how they are added up.

/** Monthly fees are in none of them. */
export type CostFigures =
  /** A megabyte is 10^6 bytes on the link, headers and repetitions included. */
  | { readonly kind: "volume"; readonly usdPerMegabyte: number }
  /** Each message is rounded up to whole credits; an empty one costs one. */
  | { readonly kind: "credits"; readonly creditBytes: number; readonly usdPerCredit: number };

/** In millicoulomb, mA times s: times the supply's voltage it is millijoule. */
export type EnergyFigures =
  /** Measured at a modem as whole events, so that idle time between them is not in it. A link profile carries it. */
  | {
      readonly kind: "events";
      readonly attachMc: number;
      /** TCP and CONNECT. */
      readonly connectMc: number;
      /** A segment that carries data, of any size up to the one measured: waking the radio is what costs. */
      readonly publishMc: number;
    }
  /** A chip with its radio, by what it is doing. The board carries it: the same chip is used on every WiFi link. */
  | {
      readonly kind: "currents";
      /** While it sends; `airBitsPerSecond` says how long that takes. */
      readonly txMa: number;
      readonly airBitsPerSecond: number;
      /** While it attaches, and all the time when its radio does not sleep. */
      readonly rxMa: number;
      /** Attached, its radio asleep between beacons. */
      readonly modemSleepMa: number;
      readonly deepSleepMa: number;
    };
