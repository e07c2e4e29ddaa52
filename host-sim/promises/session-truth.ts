// Owns the promise that what a device says about its session is what the broker knows of it. Refuses to know what the session
// holds.

import { perDevice } from "./per-device.ts";
import type { KeptPromise, OfKind, RunFacts } from "./promise.ts";

interface Device {
  /** What the broker last did with the session; null when it is not to be asked. */
  atBroker: OfKind<"session">["what"] | null;
  /** The device has had a session in this life. */
  hadSession: boolean;
  isUnanswered: boolean;
  /** A CONNECT of this life went without its CONNACK: the session that it made is unknown to the device. */
  hasMissedAnswer: boolean;
}

export const sessionTruth: KeptPromise = {
  name: "session-truth",
  claim:
    "A device calls its session fresh, resumed or lost exactly when it is, and never resumes one of an earlier life.",
  observe(run, verdicts) {
    const devices = perDevice(
      (): Device => ({ atBroker: null, hadSession: false, isUnanswered: false, hasMissedAnswer: false }),
    );
    return {
      session({ device, what }) {
        devices(device).atBroker = what;
      },
      sent: {
        connect({ device }) {
          devices(device).isUnanswered = true;
        },
      },
      received: {
        connack({ device }) {
          devices(device).isUnanswered = false;
        },
      },
      closed({ device }) {
        const of = devices(device);
        of.hasMissedAnswer ||= of.isUnanswered;
        of.isUnanswered = false;
      },
      connected({ atMs, device, session }) {
        const of = devices(device);
        const fault = faultInMemory(session, of) ?? faultInWord(session, of, run);
        of.hadSession = true;
        of.hasMissedAnswer = false;
        if (fault === "excused") verdicts.excused(run.isGateway ? "gateway" : "no-session-present");
        else if (fault === null) verdicts.held();
        else verdicts.broken(atMs, device, fault);
      },
      power({ device, cause }) {
        const of = devices(device);
        of.hasMissedAnswer = cause === "sleep" && (of.hasMissedAnswer || of.isUnanswered);
        of.isUnanswered = false;
        if (cause !== "sleep") of.hadSession = false;
      },
    };
  },
};

type Word = OfKind<"connected">["session"];

/** A client without stored state never resumes: its packet ids would be taken for those of its earlier life. */
function faultInMemory(session: Word, { hadSession }: Device): string | null {
  const speaksOfOne = session === "resumed" || session === "lost";
  if (speaksOfOne === hadSession) return null;
  return speaksOfOne
    ? `a session is ${session} in a life that had none`
    : `a session is ${session} in a life that had one`;
}

function faultInWord(
  session: Word,
  { atBroker, hasMissedAnswer }: Device,
  run: RunFacts,
): string | "excused" | null {
  if (atBroker === null || (session === "resumed") === (atBroker === "resumed")) return null;
  const canMistake = session === "resumed" || hasMissedAnswer;
  if (run.isGateway || (run.protocol === "3.1" && canMistake)) return "excused";
  return `a session is ${session} that the broker says is ${atBroker}`;
}
