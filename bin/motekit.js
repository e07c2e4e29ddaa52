#!/usr/bin/env node
// The entry of the motekit command: starts the built one, or says how to build it. Knows Node alone, so that it
// runs in a checkout in any state.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const MISSING = 3;
const root = new URL("../", import.meta.url);
const built = new URL("build/js/host-sim/cli/main.js", root);

/**
 * @param {string} message
 * @param {string} remedy
 * @returns {never}
 */
function endMissing(message, remedy) {
  process.stderr.write(`motekit: ${message}\n${remedy}\n`);
  process.exit(MISSING);
}

/** @param {string} command */
function inProject(command) {
  return `Run \`${command}\` in ${fileURLToPath(root)}`;
}

async function loadBuilt() {
  try {
    return await import(built.href);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) throw error;
    return endMissing(`a file or package is missing: ${error.message}`, inProject("npm ci && npm run build"));
  }
}

if (Number.parseInt(process.versions.node, 10) < 20) {
  endMissing(`Node ${process.versions.node} is too old`, "Get Node 20 or newer from https://nodejs.org");
}
if (!existsSync(built)) {
  const installed = existsSync(new URL("node_modules/", root));
  endMissing(
    "the command is not built yet",
    inProject(installed ? "npm run build" : "npm ci && npm run build"),
  );
}
const { main } = await loadBuilt();
process.exit(await main(process.argv.slice(2)));
