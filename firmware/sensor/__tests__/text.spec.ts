// Numbers at the edges of their types, which no board can bring about from outside.
import { readNumber, writeDecimal, writeNumber } from "../text";

const AT: usize = memory.data(32);

function written(end: usize): string {
  return String.UTF8.decodeUnsafe(AT, end - AT);
}

function read(text: string, highest: u32): i32 {
  const bytes = String.UTF8.encode(text);
  return readNumber(changetype<usize>(bytes), bytes.byteLength, highest);
}

describe("a whole number", () => {
  it("is written in as many digits as it has", () => {
    expect(written(writeNumber(AT, 0))).toBe("0");
    expect(written(writeNumber(AT, 9))).toBe("9");
    expect(written(writeNumber(AT, 10))).toBe("10");
    expect(written(writeNumber(AT, 1000000000))).toBe("1000000000");
    expect(written(writeNumber(AT, 4294967295))).toBe("4294967295");
  });
});

describe("a decimal", () => {
  it("holds the lowest and the highest i32", () => {
    expect(written(writeDecimal(AT, -2147483648))).toBe("-2147483.65");
    expect(written(writeDecimal(AT, 2147483647))).toBe("2147483.65");
  });
});

describe("digits that are read", () => {
  it("make a number up to the highest", () => {
    expect(read("0", 3)).toBe(0);
    expect(read("3", 3)).toBe(3);
    expect(read("0000000000000000000003", 3)).toBe(3);
    expect(read("86400", 86400)).toBe(86400);
  });

  it("make none beyond it, without digits, or with anything else between them", () => {
    expect(read("4", 3)).toBe(-1);
    expect(read("4294967296", 86400)).toBe(-1);
    expect(read("", 3)).toBe(-1);
    expect(read("1 ", 86400)).toBe(-1);
    expect(read("1:", 86400)).toBe(-1);
    expect(read("/1", 86400)).toBe(-1);
  });
});
