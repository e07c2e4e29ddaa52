// Claims about the lines that `device --stdio` refuses: with which words, and that they change nothing. Needs no broker.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DrivenConsole } from "./support/driven-console.ts";

describe("a line that is no request", () => {
  const refused: readonly (readonly [line: string, why: RegExp])[] = [
    ["", /not JSON/],
    ["hello", /not JSON/],
    ["[]", /not a JSON object/],
    ["{}", /"op" is missing; accepted: connect, publish/],
    ['{"op":"publsh"}', /did you mean publish/],
    ['{"op":"publish"}', /must have required property 'topic'/],
    ['{"op":"publish","topic":"t","qos":3}', /qos: accepted: 0, 1, 2/],
    ['{"op":"publish","topic":"t","payload":7}', /payload: it must be string/],
    ['{"op":"publish","topic":"t","payloadBase64":"a b="}', /payloadBase64: it is not base64/],
    ['{"op":"publish","topic":"t","payload":"","payloadBase64":""}', /not both/],
    ['{"op":"publish","topic":"t","retian":true}', /no field "retian".*did you mean retain/],
    [
      '{"op":"publish","topic":"t","qos":1,"properties":{"topicAlias":1}}',
      /properties.topicAlias does not stand in PUBLISH; accepted: payloadFormatIndicator/,
    ],
    [
      '{"op":"publish","topic":"t","qos":1,"properties":{"correlationDataBase64":"?"}}',
      /properties.correlationDataBase64 is not base64/,
    ],
    ['{"op":"connect","host":"h","port":1,"properties":{"receiveMaximum":1}}', /properties need MQTT 5/],
    [
      '{"op":"connect","host":"h","port":1,"will":{"topic":"w","properties":{"willDelayInterval":1}}}',
      /will.properties need MQTT 5/,
    ],
    [
      '{"op":"connect","host":"h","port":1,"version":5,"properties":{"receiveMaximum":0}}',
      /properties.receiveMaximum must be a whole number from 1 to 65535/,
    ],
    [
      '{"op":"connect","host":"h","port":1,"version":5,"properties":{"topicAliasMaximum":53}}',
      /properties.topicAliasMaximum must be a whole number from 0 to 52/,
    ],
    [
      '{"op":"connect","host":"h","port":1,"version":5,"properties":{"sessionExpiry":1}}',
      /no property properties.sessionExpiry \(did you mean sessionExpiryInterval\?\)/,
    ],
    ['{"op":"publish","topic":"\\ud800","qos":1}', /^bad-utf8$/],
    ['{"op":"publish","topic":"","qos":1}', /^topic-empty$/],
    ['{"op":"publish","topic":"a/+","qos":1}', /^topic-wildcard$/],
    ['{"op":"publish","topic":"t"}', /^offline$/],
    ['{"op":"connect","host":"h","port":1,"version":6}', /version: accepted: 3, 4, 5/],
    ['{"op":"connect","host":"h","port":70000}', /port: it must be <= 65535/],
    ['{"op":"subscribe","filters":[]}', /filters: it must NOT have fewer than 1 items/],
    ['{"op":"subscribe","filters":[{"filter":"a","retainHandling":3}]}', /retainHandling: accepted: 0, 1, 2/],
    ['{"op":"auth","reasonCode":23}', /reasonCode: accepted: 24, 25/],
    ['{"op":"auth"}', /^wrong-phase$/],
    ['{"op":"disconnect","reasonCode":4}', /^wrong-phase$/],
  ];

  for (const [line, why] of refused) {
    it(`is refused: ${line}`, async (t) => {
      const console = new DrivenConsole(t);
      console.sendLine(line);
      assert.match(String((await console.next("refused")).why), why);
      const state = await console.ask({ op: "state" }, "state");
      assert.deepEqual([state.phase, state.outbox], ["idle", 0]);
    });
  }

  it("repeats its tag all the same, and is refused when it is not UTF-8", async (t) => {
    const console = new DrivenConsole(t);
    assert.equal((await console.ask({ op: "nothing", tag: "t" }, "refused")).tag, "t");
    console.sendLine(Buffer.from('{"op":"\xff"}', "latin1"));
    assert.match(String((await console.next("refused")).why), /UTF-8/);
  });
});
