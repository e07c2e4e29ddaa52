// Owns what a run asks of a broker: ways in for the devices, messages for them, and trouble. Refuses to know which broker it is.

import type { Accept } from "../net/memory-stream.ts";
import type { Dialer } from "../net/stream.ts";
import type { Fault } from "./faults.ts";
import type { Command } from "./world.ts";

/** All that is published under a device's own level, which begins with the root's. */
export const ROOT_LEVEL = "motekit";
export const COMMAND_LEVEL = "command";

/** A broker behind a stream of its own, or one that takes the link's far end itself. */
export type WayIn = Dialer | Accept;

export interface Bench {
  /** For what the device dials in this life, without its link. */
  wayIn(device: number, life: number): WayIn;
  /** To each device, as from somebody else; `number` counts them from 1. */
  command(command: Command, number: number): void;
  /** A fault of the families broker and peer. */
  strike(fault: Fault): void;
  /** No more trouble. */
  settle(): void;
  /** As the broker counts them; null when it cannot be asked. */
  willsFired(): number | null;
}
