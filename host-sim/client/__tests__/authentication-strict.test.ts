// Claims about authentication step by step over TCP against the strict broker, which judges each answer and each AUTH itself.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { PATIENCE_MS } from "../../__tests__/support/patience.ts";
import { answerTo, METHOD, questions } from "../../broker/model/__tests__/support/questions.ts";
import type { MqttClient } from "../client.ts";
import { connect } from "../connect.ts";
import type { Word } from "../events.ts";
import type { ClientOptions } from "../options.ts";
import { type StrictBroker, startStrictBroker } from "./support/strict-broker.ts";
import { told } from "./support/world.ts";

interface World extends StrictBroker {
  readonly client: MqttClient;
  /** What the program was told, an event a line. */
  readonly heard: string[];
}

const CONTINUE = 0x18;
const NOT_AUTHORIZED = 0x87;
/** Of the broker's two questions, and its last word. */
const ASKED = ["auth 24 one?", "auth 24 two?"];
const ACCEPTED = [...ASKED, "connect welcome"];

async function meet(t: TestContext, options: ClientOptions = {}): Promise<World> {
  const strict = await startStrictBroker(t, questions({ isRequired: true }));
  const properties = { authenticationMethod: METHOD };
  const client = connect(strict.url, { clientId: "one", reconnectPeriod: 5, properties, ...options });
  t.after(() => client.end(true));
  const heard: string[] = [];
  const said = ({ reasonCode, properties: { authenticationData = "" } }: Word): string =>
    `${reasonCode} ${authenticationData}`.trim();
  client.on("auth", (word) => heard.push(`auth ${said(word)}`));
  client.on("connect", ({ properties: own }) => heard.push(`connect ${own.authenticationData}`));
  client.on("disconnect", (word) => heard.push(`disconnect ${said(word)}`));
  client.on("error", ({ code, reasonCode }) => heard.push(`error ${code} ${reasonCode}`));
  for (const event of ["close", "offline"] as const) client.on(event, () => heard.push(event));
  return { ...strict, client, heard };
}

/** Answers every question from now on, within the event that tells of it. */
function answering(client: MqttClient, answer: (question: Uint8Array) => string): void {
  client.on("auth", ({ reasonCode, properties: { authenticationData = "" } }) => {
    if (reasonCode !== CONTINUE) return;
    client.authenticate({ authenticationData: answer(Buffer.from(authenticationData)) });
  });
}

const wrongFrom = (step: number): ((question: Uint8Array) => string) => {
  let answered = 0;
  return (question) => (++answered < step ? answerTo(question) : "?");
};

describe("authentication over TCP", { timeout: PATIENCE_MS }, () => {
  it("goes from question to question, and what was published meanwhile leaves after it", async (t) => {
    const { client, heard, count } = await meet(t);
    answering(client, answerTo);
    await client.publish("t", "early", { qos: 1 });
    assert.deepEqual(heard, ACCEPTED);
    assert.deepEqual([count("accepted"), count("routed")], [1, 1]);
  });

  it("waits for a program that does not answer within the event", async (t) => {
    const { client, heard } = await meet(t);
    const connected = told(client, "connect");
    for (const question of ["one?", "two?"]) {
      await told(client, "auth");
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(client.connected, false);
      client.authenticate({ authenticationData: answerTo(question) });
    }
    await connected;
    assert.deepEqual(heard, ACCEPTED);
  });

  it("begins with the first question again on each connection", async (t) => {
    const { client, heard, broker, count } = await meet(t);
    answering(client, answerTo);
    await told(client, "connect");
    const again = told(client, "connect");
    heard.length = 0;
    broker.stop({ forget: false });
    broker.start();
    await again;
    assert.deepEqual(heard.slice(heard.indexOf("offline") + 1), ACCEPTED);
    assert.equal(count("accepted"), 2);
  });

  it("is had anew while connected, as often as the program likes, and messages go on meanwhile", async (t) => {
    const { client, heard, count } = await meet(t);
    answering(client, answerTo);
    await told(client, "connect");
    client.removeAllListeners("auth");
    for (let times = 1; times <= 2; times++) {
      client.authenticate();
      for (const question of ["one?", "two?"]) {
        const [{ reasonCode, properties }] = await told(client, "auth");
        assert.deepEqual([reasonCode, String(properties.authenticationData)], [CONTINUE, question]);
        await client.publish("t", question, { qos: 1 });
        client.authenticate({ authenticationData: answerTo(question) });
      }
      const [{ reasonCode, properties }] = await told(client, "auth");
      assert.deepEqual([reasonCode, String(properties.authenticationData)], [0, "welcome"]);
      assert.equal(count("routed"), 2 * times);
    }
    assert.deepEqual([count("accepted"), heard], [1, ACCEPTED]);
  });
});

describe("authentication that fails over TCP", { timeout: PATIENCE_MS }, () => {
  for (const step of [1, 2]) {
    it(`at question ${step} is told with the broker's reason, and leaves nobody waiting`, async (t) => {
      const { client, heard, count } = await meet(t, { reconnectPeriod: 0 });
      answering(client, wrongFrom(step));
      const waiting = assert.rejects(client.publish("t", "x", { qos: 1 }), { code: "client-ended" });
      const [[error]] = await Promise.all([told(client, "error"), told(client, "close")]);
      assert.deepEqual([error.reasonCode, error.returnCode], [NOT_AUTHORIZED, NOT_AUTHORIZED]);
      assert.match(error.message, /Not authorized/);
      assert.deepEqual(heard, [...ASKED.slice(0, step), "error not-authorized 135", "close"]);
      assert.throws(() => client.authenticate({ authenticationData: "one!" }), { code: "wrong-phase" });
      await client.end();
      await waiting;
      assert.deepEqual([count("accepted"), count("routed")], [0, 0]);
    });
  }

  it("may succeed on the next connection", async (t) => {
    const { client, heard } = await meet(t);
    answering(client, (question) => (heard.includes("close") ? answerTo(question) : "?"));
    await told(client, "connect");
    assert.deepEqual(heard, ["auth 24 one?", "error not-authorized 135", "close", ...ACCEPTED]);
  });

  it("anew while connected ends the connection with the broker's reason", async (t) => {
    const { client, heard, count } = await meet(t, { reconnectPeriod: 0 });
    let isRight = true;
    answering(client, (question) => (isRight ? answerTo(question) : "?"));
    await told(client, "connect");
    heard.length = 0;
    isRight = false;
    client.authenticate();
    await told(client, "offline");
    assert.deepEqual(heard, [
      "auth 24 one?",
      "disconnect 135",
      "error not-authorized 135",
      "close",
      "offline",
    ]);
    assert.equal(client.connected, false);
    await client.end();
    assert.equal(count("closed"), 1);
  });

  it("for its method, or for want of one, is told so and no question is asked", async (t) => {
    const other = await meet(t, {
      reconnectPeriod: 0,
      properties: { authenticationMethod: "OTHER", authenticationData: "hello" },
    });
    const none = await meet(t, { reconnectPeriod: 0, properties: {} });
    await Promise.all([told(other.client, "close"), told(none.client, "close")]);
    assert.deepEqual(other.heard, ["error bad-authentication-method 140", "close"]);
    assert.deepEqual(none.heard, ["error not-authorized 135", "close"]);
  });
});
