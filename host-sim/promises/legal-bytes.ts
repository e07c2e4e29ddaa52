// Owns the promise that a strict broker finds nothing illegal. Refuses to know the standard: the broker does.

import type { KeptPromise } from "./promise.ts";

export const legalBytes: KeptPromise = {
  name: "legal-bytes",
  claim: "A device sends nothing that the standard forbids.",
  observe: (_run, verdicts) => ({
    sent: { connect: () => verdicts.held() },
    illegal({ atMs, device, statement, what }) {
      verdicts.broken(atMs, device, `${what} [${statement}]`);
    },
  }),
};
