// Owns the claim that bin/motekit.js can be executed, here and in every clone. Knows nothing of what it does.
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../root.ts";
import type { Check } from "./check.ts";

const ENTRY = "bin/motekit.js";
const OWNER_EXECUTES = 0o100;

export const check: Check = {
  name: "entry is executable",
  async run() {
    const problems: string[] = [];
    const { mode } = await stat(join(root, ENTRY));
    // A clone takes its other bits from the umask.
    if (process.platform !== "win32" && (mode & OWNER_EXECUTES) === 0) {
      problems.push(`${ENTRY} is not executable: chmod 755 ${ENTRY}`);
    }
    const recorded = await recordedMode();
    if (recorded !== undefined && recorded !== "100755") {
      problems.push(`${ENTRY} is recorded as ${recorded}: git update-index --chmod=+x ${ENTRY}`);
    }
    return problems;
  },
};

/** The mode that a clone will give it; undefined where there is no repository, or the file is not yet part of it. */
async function recordedMode(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("git", ["ls-files", "--stage", ENTRY], { cwd: root });
    return stdout.split(" ")[0] || undefined;
  } catch {
    return undefined;
  }
}
