// Owns the answer to every request for memory: a compile error. Knows no memory manager, because there is none.

// The compiler resolves these names when code needs the heap: `new`, array and object literals, string building.
// ERROR() is evaluated only when one of them is reached from an exported function, so the message points there.

// @ts-ignore: decorator
@global @unsafe
function __alloc(size: usize): usize {
  return ERROR("allocation: the portable client has no heap");
}

// @ts-ignore: decorator
@global @unsafe
function __new(size: usize, id: u32): usize {
  return ERROR("allocation: the portable client has no heap");
}

// @ts-ignore: decorator
@global @unsafe
function __renew(pointer: usize, size: usize): usize {
  return ERROR("allocation: the portable client has no heap");
}

// @ts-ignore: decorator
@global @unsafe
function __link(parent: usize, child: usize, expectMultiple: bool): void {}
