// What a message in the outbox has gone through. It only names the states; who changes them is outbox.ts.

export const enum EntryState {
  Free = 0,
  /** Never handed to a transport. */
  Queued = 1,
  /** Some of it was handed to a transport, and its acknowledgement is awaited. At QoS 0: being sent. */
  InFlight = 2,
  /** Past PUBREC: only the packet id is owed. Its bytes are gone. */
  Released = 3,
  /** Its end waits to be polled. */
  Published = 4,
  HandedOver = 5,
  Dropped = 6,
  /** Tried for whether dropping it would make room; never outlives the call. */
  Condemned = 7,
  /** Its end waits to be polled: the broker refuses it. */
  Rejected = 8,
}

/** What `options` of an entry and of `publish` mean. */
export const enum Option {
  QosMask = 3,
  Retain = 4,
  InParts = 8,
  /** When full, at QoS 1 and 2 or while connected: refuse unless one of these is set. */
  DropOldest = 16,
  ReplaceSameTopic = 32,
  /** QoS 0 without a connection: accepted and reported as dropped, instead of refused. */
  DropOffline = 64,
  /** Set by the client: handed to a transport in a session that is over. The broker may have it, so it is not dropped. */
  WasSent = 128,
  /** In 5: to what the broker takes, if that is less. The entry keeps it as Stored.MayLower. */
  MayLower = 256,
  /** What a caller may set. */
  Callers = 375,
  /** What an entry keeps of them. */
  Kept = 15,
}
