// Claims about what is said of something behind a port that is not Espruino, or that does not answer.
import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { it } from "node:test";
import { VirtualClock } from "../../time/virtual-clock.ts";
import { BoardConsole } from "../console/console.ts";
import { type Interpreter, reachEspruino } from "../console/reach.ts";
import { Trouble } from "../trouble.ts";
import type { Wire } from "../wire/wire.ts";
import { FakeEspruino } from "./support/fake-espruino.ts";
import { inTime } from "./support/in-time.ts";

/** A stranger answers every line it gets. */
function wireTo(answer: (line: string) => string): Wire {
  let line = "";
  const stream: Duplex = new Duplex({
    read: () => {},
    write(chunk: Buffer, _encoding, done) {
      for (const character of chunk.toString("latin1")) {
        line += character;
        if (character !== "\n" && character !== "\x03") continue;
        stream.push(Buffer.from(answer(line), "latin1"));
        line = "";
      }
      done();
    },
  });
  const close = async (): Promise<void> => void stream.destroy();
  return { name: "COM7", stream, setModemLines: null, setBaud: null, close };
}

async function reached(wire: Wire): Promise<Interpreter> {
  const clock = new VirtualClock();
  return inTime(clock, reachEspruino(new BoardConsole(wire, clock), wire.name));
}

for (const [what, answer, words] of [
  ["nothing at all", () => "", /nothing answers on COM7/],
  ["a loop of wire", (line: string) => line, /sends back what it is sent and runs none of it/],
  ["MicroPython", () => "\r\nMicroPython v1.22 on 2024\r\n>>> ", /runs MicroPython, not Espruino/],
  ["NodeMCU's Lua", () => "stdin:1: unexpected symbol near 'print'\r\n> ", /runs Lua \(NodeMCU\)/],
  ["a modem firmware", () => "\r\nERROR\r\n", /takes modem commands \(AT\)/],
  [
    "an empty chip",
    () => "\r\n ets Jan  8 2013,rst cause:2, boot mode:(3,6)\r\n",
    /finds no Espruino to run/,
  ],
  [
    "a chip in its loader",
    () => "boot:0x3 (DOWNLOAD(USB/UART0))\r\nwaiting for download\r\n",
    /is in its loader/,
  ],
  ["another speed", () => "\x80\xfe\x9c\xe0\xf1\x8e\x00\xff", /no text at this speed/],
  ["a thermometer", () => "21.5 C\r\n", /something answers on COM7, but it is not Espruino/],
] as const) {
  it(`${what} is named as what it is, with what to do`, async () => {
    await assert.rejects(reached(wireTo(answer)), (error) => {
      assert.ok(error instanceof Trouble);
      assert.equal(error.kind, "missing");
      assert.match(error.message, words);
      assert.ok(error.remedy.length > 20);
      return true;
    });
  });
}

it("an interpreter that misses the first calls, because it is still starting, is found", async () => {
  const fake = new FakeEspruino();
  let calls = 0;
  const wire = wireTo((line) => {
    calls++;
    if (calls < 4) return "";
    fake.wire.stream.write(line);
    return (fake.wire.stream.read() as Buffer | null)?.toString("latin1") ?? "";
  });
  assert.equal((await reached(wire)).version, "2v29");
});

it("between two interrupts lie more than five seconds: within them an interpreter on a PC ends", async () => {
  const clock = new VirtualClock();
  const interruptsAtMs: number[] = [];
  const wire = wireTo((line) => {
    if (line.endsWith("\x03")) interruptsAtMs.push(clock.nowMs);
    return "";
  });
  const reaching = reachEspruino(new BoardConsole(wire, clock), wire.name);
  await assert.rejects(inTime(clock, reaching));
  assert.ok(interruptsAtMs.length >= 2);
  for (const [index, atMs] of interruptsAtMs.slice(1).entries()) {
    assert.ok(atMs - (interruptsAtMs[index] ?? 0) > 5000);
  }
});
