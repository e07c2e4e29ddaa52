// Owns one run of the modelled TCP over the modelled link, in virtual time. Knows nothing of the kernel.
import { createLink, type Link } from "../../host-sim/net/link/link.ts";
import { parseLink } from "../../host-sim/net/link/overlay.ts";
import type { Outlet } from "../../host-sim/net/link/packet-channel.ts";
import { TcpEndpoint } from "../../host-sim/net/link/tcp/endpoint.ts";
import { LINUX } from "../../host-sim/net/link/tcp/flavour.ts";
import { bytesOnWire, type Segment } from "../../host-sim/net/link/tcp/segment.ts";
import type { StreamHandlers } from "../../host-sim/net/stream.ts";
import { createRandom } from "../../host-sim/random/random.ts";
import { VirtualClock } from "../../host-sim/time/virtual-clock.ts";
import type { Case, LinkUnderTest, Work } from "./cases.ts";

/** Both ends set TCP_NODELAY. */
const FLAVOUR = { ...LINUX, nagle: false };
/** The coarsest step of a timer wheel that matters here: runs start anywhere in it. */
const PHASES_MS = 16_384;

export function runModel(subject: Case, seed: number): readonly number[] {
  const random = createRandom(seed);
  const beganMs = random.stream("phase").between(0, PHASES_MS);
  const clock = new VirtualClock(beganMs);
  const link = createLink(profileOf(subject.link), clock, random.scope("link"));
  const { dark } = subject.link;
  if (dark !== null) clock.at(beganMs + dark.fromMs, () => link.blackhole(dark.forMs));
  const samplesMs: number[] = [];
  let isOver = false;
  const done = (): void => {
    isOver = true;
  };
  begin(subject.work, { clock, link, beganMs, samplesMs, done });
  while (!isOver && clock.nowMs < beganMs + subject.limitMs && clock.runNext());
  if (!isOver) throw new Error(`${subject.name}, seed ${seed}: the model did not come to its end`);
  return samplesMs;
}

function profileOf({
  oneWayMs,
  loss,
  bitsPerSecond,
  queuePackets,
}: LinkUnderTest): ReturnType<typeof parseLink> {
  return {
    ...parseLink(`perfect,delay=${oneWayMs}ms,loss=${100 * loss}%`),
    upBitsPerSecond: bitsPerSecond,
    downBitsPerSecond: bitsPerSecond,
    queuePackets,
  };
}

interface Stage {
  readonly clock: VirtualClock;
  readonly link: Link;
  readonly beganMs: number;
  readonly samplesMs: number[];
  done(): void;
}

function begin(work: Work, stage: Stage): void {
  if (work.kind === "echo") echo(work, stage);
  else if (work.kind === "transfer") transfer(work, stage);
  else reset(work, stage);
}

function echo({ startMs, count, everyMs, bytes }: Work & { kind: "echo" }, stage: Stage): void {
  const { clock, beganMs, samplesMs } = stage;
  const firstMs = beganMs + startMs;
  let pending = 0;
  const { client, server } = connect(
    stage,
    {
      onData(data) {
        for (pending += data.length; pending >= bytes; pending -= bytes) {
          samplesMs.push(clock.nowMs - (firstMs + samplesMs.length * everyMs));
        }
        if (samplesMs.length === count) stage.done();
      },
    },
    {
      onData: (data) => server.write(data),
    },
  );
  for (let i = 0; i < count; i++) clock.at(firstMs + i * everyMs, () => client.write(new Uint8Array(bytes)));
}

function transfer({ count, bytes }: Work & { kind: "transfer" }, stage: Stage): void {
  const startMs = stage.clock.nowMs;
  const { client, server } = connect(
    stage,
    {
      onOpen: () => {
        client.write(new Uint8Array(bytes));
        client.end();
      },
      onEnd() {
        stage.samplesMs.push(stage.clock.nowMs - startMs);
        if (count === 1) stage.done();
        else transfer({ kind: "transfer", count: count - 1, bytes }, stage);
      },
    },
    {
      onEnd: () => server.end(),
    },
  );
}

function reset({ resetAtMs, writeAtMs }: Work & { kind: "reset" }, stage: Stage): void {
  const { clock, beganMs } = stage;
  const { client, server } = connect(
    stage,
    {
      onClose() {
        stage.samplesMs.push(clock.nowMs - beganMs - (writeAtMs ?? resetAtMs));
        stage.done();
      },
    },
    {},
  );
  clock.at(beganMs + resetAtMs, () => server.destroy());
  if (writeAtMs !== null) clock.at(beganMs + writeAtMs, () => client.write(new Uint8Array(1)));
}

function connect(
  { clock, link }: Stage,
  onClient: Partial<StreamHandlers>,
  onServer: Partial<StreamHandlers>,
): { readonly client: TcpEndpoint; readonly server: TcpEndpoint } {
  let isCalled = false;
  const toServer = (segment: Segment): void => {
    if (segment.synMss !== null && !isCalled) {
      isCalled = true;
      server.accept(segment);
    } else {
      server.receive(segment);
    }
  };
  const atServer: Outlet<Segment> = { arrived: toServer, lost: nothing };
  const atClient: Outlet<Segment> = { arrived: (segment) => client.receive(segment), lost: nothing };
  const up = (segment: Segment): void => link.uplink.send(bytesOnWire(segment), segment, atServer);
  const down = (segment: Segment): void => link.downlink.send(bytesOnWire(segment), segment, atClient);
  const client = new TcpEndpoint(clock, FLAVOUR, up, { ...DEAF, ...onClient }, 0);
  const server = new TcpEndpoint(clock, FLAVOUR, down, { ...DEAF, ...onServer }, 0);
  client.connect();
  return { client, server };
}

function nothing(): void {}

const DEAF: StreamHandlers = {
  onOpen: nothing,
  onData: nothing,
  onDrain: nothing,
  onEnd: nothing,
  onClose: nothing,
};
