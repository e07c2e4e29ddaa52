// DISCONNECT as a server of MQTT 5 sends it: it says why, and closes.

import { Client } from "../client/block";
import { beginClosing, breakOff } from "../client/closing";
import { CloseReason, Event } from "../client/status";
import { readTail } from "./tail";
import { Packet } from "./types";

/** The variable header is at offset `offset` of the block. */
export function readDisconnect(c: Client, offset: u32): i32 {
  const fault: CloseReason = readTail(c, offset, c.remaining, Packet.Disconnect);
  if (fault != CloseReason.None) return breakOff(c, fault);
  beginClosing(c, CloseReason.ServerDisconnect, false); // [MQTT5-4.13.2-1]
  return Event.None;
}
