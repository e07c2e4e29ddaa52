// Owns a run as lines of text, one a happening, and their hash. Refuses to know where they are kept.

import { createHash } from "node:crypto";
import type { Happening } from "./happening.ts";

/** What each line means; it stands before the lines and is not hashed. */
export const LEGEND = `# A run of motekit, one happening a line: milliseconds since its start, device.life or -, kind, fields.
#   power on|off           the device's power
#   link up|down           its link, and why it is down
#   fault                  a fault as it was asked for
#   opening                the client wants a transport
#   connected              the broker accepted; session fresh, resumed, lost (by the broker) or cleared (left by an earlier life)
#   refused                the broker refused; returnCode of CONNACK
#   closed                 the connection is over: reason, who ended it, what the transport said
#   reading                taken: its number, thousandths of a degree, and the refusal if the client did not accept it
#   readingEnded           its one end: published, handedOver (QoS 0) or why it was dropped
#   status                 the broker acknowledged this retained status
#   message                the device received one
#   output                 the device switched an output
#   secondDevice           the client suspects another device under its client id
#   goodbye, left          the device was told to say goodbye; its goodbye is over
#   seen                   an independent subscriber received a message: level of the topic, payload, whether it was retained
#   samplingEnded          no more readings are taken, and no more faults happen
`;

export interface Trace {
  see(happening: Happening): void;
  /** Of all lines so far, each with its line feed. */
  hash(): string;
}

/** Each line is given to `write` with its line feed. */
export function createTrace(write: (line: string) => void): Trace {
  const sum = createHash("sha256");
  return {
    see(happening) {
      const line = `${traceLine(happening)}\n`;
      sum.update(line);
      write(line);
    },
    hash: () => `sha256:${sum.copy().digest("hex")}`,
  };
}

/** The same happening gives the same line: fields stand in the order of their names. */
export function traceLine(happening: Happening): string {
  const { atMs, kind, ...rest } = happening;
  const { device, life, ...fields } = rest as Readonly<Record<string, unknown>>;
  const who = device === undefined ? "-" : `${device}.${life}`;
  const said = Object.keys(fields)
    .sort()
    .map((key) => `${key}=${JSON.stringify(fields[key])}`);
  return [atMs.toFixed(3), who, kind, ...said].join(" ");
}
