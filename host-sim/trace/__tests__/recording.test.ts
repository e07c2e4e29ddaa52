// Claims about the file of a recorded run: what was written is read, and what is wrong with it is said.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { Happening } from "../happening.ts";
import { createRecordingWriter, type Recording, RecordingError, readRecording } from "../recording.ts";
import { createTrace } from "../trace.ts";
import { SAMPLES } from "./support/samples.ts";

const folder = mkdtempSync(join(tmpdir(), "recording-"));
after(() => rmSync(folder, { recursive: true }));

const HEAD = { world: { seed: 7, link: "wifi\nhome" }, image: "sha256:0a", version: "0.1.0" };
const REPORT = { readings: 1, seed: 7 };
const ALL: readonly Happening[] = Object.values(SAMPLES);

function written(happenings: readonly Happening[]): { readonly text: string; readonly traceHash: string } {
  let text = "";
  const writer = createRecordingWriter(HEAD, (more) => {
    text += more;
  });
  const trace = createTrace(writer.line);
  for (const happening of happenings) trace.see(happening);
  const traceHash = trace.hash();
  writer.end({ traceHash, report: REPORT });
  return { text, traceHash };
}

function fileOf(text: string): string {
  const path = join(folder, "run.txt");
  writeFileSync(path, text);
  return path;
}

async function allOf(recording: Recording): Promise<readonly Happening[]> {
  const happenings: Happening[] = [];
  for await (const happening of recording.happenings()) happenings.push(happening);
  return happenings;
}

async function readWhole(text: string): Promise<readonly Happening[]> {
  return allOf(await readRecording(fileOf(text)));
}

function isFault(fault: RecordingError["fault"], message: RegExp, line: number | null) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof RecordingError, String(error));
    assert.equal(error.fault, fault);
    assert.match(error.message, message);
    assert.equal(error.line, line);
    return true;
  };
}

const { text, traceHash } = written(ALL);
const lines = text.trimEnd().split("\n");

describe("a recording", () => {
  it("begins with its title and its head, and ends with the hash and the report", () => {
    assert.deepEqual(lines.slice(0, 4), [
      "# motekit recording 1",
      '# world {"seed":7,"link":"wifi\\nhome"}',
      "# image sha256:0a",
      "# version 0.1.0",
    ]);
    assert.deepEqual(lines.slice(-2), [`# traceHash ${traceHash}`, '# report {"readings":1,"seed":7}']);
  });

  it("that is read has the head first, then every happening, then the end", async () => {
    const recording = await readRecording(fileOf(text));
    assert.deepEqual(recording.head, HEAD);
    assert.equal(recording.end, null);
    assert.deepEqual(await allOf(recording), ALL);
    assert.deepEqual(recording.end, { traceHash, report: REPORT });
  });

  it("is read the same when it is longer than any piece in which files are read", async () => {
    const many = Array.from({ length: 1500 }, () => ALL).flat();
    const long = written(many).text;
    assert.ok(long.length > 2 ** 20);
    assert.deepEqual(await readWhole(long), many);
  });

  it("in which nothing happened is whole", async () => {
    const recording = await readRecording(fileOf(written([]).text));
    assert.deepEqual(await allOf(recording), []);
    assert.deepEqual(recording.end?.report, REPORT);
  });

  it("that a later motekit wrote in the same format may say more in its head", async () => {
    const more = text.replace("# version", "# weather sunny\n# version");
    assert.deepEqual(await readWhole(more), ALL);
  });

  it("cut short after its head is read as far as it goes, and has no end, wherever it was cut", async () => {
    const { text: short } = written([SAMPLES.fault, SAMPLES.seen, SAMPLES.left]);
    const happenings = short.indexOf("1000.250");
    const bytes = Buffer.from(short);
    for (let length = happenings; length < bytes.length; length += 1) {
      const recording = await readRecording(fileOf(bytes.subarray(0, length).toString()));
      const whole = short.slice(happenings, length).split("\n").length - 1;
      assert.equal((await allOf(recording)).length, Math.min(3, whole));
      assert.equal(recording.end, null, `cut after ${length} of ${bytes.length} bytes`);
    }
  });

  it("lets go of its file when whoever reads it stops early", async () => {
    const recording = await readRecording(fileOf(text));
    for await (const _ of recording.happenings()) break;
    await recording.close();
    await (await readRecording(fileOf(text))).close();
  });
});

describe("a recording is refused", () => {
  it("where there is none", async () => {
    await assert.rejects(readRecording(join(folder, "none")), isFault("unreadable", /ENOENT/, null));
    await assert.rejects(readRecording(folder), isFault("unreadable", /EISDIR/, null));
  });

  for (const [name, other] of [
    ["an empty file", ""],
    ["another text", "hello\n"],
    ["a trace without a head", lines.slice(4).join("\n")],
    ["a format that is no number", "# motekit recording one\n"],
  ] as const) {
    it(`when it is ${name}`, async () => {
      await assert.rejects(readRecording(fileOf(other)), isFault("foreign", /does not begin with/, null));
    });
  }

  it("when a newer motekit wrote it, by its format", async () => {
    const newer = text.replace("recording 1", "recording 2");
    await assert.rejects(readRecording(fileOf(newer)), isFault("newer", /of format 2.* reads 1/, null));
  });

  for (const part of ["world", "image", "version"]) {
    it(`without the ${part} in its head`, async () => {
      const without = text.replace(new RegExp(`^# ${part} .*\n`, "m"), "");
      await assert.rejects(
        readRecording(fileOf(without)),
        isFault("damaged", /world, image and version/, null),
      );
    });
  }

  it("when its world is no JSON", async () => {
    const broken = text.replace('{"seed"', "{seed");
    await assert.rejects(
      readRecording(fileOf(broken)),
      isFault("damaged", /line 2: its world is no JSON/, 2),
    );
  });

  it("at the line that cannot be read, by its number", async () => {
    const at = lines.findIndex((line) => line.includes(" status "));
    const broken = lines.with(at, "1000.250 2.3 status stat=online").join("\n");
    await assert.rejects(readWhole(broken), isFault("damaged", /status has no status/, at + 1));
  });

  it("at what follows its end, and at a comment among its happenings", async () => {
    const late = `${text}${lines.at(-3)}\n`;
    await assert.rejects(readWhole(late), isFault("damaged", /was over before/, lines.length + 1));
    await assert.rejects(
      readWhole(`${text}${lines.at(-1)}\n`),
      isFault("damaged", /neither/, lines.length + 1),
    );
    const amid = lines.toSpliced(-3, 0, "# hello").join("\n");
    await assert.rejects(
      readWhole(amid),
      isFault("damaged", /neither a happening nor the end/, lines.length - 2),
    );
  });
});
