// Claims about the watch after the restart: what ends it, and what is said then.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VirtualClock } from "../../time/virtual-clock.ts";
import { Trouble } from "../trouble.ts";
import { watchUntilConnected } from "../watch/watch.ts";
import { inTime } from "./support/in-time.ts";

const LIMIT_MS = 60_000;

interface Watching {
  readonly clock: VirtualClock;
  readonly said: string[];
  readonly print: (line: string) => void;
  readonly unplug: () => void;
  readonly end: Promise<string>;
}

function watching(): Watching {
  const clock = new VirtualClock();
  const said: string[] = [];
  let print: (line: string) => void = () => {};
  let unplug: () => void = () => {};
  const gone = new Promise<void>((resolve) => {
    unplug = resolve;
  });
  const onLine = (listen: (line: string) => void): void => {
    print = listen;
  };
  const end = watchUntilConnected(
    { onLine, gone },
    { clock, limitMs: LIMIT_MS, say: (words) => said.push(words) },
  );
  return { clock, said, print: (line) => print(line), unplug: () => unplug(), end };
}

async function troubleOf({ clock, end }: Watching): Promise<string> {
  try {
    await inTime(clock, end);
  } catch (error) {
    assert.ok(error instanceof Trouble);
    return `${error.kind}: ${error.message} | ${error.remedy}`;
  }
  return assert.fail("it connected");
}

describe("a board that says", () => {
  it("a refusal by MQTT 5's number, is told in the standard's words, with what to do", async () => {
    for (const [code, told, remedy] of [
      [135, "broker-refused-not-authorised: the broker refuses: Not authorized", /right to connect/],
      [134, "broker-refused-credentials: the broker refuses: Bad User Name or Password", /username/],
      [137, "broker-refused-137: the broker refuses: Server busy", /troubleshooting/],
    ] as const) {
      const board = watching();
      board.print(`motekit: error broker-refused-${code} the broker answered, and refused the connection`);
      const words = await troubleOf(board);
      assert.ok(words.startsWith(`missing: the board reports ${told} | `), words);
      assert.match(words, remedy);
      assert.deepEqual(board.said, [told]);
    }
  });

  it("that the broker closed its connection, and by which number, is told in the standard's words", async () => {
    const board = watching();
    for (const line of ["closed server-139: reset", "closed link", "connected"])
      board.print(`motekit: ${line}`);
    await inTime(board.clock, board.end);
    assert.deepEqual(board.said, [
      "closed by the broker: Server shutting down: reset",
      "closed link",
      "connected",
    ]);
  });

  it("connected, is: under the name it gave", async () => {
    const board = watching();
    for (const line of [
      "garbage",
      "motekit: start greenhouse",
      "motekit: wifi connecting home",
      "motekit: connected",
    ])
      board.print(line);
    assert.equal(await inTime(board.clock, board.end), "greenhouse");
    assert.deepEqual(board.said, ["started as greenhouse", "wifi connecting home", "connected"]);
  });

  for (const [code, remedy] of [
    ["wifi-bad-password", /wifi\/password/],
    ["broker-refused-credentials", /username/],
    ["settings-missing", /--settings/],
    ["tls-not-on-this-board", /without TLS/],
    ["wifi-no-module", /--interpreter/],
    ["memory", /smaller capacities/],
  ] as const) {
    it(`error ${code}, will not connect: that ends the watch at once, with what to do`, async () => {
      const board = watching();
      board.print("motekit: start a");
      board.print(`motekit: error ${code} the reason in words`);
      const words = await troubleOf(board);
      assert.match(words, new RegExp(`^missing: the board reports ${code}: the reason in words \\| `));
      assert.match(words, remedy);
      assert.equal(board.clock.nowMs, 0);
    });
  }

  it("error broker-unreachable, tries again: it is waited for, and named when time is up", async () => {
    const board = watching();
    board.print("motekit: start a");
    board.print("motekit: error broker-unreachable refused at 10.0.0.1:1883");
    assert.match(
      await troubleOf(board),
      /reports broker-unreachable: refused at 10\.0\.0\.1:1883 \| .*firewall/,
    );
    assert.equal(board.clock.nowMs, LIMIT_MS);
  });

  it("an error and then connected, is connected", async () => {
    const board = watching();
    for (const line of ["start a", "error wifi-not-found none", "connected"]) board.print(`motekit: ${line}`);
    assert.equal(await inTime(board.clock, board.end), "a");
  });

  it("nothing, is given up sooner than one that works on it", async () => {
    const board = watching();
    assert.match(await troubleOf(board), /its code never said a word/);
    assert.ok(board.clock.nowMs < LIMIT_MS);
  });

  it("that it joins the WiFi and no more, is told with its last word", async () => {
    const board = watching();
    board.print("motekit: start a");
    board.print("motekit: wifi connecting home");
    assert.match(
      await troubleOf(board),
      /not connected after 60 s; its last word was "wifi connecting home"/,
    );
  });

  it("an exception, has broken code; out of memory has its own remedy", async () => {
    const broken = watching();
    broken.print('Uncaught ReferenceError: "foo" is not defined');
    assert.match(await troubleOf(broken), /^broken: the code fails on the board: Uncaught ReferenceError/);
    const full = watching();
    full.print("Out of Memory!");
    assert.match(await troubleOf(full), /^broken: .*Out of Memory! \| Build with smaller capacities/);
  });

  it("nothing more, because it is gone, has lost its port", async () => {
    const board = watching();
    board.unplug();
    assert.match(await troubleOf(board), /^missing: the port closed while the board was starting \| .*power/);
  });
});
