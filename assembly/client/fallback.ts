// When this client gives up MQTT 5 for 3.1.1, and when it tries 5 again. Only a clear word of the broker makes it do so: a
// connection that merely closes says nothing about versions.

import { MQTT5 } from "../features";
import { textLength } from "../session/texts";
import { Client } from "./block";
import { beginClosing } from "./closing";
import { Five, fiveOf } from "./five";
import { CloseReason, Event } from "./status";

/** A day. */
const RETRY_SECONDS: u32 = 86400;

/** Whether what was settled can be said in 3.1.1. [MQTT3-3.1.2-22] [MQTT3-3.1.3-7] */
function canFallBack(c: Client): bool {
  if (c.password != 0 && c.userName == 0) return false;
  return c.clean || (c.clientId != 0 && textLength(c, c.clientId) > 0);
}

/** The broker does not speak 5. None when 3.1.1 will be tried at once, Refused when it cannot be. */
export function fallBack(c: Client, code: u32): i32 {
  if (!canFallBack(c)) {
    c.eventCode = <u8>code;
    beginClosing(c, CloseReason.Refused, false);
    return Event.Refused;
  }
  c.version = 4;
  fiveOf(c).refusedAt = fiveOf(c).seconds;
  beginClosing(c, CloseReason.OlderVersion, false);
  return Event.None;
}

/** A broker may have learned 5 meanwhile. Before a connection is opened. */
export function tryFiveAgain(c: Client): void {
  if (!MQTT5 || c.version == 5) return;
  const five: Five = fiveOf(c);
  if (five.wantedVersion == 5 && five.seconds - five.refusedAt >= RETRY_SECONDS) c.version = 5;
}
