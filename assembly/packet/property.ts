// Which properties MQTT 5 has: of what type each is, in which packets it may stand, and what is out of its range. It reads no
// packet.

export const enum Property {
  PayloadFormat = 0x01,
  MessageExpiry = 0x02,
  ContentType = 0x03,
  ResponseTopic = 0x08,
  CorrelationData = 0x09,
  SubscriptionIdentifier = 0x0b,
  SessionExpiry = 0x11,
  AssignedClientId = 0x12,
  ServerKeepAlive = 0x13,
  AuthMethod = 0x15,
  AuthData = 0x16,
  RequestProblemInformation = 0x17,
  WillDelay = 0x18,
  RequestResponseInformation = 0x19,
  ResponseInformation = 0x1a,
  ServerReference = 0x1c,
  ReasonString = 0x1f,
  ReceiveMaximum = 0x21,
  TopicAliasMaximum = 0x22,
  TopicAlias = 0x23,
  MaximumQos = 0x24,
  RetainAvailable = 0x25,
  UserProperty = 0x26,
  MaximumPacketSize = 0x27,
  WildcardAvailable = 0x28,
  SubscriptionIdentifierAvailable = 0x29,
  SharedAvailable = 0x2a,
}

/** The type of a property's value, and what it must be besides. */
export const enum Kind {
  /** There is no such property. */
  None = 0,
  /** One byte, 0 or 1. */
  Flag = 1,
  U16 = 2,
  U32 = 3,
  /** A variable byte integer. */
  Varint = 4,
  Text = 5,
  Binary = 6,
  /** Two texts. */
  Pair = 7,
  /** 0 is a protocol error. */
  Positive = 8,
  /** A topic that is published to. */
  TopicName = 16,
  /** May stand there more than once. */
  Repeatable = 32,
}

/** The bits of a Kind that are the type. */
export const TYPE_BITS: u32 = 7;

/** Where the packets' bits have one for the properties of a will, which stand in CONNECT and are not CONNECT's. */
export const WILL: u32 = 0;

const HIGHEST_ID: u32 = 0x2a;
const ROW_BYTES: u32 = 3;

/** A row for each id from 0: its kind, and a bit for each packet type, the upper eight first. Table 2-4. */
const ROWS: usize = memory.data<u8>([
  0, 0, 0, /* 01 */ 1, 0x00, 0x09, /* 02 */ 3, 0x00, 0x09, /* 03 */ 5, 0x00, 0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, /* 08 */ 21, 0x00, 0x09, /* 09 */ 6, 0x00, 0x09, 0, 0, 0, /* 0b */ 44, 0x01, 0x08, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 11 */ 3, 0x40, 0x06, /* 12 */ 5, 0x00, 0x04, /* 13 */ 2, 0x00, 0x04, 0, 0,
  0, /* 15 */ 5, 0x80, 0x06, /* 16 */ 6, 0x80, 0x06, /* 17 */ 1, 0x00, 0x02, /* 18 */ 3, 0x00, 0x01,
  /* 19 */ 1, 0x00, 0x02, /* 1a */ 5, 0x00, 0x04, 0, 0, 0, /* 1c */ 5, 0x40, 0x04, 0, 0, 0, 0, 0, 0,
  /* 1f */ 5, 0xca, 0xf4, 0, 0, 0, /* 21 */ 10, 0x00, 0x06, /* 22 */ 2, 0x00, 0x06, /* 23 */ 10, 0x00, 0x08,
  /* 24 */ 1, 0x00, 0x04, /* 25 */ 1, 0x00, 0x04, /* 26 */ 39, 0xcf, 0xff, /* 27 */ 11, 0x00, 0x06,
  /* 28 */ 1, 0x00, 0x04, /* 29 */ 1, 0x00, 0x04, /* 2a */ 1, 0x00, 0x04,
]);

/** The Kind of this property, `None` if there is none of this id. */
export function kindOf(id: u32): u32 {
  return id > HIGHEST_ID ? 0 : <u32>load<u8>(ROWS + id * ROW_BYTES);
}

/** Whether it may stand in a packet of this type, or with `WILL` among the will's. */
export function belongsIn(id: u32, type: u32): bool {
  if (id > HIGHEST_ID) return false;
  const packets: u32 =
    ((<u32>load<u8>(ROWS + id * ROW_BYTES + 1)) << 8) | <u32>load<u8>(ROWS + id * ROW_BYTES + 2);
  return ((packets >> type) & 1) != 0;
}
