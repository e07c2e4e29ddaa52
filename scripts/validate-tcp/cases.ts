// Owns what TCP is made to do, by the kernel and by the model alike. Knows neither.

export interface LinkUnderTest {
  readonly oneWayMs: number;
  /** Of packets, each way, 0 to 1. */
  readonly loss: number;
  /** Null: no bottleneck. */
  readonly bitsPerSecond: number | null;
  readonly queuePackets: number;
  /** When nothing passes, counted from the start. */
  readonly dark: { readonly fromMs: number; readonly forMs: number } | null;
}

/** What the client does; each yields one sample or more, in milliseconds. kernel_pair.py says what is measured. */
export type Work =
  | {
      readonly kind: "echo";
      readonly startMs: number;
      readonly count: number;
      readonly everyMs: number;
      readonly bytes: number;
    }
  | { readonly kind: "transfer"; readonly count: number; readonly bytes: number }
  | { readonly kind: "reset"; readonly resetAtMs: number; readonly writeAtMs: number | null };

export interface Case {
  readonly name: string;
  readonly title: string;
  readonly link: LinkUnderTest;
  readonly work: Work;
  /** Which quantiles of one run's samples are compared; 1 is the largest. */
  readonly quantiles: readonly number[];
  /** No run takes longer. */
  readonly limitMs: number;
}

const CLEAN: LinkUnderTest = {
  oneWayMs: 50,
  loss: 0,
  bitsPerSecond: null,
  queuePackets: 1_000,
  dark: null,
};

/** Closer together than a round trip, so that acks, repetitions and new messages meet; and out of step with it. */
const TALK: Work = { kind: "echo", startMs: 1_000, count: 300, everyMs: 230, bytes: 64 };

export const CASES: readonly Case[] = [
  {
    name: "rtt-600-loss-5",
    title: "echo of 64 bytes every 230 ms, RTT 600 ms, 5 % lost each way",
    link: { ...CLEAN, oneWayMs: 300, loss: 0.05 },
    work: TALK,
    quantiles: [0.5, 0.9, 0.99],
    limitMs: 120_000,
  },
  {
    name: "rtt-100-loss-5",
    title: "the same, RTT 100 ms",
    link: { ...CLEAN, loss: 0.05 },
    work: TALK,
    quantiles: [0.5, 0.9, 0.99],
    limitMs: 120_000,
  },
  {
    name: "iridium",
    title: "echo of 64 bytes every 2 s, 2400 bit/s, 400 ms each way",
    link: { ...CLEAN, oneWayMs: 400, bitsPerSecond: 2_400 },
    work: { kind: "echo", startMs: 6_000, count: 25, everyMs: 2_000, bytes: 64 },
    quantiles: [0.5, 0.9, 1],
    limitMs: 90_000,
  },
  {
    name: "blackhole",
    title: "echo of 64 bytes every second, RTT 100 ms, nothing passes for 30 s",
    link: { ...CLEAN, dark: { fromMs: 10_300, forMs: 30_000 } },
    work: { kind: "echo", startMs: 1_000, count: 60, everyMs: 1_000, bytes: 64 },
    quantiles: [0.25, 0.9, 1],
    limitMs: 120_000,
  },
  {
    name: "bulk-loss-2",
    title: "100 kB on a connection of their own, RTT 100 ms, 2 % lost each way",
    link: { ...CLEAN, loss: 0.02 },
    work: { kind: "transfer", count: 20, bytes: 100_000 },
    quantiles: [0.1, 0.5, 0.9],
    limitMs: 200_000,
  },
  {
    name: "full-queue",
    title: "60 kB on a connection of their own, 64 kbit/s behind a queue of 10 packets, RTT 100 ms",
    link: { ...CLEAN, bitsPerSecond: 64_000, queuePackets: 10 },
    work: { kind: "transfer", count: 5, bytes: 60_000 },
    quantiles: [0.5, 1],
    limitMs: 150_000,
  },
  {
    name: "reset",
    title: "the other end resets, RTT 100 ms: until this end knows",
    link: CLEAN,
    work: { kind: "reset", resetAtMs: 2_000, writeAtMs: null },
    quantiles: [1],
    limitMs: 30_000,
  },
  {
    name: "reset-lost",
    title: "that reset is lost, and this end writes: until it knows",
    link: { ...CLEAN, dark: { fromMs: 1_500, forMs: 1_000 } },
    work: { kind: "reset", resetAtMs: 2_000, writeAtMs: 4_000 },
    quantiles: [1],
    limitMs: 30_000,
  },
];
