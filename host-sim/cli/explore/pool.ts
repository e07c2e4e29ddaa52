// Several threads that explore seeds, each given the next one when it is done with the last. Knows no world.
import { Worker } from "node:worker_threads";
import type { Choices } from "../../scenario/explore/draw-world.ts";
import type { BoardsByName, Explored } from "./explorer.ts";

/** What every thread is started with. */
export interface Assignment {
  readonly image: WebAssembly.Module;
  readonly choices: Choices;
  readonly boards: BoardsByName;
}

export interface Pool {
  /** Resolves when every seed was explored, or what was begun when it was told to stop. Rejects if a thread dies. */
  readonly done: Promise<void>;
  /** Begins no more seeds, and ends those that are under way. */
  stop(): void;
}

// beside this file, in the source as in the build
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

export function explorePool(
  seeds: Iterable<number>,
  jobs: number,
  assignment: Assignment,
  onExplored: (explored: Explored) => void,
): Pool {
  const rest = seeds[Symbol.iterator]();
  const workers = Array.from({ length: jobs }, () => new Worker(WORKER, { workerData: assignment }));
  let isStopped = false;
  const finish = (worker: Worker): void => void worker.terminate();

  function work(worker: Worker): Promise<void> {
    return new Promise((resolve, reject) => {
      const next = (): void => {
        const seed = rest.next();
        if (seed.done === true || isStopped) finish(worker);
        else worker.postMessage(seed.value);
      };
      worker.on("message", (explored: Explored) => {
        if (!isStopped) onExplored(explored);
        next();
      });
      worker.once("error", reject);
      worker.once("exit", () => resolve());
      next();
    });
  }

  const done = Promise.all(workers.map(work)).then(
    () => undefined,
    (error: unknown) => {
      for (const worker of workers) finish(worker);
      throw error;
    },
  );
  return {
    done,
    stop() {
      isStopped = true;
      for (const worker of workers) finish(worker);
    },
  };
}
