import assert from "node:assert/strict";
import { test } from "node:test";
import { Bench, type BenchOptions, HOME } from "./support/bench.ts";
import { image } from "./support/image.ts";

const SENSOR = await image("sensor");

const SETTINGS = {
  wifi: { ssid: HOME.ssid, password: HOME.password },
  broker: { host: "broker.home" },
  sensor: { kind: "adc", pin: "A0", scale: 100, offset: -50 },
  outputs: ["D2", "!D5"],
  name: "shed",
  interval: 10,
};

function switchedOn(settings: object = {}, options: BenchOptions = {}): Bench {
  const bench = new Bench({ analog: () => 0.7137, ...options });
  bench.storage.write("motekit.json", { ...SETTINGS, ...settings });
  bench.powerOn().run(SENSOR);
  return bench;
}

/** No packet of the board was one that a client may not send, and no piece was too long for an ESP8266. */
function assertLawful(bench: Bench): void {
  assert.deepEqual(
    bench.events.filter(({ kind }) => kind === "illegal"),
    [],
  );
  for (const way of bench.ways) assert.ok(way.longestWrite <= 268, `a piece of ${way.longestWrite} bytes`);
}

test("a board tells how it comes online, and is born online", () => {
  const bench = switchedOn();
  bench.advanceMs(2000);
  assert.deepEqual(bench.lines, [
    "motekit: start shed",
    "motekit: wifi connecting home",
    "motekit: wifi connected 192.168.1.7",
    "motekit: connected",
  ]);
  assert.equal(bench.heard("shed/status")[0], "online");
  assert.deepEqual(bench.heard("shed/reading"), ['{"seq":1,"celsius":21.37}']);
  assertLawful(bench);
});

test("readings come at their interval, each once, for a day", () => {
  const bench = switchedOn({ interval: 60 });
  bench.advanceMs(24 * 3_600_000 - 1000);
  const readings = bench.heard("/reading").map((text) => JSON.parse(text).seq);
  assert.deepEqual(
    readings,
    Array.from({ length: 1440 }, (_, i) => i + 1),
  );
  assert.equal(bench.count("accepted"), 2, "one clean connection first, then the one that lasted");
  assertLawful(bench);
});

test("without settings it says what is missing, and does nothing more", () => {
  const bench = new Bench();
  bench.powerOn().run(SENSOR);
  bench.advanceMs(60_000);
  assert.deepEqual(bench.lines, [
    "motekit: error settings-missing motekit.json is not in Storage, or is not JSON",
  ]);
  assert.equal(bench.clock.nextMs, null);
});

test("a board without a name of its own is called after its chip and serial number", () => {
  const bench = switchedOn({ name: undefined });
  bench.advanceMs(1000);
  assert.equal(bench.lines[0], "motekit: start esp8266-3f2a91");
});

test("settings that are no JSON are as good as none", () => {
  const bench = new Bench();
  bench.storage.write("motekit.json", "{ wifi: ");
  bench.powerOn().run(SENSOR);
  assert.match(bench.lines[0] ?? "", /^motekit: error settings-missing /);
});

test("credentials that do not fit are refused at the start", () => {
  const bench = switchedOn({ broker: { host: "broker.home", username: "u", password: "x".repeat(250) } });
  bench.advanceMs(1000);
  assert.deepEqual(bench.told("error settings-refused"), [
    "name, username and password together are too long",
  ]);
  assert.equal(bench.ways.length, 0);
});

test("no password is ever printed", () => {
  const bench = switchedOn({ broker: { host: "broker.home", username: "user", password: "hush" } });
  bench.broker.setManners({ refuse: 4 });
  bench.interpreter.wifi?.lose("auth_expire");
  bench.advanceMs(120_000);
  assert.doesNotMatch(bench.lines.join("\n"), /hush|kept secret/);
});

test("a wrong WiFi password is told, and tried again", () => {
  const bench = switchedOn({ wifi: { ssid: "home", password: "wrong" } });
  bench.advanceMs(40_000);
  assert.match(bench.told("error wifi-bad-password")[0] ?? "", /auth_expire/);
  assert.equal(bench.interpreter.wifi?.joinings.length, 2);
});

test("a network that is not in range is told, and joined as soon as it is", () => {
  const bench = switchedOn({}, { accessPoint: null });
  bench.advanceMs(1000);
  assert.equal(bench.told("error wifi-not-found").length, 1);
  const { wifi } = bench.interpreter;
  assert.ok(wifi);
  wifi.accessPoint = HOME;
  wifi.recover();
  bench.advanceMs(1000);
  assert.equal(bench.told("connected").length, 1);
});

test("a WiFi that comes back is used at once, whatever the back-off had in mind", () => {
  const bench = switchedOn();
  bench.advanceMs(5000);
  bench.isBrokerThere = false;
  bench.interpreter.wifi?.lose("beacon_timeout");
  // attempts fail until the back-off is long
  bench.interpreter.wifi?.recover();
  bench.advanceMs(300_000);
  bench.isBrokerThere = true;
  bench.interpreter.wifi?.lose("beacon_timeout");
  bench.interpreter.wifi?.recover();
  bench.advanceMs(50);
  assert.equal(bench.told("connected").length, 2);
});

test("the access point is remembered with its channel, and joined straight in the next life", () => {
  const bench = switchedOn();
  bench.advanceMs(2000);
  assert.deepEqual(bench.storage.readJSON("motekit.ap"), { ssid: "home", bssid: HOME.bssid, channel: 6 });
  bench.interpreter.stop();
  const written = bench.storage.filesWritten;
  bench.powerOn().run(SENSOR);
  bench.advanceMs(2000);
  const [joining] = bench.interpreter.wifi?.joinings ?? [];
  assert.deepEqual(joining, { ssid: "home", password: HOME.password, bssid: HOME.bssid, channel: 6 });
  assert.equal(bench.storage.filesWritten, written, "what is the same is not written again");
});

test("an access point that was replaced is found by its name again", () => {
  const bench = switchedOn();
  bench.storage.write("motekit.ap", { ssid: "home", bssid: "02:00:00:00:00:99", channel: 1 });
  bench.interpreter.stop();
  bench.powerOn().run(SENSOR);
  bench.advanceMs(29_000);
  assert.equal(bench.told("connected").length, 0);
  bench.advanceMs(5000);
  assert.equal(bench.told("connected").length, 1);
});

test("commands switch outputs, also one that is on when it is low", () => {
  const bench = switchedOn();
  bench.advanceMs(2000);
  for (const command of ["output 0 on", "output 1 on", "output 1 off"])
    bench.say("motekit/shed/command", command, 1);
  bench.say("motekit/shed/command", "output 2 on", 1);
  bench.advanceMs(1000);
  assert.deepEqual(bench.pins, [
    ["D2", true],
    ["D5", false],
    ["D5", true],
  ]);
  assert.match(bench.heard("/error")[0] ?? "", /^this board has no such output/);
});

test("a cut is told by the will; the session is resumed and no reading is lost or doubled", () => {
  const bench = switchedOn({ interval: 1, qos: 2 });
  for (let cut = 0; cut < 20; cut++) {
    bench.advanceMs(3137 + cut);
    bench.way.cut();
  }
  bench.advanceMs(120_000);
  const readings = bench.heard("/reading").map((text) => JSON.parse(text).seq);
  assert.deepEqual(
    readings,
    Array.from({ length: readings.length }, (_, i) => i + 1),
  );
  assert.ok(readings.length > 150);
  assert.ok(bench.count("will") > 10);
  assert.equal(bench.heard("/status").at(-1), "online");
  assert.match(bench.told("closed")[0] ?? "", /^link: connection reset$/);
  assertLawful(bench);
});

test("a link that only falls silent is given up, and another one opened", () => {
  const bench = switchedOn({ keepAlive: 20 });
  bench.advanceMs(5000);
  bench.way.isSilent = true;
  bench.advanceMs(120_000);
  assert.equal(bench.told("closed silent").length, 1);
  assert.equal(bench.told("connected").length, 2);
});

test("a broker that is not there is told with its address, and the waits grow to a minute", () => {
  const bench = new Bench();
  bench.isBrokerThere = false;
  bench.storage.write("motekit.json", SETTINGS);
  bench.powerOn().run(SENSOR);
  bench.advanceMs(600_000);
  assert.match(bench.told("error broker-unreachable")[0] ?? "", /^broker\.home:1883 link: connection reset$/);
  assert.ok(bench.ways.length > 10 && bench.ways.length < 60, `${bench.ways.length} attempts in ten minutes`);
});

test("a name that nobody knows is told, and asked for again", () => {
  const bench = switchedOn({ broker: { host: "nowhere.invalid" } });
  bench.advanceMs(60_000);
  const told = bench.told("error broker-unreachable");
  assert.match(told[0] ?? "", /^nowhere\.invalid:1883 link: Unable to locate host$/);
  assert.ok(told.length > 2);
});

test("each refusal of the broker has its word", () => {
  const words = ["version", "client-id", "unavailable", "credentials", "not-authorised"];
  for (const [i, word] of words.entries()) {
    const bench = switchedOn();
    bench.broker.setManners({ refuse: (i + 1) as 1 | 2 | 3 | 4 | 5 });
    bench.advanceMs(1000);
    assert.ok(bench.told(`error broker-refused-${word}`).length > 0, bench.lines.join("\n"));
    assert.ok(bench.told("closed refused").length > 0);
  }
});

test("asked for TLS where there is none, it stops, and nothing leaves in the clear", () => {
  const bench = switchedOn({ broker: { host: "broker.home", tls: true } });
  bench.advanceMs(600_000);
  assert.equal(bench.told("error tls-not-on-this-board").length, 1);
  assert.equal(bench.ways.length, 0);
});

test("an image without TLS and deep sleep refuses both, and is smaller", async () => {
  const bare = await image("sensor", { isMinified: true, features: { tls: false, deepSleep: false } });
  const whole = await image("sensor", { isMinified: true });
  assert.ok(bare.length < whole.length - 300, `${whole.length - bare.length} bytes less`);
  for (const [settings, words] of [
    [{ broker: { host: "broker.home", tls: true } }, "error tls-not-on-this-board"],
    [{ sleep: true }, "error settings-refused sleep"],
  ] as const) {
    const bench = new Bench({ hasTls: true, board: "ESP32" });
    bench.storage.write("motekit.json", { ...SETTINGS, ...settings });
    bench.powerOn().run(bare);
    bench.advanceMs(60_000);
    assert.equal(bench.told(words).length, 1, bench.lines.join("\n"));
    assert.equal(bench.ways.length, 0);
  }
  const bench = new Bench();
  bench.storage.write("motekit.json", SETTINGS);
  bench.powerOn().run(bare);
  bench.advanceMs(25_000);
  assert.equal(bench.heard("/reading").length, 3);
});

test("where there is TLS it is used, and what it does not do is said", () => {
  const asked: (readonly [number, boolean])[] = [];
  const bench = new Bench({
    hasTls: true,
    board: "ESP32",
    dialerTo: (_host, port, isTls) => {
      asked.push([port, isTls]);
      return null;
    },
  });
  bench.storage.write("motekit.json", { ...SETTINGS, broker: { host: "broker.home", tls: true } });
  bench.powerOn().run(SENSOR);
  bench.advanceMs(1000);
  assert.deepEqual(asked[0], [8883, true]);
  assert.ok(bench.lines.includes("motekit: tls encrypts, but Espruino does not check who the broker is"));
});

test("WiFi settings on an interpreter without WiFi are an error", () => {
  const bench = new Bench({ board: "LINUX", ...{ accessPoint: undefined } });
  bench.storage.write("motekit.json", SETTINGS);
  bench.powerOn().run(SENSOR);
  assert.equal(bench.told("error wifi-no-module").length, 1);
});

test("a device that cannot connect for an hour starts anew, and keeps its readings", () => {
  const bench = switchedOn({ interval: 600 });
  bench.advanceMs(3000);
  bench.isBrokerThere = false;
  bench.way.cut();
  bench.advanceMs(3_700_000);
  assert.deepEqual(bench.ends, [{ kind: "restart" }]);
  bench.isBrokerThere = true;
  bench.powerOn().run(SENSOR);
  bench.advanceMs(5000);
  const readings = bench.heard("/reading").map((text) => JSON.parse(text).seq);
  assert.deepEqual(readings, [1, 2, 3, 4, 5, 6, 7]);
  assertLawful(bench);
});

test("a clock that is set, forward or back, ends no connection and costs no more than the wait it fell into", () => {
  const bench = switchedOn();
  const source = `
    var offset = 0, getRealTime = getTime;
    getTime = function () { return getRealTime() + offset; };
    setTimeout(function () { offset = 1.7e9; }, 25500);
    setTimeout(function () { offset = -4000; }, 65500);
  `;
  bench.interpreter.stop();
  bench.powerOn().run(source + SENSOR);
  bench.advanceMs(300_000);
  assert.deepEqual(bench.told("closed"), []);
  const readings = bench.heard("/reading").length;
  assert.ok(readings >= 28 && readings <= 31, `${readings} readings in 300 s`);
});
