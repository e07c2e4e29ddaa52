// A process that plays worlds, one a message: what comes is a seed, what goes is its outcome. Knows no other process.
import { Core } from "../../device/core.ts";
import { TranslatedCore } from "../../device/translated-core.ts";
import { packageRoot } from "../../package/package-root.ts";
import { readImage, readTranslated } from "../image.ts";
import { type Explored, explorer } from "./explorer.ts";
import type { Assignment, ToWorker } from "./pool.ts";

let explore: ((seed: number) => Explored) | null = null;

function begin({ choices, boards }: Assignment): void {
  const { module } = readImage(packageRoot());
  const translated = readTranslated(packageRoot());
  const others = translated === null ? null : new TranslatedCore(module, translated);
  explore = explorer(new Core(module), choices, boards, others);
}

process.on("message", (message: ToWorker) => {
  if (message.kind === "begin") begin(message.assignment);
  else process.send?.(explore?.(message.seed));
});
