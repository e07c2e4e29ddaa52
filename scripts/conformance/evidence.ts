// Owns where in a checkout statements are named: by tests, by the client's code, by what watches simulated runs. Refuses to
// judge whether that is enough.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { STATEMENTS, statementId } from "../../host-sim/broker/model/statements.ts";
import { type Citation, citationsIn } from "./citations.ts";
import { type Claim, claimsIn } from "./claims.ts";

export type Placed<T> = T & { readonly file: string };

export interface Evidence {
  /** What tests of the client name. */
  readonly claims: readonly Placed<Claim>[];
  /** What the client's code cites. */
  readonly obeyed: readonly Placed<Citation>[];
  /** What is cited anywhere, tests and the rest of the project included. */
  readonly cited: readonly Placed<Citation>[];
  /** Promises that judge every simulated run, by the statements that they watch over. */
  readonly watched: ReadonlyMap<string, readonly string[]>;
}

const PROJECT = ["assembly", "firmware", "host-sim", "docs"];
/** A broker, its other clients and those who watch are the world around the client. */
const AROUND = [
  "docs",
  "host-sim/broker",
  "host-sim/net/gateway",
  "host-sim/promises",
  "host-sim/scenario",
  "host-sim/trace",
  "host-sim/__tests__/support",
];
const PROMISES = "host-sim/promises";
/** The strict broker of simulated runs watches over these, and its finding breaks this promise. */
const BROKERS_PROMISE = "legal-bytes";

export function gatherEvidence(root: string, document: string): Evidence {
  const files = PROJECT.flatMap((folder) => filesIn(root, folder)).filter((file) => file !== document);
  const texts = files.map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
  const clients = texts.filter(({ file }) => !AROUND.some((folder) => file.startsWith(`${folder}/`)));
  const cited = texts.flatMap(({ file, text }) => placed(file, citationsIn(file, text)));
  return {
    claims: clients
      .filter(({ file }) => isOfTests(file))
      .flatMap(({ file, text }) => placed(file, claimsIn(file, text))),
    obeyed: clients
      .filter(({ file }) => !isOfTests(file))
      .flatMap(({ file, text }) => placed(file, citationsIn(file, text))),
    cited,
    watched: watchedIn(cited),
  };
}

function filesIn(root: string, folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((file) => /\.(ts|md)$/.test(file) && !file.includes("/fixtures/"))
    .sort();
}

function isOfTests(file: string): boolean {
  return file.includes("/__tests__/");
}

function placed<T extends object>(file: string, found: readonly T[]): readonly Placed<T>[] {
  return found.map((one) => ({ ...one, file }));
}

/** A promise's file has its name, and cites what it watches over. */
function watchedIn(cited: readonly Placed<Citation>[]): ReadonlyMap<string, readonly string[]> {
  const watched = new Map<string, readonly string[]>();
  const add = (id: string, promise: string): void => {
    const others = watched.get(id) ?? [];
    if (!others.includes(promise)) watched.set(id, [...others, promise].sort());
  };
  for (const { id, file } of cited) {
    const promise = /^([^/]+)\.ts$/.exec(file.slice(PROMISES.length + 1))?.[1];
    if (file.startsWith(`${PROMISES}/`) && promise !== undefined) add(id, promise);
  }
  for (const breach of Object.keys(STATEMENTS) as (keyof typeof STATEMENTS)[])
    for (const version of [4, 5] as const) add(statementId(breach, version), BROKERS_PROMISE);
  return watched;
}
