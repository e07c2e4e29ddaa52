// Owns the claims about messages to a device over a gateway, and about what the shore says of the device.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, test } from "node:test";
import type { GatewayFigures } from "../figures.ts";
import { type GatewayRun, greetedRun, HOUR_MS, MINUTE_MS, SECOND_MS } from "./gateway-run.ts";

const COMMAND = "motekit/node-1/command";
const STATUS = "motekit/node-1/status";

/** Connected, and subscribed to its commands on shore. */
function listeningRun(changed: Partial<GatewayFigures> = {}): GatewayRun {
  const run = greetedRun(changed);
  subscribe(run, COMMAND);
  run.advanceMs(2 * MINUTE_MS);
  assert.equal(run.broker.filters.get(COMMAND), 1);
  return run;
}

function subscribe(run: GatewayRun, topic: string): void {
  run.client.send({ cmd: "subscribe", messageId: 900, subscriptions: [{ topic, qos: 2 }] });
}

function received(run: GatewayRun): readonly string[] {
  return run.client.received.flatMap((packet) => (packet.cmd === "publish" ? [String(packet.payload)] : []));
}

describe("a message to a device", () => {
  test("comes with the next exchange, and waits as long as there is none", () => {
    const run = listeningRun();
    run.broker.send(COMMAND, "interval 10");
    run.advanceMs(HOUR_MS);
    assert.deepEqual(received(run), []);
    run.client.publish("t", "x");
    run.advanceMs(MINUTE_MS);
    assert.deepEqual(received(run), ["interval 10"]);
  });

  test("comes when the modem looks into its mailbox, which costs a credit when it is empty", () => {
    const run = listeningRun({ checkEveryMs: HOUR_MS });
    const before = run.meter.snapshot().costUsd ?? 0;
    run.advanceMs(150 * MINUTE_MS);
    assert.equal(run.link.counts.emptyChecks, 2);
    assert.equal((run.meter.snapshot().costUsd ?? 0) - before, 2);
    run.broker.send(COMMAND, "a");
    run.advanceMs(HOUR_MS);
    assert.deepEqual(received(run), ["a"]);
    assert.equal(run.link.counts.emptyChecks, 2, "a look that finds something is no empty one");
  });

  test("brings those behind it, one an exchange, in order", () => {
    const run = listeningRun({ checkEveryMs: HOUR_MS });
    for (const text of ["a", "b", "c"]) run.broker.send(COMMAND, text);
    run.advanceMs(HOUR_MS + 3 * MINUTE_MS);
    assert.deepEqual(received(run), ["a", "b", "c"]);
  });

  test("is granted at QoS 1 at most, and the broker's copy is acknowledged once it is in the mailbox", () => {
    const run = listeningRun({ mailboxMessages: 2 });
    const granted = run.client.received.find((packet) => packet.cmd === "suback");
    assert.ok(granted?.cmd === "suback");
    assert.deepEqual(granted.granted, [1]);
    for (const text of ["a", "b", "c"]) run.broker.send(COMMAND, text);
    run.advanceMs(MINUTE_MS);
    assert.deepEqual([run.broker.delivered.length, run.link.counts.mailed], [2, 2]);
    run.client.publish("t", "x");
    run.advanceMs(MINUTE_MS);
    assert.equal(run.broker.delivered.length, 3);
  });

  test("is sent again, as a duplicate, to a client that went before it acknowledged", () => {
    const run = listeningRun();
    run.broker.send(COMMAND, "a");
    run.client.publish("t", "x");
    run.advanceMs(2 * SECOND_MS);
    run.link.cut();
    run.advanceMs(MINUTE_MS);
    assert.deepEqual(received(run), []);
    run.client.connect();
    run.advanceMs(MINUTE_MS);
    assert.deepEqual(received(run), ["a"]);
    run.link.cut();
    run.advanceMs(SECOND_MS);
    run.client.connect();
    run.advanceMs(MINUTE_MS);
    assert.deepEqual(received(run), ["a"], "acknowledged, so not sent again");
  });

  test("that no message of the network can hold is counted, and holds up nothing", () => {
    const run = listeningRun({ checkEveryMs: HOUR_MS });
    const room = 270 - 2 - COMMAND.length;
    for (const text of ["x".repeat(room + 1), "y".repeat(room)]) run.broker.send(COMMAND, text);
    run.advanceMs(2 * HOUR_MS);
    assert.deepEqual(received(run), ["y".repeat(room)]);
    assert.equal(run.link.counts.tooLarge, 1);
  });

  test("comes no more once the client does not want it", () => {
    const run = listeningRun();
    run.client.send({ cmd: "unsubscribe", messageId: 901, unsubscriptions: [COMMAND] });
    run.advanceMs(2 * MINUTE_MS);
    assert.equal(run.broker.filters.has(COMMAND), false);
  });

  test("is still asked for when the broker has forgotten", () => {
    const run = listeningRun();
    run.broker.restart({ forgets: true });
    run.advanceMs(MINUTE_MS);
    assert.equal(run.broker.filters.get(COMMAND), 1);
  });

  test("asks for nothing twice: a subscription that stands costs nothing", () => {
    const run = listeningRun();
    const { messagesUp } = run.link.counts;
    subscribe(run, COMMAND);
    run.advanceMs(5 * MINUTE_MS);
    assert.equal(run.link.counts.messagesUp, messagesUp);
    assert.equal(run.client.received.filter(({ cmd }) => cmd === "suback").length, 2);
  });
});

describe("what needs no place in the mailbox", () => {
  /** The first of three commands fills the mailbox, the others wait for a place. */
  function fullRun(): GatewayRun {
    const run = listeningRun({ mailboxMessages: 1 });
    for (const text of ["a", "b", "c"]) run.broker.send(COMMAND, text);
    run.advanceMs(SECOND_MS);
    assert.deepEqual(run.broker.delivered, [1]);
    return run;
  }

  // [MQTT3-4.6.0-2] binds the client on shore too
  test("is acknowledged after what waits for one: the device's own message, come back", () => {
    const run = fullRun();
    run.client.publish(COMMAND, "mine");
    run.advanceMs(5 * MINUTE_MS);
    assert.deepEqual(run.broker.delivered, [1, 2, 3, 4]);
    assert.deepEqual(received(run), ["a", "b", "c"]);
  });

  test("is acknowledged after what waits for one: what no message of the network can hold", () => {
    const run = fullRun();
    run.broker.send(COMMAND, "x".repeat(300));
    run.advanceMs(MINUTE_MS);
    assert.deepEqual(run.broker.delivered, [1]);
    run.client.publish("t", "x");
    run.advanceMs(5 * MINUTE_MS);
    assert.deepEqual(run.broker.delivered, [1, 2, 3, 4]);
    assert.equal(run.link.counts.tooLarge, 1);
  });
});

describe("the status of a device", () => {
  const will = { topic: STATUS, payload: Buffer.from("offline"), qos: 1, retain: true } as const;

  function watchedRun(): GatewayRun {
    const run = greetedRun();
    run.link.powerOff();
    run.client.connect({ will });
    run.advanceMs(SECOND_MS);
    subscribe(run, STATUS);
    run.client.publish(STATUS, "online", 1, true);
    run.advanceMs(5 * MINUTE_MS);
    return run;
  }

  test("is offline after a silence, and online again after it, without a word from the device about it", () => {
    const run = watchedRun();
    run.link.blackhole(4 * HOUR_MS);
    run.advanceMs(110 * MINUTE_MS);
    assert.deepEqual(run.broker.payloadsOn(STATUS), ["online"]);
    run.advanceMs(20 * MINUTE_MS);
    assert.deepEqual(run.broker.payloadsOn(STATUS), ["online", "offline"]);
    assert.ok(run.broker.taken.every(({ isRetained }) => isRetained));
    run.client.publish("t", "x");
    run.advanceMs(3 * HOUR_MS);
    assert.deepEqual(run.broker.payloadsOn(STATUS), ["online", "offline", "online"]);
    assert.equal(run.link.counts.silences, 1);
  });

  test("stays what the device said last when it has left", () => {
    const run = watchedRun();
    run.client.publish(STATUS, "offline", 1, true);
    run.advanceMs(2 * MINUTE_MS);
    run.client.disconnect();
    run.advanceMs(10 * HOUR_MS);
    assert.deepEqual(run.broker.payloadsOn(STATUS), ["online", "offline"]);
    assert.equal(run.link.counts.silences, 0);
  });

  test("is offline after a silence also when the power went", () => {
    const run = watchedRun();
    run.link.powerOff();
    run.advanceMs(3 * HOUR_MS);
    assert.deepEqual(run.broker.payloadsOn(STATUS), ["online", "offline"]);
  });

  test("does not come back to the device that published it, and a foreign one does", () => {
    const run = watchedRun();
    assert.equal(run.link.counts.mailed, 0);
    run.broker.send(STATUS, "offline");
    run.client.publish("t", "x");
    run.advanceMs(2 * MINUTE_MS);
    assert.deepEqual(received(run), ["offline"]);
  });
});
