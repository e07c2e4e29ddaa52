// Owns the promise that a device's readings above QoS 0 first arrive in the order in which they were taken.

import type { Finding, KeptPromise } from "./promise.ts";

export const inOrder: KeptPromise = {
  name: "in-order",
  judge({ qos, arrivals }) {
    if (qos === 0) return [];
    const newest = new Map<string, number>();
    return arrivals.flatMap(({ device, life, seq, seenMs }): readonly Finding[] => {
      const key = `${device}.${life}`;
      const before = newest.get(key) ?? 0;
      newest.set(key, Math.max(before, seq));
      return seq < before ? [{ atMs: seenMs[0] ?? 0, excuse: null }] : [];
    });
  },
};
