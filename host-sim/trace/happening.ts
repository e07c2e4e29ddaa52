// Owns what can happen in a run, as plain data. Refuses to know who observes it.

import type { DeviceEvent } from "../device/device-event.ts";

/** Devices are numbered from 1, and so are the lives of each: what takes its memory away ends one. */
export type Happening =
  | OfDevice<DeviceEvent>
  | OfDevice<{ readonly kind: "power"; readonly isOn: boolean; readonly cause: PowerCause }>
  | OfDevice<{ readonly kind: "link"; readonly downWhy: string | null }>
  | OfDevice<{
      readonly kind: "radio";
      readonly state: "off" | "attaching" | "attached";
      readonly why: string | null;
    }>
  /** It was told to say goodbye. */
  | OfDevice<{ readonly kind: "goodbye" }>
  /** Its goodbye is over: whether the status was acknowledged, `status` says before it. */
  | OfDevice<{ readonly kind: "left" }>
  /** The bytes around its memory are not as they were. */
  | OfDevice<{ readonly kind: "overrun" }>
  | OfDevice<PacketSeen>
  | OfDevice<SegmentSeen>
  | OfDevice<Seen>
  | OfDevice<AtBroker>
  | (Timed & { readonly kind: "fault"; readonly fault: string })
  | (Timed & { readonly kind: "broker"; readonly isUp: boolean; readonly hasForgotten: boolean })
  | (Timed & { readonly kind: "samplingEnded" });

/** `restart` keeps no memory but loses no power: the link's other end may still be told. `sleep` keeps the memory. */
export type PowerCause = "cold" | "restart" | "sleep";

/** What an independent subscriber received on one of the device's topics. Its life is that which published it. */
export interface Seen {
  readonly kind: "seen";
  /** The topic's last level. */
  readonly level: string;
  readonly payload: string;
  /** Kept from before the subscription. */
  readonly isRetained: boolean;
}

/**
 * The head of an MQTT packet as the device's transport carries it: `out` once its first byte was given to the transport, `in`
 * once its last was received.
 */
export interface PacketSeen {
  readonly kind: "packet";
  readonly way: "out" | "in";
  /** Numbers the transports of a device, over all its lives, from 1. */
  readonly connection: number;
  /** CONNECT is 1, AUTH 15. */
  readonly type: number;
  /** Null for packets that have none. */
  readonly packetId: number | null;
  readonly qos: 0 | 1 | 2;
  readonly isDup: boolean;
  readonly isRetain: boolean;
  /** A PUBLISH of the device's status. */
  readonly isStatus: boolean;
  /** The flags of CONNECT; the code of CONNACK, of an acknowledgement and of DISCONNECT; the first of SUBACK; else 0. */
  readonly code: number;
  readonly isSessionPresent: boolean;
  /** The protocol level that the connection was asked for with: 3, 4 or 5. */
  readonly level: number;
  /** The numbers among the properties of MQTT 5, as `17=3600 33=20`; null where there are none. */
  readonly properties: string | null;
  readonly bytes: number;
}

/** One TCP segment on the link, for a recording: at its sending, and again when it arrives or is lost. */
export interface SegmentSeen {
  readonly kind: "segment";
  readonly way: "up" | "down";
  readonly fate: "sent" | "arrived" | "lost";
  /** Why it was lost. */
  readonly why: string | null;
  readonly connection: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly flags: string;
  /** Hexadecimal. */
  readonly payload: string;
}

/** What the broker did with or to a device. */
export type AtBroker =
  | { readonly kind: "session"; readonly what: "created" | "resumed" | "ended" | "expired" | "forgotten" }
  | { readonly kind: "will" }
  | { readonly kind: "brokerClosed"; readonly why: string }
  /** It sent what a client may not send; `statement` is the id of the statement that forbids it. */
  | { readonly kind: "illegal"; readonly statement: string; readonly what: string }
  /** The broker took a message for the device; `number` counts them from 1 and stands in the payload. */
  | {
      readonly kind: "commanded";
      readonly number: number;
      readonly qos: 0 | 1 | 2;
      readonly isRetained: boolean;
      readonly payload: string;
    };

export interface Timed {
  /** Milliseconds since the run began. */
  readonly atMs: number;
}

type OfDevice<Event> = Event extends unknown
  ? Timed & { readonly device: number; readonly life: number } & Event
  : never;
