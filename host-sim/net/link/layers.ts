// Owns the layers of a link below TCP that belong to one device: its radio, the NAT behind it, its meter. Refuses to know
// packets.

import type { Random } from "../../random/random.ts";
import type { Clock } from "../../time/clock.ts";
import type { Availability } from "./availability.ts";
import type { CostFigures, EnergyFigures } from "./meter/figures.ts";
import { createMeter, type Meter } from "./meter/meter.ts";
import { createMiddlebox, type Middlebox, type NatFigures } from "./middlebox/middlebox.ts";
import type { RadioFigures } from "./radio/figures.ts";
import { createRadio, type Radio } from "./radio/radio.ts";

/** What a link's profile says of them. */
export interface LayerFigures {
  readonly radio: RadioFigures | null;
  readonly nat: NatFigures | null;
  readonly cost: CostFigures | null;
  readonly energy: EnergyFigures | null;
  readonly lossPerThousand: number;
}

export interface Layers {
  readonly radio: Radio;
  readonly middlebox: Middlebox;
  readonly meter: Meter;
}

export interface LayeredLink {
  readonly profile: LayerFigures;
  /** When the radio hears anybody at all: what goes wrong further on is none of its business. */
  readonly radioAvailability: Availability;
}

/**
 * A link whose profile knows its modem's energy is used with that modem; on any other the board's own chip is what draws the
 * current.
 */
export function layersOf(
  { profile, radioAvailability }: LayeredLink,
  clock: Clock,
  random: Random,
  boardEnergy: EnergyFigures | null,
): Layers {
  const { radio, nat, cost, energy, lossPerThousand } = profile;
  const dozes = radio !== null && radio.modemSleep !== null;
  return {
    radio: createRadio(radio, radioAvailability, clock, random.stream("radio"), lossPerThousand),
    middlebox: createMiddlebox(nat, clock),
    meter: createMeter({ cost, energy: energy ?? boardEnergy, dozes }, clock),
  };
}
