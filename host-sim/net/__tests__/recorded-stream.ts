// Owns a stream whose every call is written down, for tests. Refuses to know what is under test.

import { Buffer } from "node:buffer";
import type { Dialer, Stream, StreamError, StreamHandlers } from "../stream.ts";

export interface Recorded {
  readonly stream: Stream;
  readonly events: readonly string[];
  readonly bytes: Buffer;
  readonly error: StreamError | null;
  readonly isClosed: boolean;
  /** Resolves with what `when` is waiting for; rejects when the stream closes before. */
  until(event: "open" | "drain" | "end"): Promise<void>;
  closed(): Promise<StreamError | null>;
  received(length: number): Promise<Buffer>;
}

export function dialRecorded(dialer: Dialer, reactions: Partial<StreamHandlers> = {}): Recorded {
  return recorded((handlers) => dialer.dial(handlers), reactions);
}

/** `reactions` are called after the event was written down. */
export function recorded(
  open: (handlers: StreamHandlers) => Stream,
  reactions: Partial<StreamHandlers> = {},
): Recorded {
  const events: string[] = [];
  const chunks: Uint8Array[] = [];
  let error: StreamError | null = null;
  let waiters: (() => void)[] = [];
  const note = (event: string): void => {
    events.push(event);
    const woken = waiters;
    waiters = [];
    for (const wake of woken) wake();
  };
  const until = async (isReached: () => boolean): Promise<void> => {
    while (!isReached()) {
      if (events.includes("close"))
        throw new Error(`closed before: ${events.join(" ")} ${error?.message ?? ""}`);
      await new Promise<void>((resolve) => waiters.push(resolve));
    }
  };

  const stream = open({
    onOpen() {
      note("open");
      reactions.onOpen?.();
    },
    onData(bytes) {
      chunks.push(bytes);
      note("data");
      reactions.onData?.(bytes);
    },
    onDrain() {
      note("drain");
      reactions.onDrain?.();
    },
    onEnd() {
      note("end");
      reactions.onEnd?.();
    },
    onClose(cause) {
      error = cause;
      note("close");
      reactions.onClose?.(cause);
    },
  });

  const bytes = (): Buffer => Buffer.concat(chunks);
  return {
    stream,
    events,
    get bytes() {
      return bytes();
    },
    get error() {
      return error;
    },
    get isClosed() {
      return events.includes("close");
    },
    until: (event) => until(() => events.includes(event)),
    async closed() {
      await until(() => events.includes("close"));
      return error;
    },
    async received(length) {
      await until(() => bytes().length >= length);
      return bytes();
    },
  };
}

/** Bytes of which no two neighbouring stretches are alike, so that a hole or a repetition shows. */
export function pattern(length: number, start = 0): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) bytes[i] = Math.imul(start + i, 2654435761) >>> 24;
  return bytes;
}
