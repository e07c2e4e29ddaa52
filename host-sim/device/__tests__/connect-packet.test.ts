// Owns the claims about the bytes of CONNECT, each field and flag spelled out, in 3.1.1 and in 5. Knows nothing of what a server
// answers.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Core, loadModule } from "../core.ts";
import { Option, Status } from "../layout.generated.ts";
import { BlockUnderTest } from "./support/block-under-test.ts";
import { packetBytes, type Version } from "./support/notation.ts";
import { nameOfVersion, VERSIONS } from "./support/session.ts";
import { spelled } from "./support/spelled.ts";

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
const inVersion =
  (version: 3 | Version): Prepare =>
  (block) =>
    exports.setVersion(block.client, version);

function open(block: BlockUnderTest): Buffer {
  block.nowMs += 200_000;
  block.events();
  exports.opened(block.client);
  return block.collect();
}

function idle(version: Version): BlockUnderTest {
  const block = new BlockUnderTest(core);
  exports.setVersion(block.client, version);
  return block;
}

function made(prepare: readonly Prepare[]): BlockUnderTest {
  const block = new BlockUnderTest(core);
  for (const one of prepare) one(block);
  assert.equal(exports.connect(block.client, block.nowMs), Status.Ok);
  return block;
}

/** Everything that is sent on a first connection before the server says a word, against these bytes. */
function assertSends(version: 3 | Version, prepare: readonly Prepare[], packet: string): void {
  const block = made([inVersion(version), ...prepare]);
  assert.equal(open(block).toString("hex"), spelled(version === 5 ? 5 : 4, packet));
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

/** What 5 has between keep-alive and client id: 4 messages above QoS 0 at once, packets of 256 bytes. */
const OWN = "{08 21 00 04 27 00 00 01 00}";
const ID = '00 03 "dev"';
const CREDENTIALS = '00 04 "user" 00 04 "pass"';
const WILL = '{00} 00 04 "will" 00 04 "gone"';

/** CONNECT with these flags, and with this behind its client id. */
function connect(version: Version, flags: string, rest = "", id = ID): string {
  return `10 00 04 "MQTT" 0${version} ${flags} 00 3c ${OWN} ${id} ${rest}`;
}

function withWillStatus(block: BlockUnderTest, options: number): number {
  return exports.setWill(block.client, block.text("other", "Topic"), block.text("x", "Bytes"), options);
}

for (const version of VERSIONS) {
  describe(`CONNECT of ${nameOfVersion(version)}`, () => {
    // [MQTT3-2.2.2-1] [MQTT3-3.1.3-3]
    // [MQTT5-2.1.3-1] [MQTT5-3.1.2-1] [MQTT5-3.1.3-3]
    it("has fixed-header flags 0, the name MQTT, and a client id in front of the other fields", () => {
      assertSends(version, [asDevice], connect(version, "02"));
    });

    // [MQTT3-3.1.3-3]
    // [MQTT5-3.1.3-3]
    it("has a client id of no bytes when it has none", () => {
      assertSends(version, [], connect(version, "02", "", "00 00"));
    });

    // [MQTT3-3.1.3-1] [MQTT3-3.1.3-3]
    // [MQTT5-3.1.3-1] [MQTT5-3.1.3-3] [MQTT5-3.1.2-9]
    it("has its fields in this order: client id, will, user name, password", () => {
      assertSends(
        version,
        [asDevice, withPassword, withWill(1)],
        connect(version, "ce", `${WILL} ${CREDENTIALS}`),
      );
    });

    // [MQTT3-3.1.0-1]
    // [MQTT5-3.1.0-1]
    it("comes once, and nothing follows it before CONNACK, whatever waits", () => {
      const block = made([inVersion(version), asDevice]);
      block.publish("t", "waits", 1);
      block.subscribe("waits", 1);
      assert.equal(open(block).toString("hex"), spelled(version, connect(version, "02")));
      for (let seconds = 0; seconds < 29; seconds++) {
        block.nowMs += 1000;
        block.events();
        assert.equal(block.collect().length, 0);
      }
    });
  });

  describe(`a will in CONNECT of ${nameOfVersion(version)}`, () => {
    // [MQTT3-3.1.2-11] [MQTT3-3.1.2-13] [MQTT3-3.1.2-15]
    // [MQTT5-3.1.2-11] [MQTT5-3.1.2-13]
    it("that there is not has no bit set and no field", () => {
      assertSends(version, [asDevice, withUser], connect(version, "82", '00 04 "user"'));
    });

    // [MQTT3-3.1.2-11] [MQTT3-3.1.2-13] [MQTT3-3.1.2-15]
    // [MQTT5-3.1.2-11] [MQTT5-3.1.2-13]
    it("that was taken back leaves neither a bit nor a field, whatever QoS and retain it had", () => {
      const taken: Prepare = (block) => exports.setWill(block.client, 0, 0, 0);
      assertSends(version, [asDevice, withWill(2 | Option.Retain), taken], connect(version, "02"));
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
    // [MQTT5-3.1.2-9] [MQTT5-3.1.2-12]
    for (const [qos, retain, byte] of flags) {
      it(`of QoS ${qos}${retain ? ", retained," : ""} has its bits, its topic and its message`, () => {
        const options = qos | (retain ? Option.Retain : 0);
        assertSends(version, [asDevice, withWill(options)], connect(version, byte, WILL));
      });
    }

    // [MQTT3-3.1.2-9]
    // [MQTT5-3.1.2-9]
    it("may have a message of no bytes, whose length is there all the same", () => {
      assertSends(version, [asDevice, withWill(0, "")], connect(version, "06", '{00} 00 04 "will" 00 00'));
    });

    // [MQTT3-3.1.2-14]
    // [MQTT5-3.1.2-12]
    it("of QoS 3 is refused, and the one before stays", () => {
      const refused: Prepare = (block) => assert.equal(withWillStatus(block, 3), Status.QosRange);
      assertSends(version, [asDevice, withWill(1), refused], connect(version, "0e", WILL));
    });

    // [MQTT3-3.1.3-10] [MQTT3-4.7.1-1]
    // [MQTT5-3.1.3-11] [MQTT5-4.7.0-1]
    it("has a topic that is a string without wildcards, or is refused", () => {
      const block = idle(version);
      assert.equal(block.text(Uint8Array.of(0x61, 0xff), "Topic"), Status.BadUtf8);
      assert.equal(block.text(Uint8Array.of(0xed, 0xa0, 0x80), "Topic"), Status.BadUtf8);
      assert.equal(block.text("a/#", "Topic"), Status.TopicWildcard);
      const notATopic = block.text(Uint8Array.of(0xff), "Bytes");
      assert.equal(exports.setWill(block.client, notATopic, notATopic, 0), Status.BadHandle);
    });
  });

  describe(`credentials in CONNECT of ${nameOfVersion(version)}`, () => {
    // [MQTT3-3.1.2-18] [MQTT3-3.1.2-20]
    // [MQTT5-3.1.2-16] [MQTT5-3.1.2-18]
    it("that there are not have neither a flag nor a field", () => {
      assertSends(version, [asDevice, withWill(0)], connect(version, "06", WILL));
    });

    // [MQTT3-3.1.2-19] [MQTT3-3.1.2-20]
    // [MQTT5-3.1.2-17] [MQTT5-3.1.2-18]
    it("of a user name alone have its flag and its field, and neither of the password", () => {
      assertSends(version, [asDevice, withUser], connect(version, "82", '00 04 "user"'));
    });

    // [MQTT3-3.1.2-19] [MQTT3-3.1.2-21]
    // [MQTT5-3.1.2-17] [MQTT5-3.1.2-19]
    it("of both have both flags and both fields", () => {
      assertSends(version, [asDevice, withPassword], connect(version, "c2", CREDENTIALS));
    });

    // [MQTT3-3.1.2-18] [MQTT3-3.1.2-20]
    // [MQTT5-3.1.2-16] [MQTT5-3.1.2-18]
    it("that were taken back have neither a flag nor a field", () => {
      const taken: Prepare = (block) => exports.setCredentials(block.client, 0, 0);
      assertSends(version, [asDevice, withPassword, taken], connect(version, "02"));
    });

    // [MQTT3-3.1.3-11]
    // [MQTT5-3.1.3-12]
    it("have a user name that is a string, or it is refused", () => {
      const block = idle(version);
      assert.equal(block.text(Uint8Array.of(0xc3, 0x28), "String"), Status.BadUtf8);
      const bytes = block.text(Uint8Array.of(0xff), "Bytes");
      assert.equal(exports.setCredentials(block.client, bytes, 0), Status.BadHandle);
    });
  });

  describe(`the client id of ${nameOfVersion(version)}`, () => {
    // [MQTT3-3.1.3-4] [MQTT3-1.5.3-1] [MQTT3-1.5.3-2]
    // [MQTT5-3.1.3-4] [MQTT5-1.5.4-1] [MQTT5-1.5.4-2]
    it("is a string, or it is refused", () => {
      const block = idle(version);
      assert.equal(block.text(Uint8Array.of(0xed, 0xa0, 0x80), "String"), Status.BadUtf8);
      assert.equal(block.text("a\0b", "String"), Status.BadUtf8);
      const bytes = block.text(Uint8Array.of(0xff), "Bytes");
      assert.equal(exports.setClientId(block.client, bytes), Status.BadHandle);
    });

    // [MQTT3-1.5.3-3]
    // [MQTT5-1.5.4-3]
    it("that begins with EF BB BF is sent as it is", () => {
      const marked: Prepare = (block) => exports.setClientId(block.client, block.text("\ufeffd", "String"));
      assertSends(version, [marked], connect(version, "02", "", '00 04 ef bb bf "d"'));
    });

    // [MQTT3-3.1.3-2]
    // [MQTT5-3.1.3-2] [MQTT5-3.1.2-4]
    it("names the session: under another one the client has none to resume, and has the broker's discarded", () => {
      const block = made([inVersion(version), asDevice, persistent]);
      const flagsOfNext = () => open(block).readUInt8(9);
      const settled = () => {
        block.feed(packetBytes("CONNACK sp=0 code=0", version));
        block.events();
        block.collect();
        block.events();
      };
      assert.equal(flagsOfNext(), 2);
      settled();
      block.closed(0);
      assert.equal(flagsOfNext(), 0, "the second connection keeps its session");
      settled();
      exports.disconnect(block.client, 0, block.nowMs);
      block.events();
      block.collect();
      block.events();
      block.closed(0);
      block.events();
      exports.setClientId(block.client, block.text("other", "String"));
      exports.connect(block.client, block.nowMs);
      assert.equal(flagsOfNext(), 2, "the first connection of the other is clean");
    });
  });
}

describe("CONNECT before MQTT 5", () => {
  it("of MQTT 3.1 has its protocol name and level", () => {
    assertSends(3, [asDevice], `10 00 06 "MQIsdp" 03 02 00 3c ${ID}`);
  });

  // [MQTT3-3.1.2-11] [MQTT3-3.1.2-13] [MQTT3-3.1.2-15]
  it("has no will on a connection that only discards an old session", () => {
    assertSends(4, [asDevice, persistent, withWill(2 | Option.Retain)], connect(4, "02"));
  });

  // [MQTT3-3.1.2-22]
  it("with a password alone is refused when it comes to connecting", () => {
    const passwordAlone: Prepare = (block) =>
      exports.setCredentials(block.client, 0, block.text("pass", "Bytes"));
    assert.equal(answerTo([asDevice, passwordAlone]), Status.PasswordWithoutUser);
  });

  // [MQTT3-3.1.3-7]
  it("with a client id of no bytes is refused for a session that persists, and in MQTT 3.1 for every one", () => {
    const empty: Prepare = (block) => exports.setClientId(block.client, block.text("", "String"));
    assert.equal(answerTo([persistent]), Status.ClientIdRequired);
    assert.equal(answerTo([persistent, empty]), Status.ClientIdRequired);
    assert.equal(answerTo([inVersion(3), empty]), Status.ClientIdRequired);
    assert.equal(answerTo([empty]), Status.Ok);
  });

  it("has a client id of at most 23 characters in MQTT 3.1", () => {
    const long: Prepare = (block) => exports.setClientId(block.client, block.text("x".repeat(24), "String"));
    assert.equal(answerTo([inVersion(3), long]), Status.ClientIdTooLong);
    assert.equal(answerTo([long]), Status.Ok);
  });
});
