// Owns the normative statements of both standards as data: their ids, whom they bind, what they say in a few words. Refuses to
// know who obeys them.
//
// The tables lie beside this file, one statement a line, in the standard's order. `MQTT3` is 3.1.1, `MQTT5` is 5.0: the same
// label means different things in the two. The words are ours and short; where they are unclear, the standard decides.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const DATA_FOLDER = "scripts/conformance";

/** An id as the standards label their statements, with two misprints of theirs: `3-8.3-4` and `4.2-1`. */
export const STATEMENT_ID = /MQTT[35]-\d+(?:[-.]\d+){2,3}/g;

export interface Statement {
  /** Such as `MQTT3-2.3.1-1`. */
  readonly id: string;
  readonly binds: "client" | "server" | "both";
  readonly words: string;
}

export interface Standard {
  readonly name: string;
  readonly prefix: string;
  /** All of them: a citation may name one that binds the server. */
  readonly statements: readonly Statement[];
}

const TABLES = [
  { name: "MQTT 3.1.1", prefix: "MQTT3-", file: "mqtt-3.1.1.tsv" },
  { name: "MQTT 5.0", prefix: "MQTT5-", file: "mqtt-5.0.tsv" },
] as const;

/** Both standards, in the order of their versions. Throws on a row that is none. */
export function readStandards(root: string): readonly Standard[] {
  return TABLES.map(({ name, prefix, file }) => {
    const [, ...rows] = readFileSync(join(root, DATA_FOLDER, file), "utf8")
      .trimEnd()
      .split("\n");
    return { name, prefix, statements: rows.map((row, index) => statementOf(row, `${file}:${index + 2}`)) };
  });
}

function statementOf(row: string, place: string): Statement {
  const [id, binds, words] = row.split("\t");
  const isBinding = binds === "client" || binds === "server" || binds === "both";
  if (id === undefined || !isBinding || words === undefined || id.match(STATEMENT_ID)?.[0] !== id)
    throw new Error(`${DATA_FOLDER}/${place}: not a statement: ${row}`);
  return { id, binds, words };
}

/** Those that a client answers for. */
export function bindingClient({ statements }: Standard): readonly Statement[] {
  return statements.filter(({ binds }) => binds !== "server");
}
