// Whether a CONNECT was ever left without an answer: the broker may have made a session for it that nobody was told of, and a
// later Session Present then means that one. MQTT 3.1.1 has no other sign of it.

import { Client } from "./block";

const enum Answer {
  /** Or none was sent. */
  Had = 0,
  Awaited = 1,
  /** The connection ended first. */
  Missed = 2,
}

/** CONNECT has left. */
export function awaitAnswer(c: Client): void {
  if (c.answer == Answer.Had) c.answer = <u8>Answer.Awaited;
}

/** CONNACK came. */
export function hadAnswer(c: Client): void {
  if (c.answer == Answer.Awaited) c.answer = <u8>Answer.Had;
}

/** The transport is gone. */
export function missAnswer(c: Client): void {
  if (c.answer == Answer.Awaited) c.answer = <u8>Answer.Missed;
}

/** Whether one was missed since this was asked last. */
export function takeMissed(c: Client): bool {
  const isMissed: bool = c.answer == Answer.Missed;
  c.answer = <u8>Answer.Had;
  return isMissed;
}
