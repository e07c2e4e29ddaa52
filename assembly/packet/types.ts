// Control packet types, as the upper four bits of the first byte: the standard's, and none of our own. [MQTT3-7.0.0-2]

export const enum Packet {
  Connect = 1,
  Connack = 2,
  Publish = 3,
  Puback = 4,
  Pubrec = 5,
  Pubrel = 6,
  Pubcomp = 7,
  Subscribe = 8,
  Suback = 9,
  Unsubscribe = 10,
  Unsuback = 11,
  Pingreq = 12,
  Pingresp = 13,
  Disconnect = 14,
  Auth = 15,
}

/** Fixed-header flags that a type must carry. [MQTT3-2.2.2-1] [MQTT5-2.1.3-1] */
export const enum Flags {
  None = 0,
  /**
   * PUBREL, SUBSCRIBE, UNSUBSCRIBE. [MQTT3-3.6.1-1] [MQTT3-3.8.1-1] [MQTT3-3.10.1-1]
   * [MQTT5-3.6.1-1] [MQTT5-3.8.1-1] [MQTT5-3.10.1-1]
   */
  Reserved = 2,
  Retain = 1,
  Dup = 8,
}
