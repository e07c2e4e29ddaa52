// Whether Node and the packages are what the lock file asks for. Knows npm's files; runs nothing.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "./finding.ts";

const OLDEST_NODE = 20;

export function findNode(version: string): Finding {
  return {
    name: "node",
    state: Number.parseInt(version, 10) >= OLDEST_NODE ? "found" : "stale",
    detail: version,
    purpose: "runs everything",
    howToGet: `Node ${OLDEST_NODE} or newer from https://nodejs.org`,
    needed: true,
  };
}

/** One package of package-lock.json, as far as it matters here. */
interface LockedPackage {
  readonly version?: string;
  readonly link?: boolean;
  /** Absent on purpose where the platform has no use for it. */
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

export function findPackages(root: string): Finding {
  const about = {
    name: "node_modules",
    purpose: "the packages that everything here is built with",
    howToGet: `npm ci, in ${root}`,
    needed: true,
  };
  if (!existsSync(join(root, "node_modules"))) return { ...about, state: "missing", detail: "not installed" };
  const wrong = mismatches(root);
  if (wrong.length === 0) return { ...about, state: "found", detail: "as package-lock.json says" };
  const more = wrong.length > 1 ? `, and ${wrong.length - 1} more` : "";
  return { ...about, state: "stale", detail: `not as package-lock.json says: ${wrong[0]}${more}` };
}

function mismatches(root: string): readonly string[] {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { link }]) => path !== "" && link !== true)
    .flatMap(([path, locked]) => mismatch(root, path, locked));
}

function mismatch(root: string, path: string, locked: LockedPackage): readonly string[] {
  const installed = installedVersion(join(root, path));
  if (installed === locked.version) return [];
  if (installed === undefined) return locked.optional || locked.devOptional ? [] : [`${path} is missing`];
  return [`${path} is ${installed}, not ${locked.version}`];
}

function installedVersion(folder: string): string | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, "utf8")) as LockedPackage).version;
}
