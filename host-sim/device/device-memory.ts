// Owns the run of bytes that a device lives in, between guards that show a write beside it. Refuses to know what the bytes
// mean.

import type { Core } from "./core.ts";

const GUARD_BYTES = 64;
const GUARD = Buffer.alloc(GUARD_BYTES, 0xa5);
/** RAM without power forgets, but not to zero: firmware that relies on a cleared block must not get away with it. */
const FORGOTTEN = 0x5a;

/**
 *   guard │ the device's bytes │ guard
 */
export class DeviceMemory {
  readonly bytes: number;
  readonly address: number;
  readonly #core: Core;

  /** Throws a RangeError when 4 GiB are not enough. */
  constructor(core: Core, bytes: number) {
    this.#core = core;
    this.bytes = bytes;
    this.address = core.allocate(bytes + 2 * GUARD_BYTES) + GUARD_BYTES;
    core.bytes.set(GUARD, this.address - GUARD_BYTES);
    core.bytes.set(GUARD, this.address + bytes);
    this.forget();
  }

  areGuardsIntact(): boolean {
    return this.#isGuard(this.address - GUARD_BYTES) && this.#isGuard(this.address + this.bytes);
  }

  /** What power off leaves of them. */
  forget(): void {
    this.#core.bytes.fill(FORGOTTEN, this.address, this.address + this.bytes);
  }

  copy(): Uint8Array {
    return new Uint8Array(this.#core.bytes.subarray(this.address, this.address + this.bytes));
  }

  put(image: Uint8Array): void {
    this.#core.bytes.set(image, this.address);
  }

  /** Gives the bytes back. Nothing may be done with them any more. */
  free(): void {
    this.forget();
    this.#core.free(this.address - GUARD_BYTES, this.bytes + 2 * GUARD_BYTES);
  }

  #isGuard(at: number): boolean {
    return GUARD.compare(this.#core.bytes, at, at + GUARD_BYTES) === 0;
  }
}
