// The end that comes from outside: Ctrl-C, SIGTERM, SIGHUP, a reader that left. Knows goodbyes, not what they say.
import { after, type Clock } from "../time/clock.ts";

/** Conventional: 128 + the signal's number. */
export const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
export type EndingSignal = keyof typeof SIGNAL_EXIT;

export interface SignalSource {
  on(signal: EndingSignal, listener: () => void): unknown;
  off(signal: EndingSignal, listener: () => void): unknown;
}

/** Brings something to its proper end: a client disconnects, a report is printed. */
export type Goodbye = () => Promise<void>;

export interface Interruption {
  /** Registers what must happen before the process ends. The returned function takes it back. */
  onGoodbye(goodbye: Goodbye): () => void;
  /** Starts the goodbyes; a second call, like a second Ctrl-C, ends at once. */
  begin(exitCode: number): void;
  /** A goodbye's word on the exit code, such as 1 when what was done so far broke a promise. The last one counts. */
  overrule(exitCode: number): void;
  /** True from the first `begin` on: what fails now fails because the command is ending. */
  readonly begun: boolean;
  /** Resolves with the exit code when the goodbyes are over; stays pending as long as nobody interrupts. */
  readonly ended: Promise<number>;
  /** Stops listening for signals. */
  dispose(): void;
}

// Long enough for a status, its ack and a DISCONNECT over a slow link; short enough not to look hung.
const GOODBYE_LIMIT_MS = 5000;

export interface InterruptionOptions {
  readonly signals: SignalSource;
  readonly clock: Clock;
  readonly exit: (exitCode: number) => void;
}

export function listenForInterruption({ signals, clock, exit }: InterruptionOptions): Interruption {
  const goodbyes = new Set<Goodbye>();
  let begun = false;
  let overruledBy: number | null = null;
  let resolveEnded: (exitCode: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    resolveEnded = resolve;
  });

  const begin = (exitCode: number): void => {
    if (begun) {
      exit(exitCode);
      return;
    }
    begun = true;
    void bounded(sayAll(goodbyes), clock).then(() => resolveEnded(overruledBy ?? exitCode));
  };
  const listeners = Object.entries(SIGNAL_EXIT).map(
    ([signal, exitCode]) => [signal as EndingSignal, () => begin(exitCode)] as const,
  );
  for (const [signal, listener] of listeners) signals.on(signal, listener);

  return {
    onGoodbye(goodbye) {
      goodbyes.add(goodbye);
      return () => void goodbyes.delete(goodbye);
    },
    begin,
    overrule(exitCode) {
      overruledBy = exitCode;
    },
    get begun() {
      return begun;
    },
    ended,
    dispose() {
      for (const [signal, listener] of listeners) signals.off(signal, listener);
    },
  };
}

/** A goodbye that fails must not keep another from being said. */
async function sayAll(goodbyes: Iterable<Goodbye>): Promise<void> {
  await Promise.allSettled([...goodbyes].map(async (goodbye) => goodbye()));
}

function bounded(work: Promise<void>, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const limit = after(clock, GOODBYE_LIMIT_MS, resolve);
    void work.then(() => {
      limit.cancel();
      resolve();
    });
  });
}
