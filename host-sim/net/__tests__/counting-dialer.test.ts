// Claims about counted streams: every byte once, and nothing else changed.
import assert from "node:assert/strict";
import { it } from "node:test";
import { VirtualClock } from "../../time/virtual-clock.ts";
import { countingDialer } from "../counting-dialer.ts";
import { memoryDialer } from "../memory-stream.ts";
import type { StreamHandlers } from "../stream.ts";

function noted(log: string[]): StreamHandlers {
  return {
    onOpen: () => log.push("open"),
    onData: (bytes) => log.push(`data ${Buffer.from(bytes)}`),
    onDrain: () => log.push("drain"),
    onEnd: () => log.push("end"),
    onClose: (error) => log.push(`close ${error?.kind ?? "well"}`),
  };
}

it("counts both ways over all streams, and passes everything on", () => {
  const clock = new VirtualClock();
  const server: string[] = [];
  const { dialer, counts } = countingDialer(
    memoryDialer(clock, (stream) => ({
      ...noted(server),
      onData: () => void stream.write(Buffer.from("answer")),
      onEnd: () => stream.end(),
    })),
  );
  const logs = [[], []] as string[][];
  for (const log of logs) {
    const stream = dialer.dial(noted(log));
    assert.equal(stream.write(Buffer.from("hey")), true);
    clock.runUntil(clock.nowMs + 1);
    stream.end();
    clock.runUntil(clock.nowMs + 1);
  }
  assert.deepEqual(logs, Array(2).fill(["open", "data answer", "end", "close well"]));
  assert.deepEqual(counts, { up: 6, down: 12 });
});

it("passes on pressure and a reset", () => {
  const clock = new VirtualClock();
  const server: string[] = [];
  const { dialer } = countingDialer(memoryDialer(clock, () => noted(server)));
  const stream = dialer.dial(noted([]));
  assert.equal(stream.write(new Uint8Array(64 * 1024)), false);
  stream.destroy();
  clock.runUntil(1);
  assert.equal(server.at(-1), "close reset");
});
