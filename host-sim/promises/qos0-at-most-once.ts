// Owns the promise that a reading at QoS 0 never arrives twice. Refuses to know whether it arrives at all.

import { Arrivals } from "./arrivals.ts";
import { perLife } from "./per-device.ts";
import type { KeptPromise } from "./promise.ts";
import { seqSeen } from "./reading-seq.ts";

export const qos0AtMostOnce: KeptPromise = {
  name: "qos0-at-most-once",
  claim: "A reading at QoS 0 arrives once or not at all.",
  observe(run, verdicts) {
    if (run.qos !== 0) return {};
    const lives = perLife(() => new Arrivals());
    return {
      reading({ device, life, seq, refusal }) {
        if (refusal !== null) lives.of(device, life).giveUp(seq);
      },
      readingEnded({ device, life, seq, end }) {
        if (end !== "handedOver") lives.of(device, life).giveUp(seq);
      },
      seen(happening) {
        const seq = seqSeen(happening);
        if (seq === null) return;
        const { atMs, device, life } = happening;
        const arrival = lives.of(device, life).add(seq);
        if (arrival === "again") verdicts.broken(atMs, device, `reading ${seq} arrived again`);
        else verdicts.held();
      },
    };
  },
};
