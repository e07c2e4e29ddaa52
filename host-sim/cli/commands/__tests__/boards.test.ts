// Claims about `boards`: what it lists, and that it shows every figure with its source.
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import { packageRoot } from "../../../package/package-root.ts";
import { standIn } from "../../__tests__/support/stand-in.ts";
import { boardNames, loadBoard } from "../../board.ts";
import { main } from "../../main.ts";

const folder = join(packageRoot(), "boards");

async function boards(...args: string[]) {
  const world = standIn();
  return {
    code: await main(["boards", ...args], world),
    stdout: world.stdout.text,
    stderr: world.stderr.text,
  };
}

it("lists every board, for people and as JSON", async () => {
  const { code, stdout } = await boards();
  assert.equal(code, 0);
  for (const name of boardNames(folder)) assert.match(stdout, new RegExp(`^${name} +\\S`, "m"));
  assert.match(stdout, /^esp8266 .*: no TLS; 1,600 variables, 192 KiB of Storage$/m);
  const json = JSON.parse((await boards("--json")).stdout);
  assert.deepEqual(
    json.boards.map(({ name }: { name: string }) => name),
    boardNames(folder),
  );
});

it("shows every number of one with its source", async () => {
  const { stdout } = await boards("show", "esp32");
  const words = stdout.replace(/\s+/g, " ");
  for (const source of Object.values(loadBoard(folder, "esp32").sources))
    assert.ok(words.includes(source), source);
  const json = JSON.parse((await boards("show", "esp32", "--json")).stdout);
  const mss = json.numbers.find(({ pointer }: { pointer: string }) => pointer === "/tcp/mssBytes");
  assert.deepEqual([mss.value, /sdkconfig/.test(mss.source)], [1440, true]);
});

for (const [args, words] of [
  [["show"], /boards show needs a board/],
  [["shwo"], /boards has no "shwo" \(did you mean show\?\)/],
  [["show", "esp8265"], /no board is called "esp8265" \(did you mean esp8266\?\)/],
] as const) {
  it(`"boards ${args.join(" ")}" is exit 2`, async () => {
    const { code, stderr } = await boards(...args);
    assert.equal(code, 2);
    assert.match(stderr, words);
  });
}
