// Claims about what is shown of a run: as lines where there is no terminal, as a picture of 80 by 24 where there is one.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import type { Happening } from "../../../trace/happening.ts";
import { Captured } from "../../__tests__/support/stand-in.ts";
import { createOutput } from "../../output.ts";
import { createLines } from "../lines.ts";
import { createPicture } from "../picture.ts";
import { renderFrame } from "../render.ts";
import { createScreen } from "../screen.ts";
import type { Subject } from "../view.ts";

const ONE = { device: 1, life: 1 } as const;
const NAME = "esp8266-3f2a91";
const subject: Subject = {
  seed: 7,
  board: "ESP8266",
  link: "wifi-home,outage=8s@25s",
  where: "the embedded broker",
  names: [NAME],
  room: 13,
};
const plain = createOutput(
  { stdout: new Captured(), stderr: new Captured(), env: {} },
  { json: false },
).paint;

function seen(level: string, payload: string, atMs: number): Happening {
  return { kind: "seen", atMs, ...ONE, level, payload, isRetained: false };
}

function reading(seq: number, atMs: number): Happening {
  return { kind: "reading", atMs, ...ONE, seq, thousandths: 21_370, refusal: null };
}

const CONNECTED = { kind: "connected", atMs: 400, ...ONE, session: "fresh", version: 5 } as const;
const CLOSED = {
  kind: "closed",
  atMs: 200,
  ...ONE,
  reason: "server",
  by: "server",
  error: null,
  code: null,
  said: null,
} as const;
const REFUSED = { kind: "refused", atMs: 100, ...ONE, returnCode: 0x87, said: "ask the \x1bowner" } as const;
const SHUT_DOWN = { ...CLOSED, atMs: 9000, reason: "serverDisconnect", code: 0x8b } as const;
const FALLBACK: readonly Happening[] = [
  { ...CLOSED, reason: "olderVersion", by: "client" },
  { ...CONNECTED, version: 4 },
];

/** One outage: the will fires, two readings wait, and both come when the link is up again. */
const STORY: readonly Happening[] = [
  { kind: "power", atMs: 0, ...ONE, isOn: true, cause: "cold" },
  reading(1, 0),
  { kind: "connected", atMs: 300, ...ONE, session: "cleared", version: 5 },
  seen("status", "online", 310),
  seen("reading", '{"seq":1,"celsius":21.37}', 320),
  { kind: "readingEnded", atMs: 330, ...ONE, seq: 1, end: "published" },
  { kind: "link", atMs: 17_000, ...ONE, downWhy: "outage" },
  reading(2, 18_000),
  seen("status", "offline", 21_000),
  reading(3, 24_500),
  { kind: "link", atMs: 25_000, ...ONE, downWhy: null },
  {
    kind: "closed",
    atMs: 25_100,
    ...ONE,
    reason: "server",
    by: "server",
    error: null,
    code: null,
    said: null,
  },
  { kind: "connected", atMs: 25_200, ...ONE, session: "resumed", version: 5 },
  seen("reading", '{"seq":2,"celsius":21.38}', 25_300),
  seen("reading", '{"seq":3,"celsius":-0.40}', 25_301),
  seen("reading", '{"seq":3,"celsius":-0.40}', 25_302),
  seen("status", "online", 25_310),
  seen("status", "online", 25_400),
];

describe("without a terminal", () => {
  function linesOf(story: readonly Happening[], names = [NAME]): readonly string[] {
    const lines: string[] = [];
    const view = createLines({ ...subject, names }, (line) => lines.push(line));
    for (const happening of story) view.see(happening);
    return lines;
  }

  it("each line says what has changed, once, and when", () => {
    assert.deepEqual(linesOf(STORY), [
      `${NAME}: ESP8266, wifi-home,outage=8s@25s to the embedded broker, seed 7`,
      "   0.0 s  power on",
      "   0.3 s  connected, MQTT 5, a fresh session",
      "   0.3 s  status online",
      "   0.3 s  reading 1: 21.37 °C, 320 ms",
      "  17.0 s  link down: outage",
      "  21.0 s  status offline (the will fired)",
      "  25.0 s  link up",
      "  25.1 s  connection lost: server",
      "  25.2 s  connected, MQTT 5, session resumed",
      "  25.3 s  reading 2: 21.38 °C, held 7.3 s while the link was down",
      "  25.3 s  reading 3: -0.40 °C, 801 ms",
      "  25.3 s  reading 3: -0.40 °C, again",
      "  25.3 s  status online",
    ]);
  });

  it("a fallback from MQTT 5 is one calm line, and what is spoken then is said", () => {
    assert.deepEqual(linesOf(FALLBACK).slice(1), [
      "   0.2 s  the broker does not speak MQTT 5, so 3.1.1 is spoken",
      "   0.4 s  connected, MQTT 3.1.1, a fresh session",
    ]);
  });

  it("a refusal and a broker's DISCONNECT are told once, in the standard's words and the broker's own", () => {
    assert.deepEqual(linesOf([REFUSED, { ...CLOSED, reason: "refused", by: "client" }, SHUT_DOWN]).slice(1), [
      "   0.1 s  the broker refuses: Not authorized (ask the \\x1bowner)",
      "   9.0 s  connection lost: the broker closed it: Server shutting down",
    ]);
  });

  it("an offline after the goodbye is no will", () => {
    const lines = linesOf([
      ...STORY,
      { kind: "goodbye", atMs: 30_000, ...ONE },
      seen("status", "offline", 30_010),
    ]);
    assert.equal(lines.at(-1), "  30.0 s  status offline");
  });

  it("a drop and an error of the device's own are said", () => {
    const lines = linesOf([
      { kind: "readingEnded", atMs: 1000, ...ONE, seq: 4, end: "overflow" },
      seen("error", "3 readings dropped: outbox full", 2000),
    ]);
    assert.deepEqual(lines.slice(1), [
      "   1.0 s  reading 4 dropped: overflow",
      "   2.0 s  error: 3 readings dropped: outbox full",
    ]);
  });

  it("with several devices says whose it is", () => {
    assert.equal(linesOf(STORY.slice(0, 1), [NAME, "other"])[1], `   0.0 s  ${NAME} power on`);
  });
});

function pictureAt(story: readonly Happening[], atMs: number, isOver = false): readonly string[] {
  const picture = createPicture();
  for (const happening of story) picture.see(happening);
  return renderFrame({ subject, devices: picture.all, atMs, isOver }, 79, plain).split("\n");
}

describe("the picture", () => {
  it("during an outage shows the link, the session that does not know yet, the queue and the will", () => {
    const text = pictureAt(STORY.slice(0, 10), 24_900).join("\n");
    assert.match(text, /^link {6}down for 7 s \(outage\)$/m);
    assert.match(text, /^session {3}connected for 24 s, MQTT 5, a fresh session$/m);
    assert.match(text, /^queue {5}■■·{11} 2 of 13 waiting$/m);
    assert.match(text, /^status {4}offline for 3 s, the will fired once$/m);
    assert.match(text, /3 taken, 1 received, 0 lost, 0 dropped, 0 duplicates/);
    assert.match(text, /Ctrl-C says goodbye/);
  });

  it("after it shows the session resumed and what the link held back, in the order of arrival", () => {
    const lines = pictureAt(STORY, 26_000);
    assert.ok(lines.includes("session   connected for 0 s, MQTT 5, session resumed"));
    const received = lines.filter((line) => line.includes("°C"));
    assert.deepEqual(
      received.map((line) => line.trim()),
      [
        "1    21.37 °C   320 ms",
        "2    21.38 °C   held 7.3 s while the link was down",
        "3    -0.40 °C   801 ms",
        "3    -0.40 °C   again",
      ],
    );
  });

  it("says what is spoken, and that the broker does not speak 5 until it does", () => {
    const lines = pictureAt(FALLBACK, 1400);
    assert.ok(lines.includes("session   connected for 1 s, MQTT 3.1.1, a fresh session"));
    assert.ok(lines.includes("broker    does not speak MQTT 5, so 3.1.1 is spoken"));
    const later = pictureAt([...FALLBACK, CLOSED, { ...CONNECTED, atMs: 2000 }], 3000);
    assert.ok(later.includes("session   connected for 1 s, MQTT 5, a fresh session"));
    assert.ok(later.every((line) => !line.startsWith("broker")));
  });

  it("shows why the broker turns it away until it is connected", () => {
    assert.ok(
      pictureAt([REFUSED], 500).includes("broker    the broker refuses: Not authorized (ask the \\x1bowner)"),
    );
    assert.ok(
      pictureAt([CONNECTED, SHUT_DOWN], 9500).includes(
        "broker    the broker closed it: Server shutting down",
      ),
    );
    assert.ok(pictureAt([REFUSED, CONNECTED], 500).every((line) => !line.startsWith("broker")));
  });

  it("calls a reading lost that was acknowledged and does not come, not one that is on its way", () => {
    const story: Happening[] = [
      reading(1, 0),
      { kind: "readingEnded", atMs: 10, ...ONE, seq: 1, end: "published" },
    ];
    assert.match(pictureAt(story, 1000).join("\n"), /0 lost/);
    assert.match(pictureAt(story, 9000).join("\n"), /1 lost/);
    assert.match(pictureAt(story, 1000, true).join("\n"), /1 lost/);
  });

  it("calls lost what waited when the power failed", () => {
    const story: Happening[] = [
      reading(1, 0),
      { kind: "power", atMs: 10, ...ONE, isOn: false, cause: "cold" },
    ];
    assert.match(pictureAt(story, 1000).join("\n"), /0 received, 1 lost/);
  });

  it("keeps its size, and fits 80 by 24, however much there is to show", () => {
    const many = Array.from({ length: 500 }, (_, index) => [
      reading(index + 10, 30_000),
      seen("reading", `{"seq":${index + 10},"celsius":-123456.78}`, 40_000),
    ]);
    const full = [...STORY, ...many.flat(), seen("error", "x".repeat(200), 41_000)];
    assert.equal(pictureAt(full, 99_999_999).length, pictureAt(STORY, 0).length + 1);
    for (const [story, atMs] of [
      [STORY, 1],
      [full, 99_999_999],
    ] as const) {
      const lines = pictureAt(story, atMs);
      assert.ok(lines.length <= 23, `${lines.length} lines`);
      assert.ok(lines.every((line) => line.length <= 79));
    }
  });

  it("of a run that is over says nothing of Ctrl-C", () => {
    assert.match(pictureAt(STORY, 26_000).join("\n"), /Ctrl-C/);
    assert.doesNotMatch(pictureAt(STORY, 26_000, true).join("\n"), /Ctrl-C/);
  });

  it("of a hundred devices fits as well, and says how many it leaves out", () => {
    const picture = createPicture();
    const names = Array.from({ length: 100 }, (_, index) => `esp8266-${index}`);
    for (const [index] of names.entries())
      picture.see({ kind: "power", atMs: 0, device: index + 1, life: 1, isOn: true, cause: "cold" });
    const frame = { subject: { ...subject, names }, devices: picture.all, atMs: 0, isOver: false };
    const lines = renderFrame(frame, 79, plain).split("\n");
    assert.ok(lines.length <= 23 && lines.every((line) => line.length <= 79));
    assert.ok(lines.includes("and 86 more"));
  });
});

describe("on a terminal", () => {
  it("is drawn at most four times a second, and no more once it is closed", () => {
    const terminal = new Captured(true);
    const clock = new VirtualClock();
    const screen = createScreen(subject, terminal, clock, plain);
    for (const happening of STORY.slice(0, 6)) screen.see(happening);
    const drawnAfter = (durationMs: number): number => {
      const before = terminal.text.length;
      clock.runUntil(clock.nowMs + durationMs);
      return terminal.text.length - before;
    };
    assert.ok(drawnAfter(1000) > 0);
    for (let count = 0; count < 1000; count++) screen.see(reading(count, clock.nowMs));
    assert.equal(drawnAfter(0), 0);
    assert.ok(drawnAfter(250) < 10_000);
    screen.close();
    screen.close();
    assert.equal(clock.nextMs, null);
    assert.match(terminal.text, /1001 taken, 1 received/);
  });
});
