// Claims about getting code onto a board: what lies there afterwards, what is said when it goes wrong, and what never is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { VirtualClock } from "../../time/virtual-clock.ts";
import type { EspruinoFacts } from "../board-facts.ts";
import { type Flashed, type FlashRequest, flash, flashSteps } from "../flash.ts";
import type { Settings } from "../settings/settings.ts";
import { Trouble } from "../trouble.ts";
import { FakeEspruino, type FakeOptions } from "./support/fake-espruino.ts";
import { inTime } from "./support/in-time.ts";

const boardFile = new URL("../../../boards/esp8266.json", import.meta.url);
const { espruino } = JSON.parse(readFileSync(boardFile, "utf8")) as { espruino: EspruinoFacts };

const PASSWORD = 'hunter2"\\é';
const SETTINGS: Settings = {
  wifi: { ssid: "home", password: PASSWORD },
  broker: { host: "10.0.0.1", username: "sensor", password: "letmein99" },
};
const HAPPY = ["motekit: start esp8266-1", "motekit: wifi connected 10.0.0.7", "motekit: connected"];

/** Every byte there is, in an order that no period of a chunk hides. */
const IMAGE = Buffer.from(Array.from({ length: 1500 }, (_, index) => (index * 7 + (index >> 8)) & 0xff));

interface Outcome {
  readonly fake: FakeEspruino;
  readonly said: string;
  readonly flashed: Flashed | null;
  readonly trouble: Trouble | null;
  readonly clock: VirtualClock;
}

async function flashed(options: FakeOptions, request: Partial<FlashRequest> = {}): Promise<Outcome> {
  const fake = new FakeEspruino({ afterLoad: HAPPY, ...options });
  const clock = new VirtualClock();
  const said: string[] = [];
  const whole: FlashRequest = {
    board: { name: "esp8266", espruino },
    image: IMAGE,
    settings: SETTINGS,
    modules: [],
    erasesStorage: false,
    waitMs: 60_000,
    boardsByReport: new Map([
      ["ESP8266_4MB", ["esp8266"]],
      ["ESP32", ["esp32"]],
    ]),
    ...request,
  };
  const surroundings = {
    clock,
    begin: (step: string) => void said.push(step),
    say: (words: string) => void said.push(words),
    progress: () => {},
  };
  let result: Flashed | null = null;
  let trouble: Trouble | null = null;
  try {
    result = await inTime(clock, flash(whole, fake.wire, surroundings));
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    trouble = error;
  }
  return { fake, said: said.join("\n"), flashed: result, trouble, clock };
}

function wordsOf(trouble: Trouble | null): string {
  assert.ok(trouble, "it went well");
  return `${trouble.kind}: ${trouble.message} | ${trouble.remedy}`;
}

describe("a board that is well", () => {
  it("has the code and the settings in Storage, byte for byte, is restarted once, and is told by its name", async () => {
    const { fake, flashed: result, trouble } = await flashed({});
    assert.equal(trouble, null);
    assert.deepEqual(fake.files.get(".bootcde"), IMAGE);
    assert.deepEqual(JSON.parse(fake.files.get("motekit.json")?.toString() ?? ""), SETTINGS);
    assert.equal(fake.loads, 1);
    assert.equal(result?.deviceName, "esp8266-1");
    assert.deepEqual(result?.interpreter, { board: "ESP8266_4MB", version: "2v29", variables: 1600 });
  });

  it("has the code written before the settings, so that no later file moves it", async () => {
    const { fake } = await flashed({
      files: { ".bootcde": "old", "motekit.json": "{}", "motekit.ap": "{}" },
    });
    assert.deepEqual([...fake.files.keys()], [".bootcde", "motekit.json"]);
  });

  it("keeps files that are not motekit's, unless its Storage is to be emptied", async () => {
    const files = { DHT22: "exports", "motekit.nap": "old" };
    assert.deepEqual(
      [...(await flashed({ files })).fake.files.keys()],
      ["DHT22", ".bootcde", "motekit.json"],
    );
    const emptied = await flashed({ files }, { erasesStorage: true });
    assert.deepEqual([...emptied.fake.files.keys()], [".bootcde", "motekit.json"]);
  });

  it("has the drivers that go along behind the code, in the place of older ones", async () => {
    const modules = [{ name: "DHT22", bytes: Buffer.from("exports.new=1") }];
    const { fake, said } = await flashed({ files: { DHT22: "exports.older=1" } }, { modules });
    assert.deepEqual([...fake.files.keys()], [".bootcde", "DHT22", "motekit.json"]);
    assert.equal(fake.text("DHT22"), "exports.new=1");
    assert.match(said, /erase .*, DHT22\n/);
  });

  it("keeps its settings where none are given", async () => {
    const { fake } = await flashed({ files: { "motekit.json": "{mine}" } }, { settings: null });
    assert.equal(fake.text("motekit.json"), "{mine}");
    assert.deepEqual(fake.files.get(".bootcde"), IMAGE);
  });

  it("is found under a half-typed line and words of its own", async () => {
    const { fake, trouble } = await flashed({ isBusy: true });
    assert.equal(trouble, null);
    assert.ok(fake.ran.includes("^C"));
  });

  it("that answers at once is not interrupted: what it does may matter", async () => {
    assert.ok(!(await flashed({})).fake.ran.includes("^C"));
  });

  it("may hold the sender back with XOFF", async () => {
    const { fake, trouble } = await flashed({ faults: { holds: true } });
    assert.equal(trouble, null);
    assert.deepEqual(fake.files.get(".bootcde"), IMAGE);
  });

  it("may lose a digit, a quote, a byte and the end of a line: what was lost is sent again", async () => {
    const loses = [/(?<=,)1(?=92,1500,)/, /"\]\)/, /(?<=,384,1500,".{20})./, /\)>?"?\)$/];
    const { fake, trouble } = await flashed({ faults: { loses } });
    assert.equal(trouble, null);
    assert.deepEqual(fake.files.get(".bootcde"), IMAGE);
    assert.deepEqual([...fake.files.keys()], [".bootcde", "motekit.json"]);
  });

  it("is stopped before anything is erased, and restarted after everything is checked", async () => {
    const { ran } = (await flashed({})).fake;
    const at = (pattern: RegExp): number => ran.findIndex((line) => pattern.test(line));
    const order = [
      /^reset\(\)/,
      /erase/,
      /compact/,
      /write.*\["\.bootcde"/,
      /write.*\["motekit\.json"/,
      /^load\(\)/,
    ].map(at);
    assert.ok(!order.includes(-1));
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
  });

  it("runs an interpreter that no board's file knows: that is said, and it goes on", async () => {
    const { said, trouble } = await flashed({ board: "LINUX_X" });
    assert.equal(trouble, null);
    assert.match(said, /no board's file knows an interpreter called LINUX_X; going on as esp8266/);
  });

  it("does what the dry run lists, in that order", async () => {
    const { said } = await flashed({});
    const request = {
      board: { name: "esp8266", espruino },
      image: IMAGE,
      settings: SETTINGS,
      modules: [],
      erasesStorage: false,
    };
    const steps = flashSteps({ ...request, waitMs: 60_000, boardsByReport: new Map() });
    assert.deepEqual(
      said.split("\n").filter((line) => steps.includes(line)),
      steps,
    );
  });
});

describe("nothing is written", () => {
  it("to a board that is another one, and the one it is is named", async () => {
    const { fake, trouble } = await flashed({ board: "ESP32", files: { ".bootcde": "old" } });
    assert.match(wordsOf(trouble), /^usage: .*that of esp32, not of esp8266 \| .*--board esp32/);
    assert.equal(fake.text(".bootcde"), "old");
  });

  it("to a board without settings when none are given", async () => {
    const { fake, trouble } = await flashed({ files: { ".bootcde": "old" } }, { settings: null });
    assert.match(wordsOf(trouble), /^usage: there are no settings on the board yet \| .*--settings FILE/);
    assert.equal(fake.text(".bootcde"), "old");
  });

  it("when it does not fit, and by how much is said", async () => {
    const { fake, trouble } = await flashed({ faults: { freeBytes: 1000 }, files: { big: "x" } });
    assert.match(
      wordsOf(trouble),
      /^missing: .* 1000 bytes free; (\d+) are needed, \d+ more.*\| .*big.*--erase/,
    );
    assert.equal(fake.files.has(".bootcde"), false);
  });
});

describe("what goes wrong on the way", () => {
  for (const [what, options, words] of [
    [
      "a byte that arrives as another",
      { faults: { corrupts: ".bootcde" } },
      /^broken: \.bootcde is not on the board as it was sent: 1500 bytes with checksum [0-9a-f]{8}, not 1500 with [0-9a-f]{8}/,
    ],
    [
      "a board that falls silent",
      { faults: { silentAfter: /write.*\["\.bootcde",192,/ } },
      /^missing: the board stopped answering at this step: write the code/,
    ],
    [
      "a board that does not come back from its reset",
      { faults: { silentAfter: /^reset/ } },
      /^missing: (nothing answers|something answers)/,
    ],
    [
      "a cable that is pulled",
      { faults: { closesAfter: /write.*\["\.bootcde",384,/ } },
      /^missing: fake closed under the conversation/,
    ],
    [
      "a write that is refused",
      { faults: { refusesToWrite: ".bootcde" } },
      /^missing: the board did not take \.bootcde from byte 0 of 1500 on: Uncaught Error: Too big/,
    ],
  ] as const) {
    it(`${what} is an end, with words for it, and the board is not restarted`, async () => {
      const { fake, trouble } = await flashed(options);
      assert.match(wordsOf(trouble), words);
      assert.equal(fake.loads, 0);
    });
  }
});

describe("secrets", () => {
  const secrets = [PASSWORD, "letmein99", JSON.stringify(PASSWORD).slice(1, -1)];
  const leaky = [
    "motekit: start x",
    `motekit: wifi connecting home with ${PASSWORD}`,
    'motekit: error broker-refused-credentials "letmein99" is wrong',
  ];

  for (const [what, options] of [
    ["when all is well", {}],
    ["when the board prints them", { afterLoad: leaky }],
    ["when the board quotes what it does not take", { faults: { refusesToWrite: "motekit.json" } }],
    ["when they arrive changed", { faults: { corrupts: "motekit.json" } }],
    ["when the board falls silent over them", { faults: { silentAfter: /motekit\.json",/ } }],
  ] as const) {
    it(`are told to nobody ${what}`, async () => {
      const { said, trouble } = await flashed(options);
      const words = `${said} ${trouble?.message} ${trouble?.remedy} ${trouble?.stack}`;
      for (const secret of secrets) assert.ok(!words.includes(secret), words);
    });
  }
});
