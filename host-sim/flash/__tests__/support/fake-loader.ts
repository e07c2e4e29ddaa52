// An ESP8266 in its loader, as far as esptool-js can tell: SLIP frames, the ROM's commands, then those of the stub that is
// loaded into it. Keeps what is written to its flash.
import { createHash } from "node:crypto";
import { Duplex } from "node:stream";
import { inflateSync } from "node:zlib";
import type { Wire } from "../../wire/wire.ts";

const OP = {
  sync: 0x08,
  readRegister: 0x0a,
  memoryEnd: 0x06,
  deflateBegin: 0x10,
  deflateData: 0x11,
  deflateEnd: 0x12,
  md5: 0x13,
  securityInfo: 0x14,
  eraseFlash: 0xd0,
  runUserCode: 0xd3,
} as const;

const MAGIC_REGISTER = 0x40001000;
const ESP8266_MAGIC = 0xfff0c101;
/** What a ROM says to a command it does not know: it sends that eight times. */
const UNKNOWN = Buffer.from([1, 5]);
const WELL = Buffer.from([0, 0]);
const DATA_HEAD_BYTES = 16;

export class FakeLoader {
  /** By address. */
  readonly flash = new Map<number, Buffer>();
  erasures = 0;
  restarts = 0;
  readonly magic: number;
  #packed: Buffer[] = [];
  #address = 0;
  #frame: number[] = [];
  #stream: Duplex = new Duplex();

  constructor(magic = ESP8266_MAGIC) {
    this.magic = magic;
  }

  open(): Wire {
    this.#stream = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        for (const byte of chunk) this.#take(byte);
        done();
      },
    });
    const stream = this.#stream;
    return {
      name: "loader",
      stream,
      setModemLines: null,
      setBaud: null,
      close: async () => void stream.destroy(),
    };
  }

  #take(byte: number): void {
    if (byte !== 0xc0) {
      this.#frame.push(byte);
      return;
    }
    const frame = unescaped(this.#frame);
    this.#frame = [];
    if (frame.length >= 8) this.#obey(frame[1] ?? 0, frame.subarray(8));
  }

  #obey(op: number, data: Buffer): void {
    switch (op) {
      case OP.sync:
        for (let count = 0; count < 8; count++) this.#answer(op, 0, WELL);
        return;
      case OP.securityInfo:
        for (let count = 0; count < 8; count++) this.#answer(op, 0, UNKNOWN);
        return;
      case OP.readRegister:
        this.#answer(op, data.readUInt32LE(0) === MAGIC_REGISTER ? this.magic : 0, WELL);
        return;
      case OP.memoryEnd:
        this.#answer(op, 0, WELL);
        this.#send(Buffer.from("OHAI"));
        return;
      case OP.runUserCode:
        this.restarts++;
        return;
      case OP.md5:
        this.#answer(op, 0, Buffer.concat([this.#digest(data.readUInt32LE(0)), WELL]));
        return;
      default:
        this.#write(op, data);
        this.#answer(op, 0, WELL);
    }
  }

  #write(op: number, data: Buffer): void {
    if (op === OP.eraseFlash) {
      this.erasures++;
      this.flash.clear();
    } else if (op === OP.deflateBegin) {
      this.#address = data.readUInt32LE(12);
      this.#packed = [];
    } else if (op === OP.deflateData) {
      this.#packed.push(data.subarray(DATA_HEAD_BYTES));
      this.#unpack();
    }
  }

  /** Whole only with its last block. */
  #unpack(): void {
    try {
      this.flash.set(this.#address, inflateSync(Buffer.concat(this.#packed)));
    } catch {
      this.flash.delete(this.#address);
    }
  }

  #digest(address: number): Buffer {
    return createHash("md5")
      .update(this.flash.get(address) ?? "")
      .digest();
  }

  #answer(op: number, value: number, data: Buffer): void {
    const head = Buffer.alloc(8);
    head[0] = 1;
    head[1] = op;
    head.writeUInt16LE(data.length, 2);
    head.writeUInt32LE(value, 4);
    this.#send(Buffer.concat([head, data]));
  }

  #send(frame: Buffer): void {
    const escaped = [...frame].flatMap((byte) =>
      byte === 0xc0 ? [0xdb, 0xdc] : byte === 0xdb ? [0xdb, 0xdd] : [byte],
    );
    this.#stream.push(Buffer.from([0xc0, ...escaped, 0xc0]));
  }
}

function unescaped(frame: readonly number[]): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < frame.length; at++) {
    if (frame[at] !== 0xdb) bytes.push(frame[at] ?? 0);
    else bytes.push(frame[++at] === 0xdc ? 0xc0 : 0xdb);
  }
  return Buffer.from(bytes);
}
