// Owns the claims about AUTH against the strict model broker: what the client says is what the standard lets it say then.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { answerTo, METHOD, questions } from "../../broker/model/__tests__/support/questions.ts";
import { createModelBroker } from "../../broker/model/broker.ts";
import { memoryDialer } from "../../net/memory-stream.ts";
import { createRandom } from "../../random/random.ts";
import { VirtualClock } from "../../time/virtual-clock.ts";
import { Core, loadModule } from "../core.ts";
import { Event, Property, Status } from "../layout.generated.ts";
import { Port } from "../port.ts";
import { idleFive, prepared, propertiesOf } from "./support/five.ts";

const core = new Core(loadModule());
const CONNECT = 1;
const AUTH = 15;
const method = [Property.AuthMethod, METHOD] as const;

/** A client with a message to send, and a broker whose words are slow to come. */
function meeting(answer: (question: Buffer) => string) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const codes: number[] = [];
  const broker = createModelBroker<null>({
    clock,
    random: createRandom(1).stream("broker"),
    authentication: questions({ isRequired: true }),
    observer: (event) => told.push(event.kind === "illegal" ? event.statement : event.kind),
  });
  broker.setManners({ connackDelayMs: [50, 50] });
  const block = idleFive(core, { receiveBytes: 512 });
  const { client } = block;
  core.exports.setConnectProperties(client, prepared(block, CONNECT, [method]));
  const say = (data: string): void => {
    const text = prepared(block, AUTH, [method, [Property.AuthData, Buffer.from(data)]]);
    assert.equal(core.exports.authenticate(client, text), Status.Ok);
    core.exports.forget(client, text);
  };
  const port: Port = new Port({
    core,
    client,
    firmware: {
      poll: (nowMs) => core.exports.poll(client, nowMs),
      deadlineMs: (nowMs) => core.exports.deadlineMs(client, nowMs),
    },
    dialer: memoryDialer(clock, broker.accept(null)),
    clock,
    random: createRandom(2).stream("client"),
    onEvent: (event) => {
      const { code, ...word } = block.told(event);
      if (event === Event.Authenticate) codes.push(code);
      const data = propertiesOf({ code, ...word }).find(([id]) => id === Property.AuthData)?.[1];
      if (event === Event.Authenticate && code === 0x18) say(answer(data as Buffer));
    },
  });
  block.publish("t", "x", 1);
  core.exports.connect(client, clock.nowMs);
  const run = (): void => {
    port.pump();
    clock.runUntil(clock.nowMs + 1000);
  };
  run();
  return { told, codes, say, run };
}

describe("AUTH against the strict broker", () => {
  it("goes through its steps before anything else is sent, and again while connected", () => {
    const { told, codes, say, run } = meeting(answerTo);
    assert.deepEqual(told, ["accepted", "routed"]);
    say("");
    run();
    assert.deepEqual(codes, [0x18, 0x18, 0x18, 0x18, 0]);
    assert.deepEqual(told, ["accepted", "routed"]);
  });

  it("that is wrong is refused", () => {
    const { told } = meeting(() => "?");
    assert.deepEqual(told.slice(0, 1), ["closed"]);
    assert.ok(!told.includes("accepted") && !told.some((kind) => kind.startsWith("MQTT")));
  });
});
