// Owns the promise that a reading at QoS 2 arrives exactly once within a session. Refuses to know the other qualities of service.

import { Arrivals } from "./arrivals.ts";
import { watchDelivery } from "./delivery.ts";
import { watchUnknownLosses } from "./lost-unknowingly.ts";
import { perLife } from "./per-device.ts";
import type { KeptPromise, Observer, OfKind, RunFacts, Verdicts } from "./promise.ts";
import { seqSeen } from "./reading-seq.ts";

/** Dropped unsent, or refused by the broker. */
const NEVER_ARRIVES: readonly string[] = ["overflow", "superseded", "expired", "notSupported", "rejected"];
/** A session that the broker forgot loses what it had begun to take; `ends-once` sees that the session was lost. */
const MAY_LOSE: ReadonlySet<string> = new Set([...NEVER_ARRIVES, "sessionLost", "outcomeUnknown"]);
/** Over a gateway a message has long ended on the device when the shore repeats it. An estimate of how soon that happens. */
const SHORE_REPEATS_MS = 3_600_000;

export const qos2ExactlyOnce: KeptPromise = {
  name: "qos2-exactly-once",
  claim: "A reading at QoS 2 arrives exactly once while its session lasts.",
  observe: (run, verdicts) => (run.qos === 2 ? observe(run, verdicts) : {}),
};

function observe(run: RunFacts, verdicts: Verdicts): Observer {
  const losses = watchUnknownLosses(run);
  const delivery = watchDelivery(run, verdicts, { mayLose: MAY_LOSE, wasForgotten: losses.since });
  const lives = perLife(() => new Arrivals());

  function repeat({ atMs, device, life }: OfKind<"seen">, seq: number): void {
    const openSinceMs = run.isGateway ? atMs - SHORE_REPEATS_MS : delivery.open(device, life, seq)?.takenMs;
    if (openSinceMs !== undefined && losses.since(device, openSinceMs)) {
      verdicts.excused(run.isGateway ? "gateway" : "session-forgotten");
      return;
    }
    verdicts.broken(atMs, device, `reading ${seq} arrived again`);
  }

  return {
    ...delivery.observer,
    ...losses.observer,
    reading(happening) {
      delivery.observer.reading(happening);
      const { device, life, seq, refusal } = happening;
      if (refusal !== null) lives.of(device, life).giveUp(seq);
    },
    readingEnded(happening) {
      delivery.observer.readingEnded(happening);
      const { device, life, seq, end } = happening;
      if (NEVER_ARRIVES.includes(end)) lives.of(device, life).giveUp(seq);
    },
    seen(happening) {
      const seq = seqSeen(happening);
      if (seq === null) return;
      if (lives.of(happening.device, happening.life).add(seq) === "again") repeat(happening, seq);
      else delivery.observer.seen(happening);
    },
    power(happening) {
      delivery.observer.power(happening);
      losses.observer.power(happening);
    },
  };
}
