// Owns how the figures of a profile's file become those a link is made from. Refuses to know how the file is found.

import type { Quantile } from "./delay.ts";
import { type DeliveryTrace, readDeliveryTrace } from "./delivery-trace.ts";
import type {
  GatewayProfileFile,
  LinkProfile,
  PacketFigures,
  PacketProfileFile,
  ProfileFile,
} from "./profile.ts";

/** Reads the files of its trace, if it has one: throws `TraceError`. */
export function linkOf(file: ProfileFile): LinkProfile {
  return file.kind === "tcp" ? packetLink(file) : gatewayLink(file);
}

function packetLink(file: PacketProfileFile): LinkProfile {
  const { sources: _sources, rttMsQuantiles, jitter, trace, ...rest } = file;
  const floor = halves(rttMsQuantiles.map(([p]): Quantile => [p, rttMsQuantiles[0]?.[1] ?? 0]));
  const varying = jitter === "both" ? halves(rttMsQuantiles) : lessFloor(rttMsQuantiles);
  return {
    ...rest,
    upDelayMsQuantiles: jitter === "down" ? floor : varying,
    downDelayMsQuantiles: jitter === "up" ? floor : varying,
    trace: trace === null ? null : tracesOf(trace),
    gateway: null,
  };
}

function gatewayLink({ sources: _sources, ...rest }: GatewayProfileFile): LinkProfile {
  return { ...NO_PACKETS, ...rest };
}

const NO_PACKETS: PacketFigures & Pick<LinkProfile, "upDelayMsQuantiles" | "downDelayMsQuantiles" | "trace"> =
  {
    upDelayMsQuantiles: [],
    downDelayMsQuantiles: [],
    lossPerThousand: 0,
    burstLoss: null,
    upBitsPerSecond: null,
    downBitsPerSecond: null,
    fades: null,
    queuePackets: 0,
    mtuBytes: 0,
    availability: [],
    radio: null,
    nat: null,
    tls: null,
    trace: null,
  };

function halves(table: readonly Quantile[]): readonly Quantile[] {
  return table.map(([p, ms]): Quantile => [p, ms / 2]);
}

/** What is left of each round trip when the other direction takes half of the shortest. */
function lessFloor(table: readonly Quantile[]): readonly Quantile[] {
  const floorMs = table[0]?.[1] ?? 0;
  return table.map(([p, ms]): Quantile => [p, ms - floorMs / 2]);
}

function tracesOf({ up, down }: { readonly up: string; readonly down: string }): LinkProfile["trace"] {
  const upTrace: DeliveryTrace = readDeliveryTrace(up);
  return { up: upTrace, down: up === down ? upTrace : readDeliveryTrace(down) };
}
