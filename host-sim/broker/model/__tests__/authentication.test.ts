// Owns the claims about enhanced authentication as the broker sees it: its steps, what ends it, and who is let in.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Packet } from "mqtt-packet";
import { type BrokerBench, createBrokerBench, type RawClient } from "./support/broker-bench.ts";
import { METHOD, questions } from "./support/questions.ts";

const named = { version: 5, properties: { authenticationMethod: METHOD } } as const;

interface Heard {
  readonly cmd: string;
  readonly reasonCode?: number;
  readonly properties?: Record<string, unknown>;
}

function say(client: RawClient, reasonCode: number, data: string): void {
  const properties = { authenticationMethod: METHOD, authenticationData: Buffer.from(data) };
  client.send({ cmd: "auth", reasonCode, properties });
}

/** What came, a line a packet: its code, the method that it names and its data. */
function heard(client: RawClient): readonly string[] {
  return client.received.splice(0).map((packet: Packet) => {
    const { cmd, reasonCode = "", properties = {} } = packet as Heard;
    const { authenticationMethod = "", authenticationData = "" } = properties;
    return `${cmd} ${reasonCode} ${authenticationMethod} ${authenticationData}`.trim();
  });
}

function accepted(bench: BrokerBench, more: object = {}): RawClient {
  const client = bench.connected("d", { ...named, ...more });
  say(client, 0x18, "one!");
  say(client, 0x18, "two!");
  client.received.length = 0;
  return client;
}

// [MQTT5-4.12.0-2] [MQTT5-4.12.0-5]
test("it asks step by step, each with the method, and only then there is a session", () => {
  const bench = createBrokerBench({ authentication: questions() });
  const client = bench.connected("d", named);
  assert.deepEqual(heard(client), [`auth 24 ${METHOD} one?`]);
  say(client, 0x18, "one!");
  assert.deepEqual(heard(client), [`auth 24 ${METHOD} two?`]);
  assert.equal(bench.of("accepted").length, 0);
  say(client, 0x18, "two!");
  assert.deepEqual(heard(client), [`connack 0 ${METHOD} welcome`]);
  assert.equal(bench.of("accepted").length, 1);
  assert.deepEqual(bench.of("illegal"), []);
});

// [MQTT5-4.12.0-4]
test("a wrong answer is refused, at each step, and leaves the session of the client id and its connection alone", () => {
  for (const answers of [["?"], ["one!", "?"]]) {
    const bench = createBrokerBench({ authentication: questions() });
    const other = accepted(bench);
    const client = bench.connected("d", { ...named, origin: "impostor" });
    for (const answer of answers) say(client, 0x18, answer);
    assert.equal(heard(client).at(-1), "connack 135");
    assert.equal(client.hasEnded, true);
    assert.deepEqual([bench.of("accepted").length, other.hasEnded], [1, false]);
    assert.deepEqual(
      bench.of("closed").map(({ origin, why }) => [origin, why]),
      [["impostor", "refused"]],
    );
    assert.deepEqual(bench.of("illegal"), []);
  }
});

// [MQTT5-4.12.0-1]
test("another method than its own is refused as a bad one, and so is any where it has none", () => {
  for (const bench of [createBrokerBench({ authentication: questions() }), createBrokerBench()]) {
    const client = bench.connected("d", { version: 5, properties: { authenticationMethod: "OTHER" } });
    assert.deepEqual([heard(client), client.hasEnded], [["connack 140"], true]);
  }
});

// [MQTT5-4.12.0-6]
test("who names no method is let in without AUTH, or where one is required refused, in each version", () => {
  const open = createBrokerBench({ authentication: questions() });
  assert.deepEqual(heard(open.connected("d", { version: 5 })), ["connack 0"]);
  const strict = createBrokerBench({ authentication: questions({ isRequired: true }) });
  assert.deepEqual(heard(strict.connected("d", { version: 5 })), ["connack 135"]);
  assert.deepEqual(strict.connected("d", { version: 4 }).took(), ["connack 5"]);
  assert.equal(accepted(strict).hasEnded, false);
});

test("a method may be content with what CONNECT says", () => {
  const begin = () => () => ({ kind: "content", data: null }) as const;
  const bench = createBrokerBench({ authentication: questions({ begin }) });
  assert.deepEqual(heard(bench.connected("d", named)), [`connack 0 ${METHOD}`]);
});

// [MQTT5-4.12.1-1]
test("a client that is connected authenticates anew, any number of times, and other packets go on meanwhile", () => {
  const bench = createBrokerBench({ authentication: questions() });
  const client = accepted(bench);
  for (let times = 0; times < 2; times++) {
    say(client, 0x19, "");
    client.publish("t", "x", 1, 1);
    say(client, 0x18, "one!");
    say(client, 0x18, "two!");
    assert.deepEqual(heard(client), [
      `auth 24 ${METHOD} one?`,
      "puback 0",
      `auth 24 ${METHOD} two?`,
      `auth 0 ${METHOD} welcome`,
    ]);
  }
  assert.deepEqual(bench.of("illegal"), []);
});

// [MQTT5-4.12.1-2]
test("one that fails to authenticate anew is told so by DISCONNECT, and its will is let out", () => {
  const bench = createBrokerBench({ authentication: questions() });
  const client = accepted(bench, { will: { topic: "w", payload: Buffer.from("gone") } });
  say(client, 0x19, "");
  say(client, 0x18, "?");
  assert.deepEqual(heard(client), [`auth 24 ${METHOD} one?`, "disconnect 135"]);
  assert.equal(client.hasEnded, true);
  assert.equal(bench.of("closed").at(-1)?.why, "refused");
  assert.equal(bench.of("will").length, 1);
  assert.deepEqual(bench.of("illegal"), []);
});

test("DISCONNECT before CONNACK is legal, and ends it: whatever the broker had to say is not said", () => {
  const bench = createBrokerBench({ authentication: questions(), manners: { connackDelayMs: [10, 10] } });
  const client = bench.connected("d", named);
  client.send({ cmd: "disconnect", reasonCode: 0 });
  bench.advanceMs(100);
  assert.deepEqual([heard(client), client.hasEnded], [[], true]);
  assert.equal(bench.of("closed").at(-1)?.why, "disconnect");
  assert.deepEqual(bench.of("illegal"), []);
});

test("what is against the standard is told by CONNACK before the client was accepted, by DISCONNECT after", () => {
  const bench = createBrokerBench({ authentication: questions() });
  const early = bench.connected("d", named);
  early.publish("t", "x", 0);
  assert.deepEqual(heard(early), [`auth 24 ${METHOD} one?`, "connack 130"]);
  const late = accepted(bench);
  late.send({ cmd: "auth", reasonCode: 0x19, properties: { authenticationMethod: "OTHER" } });
  assert.deepEqual(heard(late), ["disconnect 135"]);
});
