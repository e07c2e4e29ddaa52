// Owns the file of a capture: made with its first packet, so that a wrong recording leaves nothing behind. Refuses to know the
// bytes in it.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Happening } from "../../trace/happening.ts";
import { captured } from "../../trace/pcap/capture.ts";
import { pcapHeader } from "../../trace/pcap/pcap-file.ts";
import { usageFailure } from "../failure.ts";
import { drained } from "./drained.ts";

/** Throws a `Failure` when there is nothing to write, or nowhere. */
export async function writeCapture(
  recordingPath: string,
  path: string,
  happenings: AsyncIterable<Happening>,
): Promise<{ readonly packets: number }> {
  if (await isSameFile(recordingPath, path)) {
    throw usageFailure(`--pcap ${path} is the recording itself`, "Accepted: a file of its own");
  }
  let file: Writable | null = null;
  let packets = 0;
  try {
    for await (const happening of happenings) {
      const record = happening.kind === "segment" ? captured(happening) : null;
      if (record === null) continue;
      file ??= await opened(path);
      await drained(file, record);
      packets += 1;
    }
  } finally {
    file?.end();
  }
  if (file === null) throw nothingToWrite();
  await finished(file);
  return { packets };
}

async function opened(path: string): Promise<Writable> {
  const file = createWriteStream(path);
  try {
    await once(file, "open");
  } catch (error) {
    throw usageFailure(
      `--pcap ${path} cannot be written: ${(error as Error).message}`,
      "Accepted: a file that can be written",
    );
  }
  file.write(pcapHeader());
  return file;
}

function nothingToWrite(): Error {
  return usageFailure(
    "nothing in this recording is for --pcap: it tells no TCP segments within these bounds",
    "Accepted: a recording of simulated time over a link that carries TCP, and a --device, --from and --until within it",
  );
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => stat(path).catch(() => null)));
  return a != null && b != null && a.ino === b.ino && a.dev === b.dev;
}
