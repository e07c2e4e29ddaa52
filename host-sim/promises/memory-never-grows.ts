// Owns the promise that the devices' memory is as large at the end as at the start.

import type { KeptPromise } from "./promise.ts";

export const memoryNeverGrows: KeptPromise = {
  name: "memory-never-grows",
  judge: ({ memoryGrowthBytes, endMs }) => (memoryGrowthBytes > 0 ? [{ atMs: endMs, excuse: null }] : []),
};
