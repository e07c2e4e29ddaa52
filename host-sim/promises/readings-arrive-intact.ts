// Owns the promise that a reading arrives as it was taken. Refuses to know how often it arrives.

import { FewByNumber } from "../collections/few-by-number.ts";
import { perLife } from "./per-device.ts";
import type { KeptPromise, OfKind } from "./promise.ts";
import { seqSeen } from "./reading-seq.ts";

const FORM = /^\{"seq":[1-9]\d*,"celsius":(?:-?\d+\.\d\d|null)\}$/;

export const readingsArriveIntact: KeptPromise = {
  name: "readings-arrive-intact",
  claim: "A reading arrives with the number and the value with which it was taken.",
  observe(run, verdicts) {
    /** Of each life: the values of readings that have not ended, and the newest number. */
    const lives = perLife(() => ({ newest: 0, values: new FewByNumber<number | null>() }));

    function faultIn(happening: OfKind<"seen">): string | null {
      const { device, life, payload } = happening;
      const seq = seqSeen(happening);
      const { newest, values } = lives.of(device, life);
      const value = seq === null ? undefined : values.get(seq);
      if (value !== undefined && payload === `{"seq":${seq},"celsius":${celsius(value)}}`) return null;
      if (seq === null || !FORM.test(payload)) return `${JSON.stringify(payload)} is no reading`;
      // over a gateway nothing says in which life it was taken
      if (run.isGateway) return null;
      if (seq > newest) return `reading ${seq} arrived and was never taken`;
      return value === undefined ? null : `reading ${seq} arrived as ${payload}`;
    }

    return {
      reading({ device, life, seq, thousandths, refusal }) {
        const of = lives.of(device, life);
        of.newest = seq;
        if (refusal === null) of.values.set(seq, thousandths);
      },
      readingEnded({ device, life, seq }) {
        lives.of(device, life).values.delete(seq);
      },
      seen(happening) {
        if (happening.level !== "reading" || happening.isRetained) return;
        const fault = faultIn(happening);
        if (fault === null) verdicts.held();
        else verdicts.broken(happening.atMs, happening.device, fault);
      },
    };
  },
};

/** Two decimals, halves away from 0, and no sign for what rounds to 0. */
function celsius(thousandths: number | null): string {
  if (thousandths === null) return "null";
  const hundredths = Math.floor((Math.abs(thousandths) + 5) / 10);
  const sign = thousandths < 0 && hundredths > 0 ? "-" : "";
  return `${sign}${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}`;
}
