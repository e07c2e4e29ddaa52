// Claims about a sensor node in virtual time, before a broker by script: what it tells its observer, and what a power cut
// takes with it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { DeviceRefused } from "../sensor-device.ts";
import { SensorBench, settings, started } from "./support/sensor-bench.ts";

describe("a sensor node that runs", () => {
  it("tells of each reading before its end, by the number that the reading itself carries", () => {
    const bench = started();
    bench.advanceMs(2500);
    assert.deepEqual(
      bench.ofKind("reading").map(({ seq, thousandths, refusal }) => [seq, thousandths, refusal]),
      [1, 2, 3].map((seq) => [seq, 21_370, null]),
    );
    assert.deepEqual(
      bench.broker.texts("reading"),
      [1, 2, 3].map((seq) => `{"seq":${seq},"celsius":21.37}`),
    );
    const ends = bench.ofKind("readingEnded");
    assert.deepEqual(
      ends.map(({ seq, end }) => [seq, end]),
      [1, 2, 3].map((seq) => [seq, "published"]),
    );
    for (const { seq } of ends) {
      const at = (kind: "reading" | "readingEnded") =>
        bench.events.findIndex((event) => event.kind === kind && event.seq === seq);
      assert.ok(at("reading") < at("readingEnded"));
    }
  });

  it("tells of a sensor that does not answer", () => {
    const bench = new SensorBench();
    bench.thousandths = null;
    bench.device.powerOn({ samples: true });
    bench.advanceMs(100);
    assert.equal(bench.ofKind("reading")[0]?.thousandths, null);
    assert.deepEqual(bench.broker.texts("reading"), ['{"seq":1,"celsius":null}']);
  });

  it("connects under its name, with its keep-alive, its credentials and a session that persists", () => {
    const bench = started({ credentials: { username: "mast", password: "s3cret" }, protocol: "3.1" });
    bench.advanceMs(500);
    const connect = bench.broker.ofKind("connect").at(-1);
    assert.equal(connect?.clientId, settings.name);
    assert.deepEqual([connect?.keepalive, connect?.clean, connect?.protocolVersion], [3, false, 3]);
    assert.deepEqual([connect?.username, connect?.password?.toString()], ["mast", "s3cret"]);
  });

  it("waits for what is not acknowledged, and says of how many", () => {
    const bench = started();
    bench.advanceMs(500);
    bench.broker.acknowledges = false;
    bench.advanceMs(2000);
    assert.deepEqual(bench.device.state, { isOn: true, isConnected: true, waiting: 2, room: 8 });
  });

  it("without a broker drops the oldest unsent, and tells so by its number", () => {
    const bench = new SensorBench();
    bench.isBrokerThere = false;
    bench.device.powerOn({ samples: true });
    bench.advanceMs(9500);
    assert.equal(bench.ofKind("reading").length, 10);
    assert.deepEqual(
      bench.ofKind("readingEnded"),
      [1, 2].map((seq) => ({ kind: "readingEnded", seq, end: "overflow" })),
    );
    assert.deepEqual(bench.device.state, { isOn: true, isConnected: false, waiting: 8, room: 8 });
    assert.match(bench.ofKind("closed")[0]?.error ?? "", /refused/);
  });

  it("tells of commands: a message, and an output that was switched", () => {
    const bench = started();
    bench.advanceMs(500);
    bench.broker.publish(`motekit/${settings.name}/command`, "output 2 on");
    bench.advanceMs(4000);
    assert.deepEqual(bench.ofKind("output"), [{ kind: "output", output: 2, isOn: true }]);
    assert.deepEqual(
      bench.ofKind("message").map(({ payload }) => payload),
      ["output 2 on"],
    );
  });

  it("takes no more readings when sampling stops, and stays connected", () => {
    const bench = started();
    bench.advanceMs(1500);
    bench.device.stopSampling();
    bench.advanceMs(5000);
    assert.equal(bench.ofKind("reading").length, 2);
    assert.equal(bench.device.state.isConnected, true);
  });
});

describe("goodbye", () => {
  it("leaves the status offline and a DISCONNECT, and resolves when the connection is over", async () => {
    const bench = started();
    bench.advanceMs(500);
    const goodbye = bench.device.goodbye(1000);
    bench.advanceMs(500);
    await goodbye;
    assert.deepEqual(
      bench.ofKind("status").map(({ status: word }) => word),
      ["online", "offline"],
    );
    assert.equal(bench.broker.texts("status").at(-1), "offline");
    assert.equal(bench.broker.packets.at(-1)?.cmd, "disconnect");
    assert.equal(bench.clock.nowMs, 1000);
  });

  it("resolves at once for a device that is off, and for one that waits to connect", async () => {
    const bench = new SensorBench();
    await bench.device.goodbye(1000);
    bench.isBrokerThere = false;
    bench.device.powerOn({ samples: false });
    bench.advanceMs(10);
    await bench.device.goodbye(1000);
    assert.equal(bench.ofKind("closed").at(-1)?.reason, "goodbye");
  });
});

describe("a power cut", () => {
  it("ends everything at once: no reading, no event, no deadline", () => {
    const bench = started();
    bench.advanceMs(1500);
    bench.device.powerOff();
    const told = bench.events.length;
    bench.advanceMs(60_000);
    assert.equal(bench.events.length, told);
    assert.equal(bench.device.state.isOn, false);
  });

  it("leaves nothing for the next life: numbers begin anew, and what waited is gone", () => {
    const bench = started();
    bench.advanceMs(500);
    bench.broker.acknowledges = false;
    bench.advanceMs(2000);
    bench.device.powerOff();
    bench.broker.acknowledges = true;
    const before = bench.broker.texts("reading").length;
    bench.device.powerOn({ samples: true });
    bench.advanceMs(500);
    assert.deepEqual(bench.broker.texts("reading").slice(before), ['{"seq":1,"celsius":21.37}']);
    assert.equal(bench.device.state.waiting, 0);
  });
});

describe("a device that cannot be", () => {
  it("is refused when its capacities are none", () => {
    const capacities = { ...settings.capacities, receiveBytes: 1 };
    assert.throws(
      () => new SensorBench({ capacities }),
      (error) => error instanceof DeviceRefused && error.reason === "capacityRange",
    );
  });

  it("is refused when its password does not fit, before anything is sent", () => {
    const bench = new SensorBench({ credentials: { username: "mast", password: "x".repeat(300) } });
    assert.throws(
      () => bench.device.powerOn({ samples: true }),
      (error) => error instanceof DeviceRefused && error.reason === "textBytesFull",
    );
    assert.equal(bench.device.state.isOn, false);
  });
});

it("devices of one memory have boards of their own", () => {
  const core = new Core(loadModule());
  const benches = ["a", "b"].map((name) => new SensorBench({ name }, core));
  for (const [index, bench] of benches.entries()) {
    bench.thousandths = index * 1000;
    bench.device.powerOn({ samples: true });
  }
  for (let step = 0; step < 100; step++) for (const bench of benches) bench.advanceMs(10);
  assert.deepEqual(
    benches.map(({ broker }) => [broker.ofKind("connect")[0]?.clientId, broker.texts("reading")[0]]),
    [
      ["a", '{"seq":1,"celsius":0.00}'],
      ["b", '{"seq":1,"celsius":1.00}'],
    ],
  );
});
