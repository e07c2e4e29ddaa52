// Owns what a device's radio is to the streams that go over it. Refuses to know how it attaches.

import type { RandomStream } from "../../../random/random.ts";
import type { Clock } from "../../../time/clock.ts";
import type { Availability } from "../availability.ts";
import type { RadioFigures } from "./figures.ts";
import { Modem } from "./modem.ts";
import { createWire } from "./wire.ts";

export type StateListener = (state: RadioState, why: string | null) => void;

export type RadioState = "off" | "attaching" | "attached";

/** What is known for the next attachment: nothing, the access point and its channel, or the lease too. */
export type Kept = "nothing" | "cache" | "everything";

export interface Radio {
  readonly state: RadioState;
  /**
   * Calls `done` as soon as packets can pass: within this call when they already can. Switches the radio on. It goes on
   * trying for as long as it takes, as a WiFi stack does: giving up is for the caller, whose answer here stops only `done`.
   */
  attach(done: () => void): () => void;
  /** Told of each change of the state, with why when the radio noticed that it was gone. */
  onState(listener: StateListener): () => void;
  powerOff(keeps: Kept): void;
  /** True when what is sent to the device at this moment reaches it. */
  hears(): boolean;
  /** How long what arrives for the device at that moment waits for the next beacon it listens to. */
  downlinkHoldMs(atMs: number): number;
}

/**
 * `availability` is that of the air alone: an outage further on, the radio cannot notice. `lossPerThousand` is what befalls
 * each packet of DHCP. Null figures: a wire, attached whenever the device is on.
 *
 * A timer is pending while it attaches, and while it is attached if the air may go away and the radio would notice.
 */
export function createRadio(
  figures: RadioFigures | null,
  availability: Availability,
  clock: Clock,
  random: RandomStream,
  lossPerThousand: number,
): Radio {
  return figures === null ? createWire() : new Modem(figures, availability, clock, random, lossPerThousand);
}
