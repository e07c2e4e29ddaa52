// Claims about bytes on their way into Storage: the literal says what they are, and the checksum tells others from them.
import assert from "node:assert/strict";
import { it } from "node:test";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { crc32 } from "../storage/crc32.ts";
import { literalOf } from "../storage/literal.ts";

it("a literal is read back as the same bytes, and holds nothing that a console takes for a command", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const literal = literalOf(bytes);
      assert.match(literal, /^[\x20-\x7e]*$/);
      assert.deepEqual(Buffer.from(runInNewContext(literal), "latin1"), Buffer.from(bytes));
    }),
  );
});

it("the checksum is the one that zip uses", () => {
  assert.equal(crc32(Buffer.from("123456789")), 0xcbf43926);
  assert.equal(crc32(Buffer.from("")), 0);
  assert.equal(crc32(Buffer.from([0xff, 0xff, 0xff, 0xff])), 0xffffffff);
});
