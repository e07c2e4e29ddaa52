// What a board is asked for, and all that the firmware knows of the outside. Every port implements these functions; in the
// WebAssembly image they are the import module `board`.

/** What `sampleThousandths` answers besides readings. */
export const enum Sample {
  /** The sensor does not answer, or what it says cannot be true. */
  None = -2147483648,
}

/** The reading of a channel now, in thousandths of its unit (21.37 °C is 21,370), or `Sample.None`. Must not wait: a slow conversion is begun early and its last result answered. */
export declare function sampleThousandths(channel: u32): i32;

/** Switches an output, numbered from 0. False if the board has none of this number. */
export declare function setOutput(output: u32, isOn: bool): bool;

/** Writes the board's own name, such as `esp8266-3f2a91`, at `at`: the same in every life, another on every board, printable and without `/`, `+` and `#`. Answers its length, 1 to `capacity` bytes. */
export declare function writeIdentity(at: usize, capacity: u32): u32;
