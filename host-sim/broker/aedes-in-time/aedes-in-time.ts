// Owns an Aedes that lives in simulated time: a broker of other people's making, beside the strict one. Refuses to know devices.

import type { VirtualClock } from "../../time/virtual-clock.ts";
import { type AedesBroker, createAedesBroker } from "../aedes.ts";
import { endingSilence } from "./silence.ts";

/** Without a socket, which would live in real time. */
export type AedesInTime = Omit<AedesBroker, "listen">;

/**
 * Aedes works in turns of Node's loop: drive `clock` with `runUntil` of `run-until.ts`, so that it has done its work before time
 * goes on. Its own timers are none of its clients' business then. It is not deterministic: judge what arrived, not when.
 */
export async function createAedesInTime(clock: VirtualClock): Promise<AedesInTime> {
  const { listen: _listen, dialer, ...broker } = await createAedesBroker(clock);
  return { ...broker, dialer: endingSilence(dialer, clock) };
}
