// Claims about what the Node client can be told: nothing that it does not know passes in silence.
import assert from "node:assert/strict";
import { it } from "node:test";
import { connect } from "../connect.ts";
import { OptionError } from "../errors.ts";
import type { ClientOptions } from "../options.ts";

const refused: readonly (readonly [options: object, message: RegExp])[] = [
  [{ keepAlive: 30 }, /no option keepAlive: did you mean keepalive\?/],
  [{ nothingLike: 1 }, /no option nothingLike: there are clientId, clean,/],
  [{ keepalive: "30" }, /keepalive must be a whole number of seconds from 0 to 65535/],
  [{ keepalive: 65_536 }, /keepalive must be/],
  [{ clean: 1 }, /clean must be true or false/],
  [{ protocolVersion: 6 }, /protocolVersion must be one of 3, 4, 5/],
  [{ will: { payload: "x" } }, /will.topic is missing/],
  [{ will: { topic: "w", qos: 3 } }, /will.qos must be one of 0, 1, 2/],
  [{ will: { topic: "w", retained: true } }, /no option will.retained: did you mean will.retain\?/],
  [{ will: { topic: "a/#" } }, /will topic cannot be used: .* no \+ or #/],
  [{ will: { topic: "w", payload: "x".repeat(20_000) } }, /will payload .* capacities.textBytes/],
  [{ password: "p" }, /password needs a username/],
  [{ protocolVersion: 4, properties: { receiveMaximum: 1 } }, /properties need protocolVersion 5/],
  [
    { protocolVersion: 4, will: { topic: "w", properties: { willDelayInterval: 1 } } },
    /will.properties need protocolVersion 5/,
  ],
  [
    { properties: { recieveMaximum: 1 } },
    /no property properties.recieveMaximum \(did you mean receiveMaximum/,
  ],
  [{ properties: { receiveMaximum: 0 } }, /properties.receiveMaximum must be a whole number from 1 to 65535/],
  [{ properties: { sessionExpiryInterval: -1 } }, /sessionExpiryInterval must be .* from 0 to 4294967295/],
  [{ properties: { maximumPacketSize: 0 } }, /maximumPacketSize must be .* from 1 to/],
  [{ properties: { topicAliasMaximum: 200 } }, /topicAliasMaximum must be a whole number from 0 to 12$/],
  [{ properties: { contentType: "x" } }, /contentType does not stand in CONNECT; accepted: sessionExpiry/],
  [{ properties: { requestProblemInformation: 2 } }, /requestProblemInformation must be true or false/],
  [{ properties: { userProperties: { a: 1 } } }, /userProperties must be an object of names/],
  [{ properties: { authenticationData: "x" } }, /authenticationData needs properties.authenticationMethod/],
  [
    { will: { topic: "w", properties: { responseTopic: "a/#" } } },
    /will.properties.responseTopic must be a topic without/,
  ],
  [
    { will: { topic: "w", properties: { sessionExpiryInterval: 1 } } },
    /will.properties.sessionExpiryInterval does not stand in a will/,
  ],
  [
    { capacities: { outboxByte: 1 } },
    /no option capacities.outboxByte: did you mean capacities.outboxBytes\?/,
  ],
  [{ capacities: { outboxBytes: 70_000 } }, /capacities.outboxBytes must be/],
  [{ protocolVersion: 4, clean: false, clientId: "" }, /a client id is needed/],
  [{ protocolVersion: 3, clientId: "x".repeat(24) }, /at most 23 bytes/],
  [{ clientId: "a\0b" }, /client id cannot be used/],
  [{ republish: "always" }, /republish must be one of "none", "qos1", "all"/],
];

/** Throws what `connect` throws. A client that is there against all claims ends, for it would keep the file running for ever. */
function refusedConnect(url: string, options: object = {}): void {
  void connect(url, options as ClientOptions).end(true);
}

for (const [options, message] of refused) {
  it(`${JSON.stringify(options).slice(0, 60)} is refused`, () => {
    assert.throws(
      () => refusedConnect("mqtt://127.0.0.1:1", options),
      (error) => error instanceof OptionError && message.test(error.message),
    );
  });
}

it("certificates for a connection that is not encrypted are refused", () => {
  assert.throws(() => refusedConnect("mqtt://127.0.0.1:1", { ca: "x" }), /use mqtts:\/\//);
});

it("an address that is no broker's is refused", () => {
  assert.throws(() => refusedConnect("http://127.0.0.1"), /none of a broker's protocols/);
});
