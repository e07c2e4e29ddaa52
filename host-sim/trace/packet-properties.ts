// Owns the numbers among the properties of a packet of MQTT 5, read byte by byte by a reader of its own, and how they are noted.
// Refuses to know what they mean and which packet has them.

/** How many bytes a value has, by the property's id; texts and bytes have their length before them. Section 2.2.2.2. */
const NUMBER_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 4,
  17: 4,
  19: 2,
  23: 1,
  24: 4,
  25: 1,
  33: 2,
  34: 2,
  35: 2,
  36: 1,
  37: 1,
  39: 4,
  40: 1,
  41: 1,
  42: 1,
};
const VARIABLE = 0x0b;
const PAIR = 0x26;

export const Property = {
  MessageExpiry: 0x02,
  SessionExpiry: 0x11,
  ServerKeepAlive: 0x13,
  ReceiveMaximum: 0x21,
  TopicAliasMaximum: 0x22,
  TopicAlias: 0x23,
  MaximumQos: 0x24,
  RetainAvailable: 0x25,
  MaximumPacketSize: 0x27,
} as const;

/** Nearly every packet has none, and an array that is emptied takes longer than all else here. */
const NONE: number[] = [];

/** Collects the properties of one packet, their length before them. */
export class PropertyReader {
  #bytes = NONE;
  #length = 0;
  #lengthBytes = 0;
  #isLengthKnown = false;

  begin(): void {
    this.#bytes = NONE;
    this.#length = 0;
    this.#lengthBytes = 0;
    this.#isLengthKnown = false;
  }

  /** How many bytes they are with their length, as far as that is known. */
  get wanted(): number {
    return this.#isLengthKnown ? this.#lengthBytes + this.#length : this.#lengthBytes + 1;
  }

  take(byte: number): void {
    if (this.#isLengthKnown) {
      if (this.#bytes === NONE) this.#bytes = [];
      this.#bytes.push(byte);
      return;
    }
    this.#length += (byte & 127) * 128 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    this.#isLengthKnown = (byte & 128) === 0;
  }

  /** As `17=3600 33=20`; null when there are none with numbers. What cannot be read ends them. */
  noted(): string | null {
    let noted: string | null = null;
    for (let at = 0; at < this.#bytes.length; ) {
      const id = this.#bytes[at] as number;
      const bytes = NUMBER_BYTES[id];
      if (bytes === undefined) {
        at = this.#endOfText(at, id);
      } else {
        const one = `${id}=${this.#number(at + 1, bytes)}`;
        noted = noted === null ? one : `${noted} ${one}`;
        at += 1 + bytes;
      }
    }
    return noted;
  }

  #number(from: number, bytes: number): number {
    let value = 0;
    for (let at = from; at < from + bytes; at += 1) value = value * 256 + (this.#bytes[at] ?? 0);
    return value;
  }

  #endOfText(at: number, id: number): number {
    if (id === VARIABLE) {
      const last = this.#bytes.findIndex((byte, index) => index > at && byte < 128);
      return last < 0 ? this.#bytes.length : last + 1;
    }
    const end = at + 3 + this.#number(at + 1, 2);
    return id === PAIR ? end + 2 + this.#number(end, 2) : end;
  }
}

/** Of a packet's noted properties; null: it has none of this id. */
export function propertyIn(properties: string | null, id: number): number | null {
  if (properties === null) return null;
  const lead = `${id}=`;
  for (let at = 0; at >= 0; at = nextIn(properties, at)) {
    if (properties.startsWith(lead, at)) return Number.parseInt(properties.slice(at + lead.length), 10);
  }
  return null;
}

/** Where the one behind that at `at` begins, or -1. */
function nextIn(properties: string, at: number): number {
  const space = properties.indexOf(" ", at);
  return space < 0 ? -1 : space + 1;
}
