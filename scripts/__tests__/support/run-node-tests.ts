// Owns one run of the test runner in a process of its own: inside a test, Node's runner refuses to run another.
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { filesNamed } from "../../test/find.ts";
import { runNodeTests } from "../../test/node-tests.ts";

const [folder = "."] = process.argv.slice(2);
const files = await filesNamed(folder, ["host-sim", "scripts", "firmware"], ".test.ts");
const tally = await runNodeTests(folder, files, createWriteStream(join(folder, "report.txt")));
await writeFile(join(folder, "tally.json"), JSON.stringify({ files, ...tally }));
