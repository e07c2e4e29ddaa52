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
  readonly owed: OwedAck[];
}

/** Acknowledgements go before everything else: what is still owed after so long was forgotten. */
const FORGOTTEN_MS = 1000;

export const acksInOrder: KeptPromise = {
  name: "acks-in-order",
  claim:
    "Messages and releases from the broker are acknowledged, in their order, before anything else is sent.",
  observe,
};

function observe(_run: unknown, verdicts: Verdicts): Observer {
  const devices = perDevice((): Device => ({ isConnected: false, owed: [] }));

  function send({ atMs, device, type, packetId }: OfKind<"packet">): void {
    const { owed } = devices(device);
    if (!isAck(type)) {
      const oldest = owed[0];
      if (oldest === undefined || atMs - oldest.sinceMs <= FORGOTTEN_MS) return;
      verdicts.broken(atMs, device, `packet id ${oldest.packetId} was not acknowledged`);
      owed.length = 0;
      return;
    }
    const at = owed.findIndex((ack) => ack.type === type && ack.packetId === packetId);
    if (at < 0) {
      verdicts.broken(atMs, device, `packet id ${packetId} is acknowledged out of order or for nothing`);
      return;
    }
    if (at === 0) {
      owed.shift();
      verdicts.held();
      return;
    }
    const passedOver = owed.splice(0, at + 1).slice(0, -1);
    // a device without room for another QoS 2 message leaves it and what follows, and ends what was begun
    const hadNoRoom = passedOver[0]?.type === PacketType.Pubrec;
    if (hadNoRoom) verdicts.held();
    else
      verdicts.broken(
        atMs,
        device,
        `packet id ${packetId} is acknowledged before ${passedOver[0]?.packetId}`,
      );
  }

  function reset(device: number): void {
    const of = devices(device);
    of.isConnected = false;
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
