// Owns which functions of a device run in an ordinary hour of its life, and how often: what is worth an interpreter's memory
// and what is not. Knows the exported calls, and a broker that answers everything at once.
import type { Callable, Program } from "../portable/model.ts";
import { CLIENT_ENTRY } from "./first-run.ts";
import { writeImage } from "./js/write-image.ts";
import { arrange } from "./tree/arrange.ts";
import type { Heat } from "./tree/image.ts";
import { settle } from "./tree/settle.ts";

type Functions = Readonly<Record<string, (...values: readonly number[]) => number>>;

/** Roomy ones: what is rare must not become frequent. As `init` takes them. */
const CAPACITIES: readonly number[] = [512, 2048, 20, 8, 8, 12, 300, 4];
const SCRATCH_BYTES = 1024;
const ROUNDS = 10;

/** How often each function ran between the connection's beginning and its end. */
export function heatOf(program: Program, sensorEntry: string | null): Heat {
  const image = settle(program, {
    entries: sensorEntry === null ? [CLIENT_ENTRY] : [CLIENT_ENTRY, sensorEntry],
    wanted: null,
    pinned: new Map(),
    replaced: new Set<Callable>(),
    dataAt: 8192,
  });
  const callables = [...image.routines.keys()];
  const counts = new Uint32Array(callables.length);
  const text = writeImage({
    image,
    memoryBytes: 0,
    memory: "given",
    isChecked: false,
    uses: "",
    fresh: null,
    arrangement: arrange(image, null, null),
    onEntry: (callable) => `$count[${callables.indexOf(callable)}]++;`,
  });
  const exported = [...image.roots.keys()].map((name) => `${name}:${name}`).join();
  const bytes = new Uint8Array(16384);
  const board = {
    sampleThousandths: () => 21_370,
    setOutput: () => true,
    writeIdentity: (at: number) => bytes.set(Buffer.from("node"), at) ?? 4,
  };
  const names = Object.keys(board);
  const make = new Function("bytes", "$count", ...names, `${text}return{${exported}}`);
  const functions: Functions = make(bytes, counts, ...Object.values(board));
  const life = new Life(functions, bytes, sensorEntry !== null);
  life.connect();
  counts.fill(0);
  for (let round = 0; round < ROUNDS; round += 1) life.round();
  return new Map(callables.map((callable, index) => [callable, counts[index] ?? 0]));
}

const SCRATCH_AT = 12288;
const MINUTE_MS = 60_000;

class Life {
  readonly #functions: Functions;
  readonly #bytes: Uint8Array;
  readonly #isSensor: boolean;
  #nowMs = 0;
  #topic = 0;
  #nextId = 1;

  constructor(functions: Functions, bytes: Uint8Array, isSensor: boolean) {
    this.#functions = functions;
    this.#bytes = bytes;
    this.#isSensor = isSensor;
  }

  connect(): void {
    if (this.#isSensor) this.#ask("sensorInit", ...CAPACITIES, 1, MINUTE_MS);
    else {
      this.#ask("init", ...CAPACITIES);
      this.#ask("setClientId", this.#ask("prepareString", ...this.#put("node")));
      this.#ask("subscribe", ...this.#put("node/+"), 1);
    }
    this.#topic = this.#ask("prepareTopic", ...this.#put("node/reading"));
    this.#ask(this.#isSensor ? "sensorStart" : "connect", this.#nowMs);
    this.#poll();
    this.#ask("opened");
    this.#pump();
  }

  /** Each of what happens often, once. */
  round(): void {
    this.#nowMs += MINUTE_MS;
    const payload = this.#put('{"seq":17}');
    const room = SCRATCH_AT + 512;
    this.#ask("publishNow", this.#topic, ...payload, 0, room, 512, this.#nowMs);
    for (const qos of [0, 1, 2]) {
      this.#ask("publish", this.#topic, ...payload, qos);
      this.#pump();
    }
    this.#readNow(publishPacket("node/reading", '{"seq":17}', 0, 0), 2 + "node/reading".length);
    for (const qos of [0, 1, 2]) {
      this.#receive(publishPacket("node/reading", '{"seq":17}', qos, this.#nextId++));
      this.#pump();
    }
  }

  #ask(name: string, ...values: readonly number[]): number {
    return Number(this.#functions[name]?.(...values));
  }

  #put(text: string): readonly [at: number, length: number] {
    this.#bytes.set(Buffer.from(text), SCRATCH_AT);
    return [SCRATCH_AT, text.length];
  }

  #poll(): void {
    while (this.#ask(this.#isSensor ? "sensorPoll" : "poll", this.#nowMs) !== 0);
  }

  /** As every port does, with an answer to all that leaves. */
  #pump(): void {
    this.#poll();
    for (let sent = -1; sent !== 0; ) {
      sent = this.#ask("collect", SCRATCH_AT, SCRATCH_BYTES, this.#nowMs);
      for (const answer of answersTo(Buffer.from(this.#bytes.subarray(SCRATCH_AT, SCRATCH_AT + sent)))) {
        this.#receive(answer);
        this.#poll();
      }
    }
    this.#ask(this.#isSensor ? "sensorDeadlineMs" : "deadlineMs", this.#nowMs);
  }

  #readNow(packet: Buffer, known: number): void {
    this.#ask("receiveRoom");
    this.#bytes.set(packet, this.#ask("receiveAddress"));
    this.#ask("readNow", packet.length, known, this.#nowMs);
  }

  #receive(packet: Buffer): void {
    this.#ask("receiveRoom");
    this.#bytes.set(packet, this.#ask("receiveAddress"));
    this.#ask("received", packet.length, this.#nowMs);
    this.#poll();
  }
}

function publishPacket(topic: string, payload: string, qos: number, id: number): Buffer {
  const body = [
    0,
    topic.length,
    ...Buffer.from(topic),
    ...(qos > 0 ? [id >> 8, id & 255] : []),
    ...Buffer.from(payload),
  ];
  return Buffer.from([0x30 | (qos << 1), body.length, ...body]);
}

/** Of short packets, one behind the other. */
function answersTo(sent: Buffer): readonly Buffer[] {
  const answers: Buffer[] = [];
  for (let at = 0; at < sent.length; at += 2 + (sent[at + 1] ?? 0)) {
    const answer = answerTo(sent.subarray(at, at + 2 + (sent[at + 1] ?? 0)));
    if (answer !== null) answers.push(Buffer.from(answer));
  }
  return answers;
}

function answerTo(packet: Buffer): readonly number[] | null {
  const first = packet[0] ?? 0;
  const qos = (first >> 1) & 3;
  const idAt = first >> 4 === 3 ? 4 + packet.readUInt16BE(2) : 2;
  const id = [...packet.subarray(idAt, idAt + 2)];
  switch (first >> 4) {
    case 1:
      return [0x20, 2, 0, 0];
    case 3:
      return qos === 0 ? null : [qos === 1 ? 0x40 : 0x50, 2, ...id];
    case 5:
      return [0x62, 2, ...id];
    case 6:
      return [0x70, 2, ...id];
    case 8:
      return [0x90, 2 + subscribed(packet), ...id, ...new Array(subscribed(packet)).fill(1)];
    case 12:
      return [0xd0, 0];
    default:
      return null;
  }
}

function subscribed(packet: Buffer): number {
  let filters = 0;
  for (let at = 4; at < packet.length; at += 3 + packet.readUInt16BE(at)) filters += 1;
  return filters;
}
