// Commands: words between blanks, as they are typed. It obeys them, or says what is wrong; who is told, it does not know.
//
//   interval SECONDS       1 to 86,400
//   output NUMBER on|off   0 to 3

import { setOutput } from "./board";
import { Notice } from "./notices";
import { changeInterval } from "./sampling";
import { Sensor } from "./sensor";
import { isText, readNumber } from "./text";
import { INTERVAL, OFF, ON, OUTPUT } from "./words";

const LONGEST_INTERVAL_SECONDS: u32 = 86400;
const HIGHEST_OUTPUT: u32 = 3;

const enum Character {
  Tab = 9,
  Return = 13,
  Space = 32,
}

function isBlank(character: u32): bool {
  const isControl: bool = character >= <u32>Character.Tab && character <= <u32>Character.Return;
  return isControl || character == Character.Space;
}

/** Where the next word begins, or the length. */
function wordStart(at: usize, from: u32, length: u32): u32 {
  let i: u32 = from;
  while (i < length && isBlank(load<u8>(at + i))) i += 1;
  return i;
}

/** Where the word that begins at `from` ends. */
function wordEnd(at: usize, from: u32, length: u32): u32 {
  let i: u32 = from;
  while (i < length && !isBlank(load<u8>(at + i))) i += 1;
  return i;
}

function obeyInterval(s: Sensor, at: usize, from: u32, length: u32, nowMs: u32): Notice {
  const start: u32 = wordStart(at, from, length);
  const end: u32 = wordEnd(at, start, length);
  const seconds: i32 = readNumber(at + start, end - start, LONGEST_INTERVAL_SECONDS);
  if (seconds < 1 || wordStart(at, end, length) < length) return Notice.WrongInterval;
  changeInterval(s, <u32>seconds * 1000, nowMs);
  return Notice.None;
}

function obeyOutput(at: usize, from: u32, length: u32): Notice {
  const start: u32 = wordStart(at, from, length);
  const end: u32 = wordEnd(at, start, length);
  const stateStart: u32 = wordStart(at, end, length);
  const stateEnd: u32 = wordEnd(at, stateStart, length);
  const output: i32 = readNumber(at + start, end - start, HIGHEST_OUTPUT);
  const isOn: bool = isText(at + stateStart, stateEnd - stateStart, ON);
  const isOff: bool = isText(at + stateStart, stateEnd - stateStart, OFF);
  if (output < 0 || !(isOn || isOff) || wordStart(at, stateEnd, length) < length) return Notice.WrongOutput;
  return setOutput(<u32>output, isOn) ? Notice.None : Notice.NoSuchOutput;
}

/** Does what `length` bytes say, or answers what is wrong with them. An empty one says nothing: so a retained one is cleared. */
export function obey(s: Sensor, at: usize, length: u32, nowMs: u32): Notice {
  const start: u32 = wordStart(at, 0, length);
  if (start == length) return Notice.None;
  const end: u32 = wordEnd(at, start, length);
  if (isText(at + start, end - start, INTERVAL)) return obeyInterval(s, at, end, length, nowMs);
  if (isText(at + start, end - start, OUTPUT)) return obeyOutput(at, end, length);
  return Notice.UnknownCommand;
}
