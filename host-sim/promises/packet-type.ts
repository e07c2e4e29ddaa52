// Owns the numbers of MQTT's packet types. Refuses to know what the packets mean.

export const PacketType = {
  Connect: 1,
  Connack: 2,
  Publish: 3,
  Puback: 4,
  Pubrec: 5,
  Pubrel: 6,
  Pubcomp: 7,
  Subscribe: 8,
  Suback: 9,
  Unsubscribe: 10,
  Unsuback: 11,
  Pingreq: 12,
  Pingresp: 13,
  Disconnect: 14,
} as const;

/** As handlers are called that see packets of one type. */
export type PacketName = Uncapitalize<keyof typeof PacketType>;

/** By their names as handlers. */
export const PACKET_TYPES = Object.fromEntries(
  Object.entries(PacketType).map(([name, type]) => [name.charAt(0).toLowerCase() + name.slice(1), type]),
) as Readonly<Record<PacketName, number>>;
