// Owns a device's way to the broker over a message gateway. Refuses to know the mapping.

import type { GatewayFigures } from "../net/gateway/figures.ts";
import { createGatewayLink } from "../net/gateway/gateway-link.ts";
import { createMeter } from "../net/link/meter/meter.ts";
import type { LinkProfile } from "../net/link/profile.ts";
import type { Random } from "../random/random.ts";
import type { Clock } from "../time/clock.ts";
import type { WayIn } from "./bench.ts";
import type { Way } from "./way.ts";

/** What the modem draws is known only where the profile says so: the board's own radio is off. */
export function createGatewayWay(
  { cost, energy }: LinkProfile,
  figures: GatewayFigures,
  wayIn: WayIn,
  clock: Clock,
  random: Random,
): Way {
  const meter = createMeter({ cost, energy, dozes: false }, clock);
  const link = createGatewayLink(figures, clock, random.scope("gateway"), { broker: wayIn, meter });
  return {
    dialer: link.dialer,
    get meter() {
      return meter.snapshot();
    },
    cut: () => link.cut(),
    blackhole: (durationMs) => link.blackhole(durationMs),
    dropMappings: () => undefined,
    powerOff: () => link.powerOff(),
    settle: () => link.settle(),
    close: () => link.close(),
  };
}
