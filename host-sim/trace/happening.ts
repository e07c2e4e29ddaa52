// Owns what can happen in a run, as plain data. Refuses to know who observes it.

import type { DeviceEvent } from "../device/device-event.ts";

/** Devices are numbered from 1, and so are the lives of each: a power cut ends one. */
export type Happening =
  | OfDevice<DeviceEvent>
  | OfDevice<{ readonly kind: "power"; readonly isOn: boolean }>
  | OfDevice<{ readonly kind: "link"; readonly downWhy: string | null }>
  /** It was told to say goodbye. */
  | OfDevice<{ readonly kind: "goodbye" }>
  /** Its goodbye is over: whether the status was acknowledged, `status` says before it. */
  | OfDevice<{ readonly kind: "left" }>
  | OfDevice<Seen>
  | (Timed & { readonly kind: "fault"; readonly fault: string })
  | (Timed & { readonly kind: "samplingEnded" });

/** What an independent subscriber received on one of the device's topics. */
export interface Seen {
  readonly kind: "seen";
  /** The topic's last level. */
  readonly level: string;
  readonly payload: string;
  /** Kept from before the subscription. */
  readonly isRetained: boolean;
}

export interface Timed {
  /** Milliseconds since the run began. */
  readonly atMs: number;
}

type OfDevice<Event> = Event extends unknown
  ? Timed & { readonly device: number; readonly life: number } & Event
  : never;
