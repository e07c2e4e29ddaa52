// Owns the versions of MQTT by the names that people use. Refuses to know what differs between them.

export const PROTOCOLS = ["3.1", "3.1.1", "5"] as const;

export type Protocol = (typeof PROTOCOLS)[number];

/** As CONNECT has it, section 3.1.2.2 of 3.1.1 and of 5. */
export type ProtocolLevel = 3 | 4 | 5;

const LEVELS: Readonly<Record<Protocol, ProtocolLevel>> = { "3.1": 3, "3.1.1": 4, "5": 5 };
const NAMES: Readonly<Record<ProtocolLevel, Protocol>> = { 3: "3.1", 4: "3.1.1", 5: "5" };

export function protocolLevel(protocol: Protocol): ProtocolLevel {
  return LEVELS[protocol];
}

export function protocolName(level: ProtocolLevel): Protocol {
  return NAMES[level];
}
