// Several processes that explore seeds, each given the next one when it is done with the last. Knows no world.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Choices } from "../../scenario/explore/draw-world.ts";
import type { BoardsByName, Explored } from "./explorer.ts";

/** What every process begins with. */
export interface Assignment {
  readonly choices: Choices;
  readonly boards: BoardsByName;
}

export type ToWorker =
  | { readonly kind: "begin"; readonly assignment: Assignment }
  | { readonly kind: "seed"; readonly seed: number };

export interface Pool {
  /** Resolves when every seed was explored, or all was stopped. Rejects if a process dies. */
  readonly done: Promise<void>;
  /** Begins no more seeds, and ends those that are under way. */
  stop(): void;
}

// beside this file, in the source as in the build
const WORKER = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url),
);

export function explorePool(
  seeds: Iterable<number>,
  jobs: number,
  assignment: Assignment,
  onExplored: (explored: Explored) => void,
): Pool {
  const rest = seeds[Symbol.iterator]();
  // a group of their own would outlive this process; what they print is for people
  const workers = Array.from({ length: jobs }, () =>
    fork(WORKER, { stdio: ["ignore", "ignore", "inherit", "ipc"] }),
  );
  let isStopped = false;

  function work(worker: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      const next = (): void => {
        const seed = rest.next();
        if (seed.done === true || isStopped) worker.disconnect();
        else worker.send({ kind: "seed", seed: seed.value } satisfies ToWorker);
      };
      worker.on("message", (explored: Explored) => {
        if (isStopped) return;
        onExplored(explored);
        next();
      });
      worker.once("error", reject);
      worker.once("exit", (code) => {
        if (code === 0 || isStopped) resolve();
        else reject(new Error(`a process that explores worlds ended with ${code}`));
      });
      worker.send({ kind: "begin", assignment } satisfies ToWorker);
      next();
    });
  }

  function stop(): void {
    isStopped = true;
    for (const worker of workers) worker.kill();
  }

  const done = Promise.all(workers.map(work)).then(
    () => undefined,
    (error: unknown) => {
      stop();
      throw error;
    },
  );
  return { done, stop };
}
