// Owns blocks of properties, their length first, right and wrong in each way that there is: each property with each kind of
// value, twice, cut short, unknown; and lengths that lie. Refuses to know which are wrong.

import { PROPERTY_ROWS, type PropertyRow } from "./five-properties.ts";
import { ILL_FORMED } from "./topics.ts";

const bytes = (...values: readonly number[]) => Buffer.from(values);
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

function prefixed(text: string | Buffer): Buffer {
  const body = Buffer.from(text);
  return Buffer.concat([bytes(body.length >> 8, body.length & 255), body]);
}

const STRINGS = [
  ...["", "a", "M", "m", "ü/漢/𝄞", "\ufeff", "+", "a/#", "\0", "a\0b"].map(prefixed),
  ...ILL_FORMED.map((hex) => prefixed(Buffer.from(`61${hex}`, "hex"))),
];

const VALUES: Readonly<Record<PropertyRow["shape"], readonly Buffer[]>> = {
  flag: [0, 1, 2, 128, 255].map((value) => bytes(value)),
  u16: [0, 1, 2, 3, 255, 256, 0xffff].map((value) => bytes(value >> 8, value & 255)),
  u32: [0, 1, 255, 0x80000000, 0xffffffff].map((value) => {
    const word = Buffer.alloc(4);
    word.writeUInt32BE(value);
    return word;
  }),
  varint: ["00", "01", "7f", "8001", "ffffff7f", "8000", "818000", "80808000", "ffffffff7f"].map((hex) =>
    Buffer.from(hex, "hex"),
  ),
  text: STRINGS,
  binary: [...STRINGS.slice(0, 2), prefixed(bytes(0, 255, 0xc0))],
  pair: [
    ...STRINGS.map((name) => Buffer.concat([name, prefixed("v")])),
    ...STRINGS.map((value) => Buffer.concat([prefixed("n"), value])),
  ],
};

function withId(id: number, value: Buffer): Buffer {
  return Buffer.concat([bytes(id), value]);
}

/** A value of this type that no property refuses. */
function goodValue({ shape }: PropertyRow): Buffer {
  return VALUES[shape][1] as Buffer;
}

/** Properties without their length. */
function* contentsOf(one: PropertyRow): Iterable<Buffer> {
  for (const value of VALUES[one.shape]) yield withId(one.id, value);
  const good = withId(one.id, goodValue(one));
  for (const length of range(good.length)) yield good.subarray(0, length);
  yield Buffer.concat([good, good]);
  yield Buffer.concat([good, withId(one.id, VALUES[one.shape][0] as Buffer)]);
  if (["text", "binary", "pair"].includes(one.shape))
    yield Buffer.concat([bytes(one.id), bytes(255, 255, 97)]);
}

const USER = Buffer.concat([bytes(0x26), prefixed("n"), prefixed("v")]);
const METHOD = withId(0x15, prefixed("M"));
const TOGETHER: readonly Buffer[] = [
  Buffer.concat([USER, USER, USER]),
  Buffer.concat([METHOD, withId(0x16, prefixed("data"))]),
  Buffer.concat([withId(0x16, prefixed("data")), METHOD]),
  Buffer.concat([bytes(0x0b, 1), bytes(0x0b, 1), bytes(0x0b, 0xff, 0x7f)]),
  Buffer.concat([METHOD, USER, withId(0x1f, prefixed("why"))]),
];

/** Ids that there are not, the last as the variable byte integer that an id is. */
const UNKNOWN = range(256)
  .filter((id) => PROPERTY_ROWS.every((one) => one.id !== id))
  .map((id) => bytes(id, 1));

function withLength(content: Buffer): Buffer {
  return Buffer.concat([bytes(content.length), content]);
}

/** Each property as each packet could have it, as far as a length of one byte goes. */
export const EVERY_BLOCK: readonly Buffer[] = [
  ...PROPERTY_ROWS.flatMap((one) => [...contentsOf(one)]),
  ...TOGETHER,
  ...UNKNOWN,
].map(withLength);

/** Lengths that are cut short, never end, take more bytes than they need, or count more or less than there is. */
const LYING: readonly Buffer[] = ["80", "8000", "818000", "80808000", "ffffffff7f", "ffffff7f", "ff7f", "7f"]
  .map((hex) => Buffer.from(hex, "hex"))
  .concat(range(USER.length + 3).map((length) => Buffer.concat([bytes(length), USER])));

/** For packets that have properties, but not at this moment. */
export const FEW_BLOCKS: readonly Buffer[] = [bytes(), bytes(0), withLength(USER), ...LYING.slice(0, 4)];

export const BLOCKS: readonly Buffer[] = [...EVERY_BLOCK, ...FEW_BLOCKS, ...LYING];
