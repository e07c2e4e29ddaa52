// Owns a bottleneck: a rate, and the finite queue before it. Refuses to know the way behind it.

import { DROP, type Impairment, type Packet, type Verdict } from "./impairment.ts";

/** First in, first out; a packet that finds `queuePackets` waiting, the one being sent among them, is dropped. */
export function limitedRate(bitsPerSecond: number, queuePackets: number): Impairment {
  const departures: number[] = [];

  function judge(packet: Packet): Verdict {
    while (departures[0] !== undefined && departures[0] <= packet.atMs) departures.shift();
    if (departures.length >= queuePackets) return DROP;
    const startMs = departures.at(-1) ?? packet.atMs;
    const departureMs = startMs + (packet.bytes * 8 * 1000) / bitsPerSecond;
    departures.push(departureMs);
    return { kind: "delay", delayMs: departureMs - packet.atMs };
  }

  return { judge };
}
