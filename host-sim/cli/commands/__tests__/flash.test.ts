// Claims about `flash` as a command: what it refuses before it touches a port, its dry run, its exit codes, and a whole run
// against a board behind a socket.
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { after, describe, it } from "node:test";
import { FakeEspruino, type FakeOptions } from "../../../flash/__tests__/support/fake-espruino.ts";
import { createRealClock } from "../../../time/real-clock.ts";
import { Captured, standIn } from "../../__tests__/support/stand-in.ts";
import { main } from "../../main.ts";

const folder = mkdtempSync(join(tmpdir(), "flash-"));
after(() => rmSync(folder, { recursive: true }));
const settings = join(folder, "settings.json");
writeFileSync(
  settings,
  JSON.stringify({ wifi: { ssid: "home", password: "hunter2-x" }, broker: { host: "10.0.0.1" } }),
);
const image = join(folder, "image.js");
writeFileSync(image, "print(1)");

async function flash(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const world = { ...standIn({ env }), clock: createRealClock() };
  const code = await main(["flash", ...args], world as unknown as ReturnType<typeof standIn>);
  const { stdout, stderr } = world;
  return { code, stdout: stdout.text, stderr: stderr.text, all: stdout.text + stderr.text };
}

const BOARD = ["--board", "esp8266", "--image", image];
const NOWHERE = ["--port", "tcp://127.0.0.1:9"];

describe("is exit 2 and nothing was done", () => {
  for (const [what, args, words] of [
    ["without a port", BOARD, /--port/],
    ["with a port that is none", [...BOARD, "--port", "ttyUSB0"], /did you mean \/dev\/ttyUSB0/],
    ["for a board without an interpreter", ["--board", "linux", ...NOWHERE], /linux runs no Espruino/],
    [
      "with settings that are not there",
      [...BOARD, ...NOWHERE, "--settings", "/no"],
      /\/no cannot be read: ENOENT/,
    ],
    [
      "with an interpreter and no settings",
      [...BOARD, ...NOWHERE, "--interpreter", folder],
      /it has no boot_v1\.6\.bin/,
    ],
    [
      "with an erased board and no settings",
      [...BOARD, ...NOWHERE, "--erase"],
      /--erase erases the settings/,
    ],
    [
      "with an image that is not there",
      ["--board", "esp8266", "--image", "/no", ...NOWHERE, "--dry-run"],
      /\/no cannot be read/,
    ],
    [
      "with a driver that is not there",
      [...BOARD, ...NOWHERE, "--module", "/no.js"],
      /\/no\.js cannot be read/,
    ],
    ["with a driver of no name", [...BOARD, ...NOWHERE, "--module", "/a b.js"], /is no name for a module/],
    ["with a time without a unit", [...BOARD, ...NOWHERE, "--wait", "30"], /has no unit/],
  ] as const) {
    it(what, async () => {
      const { code, stderr, stdout } = await flash(args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, words);
      assert.equal(stdout, "");
    });
  }
});

describe("a dry run", () => {
  it("prints the steps, opens no port and shows no secret", async () => {
    const { code, stdout, all } = await flash([...BOARD, ...NOWHERE, "--settings", settings, "--dry-run"]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^1\. open tcp:\/\/127\.0\.0\.1:9\n2\. find Espruino.*\n.*\n.*erase \.bootcde.*\n.*8 bytes.*\n.*settings.*\n.*restart.*\n8\. watch/,
    );
    assert.ok(!all.includes("hunter2-x") && !all.includes("10.0.0.1"));
  });

  it("with an interpreter begins with every file and its address, from the board's own file", async () => {
    const unpacked = join(folder, "unpacked");
    mkdirSync(unpacked, { recursive: true });
    for (const name of ["bootloader.bin", "partition-table.bin", "espruino-esp32c3.bin"])
      writeFileSync(join(unpacked, name), name);
    const args = ["--board", "esp32-c3", "--image", image, ...NOWHERE, "--settings", settings, "--dry-run"];
    const { code, stdout } = await flash([...args, "--interpreter", unpacked, "--json"]);
    assert.equal(code, 0);
    const { steps } = JSON.parse(stdout);
    assert.match(
      steps[0],
      /erase the whole flash.*bootloader\.bin at 0x0, .*partition-table\.bin at 0x8000, .*espruino-esp32c3\.bin at 0x10000/,
    );
    assert.equal(steps.length, 9);
  });
});

it("takes drivers along under the names that code asks for", async () => {
  const driver = join(folder, "DHT22.min.js");
  writeFileSync(driver, "exports.connect=1");
  const { code, stdout } = await flash([
    ...BOARD,
    ...NOWHERE,
    "--module",
    driver,
    "--module",
    image,
    "--dry-run",
  ]);
  assert.equal(code, 0);
  assert.match(stdout, /write the code: \.bootcde, 8 bytes, DHT22, image, and check/);
});

describe("a port that is not to be had is exit 3", () => {
  for (const [what, port, words] of [
    ["for nobody listens", "tcp://127.0.0.1:9", /refuses the connection/],
    ["for it is not there", "/dev/ttyUSB-none", /ttyUSB-none is not there\n.*npx motekit doctor/],
  ] as const) {
    it(what, async () => {
      const { code, stderr } = await flash([...BOARD, "--port", port, "--settings", settings]);
      assert.equal(code, 3);
      assert.match(stderr, words);
    });
  }
});

async function boardBehindSocket(
  options: FakeOptions,
): Promise<{ port: string; fake: FakeEspruino; server: Server }> {
  const fake = new FakeEspruino(options);
  const server = createServer((socket) => {
    // The command ends the connection with words of the board still under way.
    socket.on("error", () => {});
    socket.pipe(fake.wire.stream).pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return { port: `tcp://127.0.0.1:${address.port}`, fake, server };
}

describe("a board behind a socket", () => {
  it("is flashed: exit 0, the device by its name, one JSON document and no secret", async () => {
    const { port, fake, server } = await boardBehindSocket({
      afterLoad: ["motekit: start mast", "motekit: connected"],
    });
    const { code, stdout, all } = await flash([...BOARD, "--port", port, "--settings", settings, "--json"]);
    server.close();
    assert.equal(code, 0, all);
    const { steps: _, ...rest } = JSON.parse(stdout);
    const interpreter = { board: "ESP8266_4MB", version: "2v29", variables: 1600 };
    assert.deepEqual(rest, {
      board: "esp8266",
      port,
      imageBytes: 8,
      dryRun: false,
      interpreter,
      device: "mast",
      connected: true,
    });
    assert.equal(fake.text(".bootcde"), readFileSync(image, "latin1"));
    assert.ok(!all.includes("hunter2-x"));
  });

  it("whose WiFi refuses the password is exit 3, with what to correct", async () => {
    const afterLoad = [
      "motekit: start mast",
      "motekit: error wifi-bad-password the access point refused the password",
    ];
    const { port, server } = await boardBehindSocket({ afterLoad });
    const { code, stderr } = await flash([...BOARD, "--port", port, "--settings", settings]);
    server.close();
    assert.equal(code, 3);
    assert.match(
      stderr,
      /the board reports wifi-bad-password: the access point refused the password\nCorrect \/wifi\/password/,
    );
  });

  it("reaches no terminal with control characters of its own", async () => {
    for (const [afterLoad, quoted] of [
      [
        ["motekit: start \x1b[2Jmast", "motekit: \x9b31mred", "motekit: connected"],
        "\\x1b[2Jmast is connected",
      ],
      [["motekit: error settings-refused \x1b]0;mine\x07"], "settings-refused: \\x1b]0;mine\\x07"],
    ] as const) {
      const { port, server } = await boardBehindSocket({ afterLoad });
      const { all } = await flash([...BOARD, "--port", port, "--settings", settings]);
      server.close();
      assert.ok(all.includes(quoted), all);
      assert.doesNotMatch(all, /[^\P{Cc}\n]/u);
    }
  });
});

/** A person at a terminal who types each answer when the question for it is there, or pastes them all at first. */
class Person extends Captured {
  readonly keyboard = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  readonly #answers: [question: RegExp, answer: string][];
  #seen = 0;

  constructor(answers: readonly (readonly [RegExp, string])[], pastes: boolean) {
    super(true);
    this.#answers = pastes ? [] : answers.map(([question, answer]) => [question, answer]);
    if (pastes) this.keyboard.write(answers.map(([, answer]) => `${answer}\r`).join(""));
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: () => void): void {
    super._write(chunk, encoding, done);
    const [next] = this.#answers;
    if (next === undefined || !next[0].test(this.text.slice(this.#seen))) return;
    this.#answers.shift();
    this.#seen = this.text.length;
    setImmediate(() => this.keyboard.write(`${next[1]}\r`));
  }
}

const ANSWERS = [
  [/anew\? \[y\/N\] $/, "y"],
  [/WiFi name: $/, "home"],
  [/WiFi password/, "hunter2-x"],
  [/Broker's host: $/, "10.0.0.1"],
  [/port \[1883\]: $/, ""],
  [/User name.*: $/, "shed"],
  [/Password at/, "letmein99"],
] as const;

async function flashAsked(port: string, answers: readonly (readonly [RegExp, string])[], pastes: boolean) {
  const person = new Person(answers, pastes);
  const world = { ...standIn(), stdin: person.keyboard, stderr: person, clock: createRealClock() };
  const code = await main(
    ["flash", ...BOARD, "--port", port],
    world as unknown as ReturnType<typeof standIn>,
  );
  return { code, all: world.stdout.text + person.text };
}

describe("a person at a terminal", () => {
  for (const [how, pastes] of [
    ["types", false],
    ["pastes", true],
  ] as const) {
    it(`${how} the settings: they reach the board, and no password is shown`, async () => {
      const { port, fake, server } = await boardBehindSocket({
        afterLoad: ["motekit: start mast", "motekit: connected"],
      });
      const { code, all } = await flashAsked(port, ANSWERS, pastes);
      server.close();
      assert.equal(code, 0, all);
      assert.deepEqual(JSON.parse(fake.text("motekit.json") ?? ""), {
        wifi: { ssid: "home", password: "hunter2-x" },
        broker: { host: "10.0.0.1", username: "shed", password: "letmein99" },
      });
      if (!pastes) assert.match(all, /WiFi name: .*home/);
      assert.doesNotMatch(all, /hunter2|letmein/);
    });
  }

  it("who answers what cannot be is told which, and never the value", async () => {
    const wrong = ANSWERS.map(([question, answer]) => [question, answer === "" ? "70000" : answer] as const);
    const { code, all } = await flashAsked("tcp://127.0.0.1:9", wrong, false);
    assert.equal(code, 2);
    assert.match(all, /your answers: \/broker\/port must be/);
    assert.doesNotMatch(all, /hunter2|letmein/);
  });

  it("who ends the input before the last answer is told what to do instead", async () => {
    const person = new Person([], true);
    person.keyboard.end("y\rhome\r");
    const world = { ...standIn(), stdin: person.keyboard, stderr: person, clock: createRealClock() };
    const args = ["flash", ...BOARD, ...NOWHERE];
    assert.equal(await main(args, world as unknown as ReturnType<typeof standIn>), 2);
    assert.match(person.text, /the input ended before the answer/);
  });
});

it("the user's own esptool is called with the board's figures, and its failure is an end", async () => {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const program = join(bin, "esptool");
  writeFileSync(program, `#!/bin/sh\necho "$@"\nexit 2\n`);
  chmodSync(program, 0o755);
  const combined = join(folder, "combined.bin");
  writeFileSync(combined, Buffer.alloc(524_288, 0xff));
  const args = [
    "--board",
    "esp8266-512k",
    "--image",
    image,
    "--port",
    "/dev/ttyUSB-none",
    "--settings",
    settings,
  ];
  const { code, all } = await flash([...args, "--interpreter", combined], { PATH: bin });
  assert.equal(code, 3);
  assert.match(
    all,
    /--chip esp8266 --port \/dev\/ttyUSB-none --baud 115200 .*write_flash --erase-all --flash_mode qio --flash_freq 40m --flash_size 512KB 0x0 .*combined\.bin/,
  );
  assert.match(all, /esptool ended with 2/);
});
