// Owns dialling over WebSocket, which carries MQTT as one byte stream [MQTT3-6.0.0-2] [MQTT5-6.0.0-2]. Refuses to know packets.

import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import WebSocket, { type RawData } from "ws";
import { explain } from "./socket-error.ts";
import { reset } from "./socket-stream.ts";
import {
  type Dialer,
  endedTwice,
  RESET,
  type Stream,
  type StreamError,
  type StreamHandlers,
} from "./stream.ts";
import { type TlsSettings, tlsOptions } from "./tls.ts";

export interface WebSocketAddress {
  readonly host: string;
  readonly port: number;
  /** With its query, and a slash in front. */
  readonly path: string;
  /** Null is ws://, anything else wss://. */
  readonly tls: TlsSettings | null;
}

/** [MQTT3-6.0.0-3] [MQTT5-6.0.0-3] */
const SUBPROTOCOL = "mqtt";

/** What may wait in memory before `write` asks for patience: as much as a socket of Node's. */
const HIGH_WATER_BYTES = 16 * 1024;

const NORMAL_CLOSURE = 1000;
const UNSUPPORTED_DATA = 1003;
const NO_STATUS = 1005;
const ABNORMAL_CLOSURE = 1006;

/** Throws `TlsSettingsError`, before anything is dialled. */
export function webSocketDialer(address: WebSocketAddress): Dialer {
  const tls = address.tls === null ? null : tlsOptions(address.host, address.tls);
  return { dial: (handlers) => dial(address, tls, handlers) };
}

function dial(address: WebSocketAddress, tls: ConnectionOptions | null, handlers: StreamHandlers): Stream {
  const where = `${address.tls === null ? "ws" : "wss"}://${hostText(address.host)}:${address.port}`;
  const raw = connectTcp({ host: address.host, port: address.port, noDelay: true });
  const webSocket = new WebSocket(`${where}${address.path}`, [SUBPROTOCOL], {
    perMessageDeflate: false,
    createConnection: () => (tls === null ? raw : encrypted(raw, tls)),
  });
  let failure: StreamError | null = null;
  let isDestroyed = false;
  let isEnded = false;
  let isFull = false;

  webSocket.once("open", () => isDestroyed || handlers.onOpen());
  webSocket.on("message", (data, isBinary) => {
    if (isDestroyed) return;
    if (isBinary) {
      handlers.onData(joined(data));
      return;
    }
    // [MQTT3-6.0.0-1] [MQTT5-6.0.0-1] Any other type of data frame closes the connection.
    failure = {
      kind: "websocket",
      message: `${where} sent a text frame, where MQTT allows binary ones only`,
    };
    webSocket.close(UNSUPPORTED_DATA);
  });
  webSocket.on("error", (error) => {
    failure ??= explainWebSocket(error, where);
  });
  webSocket.once("close", (code, reason) => {
    failure ??= closeError(code, reason.toString(), where);
    if (failure === null && !isDestroyed) handlers.onEnd();
    handlers.onClose(isDestroyed ? null : failure);
  });

  function onSent(): void {
    if (!isFull || isDestroyed || webSocket.bufferedAmount > 0) return;
    isFull = false;
    handlers.onDrain();
  }

  const unsent: Buffer[] = [];
  webSocket.once("open", () => {
    for (const bytes of unsent) webSocket.send(bytes, onSent);
    if (isEnded) webSocket.close(NORMAL_CLOSURE);
  });

  return {
    write(bytes) {
      if (isEnded) throw endedTwice();
      if (isDestroyed || webSocket.readyState > WebSocket.OPEN) return false;
      const copy = Buffer.from(bytes);
      if (webSocket.readyState === WebSocket.CONNECTING) unsent.push(copy);
      else webSocket.send(copy, onSent);
      const waiting =
        webSocket.bufferedAmount + (webSocket.readyState === WebSocket.CONNECTING ? lengthOf(unsent) : 0);
      isFull = waiting >= HIGH_WATER_BYTES;
      return !isFull;
    },
    /** A WebSocket has no half-close: the Close frame follows what was written, and the peer's answer ends it. */
    end() {
      isEnded = true;
      if (webSocket.readyState === WebSocket.OPEN) webSocket.close(NORMAL_CLOSURE);
    },
    destroy() {
      if (isDestroyed) return;
      isDestroyed = true;
      reset(raw);
    },
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
  };
}

function encrypted(raw: Socket, tls: ConnectionOptions): Socket {
  const socket = connectTls({ ...tls, socket: raw });
  raw.on("error", (error) => socket.destroy(error));
  return socket;
}

function hostText(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function lengthOf(list: readonly Buffer[]): number {
  return list.reduce((sum, bytes) => sum + bytes.length, 0);
}

function joined(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

function explainWebSocket(error: Error, where: string): StreamError {
  const subprotocol = /subprotocol/i.test(error.message);
  if (subprotocol) {
    const message = `${where} did not accept the subprotocol "mqtt": is an MQTT broker there?`;
    return { kind: "websocket", message };
  }
  const status = /Unexpected server response: (\d+)/.exec(error.message)?.[1];
  if (status !== undefined) {
    return { kind: "websocket", message: `${where} answered HTTP ${status} instead of opening a WebSocket` };
  }
  const explained = explain(error, where);
  return explained.kind === "other" ? { kind: "websocket", message: explained.message } : explained;
}

function closeError(code: number, reason: string, where: string): StreamError | null {
  if (code === NORMAL_CLOSURE || code === NO_STATUS) return null;
  if (code === ABNORMAL_CLOSURE) return RESET;
  const words = reason === "" ? "" : `: ${reason}`;
  return { kind: "websocket", message: `${where} closed the WebSocket with code ${code}${words}` };
}
