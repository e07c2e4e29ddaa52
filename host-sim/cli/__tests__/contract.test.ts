// Claims about the command as a whole: exit codes, where words go, and what a mistyped name is answered with.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { packageVersion } from "../../package/package-root.ts";
import type { Registration } from "../command.ts";
import { brokenFailure, missingFailure, usageFailure } from "../failure.ts";
import { main } from "../main.ts";
import { createOutput } from "../output.ts";
import { durationArgument } from "../units.ts";
import { type StandIn, standIn } from "./support/stand-in.ts";

/** A list of one command, `probe`, that does what the test says. */
function probe(run: () => Promise<number>): readonly Registration[] {
  return [
    {
      name: "probe",
      summary: "probes",
      load: async () => ({
        kind: "parsed",
        description: "Probes.",
        examples: ["npx motekit probe"],
        define: (command) =>
          void command.option("--for <duration>", "how long", durationArgument).option("--json"),
        run,
      }),
    },
  ];
}

async function ended(
  argv: readonly string[],
  run: () => Promise<number> = async () => 0,
): Promise<StandIn & { code: number }> {
  const world = standIn();
  const code = await main(argv, world, probe(run));
  return { ...world, code };
}

describe("the exit code", () => {
  for (const [what, error, code, text] of [
    ["a broken promise is 1", brokenFailure("one was lost"), 1, "motekit: one was lost\n"],
    [
      "wrong usage is 2",
      usageFailure("no such thing", "Accepted: this"),
      2,
      "motekit: no such thing\nAccepted: this\n",
    ],
    [
      "something missing is 3",
      missingFailure("no broker", "Start one"),
      3,
      "motekit: no broker\nStart one\n",
    ],
  ] as const) {
    it(`of ${what}, said on stderr in as many lines as there are to say`, async () => {
      const { code: actual, stderr, stdout } = await ended(["probe"], () => Promise.reject(error));
      assert.deepEqual([actual, stderr.text, stdout.text], [code, text, ""]);
    });
  }

  it("is the command's own when it ends well", async () => {
    assert.equal((await ended(["probe"], async () => 1)).code, 1);
  });

  it("of what nobody expected is 1, with the stack and whose fault it is", async () => {
    const { code, stderr } = await ended(["probe"], () => Promise.reject(new TypeError("oops")));
    assert.equal(code, 1);
    assert.match(stderr.text, /TypeError: oops\n +at .*contract\.test\.ts/);
    assert.match(stderr.text, /this is a bug in motekit/);
  });
});

describe("wrong usage", () => {
  for (const [argv, complaint] of [
    [["prob"], /unknown command 'prob' \(did you mean probe\?\)\nAccepted: probe; --help, --version\n/],
    [["prob", "--help"], /unknown command 'prob'/],
    [["help", "prob"], /unknown command 'prob'/],
    [["--verson"], /unknown option '--verson' \(did you mean --version\?\)/],
    [["probe", "--jsn"], /probe: unknown option '--jsn' \(did you mean --json\?\)\nAccepted: .*--json/],
    [["probe", "this"], /probe: nothing is done with "this"\nAccepted: /],
    [["probe", "--for"], /probe: .*'--for <duration>' argument missing/],
    [["probe", "--for", "30"], /probe: .*'--for <duration>'.*"30" has no unit.*250ms, 30s, 5m, 24h, 7d, 1y/],
    [[], /no command given\nAccepted: probe/],
  ] as const) {
    it(`"${argv.join(" ")}" is 2, named on stderr with what is accepted, and runs nothing`, async () => {
      let runs = 0;
      const { code, stderr, stdout } = await ended(argv, async () => ++runs);
      assert.equal(code, 2);
      assert.match(stderr.text, complaint);
      assert.equal(stdout.text, "");
      assert.equal(runs, 0);
    });
  }
});

describe("what is asked of the command itself", () => {
  it("--version prints the package's version on stdout", async () => {
    const world = await ended(["--version"]);
    assert.deepEqual([world.code, world.stdout.text], [0, `${packageVersion(world.root)}\n`]);
  });

  it("--help lists every command on stdout", async () => {
    const world = await ended(["--help"]);
    assert.equal(world.code, 0);
    assert.match(world.stdout.text, /^Usage: npx motekit .*probe +probes/s);
    assert.equal(world.stderr.text, "");
  });

  it("help NAME is NAME --help", async () => {
    const [one, other] = [await ended(["help", "probe"]), await ended(["probe", "--help"])];
    assert.equal(one.stdout.text, other.stdout.text);
    assert.match(
      one.stdout.text,
      /^Usage: npx motekit probe .*Probes\..*Example:\n {2}\$ npx motekit probe\n/s,
    );
    assert.deepEqual([one.code, other.code], [0, 0]);
  });

  it("a command's file is loaded only when that command is called", async () => {
    const loaded: string[] = [];
    const spied = ["one", "two"].map((name) => ({
      name,
      summary: name,
      load: () => {
        loaded.push(name);
        return (probe(async () => 0)[0] as Registration).load();
      },
    }));
    await main(["--help"], standIn(), spied);
    assert.deepEqual(loaded, []);
    await main(["two"], standIn(), spied);
    assert.deepEqual(loaded, ["two"]);
  });
});

describe("output", () => {
  it("with JSON keeps stdout for the document, and words go to stderr", () => {
    const world = standIn();
    const output = createOutput(world, { json: true });
    output.say("hello");
    output.json({ a: 1 });
    assert.deepEqual([world.stdout.text, world.stderr.text], ['{"a":1}\n', "hello\n"]);
  });

  for (const [what, options, colour] of [
    ["on a terminal is coloured", { isTTY: true }, true],
    ["without a terminal is plain", { isTTY: false }, false],
    ["with NO_COLOR is plain", { isTTY: true, env: { NO_COLOR: "1" } }, false],
    ["with an empty NO_COLOR is coloured", { isTTY: true, env: { NO_COLOR: "" } }, true],
    ["on a dumb terminal is plain", { isTTY: true, env: { TERM: "dumb" } }, false],
  ] as const) {
    it(what, () => {
      const { paint } = createOutput(standIn(options), { json: false });
      assert.equal(paint.red("x"), colour ? "\x1b[31mx\x1b[39m" : "x");
    });
  }
});
