// What there is to show of each device: its link, its session, its queue, and what a subscriber has of it. Knows what
// happened; not how it looks.

import { closingInWords, refusalInWords } from "../../scenario/refusal.ts";
import type { Happening } from "../../trace/happening.ts";
import type { ProtocolLevel } from "../../words/protocol.ts";
import { seqOf } from "./words.ts";

export interface Received {
  readonly seq: number;
  readonly payload: string;
  readonly lateMs: number;
  /** The link was down at some time while it was on its way. */
  readonly wasDown: boolean;
  readonly isRepeated: boolean;
}

export interface DevicePicture {
  readonly isOn: boolean;
  readonly downWhy: string | null;
  readonly linkSinceMs: number;
  /** Null: not connected. */
  readonly session: "fresh" | "resumed" | "lost" | "cleared" | null;
  readonly sessionSinceMs: number;
  /** What is spoken, or was last; null: nothing yet. */
  readonly version: ProtocolLevel | null;
  /** The broker refused MQTT 5, and has not taken it since. */
  readonly hasFallenBack: boolean;
  /** Why the broker turned it away when it last tried, or ended the last connection; null: it did not. */
  readonly trouble: string | null;
  readonly hasConnected: boolean;
  readonly isLeaving: boolean;
  readonly status: string | null;
  readonly statusSinceMs: number;
  readonly willsFired: number;
  /** Readings that wait for their end. */
  readonly waiting: number;
  /** Readings that went with the power. */
  readonly lostToPower: number;
  /** When readings ended as published that the subscriber does not have yet. */
  readonly unseenSinceMs: readonly number[];
  readonly taken: number;
  readonly delivered: number;
  readonly duplicates: number;
  readonly dropped: number;
  readonly refused: number;
  /** The newest few. */
  readonly received: readonly Received[];
  readonly lastError: string | null;
}

export interface Picture {
  see(happening: Happening): void;
  /** Devices are numbered from 1. */
  of(device: number): DevicePicture;
  readonly all: readonly DevicePicture[];
}

type OfDevice = Extract<Happening, { readonly device: number }>;
type Writable<T> = { -readonly [K in keyof T]: T[K] };
interface Drawn extends Writable<Omit<DevicePicture, "received" | "waiting" | "unseenSinceMs">> {
  readonly received: Received[];
  readonly publishedMs: Map<number, number>;
  readonly waitingSeqs: Set<number>;
  /** When each reading was taken that has not been received. */
  readonly takenMs: Map<number, number>;
  lastUpMs: number;
}

const KEPT = 20;
const HIGHEST = 5;

export function createPicture(): Picture {
  const devices = new Map<number, Drawn>();

  function drawn(device: number): Drawn {
    const known = devices.get(device);
    if (known !== undefined) return known;
    const fresh = blank();
    devices.set(device, fresh);
    return fresh;
  }

  return {
    see(happening) {
      if ("device" in happening) draw(drawn(happening.device), happening);
    },
    of: (device) => finished(drawn(device)),
    get all() {
      return [...devices.values()].map(finished);
    },
  };
}

function finished(device: Drawn): DevicePicture {
  return { ...device, waiting: device.waitingSeqs.size, unseenSinceMs: [...device.publishedMs.values()] };
}

function blank(): Drawn {
  return {
    isOn: false,
    downWhy: null,
    linkSinceMs: 0,
    session: null,
    sessionSinceMs: 0,
    version: null,
    hasFallenBack: false,
    trouble: null,
    hasConnected: false,
    isLeaving: false,
    status: null,
    statusSinceMs: 0,
    willsFired: 0,
    lostToPower: 0,
    taken: 0,
    delivered: 0,
    duplicates: 0,
    dropped: 0,
    refused: 0,
    received: [],
    publishedMs: new Map(),
    lastError: null,
    waitingSeqs: new Set(),
    takenMs: new Map(),
    lastUpMs: 0,
  };
}

function draw(device: Drawn, happening: OfDevice): void {
  switch (happening.kind) {
    case "power":
      device.isOn = happening.isOn;
      if (!happening.isOn) losePower(device, happening.atMs);
      return;
    case "link":
      device.downWhy = happening.downWhy;
      device.linkSinceMs = happening.atMs;
      if (happening.downWhy === null) device.lastUpMs = happening.atMs;
      return;
    case "connected":
      device.hasConnected = true;
      device.session = happening.session;
      device.sessionSinceMs = happening.atMs;
      device.version = happening.version;
      if (happening.version === HIGHEST) device.hasFallenBack = false;
      device.trouble = null;
      return;
    case "refused":
      device.trouble = refusalInWords(happening.returnCode, happening.said);
      return;
    case "closed":
      return close(device, happening);
    case "goodbye":
      device.isLeaving = true;
      return;
    case "reading":
      return take(device, happening);
    case "readingEnded":
      return endReading(device, happening);
    case "seen":
      return receive(device, happening);
    default:
      return;
  }
}

function close(device: Drawn, happening: Extract<Happening, { kind: "closed" }>): void {
  if (device.session !== null) device.sessionSinceMs = happening.atMs;
  device.session = null;
  if (happening.code !== null) device.trouble = closingInWords(happening);
  if (happening.reason === "olderVersion") device.hasFallenBack = true;
}

function endReading(device: Drawn, { seq, end, atMs }: Extract<Happening, { kind: "readingEnded" }>): void {
  device.waitingSeqs.delete(seq);
  if (end !== "published" && end !== "handedOver") device.dropped += 1;
  else if (device.takenMs.has(seq)) device.publishedMs.set(seq, atMs);
}

/** The next life counts its readings anew. */
function losePower(device: Drawn, atMs: number): void {
  device.lostToPower += [...device.waitingSeqs].filter((seq) => device.takenMs.has(seq)).length;
  device.waitingSeqs.clear();
  device.session = null;
  device.sessionSinceMs = atMs;
}

function take(device: Drawn, { seq, atMs, refusal }: Extract<Happening, { kind: "reading" }>): void {
  device.taken += 1;
  if (refusal !== null) {
    device.refused += 1;
    return;
  }
  device.waitingSeqs.add(seq);
  device.takenMs.set(seq, atMs);
}

function receive(
  device: Drawn,
  { level, payload, isRetained, atMs }: Extract<Happening, { kind: "seen" }>,
): void {
  if (level === "error") device.lastError = payload;
  if (level === "status") {
    if (payload === "offline" && !isRetained && !device.isLeaving) device.willsFired += 1;
    if (payload !== device.status) device.statusSinceMs = atMs;
    device.status = payload;
  }
  const seq = level === "reading" ? seqOf(payload) : null;
  if (seq === null) return;
  const takenMs = device.takenMs.get(seq);
  device.takenMs.delete(seq);
  device.publishedMs.delete(seq);
  if (takenMs === undefined) device.duplicates += 1;
  else device.delivered += 1;
  device.received.push({
    seq,
    payload,
    lateMs: atMs - (takenMs ?? atMs),
    wasDown: device.downWhy !== null || device.lastUpMs > (takenMs ?? atMs),
    isRepeated: takenMs === undefined,
  });
  if (device.received.length > KEPT) device.received.shift();
}
