// A thread that plays worlds, one a message: what comes is a seed, what goes is its outcome. Knows no other thread.
import { parentPort, workerData } from "node:worker_threads";
import { Core } from "../../device/core.ts";
import { explorer } from "./explorer.ts";
import type { Assignment } from "./pool.ts";

const { image, choices, boards } = workerData as Assignment;
const explore = explorer(new Core(image), choices, boards);

parentPort?.on("message", (seed: number) => parentPort?.postMessage(explore(seed)));
