// Claims about settings: what is accepted, how pins are named, and that no value of them ever becomes words.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import {
  readSettings,
  type SettingsBoard,
  secretsIn,
  settingsFile,
  withoutSecrets,
} from "../settings/settings.ts";
import { Trouble } from "../trouble.ts";

function boardNamed(name: string): SettingsBoard {
  return JSON.parse(readFileSync(new URL(`../../../boards/${name}.json`, import.meta.url), "utf8"));
}

const esp8266 = boardNamed("esp8266");
const folder = mkdtempSync(join(tmpdir(), "settings-"));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, "settings.json");

const RIGHT = { wifi: { ssid: "home", password: "s3cret-wifi" }, broker: { host: "10.0.0.1" } };

function read(value: unknown) {
  writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
  return readSettings(file, esp8266);
}

function refusal(value: unknown): string {
  try {
    read(value);
  } catch (error) {
    assert.ok(error instanceof Trouble);
    assert.equal(error.kind, "usage");
    return `${error.message} | ${error.remedy}`;
  }
  return assert.fail("it was accepted");
}

describe("settings", () => {
  it("lie on the board as they were given, without what only the laptop reads", () => {
    assert.deepEqual(JSON.parse(settingsFile(read({ ...RIGHT, $schema: "x", pins: "nodemcu" }))), RIGHT);
    const { broker } = RIGHT;
    assert.deepEqual(JSON.parse(settingsFile(read({ ...RIGHT, wifi: null }))), { broker });
  });

  it("name pins by a board's labels, and the board gets its own names", () => {
    const given = { ...RIGHT, pins: "nodemcu", sensor: { kind: "dht22", pin: "D5" }, outputs: ["!D4", "D1"] };
    const { sensor, outputs } = read(given);
    assert.deepEqual([sensor?.pin, outputs], ["D14", ["!D2", "D5"]]);
    assert.equal(read({ ...given, sensor: { kind: "adc", pin: "A0" } }).sensor?.pin, "A0");
    assert.equal(read({ ...given, pins: undefined }).sensor?.pin, "D5");
  });

  for (const [what, value, words] of [
    ["without a broker", { wifi: null }, /must have required property 'broker'/],
    ["without a word on WiFi", { broker: { host: "h" } }, /must have required property 'wifi'/],
    ["with a mistyped field", { ...RIGHT, brokr: 1 }, /unknown property "brokr"/],
    ["with another QoS", { ...RIGHT, qos: 3 }, /\/qos must be one of 0, 1, 2/],
    [
      "with a password and no user",
      { ...RIGHT, broker: { host: "h", password: "p" } },
      /\/broker .*username/,
    ],
    [
      "with a thermometer and no pin for it",
      { ...RIGHT, sensor: { kind: "dht22" } },
      /: \/sensor must have required property 'pin' \|/,
    ],
    [
      "with half a bus",
      { ...RIGHT, sensor: { kind: "bme280", sda: "D4" } },
      /: \/sensor must have required property 'scl' \|/,
    ],
    [
      "with TLS on a board without it",
      { ...RIGHT, broker: { host: "h", tls: true } },
      /\/broker\/tls is not possible on ESP8266/,
    ],
    [
      "with a label that is not there",
      { ...RIGHT, pins: "nodemcu", outputs: ["D12"] },
      /\/outputs is no pin of nodemcu.*\| Accepted: D0, D1/,
    ],
    [
      "with labels of another board",
      { ...RIGHT, pins: "nodemcuu" },
      /did you mean nodemcu\?.*\| Accepted: nodemcu, wemos-d1-mini/,
    ],
    ["that are no JSON", "{", /is not JSON/],
  ] as const) {
    it(`${what} are refused, with the place and what is accepted`, () => {
      assert.match(refusal(value), words);
    });
  }

  it("with sleep are taken by a board that wakes itself, and refused by one that does not", () => {
    const sleeping = { ...RIGHT, sleep: true };
    assert.equal(read(sleeping).sleep, true);
    assert.throws(
      () => readSettings(file, boardNamed("esp01")),
      /\/sleep is not possible on ESP-01 .*it cannot wake itself/,
    );
  });

  it("that are not there are refused", () => {
    assert.throws(
      () => readSettings(join(folder, "none.json"), esp8266),
      /none\.json cannot be read: ENOENT/,
    );
  });
});

describe("a secret", () => {
  const secret = "s3cret-wifi";

  it("is in no refusal, wherever the fault is and whatever it is", () => {
    for (const value of [
      `{"wifi":{"ssid":"a","password":"${secret}"`,
      `${secret}`,
      { wifi: { ssid: "a", password: secret, extra: 1 }, broker: {} },
      { wifi: { ssid: "a", password: secret.repeat(9) }, broker: { host: 1, key: secret } },
      { wifi: secret, broker: { host: "h", password: [secret] } },
    ]) {
      assert.ok(!refusal(value).includes(secret), refusal(value));
    }
  });

  it("is struck out of what a board prints", () => {
    const settings = read({ ...RIGHT, broker: { host: "h", username: "u", password: "other-one" } });
    const secrets = secretsIn(settings);
    assert.deepEqual(secrets, [secret, "other-one"]);
    assert.equal(withoutSecrets(`a ${secret} b other-one ${secret}`, secrets), "a *** b *** ***");
  });
});
