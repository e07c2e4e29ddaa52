// Owns the promise that devices keep to the memory they were given. Refuses to know what is in it.

import type { KeptPromise } from "./promise.ts";

export const memoryNeverGrows: KeptPromise = {
  name: "memory-never-grows",
  claim: "The memory never grows, and no byte around a device's own is written.",
  observe: (_run, verdicts) => ({
    overrun({ atMs, device }) {
      verdicts.broken(atMs, device, "bytes beside its memory were overwritten");
    },
    end({ atMs, memoryGrowthBytes }) {
      if (memoryGrowthBytes === 0) verdicts.held();
      else verdicts.broken(atMs, 1, `the memory grew by ${memoryGrowthBytes} bytes`);
    },
  }),
};
