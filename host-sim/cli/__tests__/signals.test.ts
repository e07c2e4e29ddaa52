// Claims about ends that come from outside: signals, and a reader that leaves.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Context, Registration } from "../command.ts";
import { main } from "../main.ts";
import { SIGNAL_EXIT } from "../signals.ts";
import { standIn, turns } from "./support/stand-in.ts";

function running(run: (context: Context) => Promise<number>): readonly Registration[] {
  const load: Registration["load"] = async () => ({
    kind: "raw",
    description: "",
    examples: [],
    optionHelp: () => "",
    wantsHelp: () => false,
    run,
  });
  return [{ name: "wait", summary: "", load }];
}

const forever = new Promise<never>(() => {});

for (const [signal, exitCode] of Object.entries(SIGNAL_EXIT)) {
  it(`${signal} says goodbye first and then exits with ${exitCode}`, async () => {
    const world = standIn();
    const said: string[] = [];
    const waits = running((context) => {
      context.interruption.onGoodbye(async () => {
        await turns();
        said.push("goodbye");
      });
      return forever;
    });
    const code = main(["wait"], world, waits);
    await turns();
    world.signals.emit(signal);
    assert.equal(await code, exitCode);
    assert.deepEqual(said, ["goodbye"]);
    assert.deepEqual(world.exits, [], "an end at once is for the impatient");
    assert.deepEqual(world.signals.eventNames(), [], "nobody listens for signals afterwards");
  });
}

it("the signal's exit code stands, although the goodbye lets the command come to its own end", async () => {
  const world = standIn();
  const waits = running(
    (context) =>
      new Promise((resolve) => {
        context.interruption.onGoodbye(async () => {
          resolve(0);
          await turns();
        });
      }),
  );
  const code = main(["wait"], world, waits);
  await turns();
  world.signals.emit("SIGINT");
  assert.equal(await code, 130);
});

it("what fails because the command is being ended is not reported", async () => {
  const world = standIn();
  const waits = running(
    (context) =>
      new Promise((_, reject) => {
        context.interruption.onGoodbye(async () => reject(new Error("connection closed")));
      }),
  );
  const code = main(["wait"], world, waits);
  await turns();
  world.signals.emit("SIGTERM");
  assert.equal(await code, 143);
  assert.equal(world.stderr.text, "");
});

it("a second Ctrl-C exits at once, without waiting for the goodbye", async () => {
  const world = standIn();
  void main(
    ["wait"],
    world,
    running(({ interruption }) => {
      interruption.onGoodbye(() => forever);
      return forever;
    }),
  );
  await turns();
  world.signals.emit("SIGINT");
  await turns();
  assert.deepEqual(world.exits, []);
  world.signals.emit("SIGINT");
  assert.deepEqual(world.exits, [130]);
});

it("a goodbye that never ends is given up, and one that fails keeps no other from being said", async () => {
  const world = standIn();
  let said = false;
  const code = main(
    ["wait"],
    world,
    running(({ interruption }) => {
      interruption.onGoodbye(() => Promise.reject(new Error("no link")));
      interruption.onGoodbye(() => {
        throw new Error("at once");
      });
      interruption.onGoodbye(async () => {
        said = true;
        await forever;
      });
      return forever;
    }),
  );
  await turns();
  world.signals.emit("SIGHUP");
  await turns();
  assert.equal(said, true);
  world.clock.runUntil(60_000);
  assert.equal(await code, 129);
});

it("a goodbye that was taken back is not said", async () => {
  const world = standIn();
  let said = false;
  const code = main(
    ["wait"],
    world,
    running(({ interruption }) => {
      const takeBack = interruption.onGoodbye(async () => {
        said = true;
      });
      takeBack();
      return forever;
    }),
  );
  await turns();
  world.signals.emit("SIGINT");
  assert.equal(await code, 130);
  assert.equal(said, false);
});

describe("a reader that leaves", () => {
  it("ends the command quietly: goodbye, exit 0, no words", async () => {
    const world = standIn();
    let said = false;
    const code = main(
      ["wait"],
      world,
      running(({ interruption }) => {
        interruption.onGoodbye(async () => {
          said = true;
        });
        return forever;
      }),
    );
    await turns();
    world.stdout.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    assert.equal(await code, 0);
    assert.deepEqual([said, world.stderr.text, world.exits], [true, "", []]);
  });
});
