// Owns the claims about the bytes of CONNECT, each field and flag spelled out. Knows nothing of what a server answers.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { Option, Status } from "../layout.generated.ts";
import { BlockUnderTest } from "./support/block-under-test.ts";
import { packetBytes } from "./support/notation.ts";

const core = new Core(loadModule());
const { exports } = core;

type Prepare = (block: BlockUnderTest) => void;

const asDevice: Prepare = (block) => exports.setClientId(block.client, block.text("dev", "String"));
const withUser: Prepare = (block) => exports.setCredentials(block.client, block.text("user", "String"), 0);
const withPassword: Prepare = (block) =>
  exports.setCredentials(block.client, block.text("user", "String"), block.text("pass", "Bytes"));
const withWill =
  (options: number, payload = "gone"): Prepare =>
  (block) =>
    exports.setWill(block.client, block.text("will", "Topic"), block.text(payload, "Bytes"), options);
const persistent: Prepare = (block) => exports.setClean(block.client, 0);
const inVersion3: Prepare = (block) => exports.setVersion(block.client, 3);

function open(block: BlockUnderTest): Buffer {
  block.nowMs += 200_000;
  block.events();
  exports.opened(block.client);
  return block.collect();
}

function made(prepare: readonly Prepare[]): BlockUnderTest {
  const block = new BlockUnderTest(core);
  for (const one of prepare) one(block);
  assert.equal(exports.connect(block.client, block.nowMs), Status.Ok);
  return block;
}

/** Everything that is sent on a first connection before the server says a word, against these bytes. */
function assertSends(prepare: readonly Prepare[], spelled: string): void {
  const block = made(prepare);
  assert.deepEqual(open(block).toString("hex"), packetBytes(`hex ${spelled}`).toString("hex"));
  assert.equal(block.collect().length, 0, "and nothing more");
}

/** What `connect` answers. A refusal begins nothing. */
function answerTo(prepare: readonly Prepare[]): number {
  const block = new BlockUnderTest(core);
  for (const one of prepare) one(block);
  const status = exports.connect(block.client, block.nowMs);
  if (status < 0) assert.deepEqual(block.events(), []);
  return status;
}

const NAME = '00 04 "MQTT" 04';
const ID = '00 03 "dev"';

describe("CONNECT", () => {
  // [MQTT3-2.2.2-1] [MQTT3-3.1.3-3]
  it("has fixed-header flags 0, and a client id in front of everything else", () => {
    assertSends([asDevice], `10 0f ${NAME} 02 00 3c ${ID}`);
  });

  // [MQTT3-3.1.3-3]
  it("has a client id of no bytes when it has none", () => {
    assertSends([], `10 0c ${NAME} 02 00 3c 00 00`);
  });

  // [MQTT3-3.1.3-1] [MQTT3-3.1.3-3]
  it("has its fields in this order: client id, will topic, will message, user name, password", () => {
    assertSends(
      [asDevice, withPassword, withWill(1)],
      `10 27 ${NAME} ce 00 3c ${ID} 00 04 "will" 00 04 "gone" 00 04 "user" 00 04 "pass"`,
    );
  });

  // [MQTT3-3.1.0-1]
  it("comes once, and nothing follows it before CONNACK, whatever waits", () => {
    const block = made([asDevice]);
    block.publish("t", "waits", 1);
    block.subscribe("waits", 1);
    assert.deepEqual(open(block), packetBytes(`hex 10 0f ${NAME} 02 00 3c ${ID}`));
    for (let seconds = 0; seconds < 29; seconds++) {
      block.nowMs += 1000;
      block.events();
      assert.equal(block.collect().length, 0);
    }
  });

  it("of MQTT 3.1 has its protocol name and level", () => {
    assertSends([inVersion3, asDevice], `10 11 00 06 "MQIsdp" 03 02 00 3c ${ID}`);
  });
});

describe("a will in CONNECT", () => {
  // [MQTT3-3.1.2-11] [MQTT3-3.1.2-13] [MQTT3-3.1.2-15]
  it("that there is not has no bit set and no field", () => {
    assertSends([asDevice, withUser], `10 15 ${NAME} 82 00 3c ${ID} 00 04 "user"`);
  });

  // [MQTT3-3.1.2-11] [MQTT3-3.1.2-13] [MQTT3-3.1.2-15]
  it("that was taken back leaves neither a bit nor a field, whatever QoS and retain it had", () => {
    const taken: Prepare = (block) => exports.setWill(block.client, 0, 0, 0);
    assertSends([asDevice, withWill(2 | Option.Retain), taken], `10 0f ${NAME} 02 00 3c ${ID}`);
  });

  // [MQTT3-3.1.2-11] [MQTT3-3.1.2-13] [MQTT3-3.1.2-15]
  it("is not set by a connection that only discards an old session", () => {
    assertSends([asDevice, persistent, withWill(2 | Option.Retain)], `10 0f ${NAME} 02 00 3c ${ID}`);
  });

  const flags: readonly (readonly [qos: number, retain: boolean, flags: string])[] = [
    [0, false, "06"],
    [0, true, "26"],
    [1, false, "0e"],
    [1, true, "2e"],
    [2, false, "16"],
    [2, true, "36"],
  ];
  // [MQTT3-3.1.2-9] [MQTT3-3.1.2-14]
  for (const [qos, retain, byte] of flags) {
    it(`of QoS ${qos}${retain ? ", retained," : ""} has its bits, its topic and its message`, () => {
      assertSends(
        [asDevice, withWill(qos | (retain ? Option.Retain : 0))],
        `10 1b ${NAME} ${byte} 00 3c ${ID} 00 04 "will" 00 04 "gone"`,
      );
    });
  }

  // [MQTT3-3.1.2-9]
  it("may have a message of no bytes, whose length is there all the same", () => {
    assertSends([asDevice, withWill(0, "")], `10 17 ${NAME} 06 00 3c ${ID} 00 04 "will" 00 00`);
  });

  // [MQTT3-3.1.2-14]
  it("of QoS 3 is refused, and the one before stays", () => {
    assertSends(
      [asDevice, withWill(1), (block) => assert.equal(withWillStatus(block, 3), Status.QosRange)],
      `10 1b ${NAME} 0e 00 3c ${ID} 00 04 "will" 00 04 "gone"`,
    );
  });

  // [MQTT3-3.1.3-10] [MQTT3-4.7.1-1]
  it("has a topic that is a string without wildcards, or is refused", () => {
    const block = new BlockUnderTest(core);
    assert.equal(block.text(Uint8Array.of(0x61, 0xff), "Topic"), Status.BadUtf8);
    assert.equal(block.text(Uint8Array.of(0xed, 0xa0, 0x80), "Topic"), Status.BadUtf8);
    assert.equal(block.text("a/#", "Topic"), Status.TopicWildcard);
    const notATopic = block.text(Uint8Array.of(0xff), "Bytes");
    assert.equal(exports.setWill(block.client, notATopic, notATopic, 0), Status.BadHandle);
  });
});

function withWillStatus(block: BlockUnderTest, options: number): number {
  return exports.setWill(block.client, block.text("other", "Topic"), block.text("x", "Bytes"), options);
}

describe("credentials in CONNECT", () => {
  // [MQTT3-3.1.2-18] [MQTT3-3.1.2-20]
  it("that there are not have neither a flag nor a field", () => {
    assertSends([asDevice, withWill(0)], `10 1b ${NAME} 06 00 3c ${ID} 00 04 "will" 00 04 "gone"`);
  });

  // [MQTT3-3.1.2-19] [MQTT3-3.1.2-20]
  it("of a user name alone have its flag and its field, and neither of the password", () => {
    assertSends([asDevice, withUser], `10 15 ${NAME} 82 00 3c ${ID} 00 04 "user"`);
  });

  // [MQTT3-3.1.2-19] [MQTT3-3.1.2-21]
  it("of both have both flags and both fields", () => {
    assertSends([asDevice, withPassword], `10 1b ${NAME} c2 00 3c ${ID} 00 04 "user" 00 04 "pass"`);
  });

  // [MQTT3-3.1.2-18] [MQTT3-3.1.2-20]
  it("that were taken back have neither a flag nor a field", () => {
    const taken: Prepare = (block) => exports.setCredentials(block.client, 0, 0);
    assertSends([asDevice, withPassword, taken], `10 0f ${NAME} 02 00 3c ${ID}`);
  });

  // [MQTT3-3.1.2-22]
  it("of a password alone are refused when it comes to connecting", () => {
    const passwordAlone: Prepare = (block) =>
      exports.setCredentials(block.client, 0, block.text("pass", "Bytes"));
    assert.equal(answerTo([asDevice, passwordAlone]), Status.PasswordWithoutUser);
  });

  // [MQTT3-3.1.3-11]
  it("have a user name that is a string, or it is refused", () => {
    const block = new BlockUnderTest(core);
    assert.equal(block.text(Uint8Array.of(0xc3, 0x28), "String"), Status.BadUtf8);
    const bytes = block.text(Uint8Array.of(0xff), "Bytes");
    assert.equal(exports.setCredentials(block.client, bytes, 0), Status.BadHandle);
  });
});

describe("the client id", () => {
  // [MQTT3-3.1.3-4] [MQTT3-1.5.3-1] [MQTT3-1.5.3-2]
  it("is a string, or it is refused", () => {
    const block = new BlockUnderTest(core);
    assert.equal(block.text(Uint8Array.of(0xed, 0xa0, 0x80), "String"), Status.BadUtf8);
    assert.equal(block.text("a\0b", "String"), Status.BadUtf8);
    const bytes = block.text(Uint8Array.of(0xff), "Bytes");
    assert.equal(exports.setClientId(block.client, bytes), Status.BadHandle);
  });

  // [MQTT3-1.5.3-3]
  it("that begins with EF BB BF is sent as it is", () => {
    const marked: Prepare = (block) => exports.setClientId(block.client, block.text("\ufeffd", "String"));
    assertSends([marked], `10 10 ${NAME} 02 00 3c 00 04 ef bb bf "d"`);
  });

  // [MQTT3-3.1.3-7]
  it("of no bytes is refused for a session that persists, and in MQTT 3.1 for every one", () => {
    const empty: Prepare = (block) => exports.setClientId(block.client, block.text("", "String"));
    assert.equal(answerTo([persistent]), Status.ClientIdRequired);
    assert.equal(answerTo([persistent, empty]), Status.ClientIdRequired);
    assert.equal(answerTo([inVersion3, empty]), Status.ClientIdRequired);
    assert.equal(answerTo([empty]), Status.Ok);
  });

  it("has at most 23 characters in MQTT 3.1", () => {
    const long: Prepare = (block) => exports.setClientId(block.client, block.text("x".repeat(24), "String"));
    assert.equal(answerTo([inVersion3, long]), Status.ClientIdTooLong);
    assert.equal(answerTo([long]), Status.Ok);
  });

  // [MQTT3-3.1.3-2]
  it("names the session: under another one the client has none to resume, and has the broker's discarded", () => {
    const block = made([asDevice, persistent]);
    const accepted = packetBytes("CONNACK sp=0 code=0");
    open(block);
    block.feed(accepted);
    block.events();
    block.collect();
    block.events();
    block.closed(0);
    assert.equal(open(block).readUInt8(9), 0, "the second connection keeps its session");
    block.feed(accepted);
    block.events();
    exports.disconnect(block.client, 0, block.nowMs);
    block.events();
    block.collect();
    block.events();
    block.closed(0);
    block.events();
    exports.setClientId(block.client, block.text("other", "String"));
    exports.connect(block.client, block.nowMs);
    assert.equal(open(block).readUInt8(9), 2, "the first connection of the other is clean");
  });
});
