// Claims about the module in a real Espruino for Linux, with an ESP8266's variables: it does not grow, keeps up, and outlives
// what is too large for it.
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { generate, type Packet, writeToStream } from "mqtt-packet";
import { withoutEspruino } from "../../../host-sim/__tests__/support/linux-espruino-named.ts";
import { mosquittoOrSkip } from "../../../host-sim/__tests__/support/mosquitto.ts";
import {
  acceptConnection,
  startScriptedBroker,
} from "../../../host-sim/__tests__/support/scripted-broker.ts";
import { image } from "./support/image.ts";
import { LinuxEspruino } from "./support/linux-espruino.ts";
import { until } from "./support/until.ts";

const LARGE_BYTES = 10_000;
const LARGE = "0123456789".repeat(LARGE_BYTES / 10);

const boards: LinuxEspruino[] = [];
after(async () => {
  for (const board of boards) await board.dispose();
});

/** The module in Storage, and a client of it that counts in `n` what comes. */
async function startClient(port: number, files: Record<string, string> = {}): Promise<LinuxEspruino> {
  const board = new LinuxEspruino();
  boards.push(board);
  await board.store({ motekit: await image("module", { isMinified: true }), ...files });
  board.start();
  board.type(`var n=0,m=new (require("motekit").Client)({host:"127.0.0.1",port:${port},clientId:"grower"});`);
  board.type('m.on("message",function(){n++;});m.on("connect",function(){m.subscribe("loop",{qos:2});});');
  board.type('m.on("subscribed",function(){print("subscribed");});m.connect();');
  await board.line((line) => line.endsWith("subscribed"));
  return board;
}

test("memory is the same after 1,000 messages each way as after 100", {
  skip: withoutEspruino,
  timeout: 600_000,
}, async (t) => {
  const port = (await mosquittoOrSkip(t))?.ports.mqtt;
  if (port === undefined) return;
  const board = await startClient(port);
  board.type("var sent=0;");
  board.type(
    'function run(k){if(m.publish("loop","message "+sent,{qos:sent%3})>=0){sent++;k--;}if(k)setTimeout(run,1,k);}',
  );
  const usageAfter = async (count: number): Promise<number> => {
    board.type(`run(${count}-sent)`);
    const isDone = async () => {
      await sleep(300);
      return Number(await board.ask("n")) >= count;
    };
    await until({ board, isDone }, () => "", 250_000);
    await sleep(500);
    return Number(await board.ask("process.memory().usage"));
  };
  const early = await usageAfter(100);
  const late = await usageAfter(1000);
  t.diagnostic(`${early} variables after 100 messages, ${late} after 1,000`);
  assert.equal(late, early);
});

/** Answers as a broker does that has a lot to say once somebody listens. */
function burst(packets: Buffer): (packet: Packet, socket: Socket) => void {
  return (packet, socket) => {
    if (packet.cmd === "connect") acceptConnection(socket);
    if (packet.cmd === "pingreq") writeToStream({ cmd: "pingresp" }, socket);
    if (packet.cmd !== "subscribe") return;
    writeToStream({ cmd: "suback", messageId: packet.messageId ?? 0, granted: [2] }, socket);
    socket.write(packets);
  };
}

function message(payload: string, qos: 0 | 1, messageId: number): Buffer {
  return generate({ cmd: "publish", topic: "loop", payload, qos, messageId, dup: false, retain: false });
}

test("2,000 messages back to back are all handled, and one of 10,000 bytes between them is skipped and told", {
  skip: withoutEspruino,
  timeout: 300_000,
}, async (t) => {
  const few = Array.from({ length: 1000 }, (_, i) => message(`message ${i}`, i % 2 === 0 ? 0 : 1, i + 1));
  const packets = Buffer.concat([...few, message(LARGE, 1, 2000), ...few]);
  const acknowledged: number[] = [];
  let connections = 0;
  const answer = burst(packets);
  const port = await startScriptedBroker(t, (packet, socket) => {
    if (packet.cmd === "puback") acknowledged.push(packet.messageId ?? 0);
    if (packet.cmd === "connect") connections++;
    answer(packet, socket);
  });
  const board = await startClient(port);
  board.type('var large=0,most=0;m.on("too-large",function(t,l){large=l;});');
  board.type('m.on("message",function(){if(n%50==0)most=Math.max(most,process.memory().usage);});');
  const isDone = () => acknowledged.length >= 1001;
  await until({ board, isDone }, () => `${acknowledged.length} acks`, 240_000);
  await sleep(500);
  assert.deepEqual(await board.ask("[n,large,m.isConnected()]"), [2000, LARGE_BYTES, true]);
  assert.equal(connections, 1);
  const [idle, most] = (await board.ask("[process.memory().usage,most]")) as [number, number];
  t.diagnostic(`${idle} variables, ${most} at most while they came`);
});

test("a payload of 10,000 bytes that lies in flash is sent in parts, and the client lives on", {
  skip: withoutEspruino,
  timeout: 300_000,
}, async (t) => {
  const payloads: string[] = [];
  const port = await startScriptedBroker(t, (packet, socket) => {
    burst(Buffer.alloc(0))(packet, socket);
    if (packet.cmd !== "publish") return;
    payloads.push(packet.payload.toString());
    if (packet.qos === 1) writeToStream({ cmd: "puback", messageId: packet.messageId ?? 0 }, socket);
  });
  const board = await startClient(port, { large: LARGE });
  board.type('m.on("published",function(k){print("ended "+k);});');
  board.type('m.publish("t",require("Storage").read("large"),{qos:1});m.publish("t","small",{qos:1});');
  await board.line((line) => line.endsWith("ended 2"));
  assert.deepEqual(payloads, [LARGE, "small"]);
  assert.equal(await board.ask("m.isConnected()"), true);
});
