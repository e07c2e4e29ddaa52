// Claims about `trace`, on recordings made by hand.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { Happening, SegmentSeen } from "../../../trace/happening.ts";
import { createRecordingWriter } from "../../../trace/recording.ts";
import { createTrace, LEGEND } from "../../../trace/trace.ts";
import { standIn } from "../../__tests__/support/stand-in.ts";
import { main } from "../../main.ts";

const folder = mkdtempSync(join(tmpdir(), "trace-"));
after(() => rmSync(folder, { recursive: true }));

const HEAD = { world: { seed: 7 }, image: "sha256:0a", version: "0.1.0" };
const REPORT = { readings: 2 };

function segment(atMs: number, device: number, part: Partial<SegmentSeen>): Happening {
  const plain: SegmentSeen = {
    kind: "segment",
    way: "up",
    fate: "sent",
    why: null,
    connection: 1,
    seq: 0,
    ack: 0,
    window: 5840,
    flags: "A",
    payload: "",
  };
  return { atMs, device, life: 1, ...plain, ...part };
}

const HAPPENINGS: readonly Happening[] = [
  { kind: "power", atMs: 0, device: 1, life: 1, isOn: true, cause: "cold" },
  { kind: "power", atMs: 0, device: 2, life: 1, isOn: true, cause: "cold" },
  segment(1000, 1, { flags: "S" }),
  segment(1020, 1, { flags: "S", fate: "lost", why: "loss" }),
  segment(4000, 1, { flags: "S" }),
  segment(4100, 2, { flags: "SA", way: "down", fate: "arrived" }),
  {
    kind: "seen",
    atMs: 5000,
    device: 1,
    life: 1,
    level: "reading",
    payload: "\u001b[2J\u009b",
    isRetained: false,
  },
  { kind: "fault", atMs: 61_000.5, fault: "cut@61s" },
  {
    kind: "closed",
    atMs: 90_061_001,
    device: 2,
    life: 3,
    reason: "peerSilent",
    by: "client",
    error: null,
    code: null,
    said: null,
  },
];

function textOf(happenings: readonly Happening[]): string {
  let text = "";
  const writer = createRecordingWriter(HEAD, (more) => {
    text += more;
  });
  const trace = createTrace(writer.line);
  for (const happening of happenings) trace.see(happening);
  writer.end({ traceHash: trace.hash(), report: REPORT });
  return text;
}

const TEXT = textOf(HAPPENINGS);
const FILE = fileOf("run.txt", TEXT);
const CUT = fileOf("cut.txt", TEXT.slice(0, TEXT.indexOf("61000.500") + 12));
const NO_SEGMENTS = fileOf("plain.txt", textOf(HAPPENINGS.filter(({ kind }) => kind !== "segment")));

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function trace(args: readonly string[], isTTY = false) {
  const world = standIn({ isTTY });
  return {
    code: await main(["trace", ...args], world),
    stdout: world.stdout.text,
    stderr: world.stderr.text,
  };
}

/** The lines' kinds and devices. */
async function shown(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await trace([FILE, ...args]);
  assert.equal(code, 0, stderr);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => line.slice(18).split(/ +/, 2).join(" ")).join(", ");
}

describe("trace FILE", () => {
  it("prints what happened but the segments, aligned, in words, with days in its times", async () => {
    const { code, stdout, stderr } = await trace([FILE]);
    assert.equal(code, 0);
    assert.equal(stderr, "");
    assert.deepEqual(stdout.split("\n"), [
      "  0 00:00:00.000  1.1     power          on: cold",
      "  0 00:00:00.000  2.1     power          on: cold",
      '  0 00:00:05.000  1.1     seen           reading "\\u001b[2J\\u009b"',
      "  0 00:01:01.000  -       fault          cut@61s",
      "  1 01:01:01.001  2.3     closed         peer silent, by client",
      "",
    ]);
  });

  it("is coloured on a terminal, and says the same", async () => {
    const [plain, coloured] = [await trace([FILE]), await trace([FILE], true)];
    assert.ok(coloured.stdout.includes("\u001b[31mclosed"));
    assert.equal(stripVTControlCharacters(coloured.stdout), plain.stdout);
  });

  it("shows what was chosen by time, both ends included", async () => {
    assert.equal(await shown("--from", "5s", "--until", "61s"), "1.1 seen");
    assert.equal(await shown("--from", "61s"), "- fault, 2.3 closed");
    assert.equal(await shown("--until", "0s"), "1.1 power, 2.1 power");
  });

  it("shows what happened to one device, and to all", async () => {
    assert.equal(await shown("--device", "1"), "1.1 power, 1.1 seen, - fault");
  });

  it("shows the kinds that were asked for, segments too", async () => {
    assert.equal(await shown("--kind", "fault,segment", "--from", "4s"), "1.1 segment, 2.1 segment, - fault");
  });

  it("cut short is printed as far as it goes, with a word on stderr", async () => {
    const { code, stdout, stderr } = await trace([CUT]);
    assert.equal(code, 0);
    assert.equal(stdout.trimEnd().split("\n").length, 3);
    assert.match(stderr, /cut\.txt was cut short/);
  });
});

describe("trace --json", () => {
  it("is one document with the whole recording", async () => {
    const { code, stdout, stderr } = await trace([
      FILE,
      "--json",
      "--kind",
      "power,segment,seen,fault,closed",
    ]);
    assert.equal(code, 0);
    assert.equal(stderr, "");
    const traceHash = /traceHash (.*)/.exec(TEXT)?.[1];
    assert.deepEqual(JSON.parse(stdout), { ...HEAD, happenings: HAPPENINGS, traceHash, report: REPORT });
  });

  it("tells the end of the recording also when lines after a time are left out", async () => {
    const { happenings, report } = JSON.parse((await trace([FILE, "--json", "--until", "0s"])).stdout);
    assert.deepEqual([happenings.length, report], [2, REPORT]);
  });

  it("of a recording that was cut short is a whole document, with null for its end", async () => {
    const { stdout, stderr } = await trace([CUT, "--json"]);
    const { happenings, traceHash, report } = JSON.parse(stdout);
    assert.deepEqual([happenings.length, traceHash, report], [3, null, null]);
    assert.match(stderr, /cut short/);
  });

  it("is a document too when nothing is in it", async () => {
    assert.deepEqual(JSON.parse((await trace([FILE, "--json", "--kind", "will"])).stdout).happenings, []);
  });
});

describe("trace --legend", () => {
  it("stands alone without a file, and before the lines with one", async () => {
    assert.deepEqual(await trace(["--legend"]), { code: 0, stdout: LEGEND, stderr: "" });
    const { stdout } = await trace([FILE, "--legend"]);
    assert.equal(stdout, LEGEND + (await trace([FILE])).stdout);
  });
});

describe("trace --pcap", () => {
  const out = join(folder, "run.pcap");

  /** How long the file of so many packets without payload is. */
  const bytesOf = (packets: number): number => 24 + packets * (16 + 40);

  it("writes what the devices sent and what reached them, and says how much", async () => {
    const { code, stdout } = await trace([FILE, "--pcap", out]);
    assert.equal(code, 0);
    assert.match(stdout, /^3 packets are in .*run\.pcap\n$/);
    assert.equal(readFileSync(out).length, bytesOf(3));
  });

  it("narrows to a device and to a time, and with --json says it in a document", async () => {
    const { stdout } = await trace([FILE, "--pcap", out, "--device", "1", "--from", "2s", "--json"]);
    assert.deepEqual(JSON.parse(stdout), { pcap: out, packets: 1 });
    assert.equal(readFileSync(out).length, bytesOf(1));
  });

  it("of a recording without segments, or of a device without any, is exit 2 and leaves no file", async () => {
    const none = join(folder, "none.pcap");
    for (const args of [[NO_SEGMENTS], [FILE, "--device", "3"]]) {
      const { code, stderr } = await trace([...args, "--pcap", none]);
      assert.equal(code, 2);
      assert.match(stderr, /no TCP segments.*\nAccepted: /);
      assert.ok(!existsSync(none));
    }
  });

  it("does not write over the recording, nor where it may not", async () => {
    const same = await trace([FILE, "--pcap", FILE]);
    assert.deepEqual([same.code, readFileSync(FILE, "utf8")], [2, TEXT]);
    const nowhere = await trace([FILE, "--pcap", join(folder, "no/run.pcap")]);
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.stderr, /cannot be written.*\nAccepted: /);
  });
});

describe("trace is exit 2, says what is wrong and prints nothing", () => {
  for (const [name, args, says] of [
    ["without a file", [], /no FILE given\nAccepted: /],
    ["for a file that is not there", [join(folder, "no.txt")], /no\.txt cannot be read.*\nAccepted: /],
    ["for another file", [fileOf("other.txt", "hello\n")], /is no recording.*\nAccepted: /],
    [
      "for one of the future",
      [fileOf("new.txt", "# motekit recording 9\n")],
      /is too new: .* format 9.*\nAccepted: /,
    ],
    ["for a mistyped kind", [FILE, "--kind", "packet,segmnt"], /"segmnt".*did you mean segment/],
    ["for a time without a unit", [FILE, "--from", "5"], /has no unit/],
    ["for device 0", [FILE, "--device", "0"], /whole number from 1/],
  ] as const) {
    it(name, async () => {
      const { code, stdout, stderr } = await trace(args);
      assert.equal(code, 2);
      assert.equal(stdout, "");
      assert.match(stderr, says);
    });
  }

  it("but for a damaged line, which is told with its number after those before it", async () => {
    const damaged = fileOf("damaged.txt", TEXT.replace("isRetained=false", "isRetained=maybe"));
    const { code, stdout, stderr } = await trace([damaged]);
    assert.equal(code, 2);
    assert.equal(stdout.trimEnd().split("\n").length, 2);
    const number = TEXT.slice(0, TEXT.indexOf("isRetained=false")).split("\n").length;
    assert.match(stderr, new RegExp(`damaged\\.txt is damaged: line ${number}: isRetained of seen`));
  });
});
