// What the retained status says, and that it is true.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Device, startedDevice } from "./support/device.ts";
import { FakeBoard } from "./support/image.ts";

const STATUS_TOPIC = "motekit/esp8266-3f2a91/status";

test("the connection is made under the board's name, with `offline` as the retained will", () => {
  const device = startedDevice();
  const [connect] = device.broker.ofKind("connect");
  assert.equal(connect?.clientId, "esp8266-3f2a91");
  assert.equal(connect?.will?.topic, STATUS_TOPIC);
  assert.equal(connect?.will?.payload.toString(), "offline");
  assert.equal(connect?.will?.qos, 1);
  assert.equal(connect?.will?.retain, true);
});

test("the device listens to its commands and to its own status", () => {
  const device = startedDevice();
  const filters = device.broker.ofKind("subscribe").flatMap(({ subscriptions }) => subscriptions);
  assert.deepEqual(filters.map(({ topic, qos }) => `${topic} ${qos}`).sort(), [
    "motekit/esp8266-3f2a91/command 1",
    `${STATUS_TOPIC} 1`,
  ]);
});

test("`online` is published retained after every connect", () => {
  const device = startedDevice();
  device.breakLink();
  device.healLink();
  device.advanceMs(120_000);
  const statuses = device.broker.messages("status");
  assert.equal(device.broker.ofKind("connect").length, 2);
  assert.deepEqual(
    statuses.map(({ topic, text, qos, retain }) => ({ topic, text, qos, retain })),
    Array(2).fill({ topic: STATUS_TOPIC, text: "online", qos: 1, retain: true }),
  );
});

test("a late will is answered by `online`, an echo of `online` by nothing", () => {
  const device = startedDevice();
  device.tell("status", "online");
  device.tell("status", "online", true);
  assert.deepEqual(device.broker.texts("status"), ["online"]);
  device.tell("status", "offline");
  assert.deepEqual(device.broker.texts("status"), ["online", "online"]);
});

test("a goodbye publishes `offline` retained, then DISCONNECT, and takes no more readings", () => {
  const device = startedDevice();
  device.advanceMs(2000);
  assert.equal(device.image.sensorStop(device.address, 1000, device.nowMs), 0);
  device.advanceMs(60_000);
  const last = device.broker.packets.at(-1);
  const status = device.broker.messages("status").at(-1);
  assert.equal(last?.cmd, "disconnect");
  assert.deepEqual([status?.text, status?.retain], ["offline", true]);
  assert.equal(device.board.sampled.length, 3);
  assert.equal(device.image.sensorDeadlineMs(device.address, device.nowMs), -1);
});

test("a device that was stopped can be started again, is `online` then, and counts on", () => {
  const device = startedDevice();
  device.image.sensorStop(device.address, 1000, device.nowMs);
  device.advanceMs(10_000);
  device.start();
  device.advanceMs(1000);
  assert.deepEqual(device.broker.texts("status"), ["online", "offline", "online"]);
  assert.deepEqual(device.broker.sequence(), [1, 2, 3]);
});

test("a device that pauses stays online, sends what waits, and goes on when it is asked to", () => {
  const device = startedDevice();
  device.breakLink();
  device.advanceMs(3000);
  assert.equal(device.image.sensorPause(device.address), 0);
  device.healLink();
  device.advanceMs(120_000);
  assert.deepEqual(device.broker.sequence(), [1, 2, 3, 4]);
  assert.equal(device.broker.texts("status").at(-1), "online");
});

test("a name as long as a client id may be has its place in every topic", () => {
  const board = new FakeBoard();
  board.identity = "abcdefghijklmnopqrstuvw";
  const device = new Device({ board, capacities: { textBytes: 91 + 5 * 23 } });
  device.start();
  device.tell("command", "nonsense");
  const topics = device.broker.ofKind("publish").map(({ topic }) => topic);
  assert.deepEqual(topics.sort(), [
    "motekit/abcdefghijklmnopqrstuvw/error",
    "motekit/abcdefghijklmnopqrstuvw/reading",
    "motekit/abcdefghijklmnopqrstuvw/status",
  ]);
});
