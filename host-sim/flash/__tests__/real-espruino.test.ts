// Claims about flashing the real interpreter, behind a socket and behind a pseudo-terminal. Left out without ESPRUINO and socat.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createRealClock } from "../../time/real-clock.ts";
import { BoardConsole } from "../console/console.ts";
import { reachEspruino } from "../console/reach.ts";
import type { Settings } from "../settings/settings.ts";
import { openWire } from "../wire/open.ts";
import { parsePortName } from "../wire/port-name.ts";
import { espruino, flashOn } from "./support/flash-on.ts";
import { leftOut, removeFolder, startEspruino } from "./support/socat-espruino.ts";

const SETTINGS: Settings = { wifi: { ssid: "home", password: 'a "b" \\ c' }, broker: { host: "10.0.0.1" } };

const WAIT_MS = 20_000;

/** Tells what it reads of its settings, as the real code does; longer than a page of flash, with every byte in it. */
const CODE = Buffer.concat([
  Buffer.from(
    'var booted=1;setTimeout(function(){var s=require("Storage").readJSON("motekit.json");print("motekit: start "+s.wifi.password.length);' +
      'print("motekit: connected")},50);/*',
  ),
  Buffer.from(Array.from({ length: 6000 }, (_, index) => index & 0xff).filter((byte) => byte !== 0x2a)),
  Buffer.from("*/"),
]);

describe("the real interpreter", { skip: leftOut() }, () => {
  for (const kind of ["tcp", "pty"] as const) {
    it(`behind a ${kind} is flashed, checks what it was sent and runs it with its settings`, async () => {
      const board = await startEspruino(kind);
      try {
        const { deviceName, interpreter } = await flashOn(board.port, CODE, SETTINGS, WAIT_MS);
        assert.equal(deviceName, String(SETTINGS.wifi?.password?.length));
        assert.match(interpreter.version, /^2v/);
        assert.ok(readFileSync(join(board.folder, "espruino.flash")).includes(CODE));
      } finally {
        board.end();
        removeFolder(board.folder);
      }
    });
  }

  it("runs the code again after its power was cut", async () => {
    const before = await startEspruino("tcp");
    try {
      await flashOn(before.port, CODE, SETTINGS, WAIT_MS);
      before.end();
      const again = await startEspruino("pty", before.folder);
      const clock = createRealClock();
      const wire = await openWire(parsePortName(again.port), espruino.consoleBaud, clock);
      try {
        const console = new BoardConsole(wire, clock);
        await reachEspruino(console, wire.name);
        assert.equal(await console.evaluate("global.booted", 5000), 1);
      } finally {
        await wire.close();
        again.end();
      }
    } finally {
      before.end();
      removeFolder(before.folder);
    }
  });

  it("whose code throws is reported as that", async () => {
    const board = await startEspruino("tcp");
    try {
      const code = Buffer.from("setTimeout(function(){undefinedName()},50);");
      await assert.rejects(
        flashOn(board.port, code, SETTINGS, 2000),
        /the code fails on the board: Uncaught/,
      );
    } finally {
      board.end();
      removeFolder(board.folder);
    }
  });
});
