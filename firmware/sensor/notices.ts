// What the device says on its error topic. A kind of notice is owed or it is not, and one notice is under way at a time:
// however many wrong commands come, they displace no reading. When a notice is owed, others decide.

import { Client } from "../../assembly/client/block";
import { Phase } from "../../assembly/client/status";
import { publishTo } from "../../assembly/index";
import { clientOf, Sensor, textAddress, topicAddress } from "./sensor";
import { writeNumber, writeText } from "./text";
import { writeTopic } from "./topics";
import {
  ACCEPTED,
  COMMAND_TOO_LONG,
  ERROR_LEVEL,
  NO_SUCH_OUTPUT,
  READING_DROPPED,
  READINGS_DROPPED,
  UNKNOWN_COMMAND,
  WRONG_INTERVAL,
  WRONG_OUTPUT,
} from "./words";

export const enum Notice {
  None = 0,
  UnknownCommand = 1,
  WrongInterval = 2,
  WrongOutput = 4,
  NoSuchOutput = 8,
  CommandTooLong = 16,
  ReadingsDropped = 32,
}

const AT_LEAST_ONCE: u32 = 1;

export function oweNotice(s: Sensor, notice: Notice): void {
  s.owedNotices |= <u8>notice;
}

/** One more reading found no room. */
export function oweDropNotice(s: Sensor): void {
  s.untold += 1;
  oweNotice(s, Notice.ReadingsDropped);
}

/** A notice that can go out now, 0 none. How many readings were dropped is told when no more wait to be sent. */
function nextNotice(s: Sensor): u32 {
  const isQuiet: bool = clientOf(s).cursor == 0;
  const owed: u32 = isQuiet ? <u32>s.owedNotices : s.owedNotices & ~(<u32>Notice.ReadingsDropped);
  if (owed == 0) return Notice.None;
  let notice: u32 = 1;
  while ((owed & notice) == 0) notice <<= 1;
  return notice;
}

function faultOf(notice: u32): usize {
  switch (notice) {
    case <u32>Notice.WrongInterval:
      return WRONG_INTERVAL;
    case <u32>Notice.WrongOutput:
      return WRONG_OUTPUT;
    case <u32>Notice.NoSuchOutput:
      return NO_SUCH_OUTPUT;
    case <u32>Notice.CommandTooLong:
      return COMMAND_TOO_LONG;
    default:
      return UNKNOWN_COMMAND;
  }
}

function writeNotice(s: Sensor, notice: u32): u32 {
  const at: usize = textAddress(s);
  let end: usize = at;
  if (notice == Notice.ReadingsDropped) {
    end = writeNumber(end, s.untold);
    end = writeText(end, s.untold == 1 ? READING_DROPPED : READINGS_DROPPED);
  } else {
    end = writeText(end, faultOf(notice));
    end = writeText(end, ACCEPTED);
  }
  return <u32>(end - at);
}

/** Gives an owed notice to the client. Without a connection, or without room, it stays owed. */
export function sendNotice(s: Sensor): void {
  const c: Client = clientOf(s);
  if (s.owedNotices == 0 || s.noticeTicket != 0 || c.phase != Phase.Connected) return;
  const notice: u32 = nextNotice(s);
  if (notice == Notice.None) return;
  // on the spot, because a text of its own would be kept for something rare
  const topicLength: u32 = writeTopic(s, ERROR_LEVEL);
  const length: u32 = writeNotice(s, notice);
  const ticket: i32 = publishTo(c, topicAddress(s), topicLength, textAddress(s), length, AT_LEAST_ONCE);
  if (ticket < 0) return;
  s.noticeTicket = <u16>ticket;
  s.notice = <u8>notice;
  s.owedNotices &= ~(<u8>notice);
  if (notice != Notice.ReadingsDropped) return;
  s.told = s.untold;
  s.untold = 0;
}

/** The notice under way has ended. One that was never sent, or may have been lost, is owed again. */
export function endNotice(s: Sensor, isDropped: bool): void {
  s.noticeTicket = 0;
  if (!isDropped) return;
  s.owedNotices |= s.notice;
  if (s.notice == Notice.ReadingsDropped) s.untold += s.told;
}
