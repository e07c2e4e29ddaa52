// Owns what the end of a connection leads to: the reason in its last packet, and what becomes of its session. Refuses to know
// streams, and when it is that one ends.

import type { CloseReason } from "./broker-event.ts";
import type { Inside } from "./inside.ts";
import type { Manners } from "./manners.ts";
import type { Version } from "./message.ts";
import { connackErrorBytes, disconnectBytes, refusalBytes } from "./packets.ts";
import type { Session } from "./session.ts";
import { type Breach, STATEMENTS } from "./statements.ts";

const IDENTIFIER_REJECTED = 2;
const SESSION_TAKEN_OVER = 0x8e;
const KEEP_ALIVE_TIMEOUT = 0x8d;
const SERVER_SHUTTING_DOWN = 0x8b;
const NOT_AUTHORIZED = 0x87;

const REASONS: Partial<Readonly<Record<CloseReason, number>>> = {
  "taken-over": SESSION_TAKEN_OVER,
  "keep-alive": KEEP_ALIVE_TIMEOUT,
  refused: NOT_AUTHORIZED,
};

/** What DISCONNECT says in MQTT 5; undefined: there is none. */
export function reasonFor(why: CloseReason, { closeReason, announcesStop }: Manners): number | undefined {
  if (why === "broker-closed") return closeReason;
  if (why === "broker-stopped") return announcesStop ? SERVER_SHUTTING_DOWN : undefined;
  return REASONS[why];
}

/** Whether nothing is said at all, not even by a FIN. */
export function isSudden(why: CloseReason, { announcesStop }: Manners): boolean {
  return why === "broker-stopped" && !announcesStop;
}

/** What the client is told of its breach; null: nothing, as before MQTT 5. */
export function lastWordsOn(breach: Breach, version: Version, isConnected: boolean): Uint8Array | null {
  if (breach === "clientIdLength" || breach === "emptyIdNotClean")
    return refusalBytes(IDENTIFIER_REJECTED, version);
  if (version !== 5) return null;
  const { reason } = STATEMENTS[breach];
  return isConnected ? disconnectBytes(reason) : connackErrorBytes(reason);
}

/** The session goes on, or not, without its connection. */
export function leave<Origin>(
  session: Session<Origin>,
  isWillDue: boolean,
  { wills, sessions }: Inside<Origin>,
): void {
  session.link = null;
  session.incoming.forgetRequests();
  if (isWillDue) wills.owe(session);
  else session.will = null;
  sessions.leave(session);
}
