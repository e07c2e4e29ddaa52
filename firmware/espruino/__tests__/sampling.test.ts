import assert from "node:assert/strict";
import { test } from "node:test";
import { Bench, HOME } from "./support/bench.ts";
import { image } from "./support/image.ts";

const SENSOR = await image("sensor");

type Callback = (answer: unknown) => void;

interface Thermometer {
  readonly module: string;
  readonly sensor: object;
  /** Given what a reading calls for, ends up calling back, or answers. */
  readonly driver: object;
}

function readings(
  sensor: object,
  modules: Record<string, object>,
  interval: number,
  forMs: number,
  analog = 0.5,
) {
  const bench = new Bench({ modules, analog: () => analog });
  bench.storage.write("motekit.json", {
    wifi: { ssid: HOME.ssid, password: HOME.password },
    broker: { host: "broker.home" },
    name: "shed",
    sensor,
    interval,
  });
  bench.powerOn().run(SENSOR);
  bench.advanceMs(forMs);
  return { bench, celsius: bench.heard("/reading").map((text) => JSON.parse(text).celsius as number | null) };
}

/** A DHT22 that answers after half a second, each time a tenth more. */
function dht22(answers: (call: number) => object): Thermometer {
  let calls = 0;
  const read = (done: Callback): void => later(() => done(answers(calls++)), 550);
  return { module: "DHT22", sensor: { kind: "dht22", pin: "D4" }, driver: { connect: () => ({ read }) } };
}

let later: (run: () => void, delayMs: number) => void = () => {};

function withDriver(make: () => Thermometer, interval: number, forMs: number) {
  const { module, sensor, driver } = make();
  const modules = { [module]: driver };
  const bench = new Bench({ modules });
  later = (run, delayMs) => {
    bench.clock.at(bench.clock.nowMs + delayMs, run);
  };
  bench.storage.write("motekit.json", {
    wifi: { ssid: HOME.ssid, password: HOME.password },
    broker: { host: "broker.home" },
    name: "shed",
    sensor,
    interval,
  });
  bench.powerOn().run(SENSOR);
  bench.advanceMs(forMs);
  return { bench, celsius: bench.heard("/reading").map((text) => JSON.parse(text).celsius as number | null) };
}

test("a pin is measured along its line", () => {
  const { celsius } = readings({ kind: "adc", pin: "A0", scale: 200, offset: -30 }, {}, 10, 5000, 0.2514);
  assert.deepEqual(celsius, [20.28]);
});

test("a DHT22 is read before each reading is due, and each result is used once", () => {
  const { celsius } = withDriver(
    () => dht22((call) => ({ raw: "01", temp: 20 + call / 10, rh: 50 })),
    10,
    35_000,
  );
  assert.deepEqual(celsius, [20, 20.1, 20.2, 20.3]);
});

test("a DHT22 that fails is no reading, and the next success is one", () => {
  const { celsius } = withDriver(
    () =>
      dht22((call) =>
        call === 1 ? { raw: "", err: true, temp: -1, rh: -1 } : { raw: "01", temp: 21, rh: 50 },
      ),
    10,
    25_000,
  );
  assert.equal(celsius[0], 21);
  assert.equal(celsius[2], 21);
});

test("a DHT22 that is unplugged, and answers nothing any more, is not repeated", () => {
  let isThere = true;
  const unplugged = (): Thermometer => ({
    module: "DHT22",
    sensor: { kind: "dht22", pin: "D4" },
    driver: {
      connect: () => ({
        read(done: Callback) {
          if (isThere) later(() => done({ raw: "01", temp: 21, rh: 50 }), 550);
          isThere = false;
        },
      }),
    },
  });
  assert.deepEqual(withDriver(unplugged, 10, 25_000).celsius, [21, null, null]);
});

test("a DS18B20 that was never asked to convert says 85 °C, which is no reading", () => {
  const answers = [85, 21.5, null];
  const ds18b20 = (): Thermometer => ({
    module: "DS18B20",
    sensor: { kind: "ds18b20", pin: "D4" },
    driver: { connect: () => ({ getTemp: (done: Callback) => later(() => done(answers.shift()), 750) }) },
  });
  assert.deepEqual(withDriver(ds18b20, 10, 25_000).celsius, [null, 21.5, null]);
});

test("85 °C from another thermometer is one", () => {
  const bme280 = { connect: () => ({ getData: () => ({ temp: 85, pressure: 1013, humidity: 40 }) }) };
  const { celsius } = readings({ kind: "bme280", sda: "D4", scl: "D5" }, { BME280: bme280 }, 10, 5000);
  assert.deepEqual(celsius, [85]);
});

test("a driver that is not in Storage is told by its name, and the device goes on without readings", () => {
  const { bench, celsius } = readings({ kind: "dht22", pin: "D4" }, {}, 10, 15_000);
  assert.deepEqual(bench.told("error sensor-refused"), ['dht22: Module "DHT22" not found']);
  assert.deepEqual(celsius, [null, null]);
  assert.equal(bench.heard("/status").at(-1), "online");
});

test("a thermometer that throws is no reading", () => {
  let calls = 0;
  const getData = () => {
    calls++;
    if (calls === 2) throw new Error("i2c: no ack");
    return { temp: 20 };
  };
  const { celsius } = readings(
    { kind: "bme280", sda: "D4", scl: "D5" },
    { BME280: { connect: () => ({ getData }) } },
    10,
    25_000,
  );
  assert.deepEqual(celsius, [20, null, 20]);
});

test("what cannot be a temperature is no reading", () => {
  for (const temp of [Number.NaN, -300, Number.POSITIVE_INFINITY, undefined]) {
    const { celsius } = readings(
      { kind: "bme280", sda: "D4", scl: "D5" },
      { BME280: { connect: () => ({ getData: () => ({ temp }) }) } },
      10,
      5000,
    );
    assert.deepEqual(celsius, [null]);
  }
});
