// Owns how tests send packets that carry nothing. Refuses to know what is claimed.

import type { PacketChannel } from "../packet-channel.ts";

export function sendThrough(
  channel: PacketChannel,
  bytes: number,
  arrived: () => void = () => undefined,
  lost: (why: string) => void = () => undefined,
): void {
  channel.send(bytes, null, { arrived, lost: (_cargo, why) => lost(why) });
}
