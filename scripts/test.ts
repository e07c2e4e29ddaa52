// Owns the command `npm test`: builds, runs every test that this machine can run, says what was left out.
import { buildAll } from "./build/build-all.ts";
import { root } from "./root.ts";
import { filesNamed } from "./test/find.ts";
import { runNodeTests } from "./test/node-tests.ts";
import { runSpecs } from "./test/specs.ts";
import { leftOutLines, mustRun, sum } from "./test/tally.ts";

const say = (line: string) => console.log(line);

async function test(): Promise<number> {
  const failures = await buildAll(root, say);
  for (const failure of failures) console.error(`\n${failure}`);
  if (failures.length > 0) return 1;

  const files = await filesNamed(root, ["host-sim", "scripts", "firmware"], ".test.ts");
  const specs = await runSpecs(root, say);
  for (const problem of specs.problems) console.error(`\n${problem}\n`);
  const tests = await runNodeTests(root, files, process.stdout);
  for (const problem of tests.problems) console.error(`\n${problem}`);

  const { passed, failed, leftOut } = sum(specs, tests);
  for (const line of leftOutLines(leftOut)) say(line);
  // A machine that is set up to run everything must not pass by leaving something out.
  const missed = process.env.CI === "true" ? mustRun(leftOut).length : 0;
  if (missed > 0) say(`CI=true: ${missed} of what was left out count as failed`);
  say(`${passed} passed, ${failed} failed${leftOut.length === 0 ? "" : `, ${leftOut.length} left out`}`);
  return failed > 0 || missed > 0 ? 1 : 0;
}

process.exit(await test());
