// A Linux Espruino behind a port: a socket or a pseudo-terminal that socat joins to its console. Knows both programs' options.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ESPRUINO, withoutEspruino } from "../../../__tests__/support/linux-espruino-named.ts";

/** Why these tests are left out, or false. */
export function leftOut(): string | false {
  if (ESPRUINO === null) return withoutEspruino;
  if (spawnSync("socat", ["-V"]).error !== undefined) return "socat is not installed";
  return false;
}

export interface RunningEspruino {
  /** As after --port. */
  readonly port: string;
  readonly folder: string;
  end(): void;
}

/** Its flash file lies in a folder of its own, which stays from one start to the next when it is handed in. */
export async function startEspruino(
  kind: "tcp" | "pty",
  folder = mkdtempSync(join(tmpdir(), "espruino-")),
): Promise<RunningEspruino> {
  const near = kind === "tcp" ? "TCP-LISTEN:0,bind=127.0.0.1,fork" : "PTY,raw,echo=0";
  // It takes SIGTERM for itself, so it is killed with the group that socat leads. Twice -d: socat says what it opened.
  const socat = spawn("socat", ["-d", "-d", near, `EXEC:${ESPRUINO},pty,raw,echo=0`], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  return { port: await openedBy(socat), folder, end: () => killGroup(socat) };
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function openedBy(socat: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    socat.once("close", () => reject(new Error(`socat ended: ${said}`)));
    socat.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const address = /listening on \S+ (127\.0\.0\.1:\d+)\s/.exec(said)?.[1];
      const path = /PTY is (\S+)\s/.exec(said)?.[1];
      if (address !== undefined) resolve(`tcp://${address}`);
      else if (path !== undefined) resolve(path);
    });
  });
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
