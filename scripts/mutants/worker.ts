// A thread that plays one image in the world of one seed, a message. Knows no other thread.
import { parentPort, workerData } from "node:worker_threads";
import type { Task } from "./player.ts";
import { breachesIn, type Terrain } from "./trial.ts";

const terrain = workerData as Terrain;

parentPort?.on("message", ({ image, seed }: Task) => {
  parentPort?.postMessage(breachesIn(image, seed, terrain));
});
