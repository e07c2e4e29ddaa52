// Owns the search for a program of the user's: which folders are looked in, and what is a program. Runs none of them.
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** A broker is a daemon: distributions put it where an ordinary user's PATH does not lead. */
export const DAEMON_FOLDERS: readonly string[] = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"];

/** The first along the PATH and then in `furtherFolders` that has any of the names; undefined: none is there. */
export function findProgram(
  names: readonly string[],
  env: Environment,
  furtherFolders: readonly string[] = [],
): string | undefined {
  const suffixes = ["", ...entries(env.PATHEXT, ";")]; // Windows tells a program by its suffix
  return [...entries(env.PATH, delimiter), ...furtherFolders]
    .flatMap((folder) => names.flatMap((name) => suffixes.map((suffix) => join(folder, name + suffix))))
    .find(isProgram);
}

/** Whether a file is there that may be executed. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function entries(list: string | undefined, separator: string): readonly string[] {
  return (list ?? "").split(separator).filter((entry) => entry !== "");
}
