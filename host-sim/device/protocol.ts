// Owns the versions of MQTT by the names that people use. Refuses to know what differs between them.

export const PROTOCOLS = ["3.1", "3.1.1", "5"] as const;

export type Protocol = (typeof PROTOCOLS)[number];

/** As CONNECT has it, section 3.1.2.2 of 3.1.1 and of 5. */
const LEVELS = { "3.1": 3, "3.1.1": 4, "5": 5 } as const;

export function protocolLevel(protocol: Protocol): number {
  return LEVELS[protocol];
}
