// Owns what AssemblyScript's integer types are: sizes, ranges, and which type two operands meet in. Knows no syntax.
import type { Scalar, Type } from "./model.ts";

interface ScalarFacts {
  readonly bits: number;
  readonly bytes: number;
  readonly lowest: number;
  readonly highest: number;
}

const FACTS: Readonly<Record<Scalar, ScalarFacts>> = {
  bool: { bits: 1, bytes: 1, lowest: 0, highest: 1 },
  u8: { bits: 8, bytes: 1, lowest: 0, highest: 0xff },
  u16: { bits: 16, bytes: 2, lowest: 0, highest: 0xffff },
  u32: { bits: 32, bytes: 4, lowest: 0, highest: 0xffffffff },
  i32: { bits: 32, bytes: 4, lowest: -0x80000000, highest: 0x7fffffff },
  usize: { bits: 32, bytes: 4, lowest: 0, highest: 0xffffffff },
};

export function isScalarName(name: string): name is Scalar {
  return Object.hasOwn(FACTS, name);
}

export function isScalar(type: Type | "void"): type is Scalar {
  return typeof type === "string" && type !== "void";
}

export function bitsOf(type: Scalar): number {
  return FACTS[type].bits;
}

export function bytesOf(type: Scalar): number {
  return FACTS[type].bytes;
}

export function isSigned(type: Scalar): boolean {
  return FACTS[type].lowest < 0;
}

export function holds(type: Scalar, value: number): boolean {
  return value >= FACTS[type].lowest && value <= FACTS[type].highest;
}

/** The value that is left when `value` is kept in `type`: its low bits. */
export function wrap(type: Scalar, value: number): number {
  if (isSigned(type)) return value | 0;
  return bitsOf(type) === 32 ? value >>> 0 : value & FACTS[type].highest;
}

/** The type of a literal: the expected one if it fits, else i32, else u32; null beyond 32 bits. */
export function literalType(value: number, expected: Type | null): Scalar | null {
  if (expected !== null && isScalar(expected) && holds(expected, value)) return expected;
  if (holds("i32", value)) return "i32";
  return holds("u32", value) ? "u32" : null;
}

/** Where two operands of arithmetic or equality meet: the wider type, the left one if they are as wide. */
export function commonType(left: Scalar, right: Scalar): Scalar {
  return bitsOf(right) <= bitsOf(left) ? left : right;
}

/** The lowest and the highest value of a type. */
export function rangeOf(type: Scalar): { readonly lowest: number; readonly highest: number } {
  return FACTS[type];
}
