// Owns the shortest way to a client's struct for a spec: fresh memory, small capacities. Knows nothing of what is tested.

import { Client } from "../../client/block";
import { chooseVersion, initialise, sizeOfBlock } from "../../client/settings";

/** A fresh client of 3.1.1 with room for `entries` messages in `outbox` bytes, `window` of them in flight. */
export function freshClient(outbox: u32 = 100, entries: u32 = 6, window: u32 = 4): Client {
  const bytes: i32 = sizeOfBlock(128, outbox, entries, window, 3, 6, 60, 4);
  const c: Client = changetype<Client>(heap.alloc(<usize>bytes));
  initialise(c, 128, outbox, entries, window, 3, 6, 60, 4);
  chooseVersion(c, 4);
  return c;
}

/** The address of a text's UTF-8, which stays where it is. */
export function utf8(text: string): usize {
  const bytes: ArrayBuffer = String.UTF8.encode(text);
  const at: usize = heap.alloc(bytes.byteLength + 1);
  memory.copy(at, changetype<usize>(bytes), bytes.byteLength);
  return at;
}

export function utf8Length(text: string): u32 {
  return <u32>String.UTF8.byteLength(text);
}

/** The address of bytes written as hexadecimal digits. */
export function hex(digits: string): usize {
  const at: usize = heap.alloc(digits.length / 2 + 1);
  for (let i = 0; i < digits.length; i += 2) {
    store<u8>(at + i / 2, <u8>I32.parseInt(digits.substr(i, 2), 16));
  }
  return at;
}
