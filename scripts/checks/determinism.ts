// Owns the claim that time and chance come to the host as arguments. Knows the few files that bring them in.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { sourceFiles } from "../build/freshness.ts";
import { root } from "../root.ts";
import type { Check } from "./check.ts";

/** The doors through which real time and real chance come in, each with its reason. */
const DOORS: ReadonlyMap<string, string> = new Map([
  ["host-sim/time/real-clock.ts", "is the real clock"],
  ["host-sim/random/random.ts", "draws the seed of a run that was given none"],
  ["host-sim/broker/aedes-in-time/settled.ts", "lets Node finish what is due before simulated time goes on"],
  ["host-sim/cli/surroundings.ts", "tells the commands what day it is"],
]);

const INSTEAD = "take a Clock or a seeded Random as an argument";

const TIMERS = ["setTimeout", "setInterval", "setImmediate"];
const CHANCE = ["randomBytes", "randomFill", "randomFillSync", "randomInt", "randomUUID", "getRandomValues"];
const NAMES: ReadonlySet<string> = new Set([...TIMERS, ...CHANCE, "performance"]);
const MEMBERS: ReadonlySet<string> = new Set(["Date.now", "Math.random", "process.hrtime", "process.uptime"]);

export const check: Check = {
  name: "determinism",
  async run() {
    const problems: string[] = [];
    for (const file of await sourceFiles(root, "host-sim")) {
      if (!file.endsWith(".ts") || DOORS.has(file)) continue;
      problems.push(...determinismFaults(file, await readFile(join(root, file), "utf8")));
    }
    return problems;
  },
};

/** Every use of the real clock, a timer or unseeded chance in the file. */
export function determinismFaults(file: string, text: string): readonly string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    const use = forbiddenUse(node);
    if (use !== undefined) {
      const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
      faults.push(`${file}:${line + 1}:${character + 1}: ${use} — ${INSTEAD}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return faults;
}

function forbiddenUse(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node) && NAMES.has(node.text)) return node.text;
  if (ts.isPropertyAccessExpression(node)) {
    const owner = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
    const member = ts.isIdentifier(owner) ? `${owner.text}.${node.name.text}` : "";
    return MEMBERS.has(member) ? member : undefined;
  }
  if (ts.isCallExpression(node) && isDate(node.expression)) return "Date()";
  if (ts.isNewExpression(node) && isDate(node.expression) && !node.arguments?.length) return "new Date()";
  if (ts.isStringLiteral(node) && /^(node:)?timers(\/promises)?$/.test(node.text)) return node.text;
  return undefined;
}

function isDate(expression: ts.Expression): boolean {
  return ts.isIdentifier(expression) && expression.text === "Date";
}
