// A port as the browser's Web Serial gives it, which is what esptool-js asks for. Knows that interface; not what is said over it.
import type { Wire } from "../wire/wire.ts";

interface Signals {
  readonly dataTerminalReady?: boolean;
  readonly requestToSend?: boolean;
}

/** The part of Web Serial's SerialPort that esptool-js uses; `setBaudRate` is its own addition. */
export class WebSerialPort {
  readonly #openWire: (baud: number) => Promise<Wire>;
  #wire: Wire | null = null;
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;

  constructor(openWire: (baud: number) => Promise<Wire>) {
    this.#openWire = openWire;
  }

  async open({ baudRate }: { readonly baudRate: number }): Promise<void> {
    const wire = await this.#openWire(baudRate);
    this.#wire = wire;
    this.readable = readableOf(wire);
    this.writable = writableOf(wire);
  }

  async close(): Promise<void> {
    const wire = this.#wire;
    this.#wire = null;
    this.readable = null;
    this.writable = null;
    await wire?.close();
  }

  getInfo(): Record<string, never> {
    return {};
  }

  /** Ports without modem lines swallow it: whoever opened them has asked a person to do it by hand. */
  async setSignals({ dataTerminalReady, requestToSend }: Signals): Promise<void> {
    const lines = {
      ...(dataTerminalReady !== undefined && { dtr: dataTerminalReady }),
      ...(requestToSend !== undefined && { rts: requestToSend }),
    };
    await this.#wire?.setModemLines?.(lines).catch(() => {});
  }

  async setBaudRate(baud: number): Promise<void> {
    await this.#wire?.setBaud?.(baud);
  }
}

function readableOf({ stream }: Wire): ReadableStream<Uint8Array> {
  let forget: () => void = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const onData = (chunk: Uint8Array): void => controller.enqueue(new Uint8Array(chunk));
      const onClose = (): void => controller.close();
      const onError = (error: Error): void => controller.error(error);
      stream.on("data", onData);
      stream.once("close", onClose);
      stream.once("error", onError);
      forget = () => {
        stream.off("data", onData);
        stream.off("close", onClose);
        stream.off("error", onError);
      };
    },
    cancel: () => forget(),
  });
}

function writableOf({ stream }: Wire): WritableStream<Uint8Array> {
  return new WritableStream<Uint8Array>({
    write: (chunk) =>
      new Promise((resolve, reject) => {
        stream.write(chunk, (error) => (error ? reject(error) : resolve()));
      }),
  });
}
