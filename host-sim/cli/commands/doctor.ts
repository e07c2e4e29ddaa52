// `doctor`: what is installed, what is missing, and how to get it. Gathers findings and says them; finds nothing itself.
import type { ParsedCommand } from "../command.ts";
import type { Finding } from "../doctor/finding.ts";
import { findImages } from "../doctor/images.ts";
import { findNode, findPackages } from "../doctor/installation.ts";
import { serialPorts } from "../doctor/serial-ports.ts";
import { findTools } from "../doctor/tools.ts";
import { EXIT } from "../failure.ts";
import { createOutput, type Output } from "../output.ts";

interface Diagnosis {
  /** What `npm test` needs is there. */
  readonly ready: boolean;
  readonly findings: readonly Finding[];
  readonly serialPorts: readonly string[];
}

export const doctor: ParsedCommand = {
  kind: "parsed",
  description:
    "Says what is installed, what is missing and how to get it, and which serial ports there are.\n" +
    "Exits 0 when what `npm test` needs is there, else 3.",
  examples: ["npx motekit doctor", "npx motekit doctor --json"],
  define(command) {
    command.option("--json", "print one JSON document");
  },
  async run(context, options: { readonly json?: boolean }) {
    const output = createOutput(context, { json: options.json === true });
    const findings = [
      findNode(process.versions.node),
      findPackages(context.root),
      ...findImages(context.root),
      ...findTools(context.env),
    ];
    const ready = findings.every(({ needed, state }) => !needed || state === "found");
    const diagnosis = { ready, findings, serialPorts: serialPorts() };
    if (options.json === true) output.json(diagnosis);
    else print(output, diagnosis);
    return ready ? EXIT.done : EXIT.missing;
  },
};

function print(output: Output, { ready, findings, serialPorts: ports }: Diagnosis): void {
  for (const finding of findings) printFinding(output, finding);
  output.say("");
  output.say(
    ports.length === 0 ? "No serial port with a board in sight." : `Serial ports: ${ports.join(", ")}`,
  );
  output.say(ready ? "What `npm test` needs is there." : "What `npm test` needs is not all there.");
}

function printFinding({ say, paint }: Output, finding: Finding): void {
  const { name, state, detail, purpose, howToGet, needed } = finding;
  const colour = state === "found" ? paint.green : needed ? paint.red : paint.yellow;
  say(`${colour(state.padEnd(7))} ${paint.bold(name.padEnd(30))} ${detail}`);
  if (state === "found") return;
  say(`${" ".repeat(8)}${paint.dim(`for: ${purpose}`)}`);
  say(`${" ".repeat(8)}${paint.dim(`get: ${howToGet}`)}`);
}
