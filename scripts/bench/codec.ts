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
  /** Decodes whole packets and returns the sum of their payloads' lengths, so that the work cannot be left out. */
  decode(packets: Uint8Array): number;
}

/** 2 bytes of fixed header, 2 of length and 20 of topic, 32 of payload. */
export const sample = { topic: "plant/7/temperature/", payload: "0123456789abcdef0123456789abcdef" } as const;

const rounds = 25;
/** Some 10 ms: a round that the rest of the machine disturbs is one among many, and the median leaves it out. */
const callsTimed = 5_000;
/** Few enough that what they allocate fits the young generation: a collection in between would hide it. */
const packetsWeighed = 1_000;

const fixedHeader = [0x30, 54, 0, sample.topic.length];
const samplePacket = Buffer.concat([Buffer.of(...fixedHeader), Buffer.from(sample.topic + sample.payload)]);

/** As many as a segment of 1,440 bytes brings at once. */
const packetsASegment = 25;
const segment = Buffer.concat(Array<Buffer>(packetsASegment).fill(samplePacket));

interface Gauge {
  readonly label: string;
  readonly read: (codec: CodecUnderTest) => number;
}

const timed: readonly Gauge[] = [
  { label: "encode ns", read: (codec) => nanosecondsACall(() => codec.encode().length) },
  { label: "decode ns", read: (codec) => nanosecondsACall(() => codec.decode(segment)) / packetsASegment },
];
const weighed: readonly Gauge[] = [
  {
    label: "encode heap bytes",
    read: (codec) => heapBytesACall(() => codec.encode().length, packetsWeighed),
  },
  {
    label: "decode heap bytes",
    read: (codec) =>
      heapBytesACall(() => codec.decode(segment), packetsWeighed / packetsASegment) / packetsASegment,
  },
];

/**
 * The codecs take turns, so that a machine that slows down slows all of them. Every time is taken before anything is weighed:
 * the collections that weighing needs make V8 throw away the compiled code of whoever has not run lately.
 */
export function compareCodecs(codecs: readonly CodecUnderTest[]): Comparison {
  for (const codec of codecs) assertRight(codec);
  const medians = [...mediansOf(codecs, timed), ...mediansOf(codecs, weighed)];
  const rows = codecs.map(({ name, version }, c): Row => {
    const figures = medians.map(({ label, values }) => ({ label, value: values[c] as number }));
    return { contestant: name, version, figures };
  });
  const setting = `a ${samplePacket.length}-byte PUBLISH at QoS 0, received ${packetsASegment} at a time, median of ${rounds} rounds`;
  return { name: "codec", setting: `${setting}, Node ${process.version}`, rows };
}

interface Medians {
  readonly label: string;
  /** One a codec. */
  readonly values: readonly number[];
}

function mediansOf(codecs: readonly CodecUnderTest[], gauges: readonly Gauge[]): readonly Medians[] {
  const readings = Array.from({ length: rounds }, () =>
    gauges.map(({ read }) => codecs.map((codec) => read(codec))),
  );
  return gauges.map(({ label }, g) => ({
    label,
    values: codecs.map((_, c) => median(readings.map((round) => round[g]?.[c] as number))),
  }));
}

function assertRight(codec: CodecUnderTest): void {
  assert.deepEqual(Buffer.from(codec.encode()), samplePacket, `${codec.name} encodes something else`);
  assert.equal(
    codec.decode(segment),
    packetsASegment * sample.payload.length,
    `${codec.name} decodes something else`,
  );
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

function heapBytesACall(call: () => number, times: number): number {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  callOften(call, times);
  return Math.max(0, process.memoryUsage().heapUsed - before) / times;
}

const collectGarbage = exposedGc();

/** Asked for at run time, so that the bench needs no flag on Node's command line. */
function exposedGc(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
