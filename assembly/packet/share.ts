// Shared subscriptions of MQTT 5: `$share/`, a share name, and the filter proper. It knows nothing of who subscribed.

const enum Character {
  Hash = 35,
  Plus = 43,
  Slash = 47,
}

/** `$share/` */
const PREFIX: usize = memory.data<u8>([36, 115, 104, 97, 114, 101, 47]);
const PREFIX_BYTES: u32 = 7;

export function isShared(at: usize, length: u32): bool {
  if (length < PREFIX_BYTES) return false;
  for (let i: u32 = 0; i < PREFIX_BYTES; i++) {
    if (load<u8>(at + i) != load<u8>(PREFIX + i)) return false;
  }
  return true;
}

function isWildcard(character: u32): bool {
  return character == Character.Hash || character == Character.Plus;
}

/** Bytes before the filter proper of a shared subscription: 0 of any other filter, and of one without share name or filter. */
export function shareBytes(at: usize, length: u32): u32 {
  if (!isShared(at, length)) return 0;
  let i: u32 = PREFIX_BYTES;
  while (i < length && load<u8>(at + i) != Character.Slash) {
    if (isWildcard(load<u8>(at + i))) return 0; // [MQTT5-4.8.2-2]
    i += 1;
  }
  // [MQTT5-4.8.2-1] both have at least one character
  return i == PREFIX_BYTES || i + 1 >= length ? 0 : i + 1;
}

/** Whether a shared subscription is one that may be asked for; any other filter is. */
export function isShareValid(at: usize, length: u32): bool {
  return !isShared(at, length) || shareBytes(at, length) > 0;
}

export function hasWildcard(at: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i++) {
    if (isWildcard(load<u8>(at + i))) return true;
  }
  return false;
}
