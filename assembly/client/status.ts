// The numbers a caller sees: what a call answers, what happened, where a connection stands and why it ended. Each list is
// only ever appended to, because scripts and stored traces hold these numbers.

/** What a call answers when it refuses. Nothing has changed then. A value of 0 or more means it was done. */
export const enum Status {
  Ok = 0,
  /** The block was never given to `init`. */
  NotInitialised = -1,
  /** A topic needs at least one character. [MQTT3-4.7.3-1] */
  TopicEmpty = -2,
  /** A topic that is published to has no `+` or `#`. [MQTT3-3.3.2-2] */
  TopicWildcard = -3,
  /** Ill-formed UTF-8, a surrogate, or U+0000. [MQTT3-1.5.3-1] [MQTT3-1.5.3-2] */
  BadUtf8 = -4,
  /** QoS is 0, 1 or 2. */
  QosRange = -5,
  /** Larger than the whole outbox: it would not fit even if nothing waited. */
  PayloadTooLarge = -6,
  /** Larger than the whole outbox, or over 65,535 bytes. [MQTT3-4.7.3-3] */
  TopicTooLarge = -7,
  /** No room now, and the caller's choice for that case could make none. */
  OutboxFull = -8,
  /** Every place for a topic filter is taken. */
  TooManyFilters = -9,
  /** Every place for a text is taken. */
  TooManyTexts = -10,
  /** The bytes for texts are used up. */
  TextBytesFull = -11,
  /** QoS 0 without a connection: nothing would ever send it. */
  Offline = -12,
  /** No text of the right kind has this handle. */
  BadHandle = -13,
  /** `#` stands last and alone in its level, `+` alone in its level. [MQTT3-4.7.1-2] [MQTT3-4.7.1-3] */
  BadFilter = -14,
  /** The broker has not yet answered the last request for this filter. */
  RequestPending = -15,
  /** This version needs a client id here. [MQTT3-3.1.3-7] */
  ClientIdRequired = -16,
  /** MQTT 3.1 has at most 23 characters for it. */
  ClientIdTooLong = -17,
  /** [MQTT3-3.1.2-22] */
  PasswordWithoutUser = -18,
  /** Not in this phase: connect while connecting, disconnect while idle. */
  WrongPhase = -19,
  /** A capacity outside the range that `init` states. */
  CapacityRange = -20,
  /** Not a version that this build speaks. */
  VersionUnknown = -21,
  /** More bytes than were offered, or outside the range that the call states. */
  ArgumentRange = -22,
  /** A setting or a message still names this text. */
  TextInUse = -23,
  /** Properties that cannot be read, stand there twice, are out of range, or do not belong to this packet. */
  BadProperties = -24,
  /** Beyond what the broker takes: its Maximum QoS, Retain Available or Maximum Packet Size. */
  NotSupported = -25,
}

/** What `poll` reports, one at a time. The fields of the block that each event fills are named beside it. */
export const enum Event {
  None = 0,
  /** Open a transport, then call `opened`, or `closed` if it cannot be had. */
  OpenTransport = 1,
  /** Close the transport: `eventFlag` 1 after all that was sent has gone out, 0 at once. `eventCode` a CloseReason. Then call `closed`. */
  CloseTransport = 2,
  /** The broker accepted. `eventFlag` Session Present as received, `eventCode` a SessionOutcome. */
  Connected = 3,
  /** The broker refused. `eventCode` its return code: 1 version, 2 client id, 3 unavailable, 4 user name or password, 5 not authorised. */
  Refused = 4,
  /** The connection is over. `eventCode` a CloseReason, `eventFlag` a ClosedBy. */
  Closed = 5,
  /** A message: `eventTopicAt/Length`, `eventPayloadAt/Length`, `eventQos/Retain/Dup`, `eventFilter`, offsets from the block, valid until the next poll. A part of one larger than the receive buffer has `eventPartOffset + eventPayloadLength < eventTotal` until the last. */
  Message = 6,
  /** The rest of a message that came in parts will not come: `eventPartOffset` bytes of `eventTotal` had. */
  MessageAborted = 7,
  /** A message was skipped and acknowledged: its topic, or its body without a taker for parts, fits nowhere. `eventTotal` its payload. */
  MessageTooLarge = 8,
  /** The final acknowledgement came. `eventTicket`. */
  Published = 9,
  /** QoS 0: the last byte was handed to the transport. `eventTicket`. */
  HandedOver = 10,
  /** An accepted message ends unpublished. `eventTicket`, `eventCode` a DropReason. */
  Dropped = 11,
  /**
   * `eventFilter`, `eventCode` the granted QoS or 0x80, in 5 any code of SUBACK; also one that this client answers for the broker,
   * such as 0x95: the filter makes a packet larger than it takes.
   */
  Subscribed = 12,
  /** `eventFilter`, in 5 `eventCode` as of Subscribed; the handle is free again after the next poll. */
  Unsubscribed = 13,
  /** The retained status was acknowledged, or handed over to a broker that takes nothing above QoS 0. `eventFilter` the handle of its text. */
  StatusPublished = 14,
  /** Several connections in a row were accepted and then ended by the broker before anything was done. */
  SecondDevice = 15,
  /** `eventTicket` waits for its bytes from `partsGiven` on, at most `eventPayloadLength` of them: call `supply`. */
  PartWanted = 16,
  /** The broker took the message and refuses it: `eventTicket`, `eventCode` its reason, 0x80 or more. */
  Rejected = 17,
  /** The broker's AUTH: `eventCode` 0x18 asks for an answer by `authenticate`, 0 says that it is content. */
  Authenticate = 18,
  /** The broker does not take the retained status: `eventFilter` its text, `eventCode` its reason, or a DropReason if it could not be sent. */
  StatusRefused = 19,
}

/** Where a connection stands. */
export const enum Phase {
  Idle = 0,
  /** Until the back-off is over. */
  Waiting = 1,
  /** The host opens a transport. */
  Opening = 2,
  /** CONNECT is on its way, CONNACK awaited. */
  Handshaking = 3,
  Connected = 4,
  /** Saying goodbye: the status, then DISCONNECT. */
  Leaving = 5,
  /** No room for another QoS 2 id: only owed acknowledgements are exchanged before the connection ends. */
  Draining = 6,
  /** The host closes the transport. */
  Closing = 7,
  /** Only a DISCONNECT that says what the peer did wrong is still sent. */
  Ending = 8,
}

/** Why a connection ended. */
export const enum CloseReason {
  None = 0,
  /** `disconnect` was called. */
  Goodbye = 1,
  /** The link broke, or no connection could be made. */
  Link = 2,
  /** The broker closed. */
  Server = 3,
  /** No transport or no CONNACK in time. */
  ConnectTimeout = 4,
  /** The peer did not answer a PINGREQ in time. */
  PeerSilent = 5,
  /** CONNACK with a return code other than 0. */
  Refused = 6,
  /** A return code, Session Present or flag in CONNACK that the standard does not have. */
  BadConnack = 7,
  /** Fixed-header flags other than the packet type's. [MQTT3-2.2.2-2] */
  BadFlags = 8,
  /** A length that this packet cannot have. */
  BadLength = 9,
  /** Packet identifier 0, or one that nothing was asked under. */
  BadPacketId = 10,
  /** A topic with ill-formed UTF-8, a wildcard, U+0000, or none at all. */
  BadTopic = 11,
  /** QoS 3, or DUP on QoS 0. [MQTT3-3.3.1-4] [MQTT3-3.3.1-2] */
  BadQos = 12,
  /** A packet that a server does not send, or not now. */
  UnexpectedPacket = 13,
  /** An acknowledgement that does not belong to this QoS or this moment. */
  UnexpectedAck = 14,
  /** SUBACK with a wrong number of return codes or an unknown one. */
  BadSuback = 15,
  /** More QoS 2 messages without PUBREL than there are places. Resuming brings the message back. */
  InboundFull = 16,
  /** The broker resumed a session that this client knows nothing of: it is discarded first. */
  ForeignSession = 17,
  /** The clean connection that discards what the broker kept has done its work. */
  SessionCleared = 18,
  /** The source of a message in parts stalled. */
  PartsStalled = 19,
  /** The source of a message in parts is gone. */
  PartsGone = 20,
  /** The block was restored from a copy. */
  Restored = 21,
  /** Properties of MQTT 5 that cannot be read, or one that does not belong to its packet. */
  BadProperties = 22,
  /** A property that stands there twice, is missing, was not asked for, or has a value that it must not have. */
  BadPropertyValue = 23,
  /** A reason code that this packet does not have. */
  BadReasonCode = 24,
  /** The broker said DISCONNECT; `eventReason` says why. */
  ServerDisconnect = 25,
  /** More messages above QoS 0 at once than this client allowed. [MQTT5-3.3.4-9] */
  ReceiveMaximumExceeded = 26,
  /** A topic alias of 0 or above what this client allowed. [MQTT5-3.3.2-8] [MQTT5-3.1.2-26] */
  BadTopicAlias = 27,
  /** A packet larger than this client allowed. [MQTT5-3.1.2-24] */
  PacketTooLarge = 28,
  /** The broker does not speak MQTT 5: 3.1.1 is tried at once. */
  OlderVersion = 29,
  /** The broker's client id for this client finds no room among the texts. */
  NoRoomForClientId = 30,
  /** An AUTH, or a method, that was not agreed on. [MQTT5-4.12.0-5] [MQTT5-4.12.0-6] */
  BadAuthentication = 31,
}

/** Who ended a connection, as the host saw it. */
export const enum ClosedBy {
  Client = 0,
  /** The peer's end of stream. */
  Server = 1,
  /** A reset, a time-out, or no connection at all. */
  Link = 2,
}

/** What became of the session at CONNACK. */
export const enum SessionOutcome {
  /** The first of its kind, or a clean one. */
  Fresh = 0,
  Resumed = 1,
  /** There was one and the broker has forgotten it. */
  Lost = 2,
  /** The broker's stored state was discarded first, because this client has none: queued messages to it are gone. */
  Cleared = 3,
}

/** Why an accepted message ended unpublished. */
export const enum DropReason {
  /** QoS 0 accepted without a connection, as the caller chose. */
  Offline = 1,
  /** QoS 0: the connection closed before its last byte left. */
  ConnectionClosed = 2,
  /** The oldest unsent message made room. */
  Overflow = 3,
  /** A newer message of the same topic took its place. */
  Superseded = 4,
  /** Sent, not acknowledged, and the broker has forgotten the session. */
  SessionLost = 5,
  /**
   * It may or may not have been published: QoS 2 past PUBREC when the broker forgot the session, or a message that was sent and
   * that the broker of a resumed session does not take any more.
   */
  OutcomeUnknown = 6,
  /** The caller took it back before it was sent, or its source is gone. */
  Cancelled = 7,
  /** It was never sent while it was of use: its message expiry is over. */
  Expired = 8,
  /** Beyond what the broker takes, and the caller did not allow to lower it. */
  NotSupported = 9,
}
