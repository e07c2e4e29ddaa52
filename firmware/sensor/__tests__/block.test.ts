// That a device is one run of bytes: its size, its refusals, and a copy that goes on.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Status } from "../../../host-sim/device/layout.generated.ts";
import { CAPACITIES, type Capacities, Device, startedDevice } from "./support/device.ts";
import { FakeBoard, instantiate } from "./support/image.ts";

/** Bytes of texts for a name of 14 characters, without credentials. */
const TEXT_BYTES = 91 + 5 * 14;

function answerTo(
  capacities: Partial<Capacities>,
  qos: number,
  intervalMs: number,
  identity = "esp8266-3f2a91",
): number {
  const board = new FakeBoard();
  board.identity = identity;
  const image = instantiate(board);
  return image.sensorInit(4096, ...Object.values({ ...CAPACITIES, ...capacities }), qos, intervalMs);
}

describe("a device is refused", () => {
  const refused: readonly (readonly [why: string, answer: () => number, status: number])[] = [
    ["at QoS 3", () => answerTo({}, 3, 1000), Status.QosRange],
    ["without an interval", () => answerTo({}, 1, 0), Status.ArgumentRange],
    ["with an interval of more than a day", () => answerTo({}, 1, 86_400_001), Status.ArgumentRange],
    ["without a receive buffer", () => answerTo({ receive: 0 }, 1, 1000), Status.CapacityRange],
    [
      "without room for its texts",
      () => answerTo({ textBytes: TEXT_BYTES - 1 }, 1, 1000),
      Status.TextBytesFull,
    ],
    ["with too few texts", () => answerTo({ texts: 6 }, 1, 1000), Status.TooManyTexts],
    ["with too few filters", () => answerTo({ filters: 1 }, 1, 1000), Status.TooManyFilters],
    ["on a board without a name", () => answerTo({}, 1, 1000, ""), Status.ArgumentRange],
    [
      "with a longer name than a client id",
      () => answerTo({}, 1, 1000, "x".repeat(24)),
      Status.ArgumentRange,
    ],
    ["with a wildcard in its name", () => answerTo({}, 1, 1000, "esp+1"), Status.TopicWildcard],
    ["with a name that is no text", () => answerTo({}, 1, 1000, "esp\u0000"), Status.BadUtf8],
  ];
  for (const [why, answer, status] of refused) {
    test(why, () => assert.equal(answer(), status));
  }
});

test("what a device is said to take is just enough", () => {
  assert.ok(answerTo({ texts: 7, textBytes: TEXT_BYTES, filters: 2 }, 1, 1) > 0);
  assert.ok(answerTo({}, 1, 86_400_000) > 0);
});

test("a refused device does nothing", () => {
  const image = instantiate(new FakeBoard());
  const all = Object.values({ ...CAPACITIES, filters: 1 });
  assert.equal(image.sensorInit(4096, ...all, 1, 1000), Status.TooManyFilters);
  assert.equal(image.sensorStart(4096, 0), Status.NotInitialised);
  assert.equal(image.sensorPoll(4096, 0), 0);
  assert.equal(image.sensorPause(4096), Status.NotInitialised);
  assert.equal(image.sensorStop(4096, 0, 0), Status.NotInitialised);
  assert.equal(image.sensorRestore(4096, 0, 0), Status.NotInitialised);
  assert.equal(image.sensorDeadlineMs(4096, 0), -1);
});

test("the size that was asked for is the size that is used, and nothing behind it is touched", () => {
  const image = instantiate(new FakeBoard());
  const all = Object.values(CAPACITIES);
  const bytes = image.sensorBytes(...all);
  const memory = new Uint8Array(image.memory.buffer);
  memory.fill(0x5a, 4096, 4096 + bytes + 64);
  assert.equal(image.sensorInit(4096, ...all, 1, 1000), bytes);
  assert.deepEqual(memory.slice(4096 + bytes, 4096 + bytes + 64), new Uint8Array(64).fill(0x5a));
  assert.equal(image.sensorBytes(...Object.values({ ...CAPACITIES, entries: 0 })), Status.CapacityRange);
});

test("a device that is made where another was remembers nothing of it", () => {
  const first = startedDevice();
  first.advanceMs(5000);
  first.breakLink();
  const bytes = new Uint8Array(first.image.memory.buffer);
  const all = Object.values(CAPACITIES);
  assert.ok(first.image.sensorInit(first.address, ...all, 1, 1000) > 0);
  const used = bytes.slice(first.address, first.address + first.bytes);
  const fresh = instantiate(new FakeBoard());
  assert.ok(fresh.sensorInit(first.address, ...all, 1, 1000) > 0);
  const unused = new Uint8Array(fresh.memory.buffer, first.address, first.bytes);
  const scratchEnd = first.image.sensorClient(first.address) - first.address;
  assert.deepEqual(used.slice(0, scratchEnd - 132), unused.slice(0, scratchEnd - 132));
  assert.deepEqual(used.slice(scratchEnd), unused.slice(scratchEnd));
});

test("a live device that is moved goes on, connected and offline alike", () => {
  const moved = startedDevice({ intervalMs: 1000 });
  const stayed = startedDevice({ intervalMs: 1000 });
  const steps: readonly ((device: Device) => void)[] = [
    (device) => device.advanceMs(2500),
    (device) => device.tell("command", "interval 2"),
    (device) => device.tell("command", "nonsense"),
    (device) => device.breakLink(),
    (device) => device.advanceMs(30_000),
    (device) => device.healLink(),
    (device) => device.advanceMs(200_000),
    (device) => device.tell("status", "offline"),
    (device) => device.image.sensorStop(device.address, 1000, device.nowMs),
    (device) => device.advanceMs(5000),
  ];
  steps.forEach((step, i) => {
    moved.move(i % 2 === 0 ? 20_000 : 4096);
    step(moved);
    step(stayed);
  });
  assert.deepEqual(moved.broker.packets, stayed.broker.packets);
  assert.deepEqual(moved.events, stayed.events);
  assert.equal(moved.broker.packets.at(-1)?.cmd, "disconnect");
});

// [MQTT3-4.4.0-1] [MQTT3-4.6.0-1] [MQTT3-3.3.1-1]
test("a session that the broker kept is resumed: what was in flight is sent again with DUP, in order", () => {
  const device = startedDevice({ clean: false });
  device.broker.acknowledges = false;
  device.advanceMs(3000);
  const inFlight = device.broker.messages("reading").slice(1);
  device.breakLink();
  device.healLink();
  device.broker.sessionPresent = true;
  device.broker.acknowledges = true;
  device.image.sensorPause(device.address);
  device.advanceMs(120_000);
  const again = device.broker.messages("reading").filter(({ dup }) => dup);
  assert.deepEqual(
    again.map(({ messageId, text }) => ({ messageId, text })),
    inFlight.map(({ messageId, text }) => ({ messageId, text })),
  );
  assert.ok(again.length > 0);
  assert.deepEqual(
    [...new Set(device.broker.sequence())],
    Array.from(device.board.sampled, (_, i) => i + 1),
  );
});

test("a copy that wakes up with a new clock reads on in its rhythm, less the time it slept", () => {
  const device = startedDevice({ intervalMs: 60_000, clean: false });
  device.advanceMs(1000);
  device.isLinkUp = false;
  device.nowMs = 12;
  assert.equal(device.image.sensorRestore(device.address, 50_000, device.nowMs), 0);
  device.advanceMs(9_999);
  assert.equal(device.board.sampled.length, 1);
  device.advanceMs(1);
  assert.equal(device.board.sampled.length, 2);
});
