// Owns how the portable program becomes an image for one device: which functions it needs, with which capacities, and
// where in its memory everything lies. Knows no target language but for what `init` leaves in the block.
import type { Callable, Program, Struct } from "../portable/model.ts";
import { CAPACITY_PARAMETERS, CLIENT_ENTRY, freshBlock } from "./first-run.ts";
import type { Heat, Image } from "./tree/image.ts";
import { optimise } from "./tree/optimise.ts";
import { settle } from "./tree/settle.ts";

export const SENSOR_ENTRY = "firmware/sensor/index.ts";

export interface DeviceImage {
  readonly image: Image;
  readonly init: Callable;
  readonly client: Struct;
  /** The client's block as `init` leaves it. */
  readonly block: Uint8Array;
  readonly blockAt: number;
  /** All of the device's state: the firmware's and the client's. */
  readonly stateBytes: number;
}

export interface Device {
  readonly entries: readonly string[];
  /** The exported functions that are used; null for all. */
  readonly wanted: ReadonlySet<string> | null;
  /** As `init` takes them. */
  readonly capacities: readonly number[];
  readonly isOptimised: boolean;
  readonly heat: Heat | null;
}

/** What a refused `sensorInit` leaves is not used, so the block is a client's as soon as the image is there. */
const ASSUMED: ReadonlySet<string> = new Set(["magic"]);

/** Throws an Error for capacities that the client does not take. */
export function specialise(program: Program, device: Device): DeviceImage {
  const block = freshBlock(program, device.capacities);
  const pinned = new Map(CAPACITY_PARAMETERS.map((name, index) => [name, device.capacities[index] ?? 0]));
  const init = functionNamed(program, CLIENT_ENTRY, "init");
  const client = init.parameters[0]?.type;
  if (client === undefined || typeof client === "string") throw new Error("init takes no client");
  const wanted = device.wanted === null ? null : new Set([...device.wanted, "init"]);
  const settling = { entries: device.entries, wanted, pinned, replaced: new Set([init]) };
  const { blockAt } = placesIn(settle(program, { ...settling, dataAt: 0 }), client, block);
  const stateBytes = blockAt + block.length;
  const settled = settle(program, { ...settling, dataAt: stateBytes });
  const first = { struct: client, bytes: block, assumed: ASSUMED };
  const image = device.isOptimised ? optimise(settled, first, device.heat) : settled;
  return { image, init, client, block, blockAt, stateBytes };
}

function placesIn(image: Image, client: Struct, block: Uint8Array): { readonly blockAt: number } {
  const blockAt = image.bases.get(client);
  if (blockAt === undefined) throw new Error(`the client of ${block.length} bytes has no place`);
  return { blockAt };
}

function functionNamed(program: Program, file: string, name: string): Callable {
  const found = program.units.find((unit) => unit.file === file)?.exports.get(name);
  if (found?.kind !== "function") throw new Error(`${file} exports no function ${name}`);
  return found;
}
