// Texts of words.ts and numbers, written and compared as bytes. Whoever writes gets the address behind what was written,
// where the next goes. It knows no message.

const enum Character {
  Minus = 45,
  Dot = 46,
  Zero = 48,
}

/** Set in every lower-case letter, and the one bit in which it differs from the capital. */
const LOWER_CASE: u32 = 32;

export function writeText(at: usize, text: usize): usize {
  let i: u32 = 0;
  while (load<u8>(text + i) != 0) {
    store<u8>(at + i, load<u8>(text + i));
    i += 1;
  }
  return at + i;
}

/** Whether `length` bytes are the letters of `text`, small or capital. */
export function isText(at: usize, length: u32, text: usize): bool {
  for (let i: u32 = 0; i < length; i++) {
    if ((<u32>load<u8>(at + i) | LOWER_CASE) != <u32>load<u8>(text + i)) return false;
  }
  return load<u8>(text + length) == 0;
}

function writeDigit(at: usize, digit: u32): usize {
  store<u8>(at, <u8>(<u32>Character.Zero + digit));
  return at + 1;
}

/** A whole number without leading zeros: up to 10 bytes. */
export function writeNumber(at: usize, value: u32): usize {
  let divisor: u32 = 1;
  while (value / divisor >= 10) divisor = divisor * 10;
  let end: usize = at;
  while (divisor > 0) {
    end = writeDigit(end, (value / divisor) % 10);
    divisor = divisor / 10;
  }
  return end;
}

/** Its distance from 0, which for the lowest i32 is none of the i32s. */
function magnitude(value: i32): u32 {
  return value < 0 ? <u32>-(value + 1) + 1 : <u32>value;
}

/** A number of thousandths with two decimals, halves rounded away from 0: up to 11 bytes. What rounds to 0 has no sign. */
export function writeDecimal(at: usize, thousandths: i32): usize {
  const hundredths: u32 = (magnitude(thousandths) + 5) / 10;
  let end: usize = at;
  if (thousandths < 0 && hundredths > 0) {
    store<u8>(end, <u8>Character.Minus);
    end += 1;
  }
  end = writeNumber(end, hundredths / 100);
  store<u8>(end, <u8>Character.Dot);
  end = writeDigit(end + 1, (hundredths / 10) % 10);
  return writeDigit(end, hundredths % 10);
}

/** The number that `length` digits make, at most `highest`, which has at most 8 of them; -1 if they make none. */
export function readNumber(at: usize, length: u32, highest: u32): i32 {
  let value: u32 = 0;
  for (let i: u32 = 0; i < length; i++) {
    const character: u32 = load<u8>(at + i);
    if (character < <u32>Character.Zero || character > <u32>Character.Zero + 9) return -1;
    value = value * 10 + (character - <u32>Character.Zero);
    if (value > highest) return -1;
  }
  return length == 0 ? -1 : <i32>value;
}
