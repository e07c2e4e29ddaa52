// Owns the comparison of codecs on one 56-byte PUBLISH: nanoseconds and heap bytes a call. Knows no particular codec.
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Comparison, Row } from "./comparison.ts";

export interface CodecUnderTest {
  readonly name: string;
  readonly version: string;
  /** Encodes the sample once more. The bytes need to last until the next call only. */
  encode(): Uint8Array;
  /** Decodes one whole packet and returns the length of its payload, so that the work cannot be left out. */
  decode(packet: Uint8Array): number;
}

/** 2 bytes of fixed header, 2 of length and 20 of topic, 32 of payload. */
export const sample = { topic: "plant/7/temperature/", payload: "0123456789abcdef0123456789abcdef" } as const;

const rounds = 25;
/** Some 10 ms: a round that the rest of the machine disturbs is one among many, and the median leaves it out. */
const callsTimed = 20_000;
/** Few enough that what they allocate fits the young generation: a collection in between would hide it. */
const callsWeighed = 1_000;

const fixedHeader = [0x30, 54, 0, sample.topic.length];
const samplePacket = Buffer.concat([Buffer.of(...fixedHeader), Buffer.from(sample.topic + sample.payload)]);

interface Gauge {
  readonly label: string;
  readonly read: (codec: CodecUnderTest) => number;
}

const gauges: readonly Gauge[] = [
  { label: "encode ns", read: (codec) => nanosecondsACall(() => codec.encode().length) },
  { label: "decode ns", read: (codec) => nanosecondsACall(() => codec.decode(samplePacket)) },
  { label: "encode heap bytes", read: (codec) => heapBytesACall(() => codec.encode().length) },
  { label: "decode heap bytes", read: (codec) => heapBytesACall(() => codec.decode(samplePacket)) },
];

/** The codecs take turns, so that a machine that slows down slows all of them. */
export function compareCodecs(codecs: readonly CodecUnderTest[]): Comparison {
  for (const codec of codecs) assertRight(codec);
  const readings = Array.from({ length: rounds }, () =>
    codecs.map((codec) => gauges.map(({ read }) => read(codec))),
  );
  const rows = codecs.map(({ name, version }, c): Row => {
    const figures = gauges.map(({ label }, g) => ({
      label,
      value: median(readings.map((round) => round[c]?.[g] as number)),
    }));
    return { contestant: name, version, figures };
  });
  const setting = `a ${samplePacket.length}-byte PUBLISH at QoS 0, median of ${rounds} rounds`;
  return { name: "codec", setting: `${setting}, Node ${process.version}`, rows };
}

function assertRight(codec: CodecUnderTest): void {
  assert.deepEqual(Buffer.from(codec.encode()), samplePacket, `${codec.name} encodes something else`);
  assert.equal(codec.decode(samplePacket), sample.payload.length, `${codec.name} decodes something else`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

/** The sum is looked at, so that no call is optimised away. */
function callOften(call: () => number, times: number): void {
  let sum = 0;
  for (let i = 0; i < times; i++) sum += call();
  assert.ok(sum > 0);
}

function nanosecondsACall(call: () => number): number {
  const startedAt = process.hrtime.bigint();
  callOften(call, callsTimed);
  return Number(process.hrtime.bigint() - startedAt) / callsTimed;
}

function heapBytesACall(call: () => number): number {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  callOften(call, callsWeighed);
  return Math.max(0, process.memoryUsage().heapUsed - before) / callsWeighed;
}

const collectGarbage = exposedGc();

/** Asked for at run time, so that the bench needs no flag on Node's command line. */
function exposedGc(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
