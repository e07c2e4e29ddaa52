// Owns the claims that no length a broker lies about takes the client's arithmetic out of its types. Random steps hardly ever come to
// these states.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { root } from "../../root.ts";
import { readPortable } from "../../translate/link.ts";
import { type JavaScriptImage, javaScriptImage } from "../js-subject.ts";
import type { Argument, Subject } from "../subject.ts";

const NOW_MS = 1000;
const SENT_BYTES = 1000;
const CONNECTED = 3;
const MESSAGE = 6;
const CLOSE = 2;

const CONNACK = [0x20, 3, 0, 0, 0];
const PUBLISH = 0x30;
const TOPIC = [0, 1, 0x61];
/** Ten bytes that are not there, one of a property's two, and a length that goes on for ever. */
const PROPERTIES = [[10], [1, 1], [0x80, 0x80, 0x80, 0x80]];

function call(subject: Subject, name: string, ...values: readonly Argument[]): number {
  return subject.call({ name, values });
}

function receive(subject: Subject, bytes: readonly number[]): void {
  const incoming = Uint8Array.from(bytes);
  subject.call({ name: "received", values: [incoming.length, NOW_MS], incoming });
}

/** A client that a broker of MQTT 5 has accepted. */
function connected(image: JavaScriptImage): Subject {
  const subject = image.instantiate({
    sampleThousandths: () => 0,
    setOutput: () => false,
    identity: Buffer.alloc(0),
  });
  call(subject, "init");
  const id = call(subject, "prepareString", Buffer.from("c1"), 2);
  call(subject, "setClientId", id);
  call(subject, "setVersion", 5);
  call(subject, "connect", NOW_MS);
  call(subject, "poll", NOW_MS);
  call(subject, "opened");
  call(subject, "collect", "room", SENT_BYTES, NOW_MS);
  receive(subject, CONNACK);
  assert.equal(call(subject, "poll", NOW_MS), CONNECTED);
  return subject;
}

function publishOf(properties: readonly number[]): readonly number[] {
  return [PUBLISH, TOPIC.length + properties.length, ...TOPIC, ...properties];
}

describe("the checked client", () => {
  let image: JavaScriptImage;

  before(async () => {
    image = await javaScriptImage({
      program: readPortable(root),
      capacities: [64, 200, 1, 1, 1, 2, 60, 1],
      firmware: "client",
      mode: "check",
      isMinified: false,
    });
  });

  for (const properties of PROPERTIES) {
    it(`hangs up on a message with the properties ${Buffer.from(properties).toString("hex")}, first or behind others`, () => {
      for (const before of [0, 1, 2, 5]) {
        const subject = connected(image);
        const usual = Array.from({ length: before }, () => publishOf([0])).flat();
        receive(subject, [...usual, ...publishOf(properties)]);
        const events = Array.from({ length: before + 1 }, () => call(subject, "poll", NOW_MS));
        assert.deepEqual(events, [...Array.from({ length: before }, () => MESSAGE), 0]);
        assert.ok(call(subject, "collect", "room", SENT_BYTES, NOW_MS) > 0, "it says why");
        assert.equal(call(subject, "poll", NOW_MS), CLOSE);
      }
    });
  }
});
