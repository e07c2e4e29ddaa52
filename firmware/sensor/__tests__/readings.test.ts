// What a subscriber of the reading topic may rely on.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DropReason, Event } from "../../../host-sim/device/layout.generated.ts";
import { Device, startedDevice } from "./support/device.ts";
import { FakeBoard } from "./support/image.ts";

const NO_READING = -(2 ** 31);

describe("a reading", () => {
  const written: readonly (readonly [thousandths: number, decimal: string])[] = [
    [0, "0.00"],
    [4, "0.00"],
    [-4, "0.00"],
    [5, "0.01"],
    [-5, "-0.01"],
    [50, "0.05"],
    [-50, "-0.05"],
    [990, "0.99"],
    [994, "0.99"],
    [995, "1.00"],
    [-995, "-1.00"],
    [1000, "1.00"],
    [-1000, "-1.00"],
    [9999, "10.00"],
    [21370, "21.37"],
    [-21370, "-21.37"],
    [21374, "21.37"],
    [21375, "21.38"],
    [1234567, "1234.57"],
    [100000000, "100000.00"],
    [2147483647, "2147483.65"],
    [-2147483647, "-2147483.65"],
  ];
  for (const [thousandths, decimal] of written) {
    test(`of ${thousandths} thousandths is written ${decimal}`, () => {
      const device = startedDevice({ board: new FakeBoard([thousandths]) });
      assert.deepEqual(device.broker.texts("reading"), [`{"seq":1,"celsius":${decimal}}`]);
    });
  }

  test("that the sensor could not take is null, and the next is a number again", () => {
    const device = startedDevice({ board: new FakeBoard([NO_READING, 1000]) });
    device.advanceMs(1000);
    assert.deepEqual(device.broker.texts("reading"), [
      '{"seq":1,"celsius":null}',
      '{"seq":2,"celsius":1.00}',
    ]);
  });

  test("is taken from the first channel, and not retained", () => {
    const device = startedDevice();
    device.advanceMs(1000);
    assert.deepEqual(device.board.sampled, [0, 0]);
    for (const message of device.broker.messages("reading")) {
      assert.equal(message.topic, "motekit/esp8266-3f2a91/reading");
      assert.equal(message.retain, false);
    }
  });

  for (const qos of [0, 1, 2] as const) {
    test(`goes out at QoS ${qos} when that was chosen, each once`, () => {
      const device = new Device({ qos });
      device.start();
      device.advanceMs(5000);
      const readings = device.broker.messages("reading");
      assert.ok(readings.every((reading) => reading.qos === qos));
      // the one that was taken before the connection stood is gone at QoS 0
      assert.deepEqual(device.broker.sequence(), qos === 0 ? [2, 3, 4, 5, 6] : [1, 2, 3, 4, 5, 6]);
    });
  }

  test("has as many digits in its number as it needs", () => {
    const device = startedDevice({ intervalMs: 1 });
    device.advanceMs(1099);
    const texts = device.broker.texts("reading");
    for (const seq of [1, 9, 10, 11, 99, 100, 101, 999, 1000, 1001, 1100]) {
      assert.equal(texts[seq - 1], `{"seq":${seq},"celsius":21.37}`);
    }
    assert.equal(texts.length, 1100);
  });
});

describe("the time of a reading", () => {
  test("does not drift when the device is called late", () => {
    const device = startedDevice({ intervalMs: 1000 });
    for (let i = 0; i < 10; i++) {
      device.stallMs(1000 + (i % 2 === 0 ? 90 : -90));
      device.settle();
    }
    device.advanceMs(999);
    assert.equal(device.board.sampled.length, 11);
    device.advanceMs(1);
    assert.equal(device.board.sampled.length, 12);
  });

  test("that nobody called for is not made up for, and the rhythm stays", () => {
    const device = startedDevice({ intervalMs: 1000 });
    device.stallMs(4300);
    device.settle();
    assert.equal(device.board.sampled.length, 2);
    device.advanceMs(699);
    assert.equal(device.board.sampled.length, 2);
    device.advanceMs(1);
    assert.equal(device.board.sampled.length, 3);
  });

  test("does not depend on how often the device is called", () => {
    const device = startedDevice({ intervalMs: 1000 });
    for (let ms = 0; ms < 10_000; ms += 7) {
      device.stallMs(7);
      device.settle();
    }
    assert.equal(device.board.sampled.length, 11);
  });
});

describe("an outage", () => {
  test("that the outbox bridges loses nothing and keeps the order", () => {
    const device = startedDevice({ intervalMs: 2000 });
    device.advanceMs(4000);
    device.breakLink();
    device.advanceMs(10_000);
    device.healLink();
    device.advanceMs(120_000);
    const sequence = device.broker.sequence();
    assert.deepEqual(
      sequence,
      sequence.map((_, i) => i + 1),
    );
    assert.deepEqual(device.broker.texts("error"), []);
  });

  test("that outlasts the outbox drops the oldest, keeps the order and says how many", () => {
    const device = startedDevice({ capacities: { entries: 5 } });
    device.breakLink();
    device.advanceMs(20_000);
    const before = device.broker.sequence().length;
    assert.deepEqual(device.broker.sequence(), [1]);
    device.healLink();
    device.advanceMs(150_000);

    const sequence = device.broker.sequence();
    const taken = device.board.sampled.length;
    const missing = Array.from({ length: taken }, (_, i) => i + 1).filter((seq) => !sequence.includes(seq));
    const dropped = device.events.filter(
      ({ event, code }) => event === Event.Dropped && code === DropReason.Overflow,
    );
    assert.ok(missing.length > 10);
    assert.deepEqual(
      missing,
      Array.from(missing, (_, i) => before + 1 + i),
      "the oldest, without a gap",
    );
    assert.deepEqual(
      sequence,
      [...sequence].sort((a, b) => a - b),
    );
    assert.equal(dropped.length, missing.length);
    assert.deepEqual(device.broker.texts("error"), [`${missing.length} readings dropped: outbox full`]);
    const [notice] = device.broker.messages("error");
    assert.equal(notice?.topic, "motekit/esp8266-3f2a91/error");
    assert.equal(notice?.retain, false);
  });

  test("that costs one reading says so in the singular, after all readings that waited", () => {
    const device = startedDevice({ capacities: { entries: 3 } });
    device.breakLink();
    device.advanceMs(4000);
    device.image.sensorPause(device.address);
    device.healLink();
    device.advanceMs(150_000);
    assert.deepEqual(device.broker.texts("error"), ["1 reading dropped: outbox full"]);
    const order = device.broker
      .ofKind("publish")
      .map(({ topic }) => topic.split("/").at(-1))
      .filter((level) => level !== "status");
    assert.equal(order.at(-1), "error");
  });

  test("with everything in flight refuses new readings, and they are counted in the notice", () => {
    const device = startedDevice({ capacities: { entries: 4 } });
    device.broker.acknowledges = false;
    device.advanceMs(8000);
    const arrived = [...device.broker.sequence()];
    device.broker.acknowledges = true;
    device.broker.sessionPresent = false;
    device.breakLink();
    device.healLink();
    device.image.sensorPause(device.address);
    device.advanceMs(60_000);
    const missing = device.board.sampled.length - new Set(device.broker.sequence()).size;
    assert.ok(missing > 0);
    assert.ok(arrived.length < device.board.sampled.length);
    assert.deepEqual(device.broker.texts("error"), [
      missing === 1 ? "1 reading dropped: outbox full" : `${missing} readings dropped: outbox full`,
    ]);
  });

  test("at QoS 0 drops each reading with an event, and no notice", () => {
    const device = startedDevice({ qos: 0 });
    device.breakLink();
    const before = device.events.length;
    device.advanceMs(5000);
    const dropped = device.events.slice(before).filter(({ event }) => event === Event.Dropped);
    assert.deepEqual(
      dropped.map(({ code }) => code),
      Array(5).fill(DropReason.Offline),
    );
    device.healLink();
    device.advanceMs(120_000);
    assert.deepEqual(device.broker.texts("error"), []);
  });
});
