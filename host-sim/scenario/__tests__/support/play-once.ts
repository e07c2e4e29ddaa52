// A program that plays the world given as its argument and prints the hash of its trace: another process for a test to compare
// with.
import { readFileSync } from "node:fs";
import { Core, loadModule } from "../../../device/core.ts";
import { playWhole } from "../../play.ts";
import type { World } from "../../world.ts";

const world = JSON.parse(process.argv[2] ?? "") as World;
const board = JSON.parse(
  readFileSync(new URL(`../../../../boards/${world.board}.json`, import.meta.url), "utf8"),
);
const { traceHash } = playWhole(world, { core: new Core(loadModule()), board, writeLine: null });
process.stdout.write(traceHash);
