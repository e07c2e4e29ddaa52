// A run that is recorded into a file. Knows where the file is; what stands in it, trace/ knows.
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { packageVersion } from "../../package/package-root.ts";
import type { Report } from "../../scenario/report.ts";
import type { World } from "../../scenario/world.ts";
import { createRecordingWriter } from "../../trace/recording.ts";
import { usageFailure } from "../failure.ts";

export interface OpenRecording {
  /** A line of the trace, with its line feed. */
  readonly write: (line: string) => void;
  /** Resolves when all of it is in the file. */
  end(report: Report): Promise<void>;
}

/** `world`: what can be played again. Throws a usage `Failure` for a file that cannot be written. */
export async function openRecording(
  path: string,
  root: string,
  world: World | null,
  image: string,
): Promise<OpenRecording> {
  const file = createWriteStream(path);
  try {
    await once(file, "open");
  } catch (error) {
    throw usageFailure(
      `--trace ${path} cannot be written: ${(error as Error).message}`,
      "Accepted: a file that can be written",
    );
  }
  const head = { world, image, version: packageVersion(root) };
  const writer = createRecordingWriter(head, (text) => void file.write(text));
  return {
    write: (line) => writer.line(line),
    async end(report) {
      writer.end({ traceHash: report.traceHash, report });
      file.end();
      await once(file, "close");
    },
  };
}
