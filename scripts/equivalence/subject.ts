// Owns what equivalence is asked of: one device, called by name, with its whole state and what it wrote to be looked at.
// Knows no target.

/** Where the caller's bytes go in, and where a call's bytes come out. */
export const INBOX_BYTES = 90_000;
export const OUTBOX_BYTES = 20_000;
export const SCRATCH_BYTES = INBOX_BYTES + OUTBOX_BYTES;

/** A number, bytes of the caller's whose address is given, or the address of the room for a call's bytes. */
export type Argument = number | Uint8Array | "room";

export interface Step {
  readonly name: string;
  readonly values: readonly Argument[];
  /** Bytes that were received: they are put where the client wants them before the call. */
  readonly incoming?: Uint8Array;
}

export interface Subject {
  readonly name: string;
  /** What the call answers. An address is answered as its distance from the state's first byte. */
  call(step: Step): number;
  /** All of the device's state: the firmware's and the client's, laid out alike everywhere. */
  readonly state: Buffer;
  /** The room for a call's bytes. */
  readonly room: Buffer;
}

/** What a board answers is a function of what it was asked, so that all subjects have the same. */
export interface BoardAnswers {
  sampleThousandths(channel: number): number;
  setOutput(output: number, isOn: unknown): boolean;
  readonly identity: Buffer;
}

const ANSWERS_ADDRESS: ReadonlySet<string> = new Set(["receiveAddress", "sendAddress"]);

export function answersAddress(name: string): boolean {
  return ANSWERS_ADDRESS.has(name);
}

/** Puts the caller's bytes one behind the other; the values that the call is given. */
export function placeArguments(
  values: readonly Argument[],
  inbox: Buffer,
  inboxAt: number,
  roomAt: number,
): number[] {
  let end = 0;
  return values.map((value) => {
    if (typeof value === "number") return value;
    if (value === "room") return roomAt;
    inbox.set(value, end);
    end += value.length;
    return inboxAt + end - value.length;
  });
}
