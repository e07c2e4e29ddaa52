// Owns the names and arguments of the Node client's events. Knows nothing of when they happen.

import type { ProtocolVersion } from "./block-settings.ts";
import type { MqttError } from "./errors.ts";
import type { ReceivedPacket, ReceivedPart, Undelivered } from "./incoming.ts";
import type { Dropped, Rejected } from "./outgoing.ts";
import type { Properties } from "./properties/table.ts";

/** What became of the session: a new one, the old one, a new one in place of one that the broker forgot, or a new one after what the broker kept for an earlier life of this client was discarded. */
export type SessionStory = "fresh" | "resumed" | "lost" | "cleared";

export interface Accepted {
  readonly sessionPresent: boolean;
  readonly session: SessionStory;
  /** The version that is spoken: 4 where the broker refused 5. */
  readonly protocolVersion: ProtocolVersion;
  /** What a broker of MQTT 5 says of itself: its limits, an assigned client id, … */
  readonly properties: Properties;
}

/** What the broker of MQTT 5 says in DISCONNECT or AUTH. */
export interface Word {
  readonly reasonCode: number;
  readonly properties: Properties;
}

export interface ClientEvents {
  /** The broker accepted. */
  connect: [accepted: Accepted];
  /** The broker asks for the next step of the authentication (24), to be answered by `authenticate`; or has taken the last (0). */
  auth: [word: Word];
  /** The broker said why it closes the connection; `error` and `close` follow. */
  disconnect: [word: Word];
  message: [topic: string, payload: Buffer, packet: ReceivedPacket];
  /** With `streamLargeMessages`: bytes of a message larger than the receive buffer. */
  part: [part: ReceivedPart];
  /** The rest of a message that came in parts will not come; a redelivery begins again at offset 0. */
  partsAborted: [];
  /** A message was larger than `maximumMessageBytes`, or its topic than the receive buffer: acknowledged, not delivered. */
  tooLarge: [message: Undelivered];
  /** A message that `publish` accepted ended unpublished. Its promise is rejected too. */
  dropped: [message: Dropped];
  /** The broker refused a message. Its promise is rejected too. */
  rejected: [message: Rejected];
  /** The broker has forgotten the session. Subscriptions are made again by the client itself. */
  sessionLost: [];
  /** A filter that was granted before was refused in a new session. */
  subscriptionRefused: [filter: string];
  /** The broker keeps accepting and then closing: another device may be using this client id. */
  secondDevice: [];
  /** A connection is tried again. */
  reconnect: [];
  /** Why a connection failed or ended. Said only to who listens: a lost link is a normal state. */
  error: [error: MqttError];
  close: [];
  /** The connection was accepted before it closed. */
  offline: [];
  /** `end` is done; nothing follows. */
  end: [];
}

export type Tell = <Name extends keyof ClientEvents>(name: Name, ...args: ClientEvents[Name]) => void;
