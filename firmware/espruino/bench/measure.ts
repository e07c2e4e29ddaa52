// Measures the client for Espruino beside Espruino's own two, in a Linux Espruino and in one run: bytes, variables, and µs of
// computing for a publish and for an incoming message over a socket that takes everything.
//
//   ESPRUINO=… MODULES=… node --import tsx firmware/espruino/bench/measure.ts
//
// MODULES names the folder of the two: `modules/` of Espruino's documentation (github.com/espruino/EspruinoDocs).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { minify } from "terser";
import { image } from "../__tests__/support/image.ts";
import { LinuxEspruino } from "../__tests__/support/linux-espruino.ts";

const TOPIC = "motekit/shed/reading";
const PAYLOAD = '{"seq":17,"celsius":21.37}';
/** So long at least one measurement computes. */
const LEAST_MS = 1000;

interface Peer {
  readonly name: string;
  readonly text: string;
  /** Lines that end with a connected client `c`, which counts messages in `G`. */
  readonly setUp: readonly string[];
  /** After a publish. */
  readonly afterPublish: string;
}

const packet = Buffer.concat([
  Buffer.of(0x30, 2 + TOPIC.length + PAYLOAD.length, 0, TOPIC.length),
  Buffer.from(TOPIC + PAYLOAD),
]).toString("latin1");

/** A socket that counts what is written, and keeps its listeners where a test reaches them. */
const SOCKET =
  'var W=0,G=0,S={write:function(d){W++},end:function(){},on:function(n,f){this["_"+n]=f}};' +
  'Modules.addCached("net","exports.connect=function(o,cb){S.cb=cb;return S}");' +
  `var P=${literal(packet)};`;
const CONNACK = 'S._data.call(S," \\x02\\0\\0");';

function literal(text: string): string {
  return JSON.stringify(text).replace(/\\u00(..)/g, (_, code) => `\\x${code}`);
}

async function peers(modules: string): Promise<readonly Peer[]> {
  return [
    {
      name: "motekit",
      text: await image("module", { isMinified: true }),
      setUp: [
        'var c=new (require("motekit").Client)({host:"x",clientId:"c"});c.on("message",function(){G++});c.connect();',
        `S.cb(S);S._drain();${CONNACK}S._drain();`,
      ],
      afterPublish: "S._drain();",
    },
    {
      name: "MQTT",
      text: await minified(join(modules, "MQTT.js")),
      setUp: ['var c=require("MQTT").create("x");c.on("message",function(){G++});c.connect(S);', CONNACK],
      afterPublish: "",
    },
    {
      name: "tinyMQTT",
      text: await minified(join(modules, "tinyMQTT.js")),
      setUp: [
        'var c=require("tinyMQTT").create("x",{reconnect_interval:1});c.on("message",function(){G++});c.connect();',
        "setTimeout(function(){S.cb()},50);",
      ],
      afterPublish: "",
    },
  ];
}

async function minified(file: string): Promise<string> {
  const { code } = await minify(readFileSync(file, "utf8"), { ecma: 5, toplevel: true });
  return code ?? "";
}

/** One at a time, for listeners are called when nothing else runs. */
async function microseconds(board: LinuxEspruino, body: string): Promise<number> {
  for (let count = 50; ; count *= 4) {
    const before = board.cpuMs;
    board.type(`var L=${count};(function f(){${body};if(--L)setTimeout(f,0);else print("over")})()`);
    await board.line((line) => line.endsWith("over"), board.lines.length);
    const tookMs = board.cpuMs - before;
    if (tookMs >= LEAST_MS) return (tookMs * 1000) / count;
  }
}

/** A row of the table. */
async function measure({ name, text, setUp, afterPublish }: Peer): Promise<string> {
  const board = new LinuxEspruino();
  try {
    await board.store({ [name]: text });
    board.start();
    board.type(SOCKET);
    const empty = Number(await board.ask("process.memory().usage"));
    for (const line of setUp) board.type(line);
    await board.ask("1");
    const variables = Number(await board.ask("process.memory().usage")) - empty;
    const publish = `c.publish(${literal(TOPIC)},${literal(PAYLOAD)});${afterPublish}`;
    const loopUs = await microseconds(board, "");
    const publishUs = (await microseconds(board, publish)) - loopUs;
    const written = Number(await board.ask("W"));
    const messageUs = (await microseconds(board, "S._data(P)")) - loopUs;
    const given = Number(await board.ask("G"));
    if (written < 50 || given < 50) throw new Error(`${name}: ${written} publishes, ${given} messages`);
    return row([name, text.length, variables, Math.round(publishUs), Math.round(messageUs)]);
  } finally {
    await board.dispose();
  }
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => cell.toLocaleString("en")).join(" | ")} |`;
}

const { MODULES } = process.env;
if (MODULES === undefined) throw new Error("MODULES names no folder with MQTT.js and tinyMQTT.js");
console.log(row(["client", "bytes", "variables, connected", "µs a publish", "µs a message"]));
console.log("|---|---:|---:|---:|---:|");
for (const peer of await peers(MODULES)) console.log(await measure(peer));
