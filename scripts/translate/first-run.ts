// Owns what `init` makes of a client's block, which an image carries instead of running it. Knows the client's interface
// and nothing of what is in the block.
import type { Callable, Program } from "../portable/model.ts";
import { writeImage } from "./js/write-image.ts";
import { arrange } from "./tree/arrange.ts";
import { settle } from "./tree/settle.ts";

export const CLIENT_ENTRY = "assembly/index.ts";

/** In the order in which `init` takes them; the names of its parameters. */
export const CAPACITY_PARAMETERS = [
  "receive",
  "outbox",
  "entries",
  "window",
  "inboundIds",
  "texts",
  "textBytes",
  "filters",
] as const;

/** Throws an Error for capacities that the client does not take. */
export function freshBlock(program: Program, capacities: readonly number[]): Uint8Array {
  const wanted = new Set(["init", "blockBytes"]);
  const settling = { wanted, pinned: new Map(), replaced: new Set<Callable>(), dataAt: 0 };
  const image = settle(program, { entries: [CLIENT_ENTRY], ...settling });
  const text = writeImage({
    image,
    memoryBytes: 0,
    memory: "given",
    isChecked: true,
    uses: "",
    fresh: null,
    arrangement: arrange(image, null, null),
  });
  const first = (bytes: Uint8Array): Record<"init" | "blockBytes", (...given: readonly number[]) => number> =>
    new Function("bytes", `${text}return{init:init,blockBytes:blockBytes}`)(bytes);
  const size = first(new Uint8Array(4)).blockBytes(...capacities);
  if (size < 0) throw new Error(`the client does not take the capacities ${capacities.join()}`);
  const block = new Uint8Array(size);
  first(block).init(...capacities);
  return block;
}
