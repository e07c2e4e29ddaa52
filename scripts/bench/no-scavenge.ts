// Owns the count of garbage collections while a million messages are published. Knows nothing of how they are.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot, packageVersion } from "../../host-sim/package/package-root.ts";
import type { Comparison } from "./comparison.ts";

const run = promisify(execFile);
const mostOutputBytes = 64 * 1024 * 1024;

export async function countScavenges(): Promise<Comparison> {
  const script = join(packageRoot(), "scripts/bench/publish-a-million.ts");
  const { stdout } = await run(process.execPath, ["--expose-gc", "--trace-gc", "--import", "tsx", script], {
    maxBuffer: mostOutputBytes,
  });
  const [, measured = ""] = /^begin$(.*)^end$/ms.exec(stdout) ?? [];
  const published = Number(/^end\n.*?^(\d+)$/ms.exec(stdout)?.[1]);
  const collections = (kind: RegExp): number => measured.split("\n").filter((line) => kind.test(line)).length;
  return {
    name: "no-scavenge",
    setting: "a million publishes of 32 bytes to a prepared topic at QoS 0, events by callback, into a sink",
    rows: [
      {
        contestant: "motekit",
        version: packageVersion(packageRoot()),
        figures: [
          { label: "published", value: published },
          { label: "scavenges", value: collections(/ Scavenge /) },
          { label: "other collections", value: collections(/ (Mark-Compact|Mark-sweep) /i) },
        ],
      },
    ],
  };
}
