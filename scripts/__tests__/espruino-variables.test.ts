// Claims about how many of the interpreter's variables an image is said to take; with ESPRUINO, held against the interpreter.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  leftOut,
  removeFolder,
  startEspruino,
} from "../../host-sim/flash/__tests__/support/socat-espruino.ts";
import { BoardConsole } from "../../host-sim/flash/console/console.ts";
import { reachEspruino } from "../../host-sim/flash/console/reach.ts";
import { writeFile } from "../../host-sim/flash/storage/board-storage.ts";
import { openWire } from "../../host-sim/flash/wire/open.ts";
import { parsePortName } from "../../host-sim/flash/wire/port-name.ts";
import { createRealClock } from "../../host-sim/time/real-clock.ts";
import { countVariables } from "../board-image/variables.ts";

const ESP8266 = { variableBytes: 12 };

/** What one line in the outermost function adds to its variables, as Espruino 2v29 has it with 12 bytes each. */
const MEASURED: readonly (readonly [line: string, variables: number])[] = [
  ["var a=5;", 1],
  ["var a=-1024;", 1],
  ["var abcdefgh=5;", 2],
  ["var a=123456;", 2],
  ["var a=1.5;", 2],
  ["var a=null;", 2],
  ["var a;", 1],
  ["var a='abc';", 2],
  ["var a='abcdefghijklmnopqrstuvwxyzabcd';", 5],
  ["function g(){return 1+2+3}", 5],
  ["function g(a,b,c){return 1+2+3}", 8],
  ["function g(aaaaaa,bbbbbbb,cccccc){return 1+2+3}", 11],
  [`function g(){return ${"1+".repeat(200)}3}`, 5],
  ["var g=function(a){return a+1};", 6],
  ["var o={};", 2],
  ["var o={a:1,b:2,c:3};", 5],
  ["var u=[1,2,3];", 5],
  ["var u=new Uint8Array(256);", 34],
  ["var u=new Uint8Array(3072);", 268],
  ["var s=E.toString(new Uint8Array(3072));", 267],
];

/** What the timer's function names keeps the scope, which is otherwise freed with all in it. */
function image(line: string): string {
  return `(function(){var kept;${line}setInterval(function(){kept},9999)})();`;
}

const KEPT = 1;

describe("an image's variables", () => {
  for (const [line, variables] of MEASURED) {
    it(`${line.slice(0, 40)} are ${variables}`, () => {
      assert.equal(countVariables(image(line), ESP8266) - KEPT, variables);
    });
  }

  it("are the same in every wrap, and in none", () => {
    const line = "var a=123456;function g(a){}";
    for (const wrapped of [line, `(function(){${line}})()`, `!function(){${line}}();`])
      assert.equal(countVariables(wrapped, ESP8266), 8, wrapped);
  });

  it("are not those of functions within functions, which are freed", () => {
    const nested = "function g(){function h(a,b){} var x=[1,2,3]}";
    assert.equal(countVariables(nested, ESP8266), 5);
  });

  it("take fewer of larger ones", () => {
    assert.equal(countVariables("var u=new Uint8Array(1300);", { variableBytes: 13 }), 112);
  });
});

/** Some of all that an image has, and of each so much that what a measurement itself leaves behind does not count. */
const MIXED = Array.from({ length: 30 }, (_, index) => {
  const name = String.fromCharCode(97 + (index % 26)) + (index < 26 ? "" : "z");
  return `function f${name}(a,b){return a+b}function g${name}(){return 0}var v${name}=5,w${name}=123456,s${name}='abcdefghijkl';`;
}).join("");

describe("the real interpreter", { skip: leftOut() }, () => {
  it("takes as many for an image as is said, to one in twenty", async () => {
    const board = await startEspruino("tcp");
    const clock = createRealClock();
    const wire = await openWire(parsePortName(board.port), 115_200, clock);
    try {
      const console = new BoardConsole(wire, clock);
      await reachEspruino(console, wire.name);
      const code = image(`${MIXED}var s=E.toString(new Uint8Array(3000)),u=new Uint8Array(200);`);
      const taken = (await usageOf(console, code, "all")) - (await usageOf(console, image(""), "bare"));
      const said = countVariables(code, ESP8266) - KEPT;
      assert.ok(Math.abs(taken - said) < said / 20, `${taken}, and ${said} were said`);
    } finally {
      await wire.close();
      board.end();
      removeFolder(board.folder);
    }
  });
});

/** Runs it from Storage in a fresh interpreter. */
async function usageOf(console: BoardConsole, code: string, name: string): Promise<number> {
  await writeFile(console, { name, bytes: Buffer.from(code), isSecret: false }, () => {});
  await console.run("reset()");
  const before = (await console.evaluate("process.memory().usage", 5000)) as number;
  await console.run(`eval(require("Storage").read("${name}"))`);
  const after = (await console.evaluate("process.memory().usage", 5000)) as number;
  await console.run("clearInterval()");
  return after - before;
}
