// Owns the claims about how a broker's address is written.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BrokerUrlError, brokerDialer, parseBrokerUrl } from "../broker-url.ts";

describe("a broker's URL", () => {
  test("has the port of its protocol unless it says otherwise", () => {
    const ports = ["mqtt", "mqtts", "ws", "wss"].map((protocol) => parseBrokerUrl(`${protocol}://host`).port);
    assert.deepEqual(ports, [1883, 8883, 80, 443]);
    for (const protocol of ["mqtt", "mqtts", "ws", "wss"]) {
      for (const port of [1, 80, 443, 1883, 8883, 65535]) {
        assert.equal(parseBrokerUrl(`${protocol}://host:${port}`).port, port);
      }
    }
  });

  test("keeps host, path and query, user name and password", () => {
    assert.deepEqual(parseBrokerUrl("wss://me:p%40ss%3A%25@broker.example:9001/mqtt?token=a/b"), {
      protocol: "wss",
      host: "broker.example",
      port: 9001,
      path: "/mqtt?token=a/b",
      username: "me",
      password: "p@ss:%",
    });
    const plain = parseBrokerUrl("MQTT://[::1]/");
    assert.deepEqual([plain.protocol, plain.host, plain.path], ["mqtt", "::1", "/"]);
    assert.deepEqual([plain.username, plain.password], [null, null]);
  });

  test("is refused with what is accepted, and without the password", () => {
    const wrong = [
      "host",
      "localhost:1883",
      "http://host",
      "tcp://me:secret@host",
      "mqtt://me:secret@host:123456",
      "mqtt://me:secret@",
      "mqtt://me:secret@host/path",
      "mqtt://me:secret%@host",
    ];
    for (const text of wrong) {
      assert.throws(
        () => parseBrokerUrl(text),
        (error) => {
          assert.ok(error instanceof BrokerUrlError, text);
          assert.match(error.message, /mqtt:\/\/HOST.*mqtts:\/\/HOST.*ws:\/\/HOST.*wss:\/\/HOST/);
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
      );
    }
  });

  test("that is not encrypted takes no certificates", () => {
    const tls = { ca: "-----BEGIN CERTIFICATE-----" };
    assert.throws(() => brokerDialer(parseBrokerUrl("mqtt://host"), tls), /use mqtts:\/\//);
    assert.throws(() => brokerDialer(parseBrokerUrl("ws://host"), tls), /use wss:\/\//);
    brokerDialer(parseBrokerUrl("mqtt://host"), {});
  });
});
