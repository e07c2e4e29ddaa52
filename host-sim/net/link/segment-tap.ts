// Owns how a segment on a link is told to whoever records it. Refuses to know files.

import { Buffer } from "node:buffer";
import type { Segment } from "./tcp/segment.ts";

/** At its sending, and again when it arrives or is lost. */
export interface SegmentEvent {
  readonly way: "up" | "down";
  readonly fate: "sent" | "arrived" | "lost";
  /** Why it was lost. */
  readonly why: string | null;
  /** Numbers the connections of a dialer, from 1. */
  readonly connection: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  /** Some of S, A, F, R and P, in this order. */
  readonly flags: string;
  /** Hexadecimal. */
  readonly payload: string;
}

export type SegmentTap = (event: SegmentEvent) => void;

export function segmentEvent(
  segment: Segment,
  way: SegmentEvent["way"],
  fate: SegmentEvent["fate"],
  why: string | null,
  connection: number,
): SegmentEvent {
  const { seq, ack, window, payload } = segment;
  const flags = flagsOf(segment, way);
  return { way, fate, why, connection, seq, ack, window, flags, payload: hexOf(payload) };
}

/** The device alone opens connections: its SYN is the only segment that acknowledges nothing. */
function flagsOf({ synMss, fin, rst, payload }: Segment, way: SegmentEvent["way"]): string {
  const isSyn = synMss !== null;
  const acknowledges = !isSyn || way === "down";
  return `${isSyn ? "S" : ""}${acknowledges ? "A" : ""}${fin ? "F" : ""}${rst === null ? "" : "R"}${payload.length > 0 ? "P" : ""}`;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
