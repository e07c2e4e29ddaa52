// Owns the promise about packet ids: when one may be taken and sent again, and how many at once. Refuses to know whose messages
// they are.

import type { Agreed } from "./agreed.ts";
import { InFlight } from "./in-flight.ts";
import { PacketType } from "./packet-type.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, OfKind, RunFacts, Verdicts } from "./promise.ts";
import { ResendOrder } from "./resend-order.ts";

interface Device {
  readonly inFlight: InFlight;
  /** Null once a resumed session has sent again all it owes. */
  resends: ResendOrder | null;
}

export const packetIds: KeptPromise = {
  name: "packet-ids",
  claim:
    "A packet id is never 0 and never reused in flight, the window is kept, and only a resumed session sends again: in order, with DUP.",
  observe,
};

function observe(_run: RunFacts, verdicts: Verdicts, agreed: Agreed): Observer {
  const devices = perDevice((): Device => ({ inFlight: new InFlight(), resends: null }));

  function judge(happening: OfKind<"packet">): void {
    const { window } = agreed(happening.device);
    const fault = faultIn(happening, devices(happening.device), window);
    if (fault === undefined) return;
    if (fault === null) verdicts.held();
    else verdicts.broken(happening.atMs, happening.device, `packet id ${happening.packetId} ${fault}`);
  }

  return {
    packet(happening) {
      if (happening.way === "in") devices(happening.device).inFlight.receive(happening);
      else judge(happening);
    },
    status: ({ device }) => devices(device).inFlight.confirm(true),
    statusRefused: ({ device }) => devices(device).inFlight.confirm(true),
    readingEnded({ device, end }) {
      if (end === "published" || end === "rejected") devices(device).inFlight.confirm(false);
    },
    connected({ device, session }) {
      const of = devices(device);
      of.inFlight.begin(session === "resumed");
      const owed = of.inFlight.owed();
      of.resends = owed.length === 0 ? null : new ResendOrder(owed);
    },
    closed({ device }) {
      devices(device).inFlight.endConnection();
    },
    power({ device, cause }) {
      const { inFlight } = devices(device);
      if (cause === "sleep") inFlight.endConnection();
      else inFlight.begin(false);
    },
  };
}

/** In words; null for what is right, undefined for what is not judged. */
function faultIn(happening: OfKind<"packet">, of: Device, limit: number): string | null | undefined {
  const { inFlight } = of;
  switch (happening.type) {
    case PacketType.Publish:
      return happening.qos === 0 ? dupFault(happening, false) : faultInPublish(happening, of, limit);
    case PacketType.Subscribe:
    case PacketType.Unsubscribe:
      return faultInRequest(happening, inFlight);
    case PacketType.Pubrel:
      if (!inFlight.release(happening.packetId ?? 0)) return "is released and was never received";
      return orderFault(of, happening.packetId ?? 0, false);
    default:
      return undefined;
  }
}

function faultInPublish(happening: OfKind<"packet">, of: Device, limit: number): string | null {
  const { inFlight } = of;
  const { connection, isStatus, isDup, qos } = happening;
  const packetId = happening.packetId ?? 0;
  if (packetId === 0) return "is none";
  const known = inFlight.message(packetId) ?? (isDup ? inFlight.recall(packetId) : undefined);
  if (known === undefined) {
    if (inFlight.isRequested(packetId)) return "is that of a request under way";
    inFlight.publish(packetId, { connection, qos, isStatus });
    if (inFlight.size > limit) return `exceeds the window of ${limit}`;
    return dupFault(happening, false) ?? orderFault(of, packetId, true);
  }
  const lastSent = known.connection;
  known.connection = connection;
  if (lastSent === connection) return "is sent again on the same connection";
  if (known.isReleased) return "is published again after its PUBREL";
  if (known.qos !== qos) return "is published with another QoS";
  return dupFault(happening, true) ?? orderFault(of, packetId, false);
}

function orderFault(of: Device, packetId: number, isNew: boolean): string | null {
  if (of.resends === null) return null;
  const fault = isNew ? of.resends.faultInNew(of.inFlight) : of.resends.faultInAgain(packetId, of.inFlight);
  if (of.resends.isOver || isNew) of.resends = null;
  return fault;
}

function dupFault({ isDup }: OfKind<"packet">, isAgain: boolean): string | null {
  if (isDup === isAgain) return null;
  return isDup ? "has DUP and was not sent before in this session" : "is sent again without DUP";
}

function faultInRequest(happening: OfKind<"packet">, inFlight: InFlight): string | null {
  const packetId = happening.packetId ?? 0;
  if (packetId === 0) return "is none";
  const isTaken = inFlight.message(packetId) !== undefined || inFlight.isRequested(packetId);
  inFlight.request(packetId);
  return isTaken ? "is reused in flight" : null;
}
