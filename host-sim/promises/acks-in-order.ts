// Owns the promise that a device acknowledges what it receives, in the order in which it came. Refuses to know what it received.

import { PacketType } from "./packet-type.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, OfKind, Verdicts } from "./promise.ts";

interface OwedAck {
  readonly type: number;
  readonly packetId: number;
  readonly sinceMs: number;
}

interface Device {
  isConnected: boolean;
  /** It had no room for a QoS 2 message: it leaves that and all messages that follow, and ends what was begun. */
  isDraining: boolean;
  readonly owed: OwedAck[];
  /** When the last one left. It made room for another: what waits behind a full table of them is not read yet. */
  lastAckMs: number;
}

/** Acknowledgements go before everything else: what is still owed after so long was forgotten. */
const FORGOTTEN_MS = 1000;

/** What a device may still send that left a QoS 2 message for want of room, besides acknowledgements. */
const ENDS_WHAT_WAS_BEGUN: ReadonlySet<number> = new Set([PacketType.Pubrel, PacketType.Pingreq]);

export const acksInOrder: KeptPromise = {
  name: "acks-in-order",
  claim:
    "Messages and releases from the broker are acknowledged, in their order, before anything else is sent.",
  observe,
};

function observe(_run: unknown, verdicts: Verdicts): Observer {
  const devices = perDevice(
    (): Device => ({ isConnected: false, isDraining: false, owed: [], lastAckMs: 0 }),
  );

  function send({ atMs, device, type, packetId }: OfKind<"packet">): void {
    const of = devices(device);
    const { owed } = of;
    if (!isAck(type)) {
      const oldest = owed[0];
      if (oldest === undefined || atMs - Math.max(oldest.sinceMs, of.lastAckMs) <= FORGOTTEN_MS) return;
      if (oldest.type === PacketType.Pubrec && (of.isDraining || ENDS_WHAT_WAS_BEGUN.has(type))) return;
      verdicts.broken(atMs, device, `packet id ${oldest.packetId} was not acknowledged`);
      owed.length = 0;
      return;
    }
    of.lastAckMs = atMs;
    const at = owed.findIndex((ack) => ack.type === type && ack.packetId === packetId);
    if (at < 0) {
      verdicts.broken(atMs, device, `packet id ${packetId} is acknowledged out of order or for nothing`);
      return;
    }
    if (at === 0 && !of.isDraining) {
      owed.shift();
      verdicts.held();
      return;
    }
    const passedOver = owed.splice(0, at + 1).slice(0, -1);
    of.isDraining ||= type === PacketType.Pubcomp && passedOver[0]?.type === PacketType.Pubrec;
    const isDue = type === PacketType.Pubcomp && passedOver.every((ack) => ack.type !== type);
    if (of.isDraining && isDue) verdicts.held();
    else
      verdicts.broken(
        atMs,
        device,
        `packet id ${packetId} is acknowledged before ${passedOver[0]?.packetId ?? "what was left out"}`,
      );
  }

  function reset(device: number): void {
    const of = devices(device);
    of.isConnected = false;
    of.isDraining = false;
    of.owed.length = 0;
  }

  return {
    packet(happening) {
      const { device, way, type, packetId, atMs } = happening;
      const of = devices(device);
      if (way === "out") {
        if (of.isConnected) send(happening);
        return;
      }
      // what comes with the CONNACK is told before the device says what it makes of that
      if (type === PacketType.Connack) of.owed.length = 0;
      const answer = ackFor(happening);
      if (answer !== null && packetId !== null) of.owed.push({ type: answer, packetId, sinceMs: atMs });
    },
    connected({ device }) {
      devices(device).isConnected = true;
    },
    closed: ({ device }) => reset(device),
    power: ({ device }) => reset(device),
  };
}

function isAck(type: number): boolean {
  return type === PacketType.Puback || type === PacketType.Pubrec || type === PacketType.Pubcomp;
}

/** The packet that answers this one, if any does. */
function ackFor({ type, qos }: OfKind<"packet">): number | null {
  if (type === PacketType.Pubrel) return PacketType.Pubcomp;
  if (type !== PacketType.Publish || qos === 0) return null;
  return qos === 1 ? PacketType.Puback : PacketType.Pubrec;
}
