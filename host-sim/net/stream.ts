// Owns what lies between a device and a broker, as a socket gives it. Refuses to know MQTT and what carries the bytes.

export interface Stream {
  /**
   * Takes all bytes, and copies them before it returns; false means: wait for onDrain before the next write.
   * What is written once the stream has closed, or was destroyed, is gone, and the answer is false. Throws
   * after `end`.
   */
  write(bytes: Uint8Array): boolean;
  /** Half-close: FIN after what was written. */
  end(): void;
  /** Both directions gone at once (RST). Of the handlers only onClose(null) is still called, and later. */
  destroy(): void;
  /** No onData and no onEnd from now on, so that a full reader holds back the peer. */
  pause(): void;
  resume(): void;
}

/** None of them is called before `dial` has returned, nor inside a call to the stream's own methods. */
export interface StreamHandlers {
  onOpen(): void;
  /** The bytes stay as they are: they may be kept. */
  onData(bytes: Uint8Array): void;
  onDrain(): void;
  /** The peer's FIN: no more onData. Writing goes on until our own `end`. */
  onEnd(): void;
  /** Always last, exactly once, also when opening failed. Null: ended both ways, or by our own `destroy`. */
  onClose(error: StreamError | null): void;
}

export interface Dialer {
  dial(handlers: StreamHandlers): Stream;
}

export type TlsReason =
  | "unknown-ca"
  | "expired"
  | "not-yet-valid"
  | "wrong-host-name"
  | "client-certificate-required"
  | "client-certificate-refused"
  | "not-tls"
  | "handshake-failed";

/** Why a stream closed. Its `message` is for people: what happened and, where they can, what to do. */
export type StreamError =
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "unreachable"; readonly message: string }
  | { readonly kind: "name-not-found"; readonly message: string }
  | { readonly kind: "timed-out"; readonly message: string }
  | { readonly kind: "reset"; readonly message: string }
  | { readonly kind: "tls"; readonly reason: TlsReason; readonly message: string }
  | { readonly kind: "websocket"; readonly message: string }
  | { readonly kind: "other"; readonly message: string };

export const RESET: StreamError = { kind: "reset", message: "the connection was reset by the other end" };

export function endedTwice(): Error {
  return new Error("write after end: the stream was already ended");
}
