// Topic aliases, which live as long as their connection: those given to prepared topics are noted at them, those that the broker
// gives are texts of their own. It reads and writes no packet.

import { addressOf, Client } from "../client/block";
import { Five, fiveOf, Lack } from "../client/five";
import { sameText } from "../packet/topic";
import { addText, forgetText, isText, noteOf, setNote, TextKind, textAddress, textLength } from "./texts";

/** The text of the topic that the broker's `alias` stands for, 0 none. */
export function textOfAlias(c: Client, alias: u32): u32 {
  for (let text: u32 = 1; text <= c.textCapacity; text++) {
    if (isText(c, text, TextKind.Alias) && noteOf(c, text) == alias) return text;
  }
  return 0;
}

/** From now on `alias` stands for this topic, in place of another. A topic without room is noted as missing. */
export function learnAlias(c: Client, alias: u32, topicAt: u32, topicBytes: u32): void {
  const topic: usize = addressOf(c, topicAt);
  const known: u32 = textOfAlias(c, alias);
  if (known != 0) {
    if (sameText(textAddress(c, known), textLength(c, known), topic, topicBytes)) return;
    forgetText(c, known);
  }
  if (addText(c, topic, topicBytes, (alias << 8) | TextKind.Alias) < 0) missAlias(c);
}

/** A topic that got an alias was not kept. */
export function missAlias(c: Client): void {
  const five: Five = fiveOf(c);
  five.lacks |= <u8>Lack.AliasRoom;
}

/** A new connection knows none. [MQTT5-3.3.2-7] */
export function forgetAliases(c: Client): void {
  for (let text: u32 = 1; text <= c.textCapacity; text++) {
    if (isText(c, text, TextKind.Alias)) forgetText(c, text);
    else if (isText(c, text, TextKind.Topic)) setNote(c, text, 0);
  }
}
