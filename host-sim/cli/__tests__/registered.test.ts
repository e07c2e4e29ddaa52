// Claims that hold for every command in the list, whatever it does.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Command } from "commander";
import type { CommandModule } from "../command.ts";
import { COMMANDS } from "../commands.ts";
import { main } from "../main.ts";
import { parsePub, parseSub } from "../mosquitto/parse.ts";
import { describe as describeCommand } from "../parser.ts";
import { standIn } from "./support/stand-in.ts";

/** As a shell would: words, and one pair of quotes around some; what a redirection adds is not an argument. */
function shellWords(line: string): readonly string[] {
  const [command = ""] = line.split(" < ");
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** Throws for an example that would not be accepted. */
function parseExample(name: string, module: CommandModule, args: readonly string[]): void {
  if (module.kind === "parsed") {
    const command = new Command(name).exitOverride().configureOutput({ writeErr: () => {} });
    describeCommand(command, module);
    command.allowExcessArguments(false).parse(args, { from: "user" });
  } else if (name === "pub") {
    parsePub(args, 1);
  } else {
    parseSub(args, 1);
  }
}

for (const registration of COMMANDS) {
  const { name, summary, load } = registration;
  describe(name, () => {
    it("says in one line what it is for", () => {
      assert.match(summary, /^\S.{9,70}$/);
      assert.doesNotMatch(summary, /\n/);
    });

    it("has a description and examples, all of them in its help on stdout", async () => {
      const module = await load();
      const world = standIn();
      assert.equal(await main([name, "--help"], world, [registration]), 0);
      const help = world.stdout.text.replace(/\s+/g, " ");
      assert.ok(module.description.length > 0 && help.includes(module.description.replace(/\s+/g, " ")));
      assert.ok(module.examples.length > 0);
      for (const example of module.examples) assert.ok(help.includes(example), example);
      assert.match(help, new RegExp(`^Usage: npx motekit ${name} .*--help`));
      assert.equal(world.stderr.text, "");
    });

    it("has examples that are accepted as typed", async () => {
      const module = await load();
      for (const example of module.examples) {
        const [npx, motekit, called, ...args] = shellWords(example);
        assert.deepEqual([npx, motekit, called], ["npx", "motekit", name]);
        parseExample(name, module, args);
      }
    });

    it("refuses an option it does not have with exit code 2", async () => {
      const world = standIn();
      assert.equal(await main([name, "--no-such-option"], world, [registration]), 2);
      assert.match(world.stderr.text, /--no-such-option.*\nAccepted: .*--help/);
    });
  });
}

it("no two commands share a name", () => {
  assert.equal(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length);
});
