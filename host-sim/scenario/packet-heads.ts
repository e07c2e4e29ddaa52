// Owns the heads of MQTT packets within a stream of bytes, read by a reader of its own, so that the client's codec does not
// judge itself. Refuses to know what the packets are for, and whether they may be sent.

/** Reused for each packet: what is to be kept must be copied. */
export interface PacketHead {
  /** CONNECT is 1, AUTH 15. */
  type: number;
  packetId: number | null;
  qos: 0 | 1 | 2;
  isDup: boolean;
  isRetain: boolean;
  /** The flags of CONNECT; the first code of CONNACK and SUBACK; else 0. */
  code: number;
  isSessionPresent: boolean;
  /** All bytes of the packet. */
  bytes: number;
}

const CONNECT = 1;
const CONNACK = 2;
const PUBLISH = 3;
const SUBACK = 9;
/** From PUBACK to UNSUBACK every packet begins with its id. */
const FIRST_WITH_ID = 4;
const LAST_WITH_ID = 11;
const LENGTH_BYTES_MAX = 4;
const NAME_LENGTH_BYTES = 2;

/**
 * Calls `onHead` for each packet: when its last byte was read, or as soon as its head was, if `atHead`. Bytes that are no MQTT
 * end its work: what follows them has no heads.
 */
export class PacketHeads {
  readonly #onHead: (head: PacketHead) => void;
  readonly #atHead: boolean;
  readonly #head: PacketHead = {
    type: 0,
    packetId: null,
    qos: 0,
    isDup: false,
    isRetain: false,
    code: 0,
    isSessionPresent: false,
    bytes: 0,
  };
  /** Of the present packet, whose name is a topic or the protocol's: bytes read so far, of how many; -1 while its length is being read. */
  #at = 0;
  #remainingLength = -1;
  #lengthBytes = 0;
  #length = 0;
  #nameLength = 0;
  #isTold = false;
  #isLost = false;

  constructor(onHead: (head: PacketHead) => void, atHead: boolean) {
    this.#onHead = onHead;
    this.#atHead = atHead;
  }

  read(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#isLost) {
      if (this.#remainingLength < 0) this.#readFixed(bytes[at++] as number);
      else at = this.#readVariable(bytes, at);
    }
  }

  #readFixed(byte: number): void {
    const head = this.#head;
    if (this.#lengthBytes === 0 && this.#at === 0) {
      head.type = byte >> 4;
      head.qos = head.type === PUBLISH ? (((byte >> 1) & 3) as 0 | 1 | 2) : 0;
      head.isDup = head.type === PUBLISH && (byte & 8) !== 0;
      head.isRetain = head.type === PUBLISH && (byte & 1) !== 0;
      head.packetId = null;
      head.code = 0;
      head.isSessionPresent = false;
      this.#at = 1;
      this.#isTold = false;
      this.#length = 0;
      return;
    }
    this.#length += (byte & 127) * 128 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    if ((byte & 128) === 0) this.#begin();
    else this.#isLost = this.#lengthBytes === LENGTH_BYTES_MAX;
  }

  #begin(): void {
    this.#remainingLength = this.#length;
    this.#head.bytes = 1 + this.#lengthBytes + this.#length;
    this.#at = 0;
    this.#nameLength = 0;
    if (this.#headBytes() === 0) this.#tellHead();
    if (this.#remainingLength === 0) this.#finish();
  }

  /** How much of the variable head must be read before the id is known. */
  #headBytes(): number {
    const { type, qos } = this.#head;
    if (type === CONNECT) return Math.min(this.#length, NAME_LENGTH_BYTES + this.#nameLength + 2);
    if (type === PUBLISH)
      return qos === 0 ? 0 : Math.min(this.#length, NAME_LENGTH_BYTES + this.#nameLength + 2);
    if (type === CONNACK || (type >= FIRST_WITH_ID && type <= LAST_WITH_ID)) return Math.min(this.#length, 2);
    return 0;
  }

  /** Byte by byte through the head, but over the name and what follows the head in one step each. */
  #readVariable(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length && this.#at < this.#wanted()) {
      const inName = Math.min(bytes.length - at, this.#restOfName());
      if (inName > 0) this.#at += inName;
      else this.#readHeadByte(bytes[at] as number);
      at += Math.max(1, inName);
    }
    if (!this.#isTold && this.#at >= this.#headBytes()) this.#tellHead();
    const rest = Math.min(bytes.length - at, this.#length - this.#at);
    this.#at += rest;
    if (this.#at === this.#length) this.#finish();
    return at + rest;
  }

  /** How much of the name is still to come; 0 outside of it, and for packets that have none. */
  #restOfName(): number {
    return this.#at < NAME_LENGTH_BYTES ? 0 : NAME_LENGTH_BYTES + this.#nameLength - this.#at;
  }

  /** A SUBACK's first code is of interest, and is not waited for. */
  #wanted(): number {
    return this.#head.type === SUBACK ? Math.min(this.#length, 3) : this.#headBytes();
  }

  #readHeadByte(byte: number): void {
    const head = this.#head;
    const at = this.#at;
    this.#at += 1;
    if (head.type === CONNECT) {
      if (at < NAME_LENGTH_BYTES) this.#nameLength = this.#nameLength * 256 + byte;
      // behind the name the level, then the flags
      else if (at === NAME_LENGTH_BYTES + this.#nameLength + 1) head.code = byte;
    } else if (head.type === PUBLISH) {
      if (at < NAME_LENGTH_BYTES) this.#nameLength = this.#nameLength * 256 + byte;
      else head.packetId = ((head.packetId ?? 0) * 256 + byte) & 0xffff;
    } else if (head.type === CONNACK) {
      if (at === 0) head.isSessionPresent = (byte & 1) !== 0;
      else head.code = byte;
    } else if (at < 2) {
      head.packetId = ((head.packetId ?? 0) * 256 + byte) & 0xffff;
    } else {
      head.code = byte;
    }
  }

  #tellHead(): void {
    if (!this.#atHead) return;
    this.#isTold = true;
    this.#onHead(this.#head);
  }

  #finish(): void {
    if (!this.#atHead) this.#onHead(this.#head);
    this.#at = 0;
    this.#lengthBytes = 0;
    this.#remainingLength = -1;
  }
}
