// Claims about what `pub` and `sub` take and show of MQTT 5: Mosquitto's names and meanings.
import assert from "node:assert/strict";
import { it } from "node:test";
import { parsePub, parseSub } from "../parse.ts";
import { printedProperties } from "../properties.ts";

const FOR_EVER = 4_294_967_295;

function pub(line: string) {
  return parsePub(`-t t -m x ${line}`.split(" "), 1);
}

function sub(line: string) {
  return parseSub(`-t t ${line}`.split(" "), 1);
}

it("-D makes it MQTT 5 and takes every property of every command", () => {
  const options = pub(
    "-D connect receive-maximum 5 -D CONNECT request-problem-information 0 -D publish payload-format-indicator 1 " +
      "-D publish message-expiry-interval 60 -D publish correlation-data -x -D publish user-property a b " +
      "-D publish user-property a c --will-topic w -D will will-delay-interval 9 " +
      "-D disconnect session-expiry-interval 0",
  );
  assert.equal(options.protocolVersion, 5);
  assert.deepEqual(options.properties, {
    connect: { receiveMaximum: 5, requestProblemInformation: 0 },
    publish: {
      payloadFormatIndicator: 1,
      messageExpiryInterval: 60,
      correlationData: "-x",
      userProperties: { a: ["b", "c"] },
    },
    will: { willDelayInterval: 9 },
    disconnect: { sessionExpiryInterval: 0 },
  });
  assert.deepEqual(options.will?.properties, { willDelayInterval: 9 });
  const { properties, retainAsPublished } = sub(
    "-D subscribe subscription-identifier 7 -D unsubscribe user-property a b --retain-as-published",
  );
  assert.deepEqual(properties, {
    subscribe: { subscriptionIdentifier: 7 },
    unsubscribe: { userProperties: { a: ["b"] } },
  });
  assert.equal(retainAsPublished, true);
});

it("-x says how long the session is kept, and -c alone for ever, in MQTT 5", () => {
  const expiry = (line: string) => {
    const { protocolVersion, properties } = pub(line);
    return [protocolVersion, properties.connect?.sessionExpiryInterval];
  };
  assert.deepEqual(expiry("-x 30"), [5, 30]);
  for (const ever of ["-1", "∞", `${FOR_EVER}`]) assert.deepEqual(expiry(`-x ${ever}`), [5, FOR_EVER]);
  assert.deepEqual(expiry("-V 5 -c -i me"), [5, FOR_EVER]);
  assert.deepEqual(expiry("-c -i me -x 5"), [5, 5]);
  assert.deepEqual(expiry("-c -i me"), [4, undefined]);
  assert.deepEqual(expiry("-V mqttv5"), [5, undefined]);
});

it("sub --json shows properties under mosquitto_sub's names", () => {
  const shown = printedProperties({
    payloadFormatIndicator: true,
    messageExpiryInterval: 60,
    contentType: "text",
    responseTopic: "r",
    correlationData: Buffer.from("zz"),
    subscriptionIdentifier: [7, 8],
    userProperties: { a: ["b", "c"], d: "e" },
    topicAlias: 3,
  });
  assert.deepEqual(shown, {
    "payload-format-indicator": 1,
    "message-expiry-interval": 60,
    "content-type": "text",
    "response-topic": "r",
    "correlation-data": "zz",
    "subscription-identifier": [7, 8],
    "user-properties": { a: ["b", "c"], d: "e" },
  });
  assert.deepEqual(printedProperties({ correlationData: Buffer.of(255) }), {
    "correlation-dataBase64": "/w==",
  });
});
