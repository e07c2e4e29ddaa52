// A thread that plays one image in the world of one seed, a message. Knows no other thread.
import { parentPort, workerData } from "node:worker_threads";
import { breachesIn, type Task, type Terrain } from "./trial.ts";

const terrain = workerData as Terrain;

parentPort?.on("message", (task: Task) => {
  parentPort?.postMessage(breachesIn(task, terrain));
});
