// What the host reads in the device's own fields.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Event, SensorLayout, Status } from "../../../host-sim/device/layout.generated.ts";
import { Device, startedDevice } from "./support/device.ts";
import { FakeBoard } from "./support/image.ts";

const QUOTA_EXCEEDED = 0x97;

type Field = "readings" | "accepted" | "refused" | "published" | "dropped" | "lastThousandths" | "lastTicket";

function read(device: Device, field: Field): number {
  const { offset, type } = SensorLayout.fields[field];
  const view = new DataView(device.image.memory.buffer);
  const at = device.address + offset;
  return type === "i32" ? view.getInt32(at, true) : view.getUint32(at, true);
}

function counts(device: Device): Readonly<Record<string, number>> {
  const fields: readonly Field[] = ["readings", "accepted", "refused", "published", "dropped"];
  return Object.fromEntries(fields.map((field) => [field, read(device, field)]));
}

test("every reading is accepted and published while the link holds, and notices are not counted", () => {
  const device = startedDevice();
  device.advanceMs(4000);
  device.tell("command", "nonsense");
  assert.equal(device.broker.texts("error").length, 1);
  assert.deepEqual(counts(device), { readings: 5, accepted: 5, refused: 0, published: 5, dropped: 0 });
});

for (const qos of [1, 2] as const) {
  test(`at QoS ${qos} an outage longer than the outbox: accepted is published and dropped, by the events too`, () => {
    const device = startedDevice({ qos, capacities: { entries: 5 } });
    device.breakLink();
    device.advanceMs(12_000);
    const offline = counts(device);
    assert.ok((offline.accepted ?? 0) > (offline.published ?? 0) + (offline.dropped ?? 0), "some wait");
    device.healLink();
    device.image.sensorPause(device.address);
    device.advanceMs(150_000);
    const events = device.events.filter(({ event }) => event === Event.Dropped).length;
    const { readings, accepted, refused, published, dropped } = counts(device);
    assert.equal(readings, device.board.sampled.length);
    assert.equal(readings, (accepted ?? 0) + (refused ?? 0));
    assert.equal(accepted, (published ?? 0) + (dropped ?? 0));
    assert.equal(dropped, events);
    assert.equal(published, device.broker.sequence().length);
  });
}

test("at QoS 0 published means handed over, and a reading without a connection is dropped", () => {
  const device = startedDevice({ qos: 0 });
  device.advanceMs(3000);
  assert.deepEqual(counts(device), { readings: 4, accepted: 4, refused: 0, published: 3, dropped: 1 });
});

test("a reading that finds no room is refused, with the status that says so", () => {
  const device = startedDevice({ capacities: { entries: 2 } });
  device.broker.acknowledges = false;
  device.advanceMs(5000);
  assert.deepEqual(counts(device), { readings: 6, accepted: 3, refused: 3, published: 1, dropped: 0 });
  assert.equal(read(device, "lastTicket"), Status.OutboxFull);
});

for (const qos of [1, 2] as const) {
  test(`at QoS ${qos} a reading that the broker refuses is counted as dropped, since nobody has it`, () => {
    const device = new Device({ qos, version: 5 });
    device.broker.reasonCode = QUOTA_EXCEEDED;
    device.start();
    device.advanceMs(2000);
    assert.deepEqual(counts(device), { readings: 3, accepted: 3, refused: 0, published: 0, dropped: 3 });
  });
}

test("the newest reading and its ticket can be read", () => {
  const device = startedDevice({ board: new FakeBoard([21370, -5125]) });
  device.advanceMs(1000);
  assert.equal(read(device, "lastThousandths"), -5125);
  assert.ok(read(device, "lastTicket") > 0);
});
