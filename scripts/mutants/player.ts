// Owns a thread that plays worlds one after the other, and is ended when one of them never ends. Refuses to know what is played.
import { Worker } from "node:worker_threads";
import { type Breach, endless, type Task, type Terrain } from "./trial.ts";

/** Plays one task at a time. */
export interface Player {
  play(task: Task): Promise<readonly Breach[]>;
  close(): Promise<void>;
}

const THREAD = new URL("./thread.js", import.meta.url);

/** How often it is looked whether a world has had its time, at most. */
const LOOK_MS = 1000;

/**
 * What holds the thread within one event, as a loop in the firmware, is given up after `patienceMs` of the processor, all threads
 * together: on a machine that has other things to do a world takes many times as long by the wall's clock.
 */
export function createPlayer(terrain: Terrain, patienceMs: number): Player {
  let worker: Worker | null = null;

  async function close(): Promise<void> {
    const ending = worker?.terminate();
    worker = null;
    await ending;
  }

  async function play(task: Task): Promise<readonly Breach[]> {
    worker ??= new Worker(THREAD, { workerData: terrain });
    const breaches = await answerOf(worker, task, patienceMs);
    if (breaches !== null) return breaches;
    await close();
    return [endless(0, `did not end within ${patienceMs} ms of computing`)];
  }

  return { play, close };
}

/** Null when it has not answered in time, and never will. */
function answerOf(worker: Worker, task: Task, patienceMs: number): Promise<readonly Breach[] | null> {
  return new Promise((resolve, reject) => {
    const before = process.cpuUsage();
    const patience = setInterval(
      () => {
        const { user, system } = process.cpuUsage(before);
        if ((user + system) / 1000 > patienceMs) settle(() => resolve(null));
      },
      Math.min(LOOK_MS, patienceMs),
    );
    const onMessage = (breaches: readonly Breach[]): void => settle(() => resolve(breaches));
    const onError = (error: NodeJS.ErrnoException): void => {
      settle(() => (error.code === "ERR_WORKER_OUT_OF_MEMORY" ? resolve(null) : reject(error)));
    };
    function settle(how: () => void): void {
      clearInterval(patience);
      worker.off("message", onMessage).off("error", onError);
      how();
    }
    worker.on("message", onMessage).on("error", onError).postMessage(task);
  });
}
