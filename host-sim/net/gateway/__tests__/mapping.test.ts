// Owns the claims about the bytes that a gateway carries.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, test } from "node:test";
import fc from "fast-check";
import { decodeDown, decodeUp, encodeDown, encodeUp, MappingError, upBytesOf } from "../mapping.ts";
import { nameIn, type Publication, type UpMessage } from "../message.ts";
import { NAMES_MAX, NameTable } from "../names.ts";

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
const qos = fc.constantFrom(0, 1, 2) as fc.Arbitrary<0 | 1 | 2>;
const publication: fc.Arbitrary<Publication> = fc.record({
  topic: text,
  payload: fc.uint8Array({ maxLength: 60 }),
  qos,
  retain: fc.boolean(),
});
const upMessage: fc.Arbitrary<UpMessage> = fc.oneof(
  publication.map((published) => ({ kind: "publish", ...published }) as const),
  fc.record({
    kind: fc.constant("hello"),
    isFresh: fc.boolean(),
    clientId: text,
    will: fc.option(publication),
  }) as fc.Arbitrary<UpMessage>,
  fc.record({ kind: fc.constant("subscribe"), filter: text, qos }) as fc.Arbitrary<UpMessage>,
  fc.record({ kind: fc.constant("unsubscribe"), filter: text }) as fc.Arbitrary<UpMessage>,
  fc.constant({ kind: "bye" } as const),
);

function reading(topic: string, payload: string): UpMessage {
  return { kind: "publish", topic, payload: Buffer.from(payload), qos: 1, retain: false };
}

/** Payloads as plain arrays, so that a Buffer equals what it holds. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part) =>
      part?.type === "Buffer" ? part.data : part instanceof Uint8Array ? [...part] : part,
    ),
  );
}

describe("a message up", () => {
  test("comes out as it went in, whichever went before and whichever of them was heard", () => {
    const sending = fc.record({ message: upMessage, isHeard: fc.boolean() });
    fc.assert(
      fc.property(fc.array(sending, { maxLength: 40 }), (sendings) => {
        const [modem, shore] = [new NameTable(), new NameTable()];
        sendings.forEach(({ message, isHeard }, i) => {
          const bytes = encodeUp(message, i, modem);
          assert.ok(bytes.length <= upBytesOf(message));
          assert.deepEqual(plain(decodeUp(bytes, shore)), plain({ number: i, message }));
          const name = nameIn(message);
          if (isHeard && name !== null) modem.agree(name);
        });
      }),
    );
  });

  test("is these bytes: the topic once in full, then as its number", () => {
    const names = new NameTable();
    const first = encodeUp(reading("a/b", "21"), 7, names);
    assert.deepEqual([...first], [0x04, 7, 0x80, 3, ...Buffer.from("a/b"), ...Buffer.from("21")]);
    names.agree("a/b");
    assert.deepEqual([...encodeUp(reading("a/b", "21"), 8, names)], [0x04, 8, 0x00, ...Buffer.from("21")]);
    const will: Publication = { topic: "s", payload: Buffer.from("off"), qos: 1, retain: true };
    const hello = encodeUp({ kind: "hello", isFresh: true, clientId: "id", will }, 9, names);
    assert.deepEqual([...hello], [0x37, 9, 2, ...Buffer.from("id"), 0x80, 1, ...Buffer.from("soff")]);
    assert.deepEqual([...encodeUp({ kind: "bye" }, 10, names)], [0x80, 10]);
    assert.deepEqual(
      [...encodeUp({ kind: "subscribe", filter: "s", qos: 1 }, 11, names)],
      [0x44, 11, 0x80, 1, 0x73],
    );
    assert.deepEqual(
      [...encodeUp({ kind: "unsubscribe", filter: "s" }, 12, names)],
      [0x60, 12, 0x80, 1, 0x73],
    );
  });

  test("announces its topic again until it is known that the shore has it", () => {
    const names = new NameTable();
    const lengths = [0, 1].map((number) => encodeUp(reading("a/b", "21"), number, names).length);
    assert.deepEqual(lengths, [9, 9]);
  });

  test("carries in full the topics for which there is no number left", () => {
    const [modem, shore] = [new NameTable(), new NameTable()];
    for (let i = 0; i < NAMES_MAX + 3; i++) {
      for (const payload of ["x", "y"]) {
        const message = reading(`topic/${i}`, payload);
        assert.deepEqual(plain(decodeUp(encodeUp(message, i, modem), shore).message), plain(message));
        modem.agree(`topic/${i}`);
      }
    }
    assert.equal(encodeUp(reading("topic/126", "x"), 0, modem).length, 4);
    assert.equal(encodeUp(reading("topic/127", "x"), 0, modem).length, 4 + 1 + "topic/127".length);
  });

  test("a fresh hello begins the numbers anew, at both ends", () => {
    const [modem, shore] = [new NameTable(), new NameTable()];
    decodeUp(encodeUp(reading("old", "1"), 0, modem), shore);
    modem.agree("old");
    decodeUp(encodeUp({ kind: "hello", isFresh: true, clientId: "id", will: null }, 1, modem), shore);
    assert.equal(shore.textAt(0), undefined);
    assert.equal(encodeUp(reading("old", "1"), 2, modem).length, 2 + 1 + 1 + 3 + 1);
  });

  test("has no length when a text is longer than 255 bytes, whatever it is made of", () => {
    assert.ok(Number.isFinite(upBytesOf(reading("é".repeat(127), ""))));
    assert.equal(upBytesOf(reading("é".repeat(128), "")), Number.POSITIVE_INFINITY);
    assert.equal(
      upBytesOf({ kind: "hello", isFresh: true, clientId: "é".repeat(128), will: null }),
      Number.POSITIVE_INFINITY,
    );
  });
});

describe("a message down", () => {
  test("comes out as it went in, its topic in full", () => {
    fc.assert(
      fc.property(publication, (message) => {
        const bytes = encodeDown(message);
        assert.ok(bytes !== null);
        assert.deepEqual(plain(decodeDown(bytes)), plain(message));
      }),
    );
    const command = { topic: "c", payload: Buffer.from("on"), qos: 1, retain: true } as const;
    assert.deepEqual([...(encodeDown(command) ?? [])], [0x14, 1, 0x63, ...Buffer.from("on")]);
    assert.equal(encodeDown({ ...command, topic: "c".repeat(256) }), null);
  });
});

describe("bytes that are no message", () => {
  test("are refused in words, and no other way", () => {
    const refused: readonly (readonly number[])[] = [
      [],
      [0x00],
      [0x04, 1, 0x00],
      [0x04, 1, 0x80, 9, 1],
      [0x0c, 1, 0x80, 1, 0x61],
      [0xa0, 1],
      [0x23, 1, 2, 0x61],
    ];
    for (const bytes of refused) {
      assert.throws(() => decodeUp(Uint8Array.from(bytes), new NameTable()), MappingError, `${bytes}`);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        for (const decode of [() => decodeUp(bytes, new NameTable()), () => decodeDown(bytes)]) {
          try {
            decode();
          } catch (error) {
            assert.ok(error instanceof MappingError);
          }
        }
      }),
    );
  });
});
