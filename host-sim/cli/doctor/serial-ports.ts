// The serial ports a board may hang on, by the names the system gives them. Opens none of them.
import { readdirSync } from "node:fs";
import { join } from "node:path";

const BY_ID = "dev/serial/by-id";

/** Adapters that plug in: the fixed ttyS* of every Linux machine are no board's. */
const PLUGGED_IN = /^(tty(USB|ACM)\d+|tty\.(?!Bluetooth|debug).+)$/;

/** Paths under `fileSystem`. The by-id names come first: they stay the same across replugging. */
export function serialPorts(fileSystem = "/"): readonly string[] {
  const byId = namesIn(join(fileSystem, BY_ID)).map((name) => join(fileSystem, BY_ID, name));
  const devices = namesIn(join(fileSystem, "dev"))
    .filter((name) => PLUGGED_IN.test(name))
    .map((name) => join(fileSystem, "dev", name));
  return [...byId, ...devices];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
