// Owns one run of the kernel's own TCP, in namespaces made for it. Knows nothing of the model.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Case } from "./cases.ts";

const PROGRAM = fileURLToPath(new URL("kernel_pair.py", import.meta.url));
/** To start and to end, beside what the case itself may take. */
const MARGIN_MS = 20_000;

/** Something this machine lacks. */
export class MissingError extends Error {
  override readonly name = "MissingError";
}

interface Measured {
  readonly samplesMs: readonly number[];
  /** By how much half of the packets came later than the link meant. */
  readonly lateMs: number;
}

/** What a measurement bears: the model knows nothing of a scheduler. */
const MOST_LATE_MS = 1.5;
const ATTEMPTS = 4;

/** Measures again when the machine was too busy to be the link. Rejects when that does not help, or nothing came in time. */
export async function runKernel(subject: Case, seed: number): Promise<readonly number[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { samplesMs, lateMs } = await measure(subject, seed);
    if (lateMs <= MOST_LATE_MS) return samplesMs;
  }
  throw new Error(`${subject.name}, seed ${seed}: this machine is too busy to measure; try fewer --jobs`);
}

async function measure(subject: Case, seed: number): Promise<Measured> {
  const { link, work, limitMs } = subject;
  const input = JSON.stringify({ seed, limitMs, link, work });
  const { exitCode, stdout, stderr } = await run(
    "unshare",
    ["-Urn", "python3", PROGRAM],
    input,
    limitMs + MARGIN_MS,
  );
  if (exitCode !== 0)
    throw new Error(`${subject.name}, seed ${seed}: ${stderr.trim() || `exit ${exitCode}`}`);
  return JSON.parse(stdout) as Measured;
}

/** Throws a `MissingError` that says how to get what is missing. */
export async function checkMachine(): Promise<void> {
  if (process.platform !== "linux")
    throw new MissingError("the kernel to compare with is Linux: run this on a Linux machine");
  await need(
    "python3",
    ["-c", "import socket; socket.send_fds"],
    "Python 3.9 or later (Debian: apt-get install python3)",
  );
  await need("ip", ["-V"], "iproute2 (Debian: apt-get install iproute2)");
  const opensTun = 'unshare -Urn python3 -c \'open("/dev/net/tun", "r+b", buffering=0)\'';
  await need(
    "sh",
    ["-c", opensTun],
    "network namespaces and /dev/net/tun: run as root, with the tun module, outside a container that forbids them",
  );
}

async function need(command: string, args: readonly string[], what: string): Promise<void> {
  const { exitCode } = await run(command, args, "", MARGIN_MS);
  if (exitCode !== 0) throw new MissingError(`this needs ${what}`);
}

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], input: string, timeout: number): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { timeout }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ exitCode, stdout, stderr });
    });
    // It may be gone before it has read.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}
