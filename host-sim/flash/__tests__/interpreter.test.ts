// Claims about putting the interpreter itself on a chip: which files go where, and Espressif's own tool over our ports.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { createRealClock } from "../../time/real-clock.ts";
import type { EspruinoFacts } from "../board-facts.ts";
import { writeInterpreter } from "../interpreter/built-in.ts";
import { findParts } from "../interpreter/image-files.ts";
import { Trouble } from "../trouble.ts";
import type { Wire } from "../wire/wire.ts";
import { FakeLoader } from "./support/fake-loader.ts";

const boards = new URL("../../../boards/", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "interpreter-"));
after(() => rmSync(folder, { recursive: true }));

function factsOf(board: string) {
  const { espruino } = JSON.parse(readFileSync(new URL(`${board}.json`, boards), "utf8")) as {
    espruino: EspruinoFacts;
  };
  return espruino.interpreter;
}

function refusal(path: string, board: string): string {
  try {
    findParts(path, factsOf(board));
  } catch (error) {
    assert.ok(error instanceof Trouble && error.kind === "usage");
    return `${error.message} | ${error.remedy}`;
  }
  return assert.fail("it was accepted");
}

describe("an interpreter's files", () => {
  const unpacked = join(folder, "espruino_2v29_esp8266_4mb");
  mkdirSync(unpacked);
  for (const { file } of factsOf("esp8266").parts) writeFileSync(join(unpacked, file), file);

  it("are found in the folder of the archive, each with its address", () => {
    const parts = findParts(unpacked, factsOf("esp8266"));
    assert.deepEqual(
      parts.map(({ address }) => address),
      [0, 0x1000, 0x3fc000, 0x3fe000],
    );
    assert.deepEqual(
      parts.map(({ bytes }) => Buffer.from(bytes).toString()),
      factsOf("esp8266").parts.map(({ file }) => file),
    );
  });

  it("may be one whole image, known by its size", () => {
    const whole = join(folder, "combined_512.bin");
    writeFileSync(whole, Buffer.alloc(524_288));
    assert.deepEqual(
      findParts(whole, factsOf("esp01")).map(({ address, bytes }) => [address, bytes.length]),
      [[0, 524_288]],
    );
    assert.match(
      refusal(whole, "esp8266"),
      /one file of 524288 bytes, and not the whole image of 4194304 bytes/,
    );
  });

  it("of another board are refused, with what is missing and where to get it", () => {
    const words = refusal(unpacked, "esp32");
    assert.match(
      words,
      /is not espruino_2v29_esp32: it has no bootloader\.bin, partitions_espruino\.bin, espruino_esp32\.bin/,
    );
    assert.match(words, /https:\/\/www\.espruino\.com\/Download/);
  });

  it("still packed are to be unpacked", () => {
    const packed = join(folder, "espruino.tgz");
    writeFileSync(packed, "x");
    assert.match(refusal(packed, "esp32-c3"), /one file of 1 bytes: unpack it first/);
    assert.match(refusal(join(folder, "none"), "esp32"), /none is not there/);
  });
});

interface Told {
  readonly asked: string[];
  readonly shares: number[];
}

async function written(openWire: () => Wire, board = "esp8266"): Promise<Told> {
  const told: Told = { asked: [], shares: [] };
  const parts = PARTS.map(({ file, address, text }) => ({ file, address, bytes: Buffer.from(text) }));
  await writeInterpreter(
    { facts: factsOf(board), parts, port: "tcp://fake:1" },
    {
      clock: createRealClock(),
      openWire: async () => openWire(),
      say: () => {},
      progress: (done, total) => void told.shares.push(done / total),
      ask: async (words) => void told.asked.push(words),
    },
  );
  return told;
}

const PARTS = [
  { file: "user1.bin", address: 0x1000, text: "interpreter \xc0\xdb ".repeat(3000) },
  { file: "blank.bin", address: 0x3fe000, text: "\xff".repeat(4096) },
];

describe("Espressif's tool", () => {
  it("erases the chip, writes and checks every file, and starts it: over a port that cannot reset it, by hand", async () => {
    const loader = new FakeLoader();
    const { asked, shares } = await written(() => loader.open());
    assert.equal(loader.erasures, 1);
    for (const { address, text } of PARTS) {
      const bytes = Buffer.from(text);
      assert.deepEqual(loader.flash.get(address)?.subarray(0, bytes.length), bytes, address.toString(16));
    }
    assert.equal(loader.restarts, 1);
    assert.match(asked.join("\n"), /hold GPIO0.*press reset.*\n.*press reset/);
    assert.equal(shares.at(-1), 1);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
  });

  it("that finds another chip writes nothing and says which it is", async () => {
    const loader = new FakeLoader();
    await assert.rejects(
      written(() => loader.open(), "esp32"),
      /the chip there is an ESP8266, and this board has an esp32/,
    );
    assert.equal(loader.flash.size, 0);
  });

  it("that finds no loader ends with what to do", async () => {
    const silent = new FakeLoader();
    const deaf = (): Wire => {
      const wire = silent.open();
      wire.stream.push = () => true;
      return wire;
    };
    await assert.rejects(written(deaf), (error) => {
      assert.ok(error instanceof Trouble);
      assert.match(
        `${error.message} | ${error.remedy}`,
        /loader does not answer on tcp:\/\/fake:1.*\| Hold GPIO0/,
      );
      return true;
    });
  });

  it("prints nothing of its own", async (t) => {
    const log = t.mock.method(console, "log", () => {});
    const loader = new FakeLoader();
    await written(() => loader.open());
    assert.equal(log.mock.callCount(), 0);
  });
});
