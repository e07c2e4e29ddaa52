// Owns the promise that every accepted reading ends once, as what really happened to it. Refuses to know whether it arrived
// where it should.

import { FewByNumber } from "../collections/few-by-number.ts";
import type { Agreed, Agreement } from "./agreed.ts";
import { FinalAcks } from "./final-acks.ts";
import { PacketType } from "./packet-type.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, OfKind, RunFacts, Verdicts } from "./promise.ts";
import { seqSeen } from "./reading-seq.ts";

type End = OfKind<"readingEnded">["end"];

/** Dropped before it was given to a transport. */
const UNSENT: readonly End[] = ["overflow", "superseded", "expired", "notSupported"];

/** What a reading may end as; `cancelled` is for callers who take a message back, which this firmware never does. */
const POSSIBLE_ENDS: Readonly<Record<0 | 1 | 2, ReadonlySet<End>>> = {
  0: new Set<End>(["handedOver", "offline", "connectionClosed", ...UNSENT]),
  1: new Set<End>(["published", "rejected", "sessionLost", ...UNSENT]),
  2: new Set<End>(["published", "rejected", "sessionLost", "outcomeUnknown", ...UNSENT]),
};
const NEVER_SENT: ReadonlySet<End> = new Set<End>(["offline", ...UNSENT]);
const NEEDS_A_LOST_SESSION: ReadonlySet<End> = new Set<End>(["sessionLost", "outcomeUnknown"]);

/** So many of the last that were dropped unsent are remembered, in case they arrive all the same. */
const DROPPED_KEPT = 32;

interface Device {
  life: number;
  /** Accepted and not ended, with whether they have arrived. */
  readonly open: FewByNumber<boolean>;
  readonly dropped: number[];
  readonly acks: FinalAcks;
  /** The device has just learnt that the broker knows nothing of its session: until it publishes again. */
  isSessionLost: boolean;
}

export const endsOnce: KeptPromise = {
  name: "ends-once",
  claim: "Every accepted reading ends exactly once, as what really happened; a refused one never does.",
  observe,
};

function observe(run: RunFacts, verdicts: Verdicts, agreed: Agreed): Observer {
  const devices = perDevice(
    (): Device => ({
      life: 0,
      open: new FewByNumber(),
      dropped: [],
      acks: new FinalAcks(run.qos),
      isSessionLost: false,
    }),
  );

  return {
    reading({ device, seq, refusal }) {
      if (refusal === null) devices(device).open.set(seq, false);
    },
    readingEnded(happening) {
      const fault = faultIn(happening, devices(happening.device), run, agreed(happening.device));
      if (fault === null) verdicts.held();
      else verdicts.broken(happening.atMs, happening.device, `reading ${happening.seq} ${fault}`);
    },
    statusRefused({ atMs, device }) {
      // one that the broker's limits do not allow is not even sent
      if (devices(device).acks.takeStatusRefused() || isLimited(agreed(device))) verdicts.held();
      else verdicts.broken(atMs, device, "the status ended as refused, and nobody has refused it");
    },
    status({ atMs, device }) {
      if (devices(device).acks.takeStatus()) verdicts.held();
      else verdicts.broken(atMs, device, "the status ended as published without an acknowledgement");
    },
    seen(happening) {
      const seq = seqSeen(happening);
      const of = devices(happening.device);
      if (seq === null || happening.life !== of.life) return;
      if (of.open.has(seq)) of.open.set(seq, true);
      else if (of.dropped.includes(seq)) {
        verdicts.broken(
          happening.atMs,
          happening.device,
          `reading ${seq} arrived although it was dropped unsent`,
        );
      }
    },
    packet(happening) {
      const of = devices(happening.device);
      of.acks.see(happening);
      if (happening.way === "out" && happening.type === PacketType.Publish) of.isSessionLost = false;
    },
    opening({ device }) {
      devices(device).acks.forgetUnclaimed();
    },
    connected({ device, session }) {
      const of = devices(device);
      of.isSessionLost = session !== "resumed";
      if (of.isSessionLost) of.acks.forgetSession();
    },
    power(happening) {
      const of = devices(happening.device);
      if (happening.cause !== "sleep") endLife(of, verdicts);
      of.life = happening.life;
    },
    end({ atMs, waiting }) {
      for (let device = 1; device <= run.devices; device += 1) {
        const { open } = devices(device);
        for (let silent = open.size - (waiting[device - 1] ?? 0); silent > 0; silent -= 1) {
          verdicts.broken(atMs, device, "a reading is neither waiting nor was its end told");
        }
      }
    },
  };
}

/** In words, what is wrong with a reading's end; null when nothing is. */
function faultIn(
  { seq, end }: OfKind<"readingEnded">,
  of: Device,
  run: RunFacts,
  limits: Readonly<Agreement>,
): string | null {
  const isSeen = of.open.get(seq);
  if (isSeen === undefined) return `ended as ${end}, but was not open`;
  of.open.delete(seq);
  if (!POSSIBLE_ENDS[run.qos].has(end)) return `ended as ${end}, which QoS ${run.qos} cannot`;
  if (end === "published" && !of.acks.takeMessage()) return "ended as published without an acknowledgement";
  if (end === "rejected" && !of.acks.takeRefused()) return "ended as rejected without a refusal";
  if (end === "notSupported" && run.qos <= limits.maximumQos && !isLimited(limits))
    return "ended as not supported by a broker that takes it";
  if (end === "handedOver" && !of.acks.takeHandedOver()) return "ended as handed over without being sent";
  if (NEEDS_A_LOST_SESSION.has(end) && !of.isSessionLost) return `ended as ${end} although its session lasts`;
  if (!NEVER_SENT.has(end)) return null;
  if (isSeen) return `ended as ${end} although it had arrived`;
  of.dropped.push(seq);
  if (of.dropped.length > DROPPED_KEPT) of.dropped.shift();
  return null;
}

function isLimited({ maximumPacketBytes }: Readonly<Agreement>): boolean {
  return Number.isFinite(maximumPacketBytes);
}

function endLife(of: Device, verdicts: Verdicts): void {
  for (let left = of.open.size; left > 0; left -= 1) verdicts.excused("power-cut");
  of.open.clear();
  of.dropped.length = 0;
  of.acks.forgetUnclaimed();
  of.acks.forgetSession();
  of.isSessionLost = false;
}
