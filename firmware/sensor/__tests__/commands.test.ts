// What somebody who types commands may rely on.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startedDevice } from "./support/device.ts";
import { FakeBoard } from "./support/image.ts";

const ACCEPTED = '; accepted: "interval SECONDS" (1-86400), "output 0-3 on|off"';

const NOT_AUTHORIZED = 0x87;

describe("an interval command", () => {
  for (const text of ["interval 30", " \tinterval   30 \r\n", "INTERVAL 30", "Interval 030"]) {
    test(`${JSON.stringify(text)} makes the next reading due half a minute from now`, () => {
      const device = startedDevice({ intervalMs: 1000 });
      device.advanceMs(2500);
      device.tell("command", text);
      device.advanceMs(29_999);
      assert.equal(device.board.sampled.length, 3);
      device.advanceMs(1);
      assert.equal(device.board.sampled.length, 4);
      device.advanceMs(30_000);
      assert.equal(device.board.sampled.length, 5);
      assert.deepEqual(device.broker.texts("error"), []);
    });
  }

  test("takes effect before a long wait is over", () => {
    const device = startedDevice({ intervalMs: 3_600_000 });
    device.tell("command", "interval 1");
    device.advanceMs(3000);
    assert.equal(device.board.sampled.length, 4);
  });

  test("accepts a day", () => {
    const device = startedDevice();
    device.tell("command", "interval 86400");
    device.advanceMs(86_399_999);
    assert.equal(device.board.sampled.length, 1);
    device.advanceMs(1);
    assert.equal(device.board.sampled.length, 2);
  });

  test("that repeats the interval puts no reading off", () => {
    const device = startedDevice({ intervalMs: 10_000 });
    for (let i = 0; i < 4; i++) {
      device.advanceMs(6000);
      device.tell("command", "interval 10", true);
    }
    assert.equal(device.board.sampled.length, 3);
  });
});

describe("an output command", () => {
  test("switches the outputs from 0 to 3, small or capital letters, blanks or none around", () => {
    const device = startedDevice();
    for (const text of ["output 0 on", "output 3 off", "OUTPUT 1 On", "\n output  2\ton  "]) {
      device.tell("command", text);
    }
    assert.deepEqual(device.board.switched, ["0 on", "3 off", "1 on", "2 on"]);
    assert.deepEqual(device.broker.texts("error"), []);
  });

  test("for an output that this board lacks is answered, and switches nothing", () => {
    const board = new FakeBoard();
    board.outputCount = 1;
    const device = startedDevice({ board });
    device.tell("command", "output 1 on");
    assert.deepEqual(board.switched, []);
    assert.deepEqual(device.broker.texts("error"), [`this board has no such output${ACCEPTED}`]);
  });
});

describe("a wrong command", () => {
  const answered: readonly (readonly [text: string, fault: string])[] = [
    ["hello", "unknown command"],
    ["intervals 5", "unknown command"],
    ["interva 5", "unknown command"],
    ["interval5", "unknown command"],
    ["outputs 0 on", "unknown command"],
    ['{"interval":5}', "unknown command"],
    ["30", "unknown command"],
    ["\u0000", "unknown command"],
    ["интервал 5", "unknown command"],
    ["interval", "wrong interval"],
    ["interval 0", "wrong interval"],
    ["interval -5", "wrong interval"],
    ["interval +5", "wrong interval"],
    ["interval 86401", "wrong interval"],
    ["interval 4294967297", "wrong interval"],
    [`interval ${"9".repeat(300)}`, "wrong interval"],
    ["interval 1.5", "wrong interval"],
    ["interval 5s", "wrong interval"],
    ["interval 5:", "wrong interval"],
    ["interval 5/", "wrong interval"],
    ["interval five", "wrong interval"],
    ["interval 5 5", "wrong interval"],
    ["output", "wrong output"],
    ["output 0", "wrong output"],
    ["output on", "wrong output"],
    ["output 4 on", "wrong output"],
    ["output -1 on", "wrong output"],
    ["output 0 of", "wrong output"],
    ["output 0 onn", "wrong output"],
    ["output 0 offf", "wrong output"],
    ["output 0 1", "wrong output"],
    ["output 0 on off", "wrong output"],
    ["output 0on", "wrong output"],
    ["x".repeat(900), "unknown command"],
  ];
  for (const [text, fault] of answered) {
    const shown = text.length > 40 ? `${text.slice(0, 20)}… (${text.length} characters)` : text;
    test(`${JSON.stringify(shown)} is answered: ${fault}`, () => {
      const device = startedDevice({ intervalMs: 1000 });
      device.tell("command", text);
      assert.deepEqual(device.broker.texts("error"), [fault + ACCEPTED]);
      const [answer] = device.broker.messages("error");
      assert.equal(answer?.topic, "motekit/esp8266-3f2a91/error");
      assert.equal(answer?.retain, false);
      assert.deepEqual(device.board.switched, []);
      device.advanceMs(3000);
      assert.deepEqual(device.broker.sequence(), [1, 2, 3, 4], "the device goes on as before");
    });
  }

  test("larger than the receive buffer is answered: command too long", () => {
    const device = startedDevice();
    device.tell("command", `interval 5${" ".repeat(5000)}`);
    assert.deepEqual(device.broker.texts("error"), [`command too long${ACCEPTED}`]);
    device.advanceMs(2000);
    assert.deepEqual(device.broker.sequence(), [1, 2, 3]);
  });

  test("that comes in parts, where the port takes parts, is answered once", () => {
    const device = startedDevice();
    device.image.setTakesParts(device.client, 1);
    device.tell("command", `interval 5${" ".repeat(5000)}`);
    assert.deepEqual(device.broker.texts("error"), [`command too long${ACCEPTED}`]);
  });

  test("never displaces a reading, however many there are", () => {
    const device = startedDevice({ capacities: { entries: 4 }, intervalMs: 1000 });
    device.broker.acknowledges = false;
    for (let i = 0; i < 50; i++) device.broker.publish("motekit/esp8266-3f2a91/command", `nonsense ${i}`);
    device.advanceMs(2000);
    assert.deepEqual(device.broker.sequence(), [1, 2, 3]);
    assert.deepEqual(device.broker.texts("error"), [`unknown command${ACCEPTED}`]);
  });

  test("is answered again when readings have displaced the answer, and the answer is no dropped reading", () => {
    const device = startedDevice({ capacities: { window: 1, entries: 3 }, intervalMs: 1000 });
    device.broker.acknowledges = false;
    device.advanceMs(1000);
    device.tell("command", "nonsense");
    device.advanceMs(5000);
    assert.deepEqual(device.broker.texts("error"), []);
    device.image.sensorPause(device.address);
    device.broker.acknowledges = true;
    device.breakLink();
    device.healLink();
    device.advanceMs(60_000);
    const missing = device.board.sampled.length - new Set(device.broker.sequence()).size;
    assert.ok(missing > 1);
    assert.deepEqual([...device.broker.texts("error")].sort(), [
      `${missing} readings dropped: outbox full`,
      `unknown command${ACCEPTED}`,
    ]);
  });

  test("is answered later when there is no room now, and each kind once", () => {
    const device = startedDevice({ capacities: { entries: 2 }, intervalMs: 86_400_000 });
    device.broker.acknowledges = false;
    device.tell("command", "interval 1");
    device.advanceMs(5000);
    device.tell("command", "nonsense");
    device.tell("command", "output 9 on");
    device.tell("command", "nonsense");
    assert.deepEqual(device.broker.texts("error"), []);
    device.image.sensorPause(device.address);
    device.broker.acknowledges = true;
    device.breakLink();
    device.healLink();
    device.advanceMs(60_000);
    const commandFaults = device.broker.texts("error").filter((text) => text.endsWith(ACCEPTED));
    assert.deepEqual(commandFaults, [`unknown command${ACCEPTED}`, `wrong output${ACCEPTED}`]);
  });
});

test("an answer that the broker refuses is not sent again and again, and the next wrong command has one", () => {
  const device = startedDevice({ version: 5 });
  device.broker.reasonCode = NOT_AUTHORIZED;
  device.tell("command", "nonsense");
  device.advanceMs(5000);
  assert.equal(device.broker.texts("error").length, 1);
  device.broker.reasonCode = 0;
  device.tell("command", "interval 0");
  assert.equal(device.broker.texts("error").length, 2);
});

test("an empty command, as it comes when a retained one is cleared, is no command", () => {
  const device = startedDevice();
  device.tell("command", "");
  device.tell("command", " \n");
  assert.deepEqual(device.broker.texts("error"), []);
});

test("what comes on another topic is no command", () => {
  const device = startedDevice();
  device.tell("status", "output 0 on");
  device.broker.publish("motekit/another/command", "output 0 on");
  device.settle();
  assert.deepEqual(device.board.switched, []);
  assert.deepEqual(device.broker.texts("error"), []);
});
