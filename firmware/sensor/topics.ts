// The names of the device's topics: the project's root, the board's name, and what the topic is for.

import { Client } from "../../assembly/client/block";
import { textAddress as preparedAddress, textLength } from "../../assembly/session/texts";
import { clientOf, Sensor, topicAddress } from "./sensor";
import { writeText } from "./text";
import { ROOT_LEVEL } from "./words";

/** Writes the topic that ends in `level` at `topicAddress`, and answers its length. */
export function writeTopic(s: Sensor, level: usize): u32 {
  const c: Client = clientOf(s);
  const at: usize = topicAddress(s);
  let end: usize = writeText(at, ROOT_LEVEL);
  const nameBytes: u32 = textLength(c, s.identityText);
  memory.copy(end, preparedAddress(c, s.identityText), nameBytes);
  end = writeText(end + nameBytes, level);
  return <u32>(end - at);
}
