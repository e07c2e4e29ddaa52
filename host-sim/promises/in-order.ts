// Owns the promise that readings first arrive in the order in which they were taken. Refuses to know how often they arrive.

import { Arrivals } from "./arrivals.ts";
import { faultSpan } from "./fault-spans.ts";
import { perLife } from "./per-device.ts";
import type { KeptPromise } from "./promise.ts";
import { seqSeen } from "./reading-seq.ts";

/** Dropped unsent, or refused by the broker. */
const NEVER_ARRIVES: ReadonlySet<string> = new Set([
  "overflow",
  "superseded",
  "expired",
  "notSupported",
  "rejected",
  "offline",
  "connectionClosed",
]);

export const inOrder: KeptPromise = {
  name: "in-order",
  claim: "Readings first arrive in the order in which they were published.",
  observe(_run, verdicts) {
    const lives = perLife(() => ({ arrivals: new Arrivals(), closedMs: Number.POSITIVE_INFINITY }));
    const rejecting = faultSpan("reject");
    return {
      fault: rejecting.see,
      closed({ atMs, device, life }) {
        lives.of(device, life).closedMs = atMs;
      },
      reading({ device, life, seq, refusal }) {
        if (refusal !== null) lives.of(device, life).arrivals.giveUp(seq);
      },
      readingEnded({ device, life, seq, end }) {
        if (NEVER_ARRIVES.has(end)) lives.of(device, life).arrivals.giveUp(seq);
      },
      seen(happening) {
        const seq = seqSeen(happening);
        if (seq === null) return;
        const { atMs, device, life } = happening;
        const { arrivals, closedMs } = lives.of(device, life);
        const arrival = arrivals.add(seq);
        if (arrival === "first") verdicts.held();
        else if (arrival === "late" && rejecting.lastedSince(closedMs)) verdicts.excused("rejected-unheard");
        else if (arrival === "late") {
          verdicts.broken(atMs, device, `reading ${seq} first arrived after reading ${arrivals.newest}`);
        }
      },
    };
  },
};
