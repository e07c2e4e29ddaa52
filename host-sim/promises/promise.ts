// Owns what a promise is: an observer that counts the cases it has checked, those it could not claim, and those that were
// broken. Refuses to know any promise.

import type { ConnectionPace } from "../device/sensor-device.ts";
import type { Happening } from "../trace/happening.ts";
import type { Protocol } from "../words/protocol.ts";
import type { Agreed } from "./agreed.ts";
import type { ExcuseId } from "./excuses.ts";
import type { PacketName } from "./packet-type.ts";

/** What holds for a whole run, known before it begins. */
export interface RunFacts {
  readonly qos: 0 | 1 | 2;
  readonly protocol: Protocol;
  /** In MQTT 5: how long a device asks for its session to be kept, and how long a reading is of use, null for ever. */
  readonly sessionExpirySeconds: number;
  readonly readingExpirySeconds: number | null;
  /** Whether the broker is known to keep to the standard. */
  readonly isHonestBroker: boolean;
  /** How late what is due may be done. */
  readonly lateMs: number;
  readonly devices: number;
  readonly everyMs: number;
  readonly keepAliveSeconds: number;
  /** QoS 1 and 2 messages in flight that the client may have. */
  readonly window: number;
  /** Messages that the device's outbox holds. */
  readonly entries: number;
  /** Whether a gateway carries messages instead of TCP and MQTT. */
  readonly isGateway: boolean;
  readonly pace: ConnectionPace;
}

/** What an observer says, as it finds it. */
export interface Verdicts {
  /** One case was judged and held. */
  held(): void;
  /** One case could not be claimed. */
  excused(excuse: ExcuseId): void;
  broken(atMs: number, device: number, what: string): void;
}

export type Kind = Happening["kind"];
export type OfKind<K extends Kind> = Extract<Happening, { readonly kind: K }>;

type PacketHandlers = { readonly [Name in PacketName]?: (packet: OfKind<"packet">) => void };

/**
 * Gets the happenings of the kinds that it has a handler for, in their order. Must not keep what grows with a run's length
 * beyond what is still open. `packet` gets every packet; who wants few of them names their types and who sent them.
 */
export type Observer = { readonly [K in Kind]?: (happening: OfKind<K>) => void } & {
  readonly sent?: PacketHandlers;
  readonly received?: PacketHandlers;
  /** After the last. */
  readonly end?: (end: RunEnd) => void;
};

export interface RunEnd {
  readonly atMs: number;
  /** Since the devices were made. */
  readonly memoryGrowthBytes: number;
  /** Of each device, in their order: messages that still wait for their end. */
  readonly waiting: readonly number[];
}

export interface KeptPromise {
  /** As in reports, such as `qos2-exactly-once`. */
  readonly name: string;
  /** In a sentence, for people. */
  readonly claim: string;
  observe(run: RunFacts, verdicts: Verdicts, agreed: Agreed): Observer;
}
