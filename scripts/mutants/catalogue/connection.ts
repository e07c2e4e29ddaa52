// Owns the mutants that mistake time or the state of a connection: keep-alive, back-off, CONNACK, sleep.

import type { Mutant } from "../mutant.ts";
import { DEAD_UPLINKS } from "./focus.ts";

const BACKOFF = "assembly/client/backoff.ts";
const CONNECTION = "assembly/client/connection.ts";
const LIVENESS = "assembly/client/liveness.ts";
const NEXT = "assembly/packet/next.ts";

export const CONNECTION_AND_TIME: readonly Mutant[] = [
  {
    name: "clock-compared-without-wrap",
    breaks: "a reading of the clock that is smaller than an earlier one counts as no time at all",
    edits: [
      {
        file: "assembly/client/clock.ts",
        find: "return <i32>(nowMs - sinceMs);",
        replace: "return nowMs < sinceMs ? 0 : <i32>(nowMs - sinceMs);",
      },
    ],
    expects: ["samples-on-time", "keep-alive-kept", "dead-link-noticed"],
  },
  {
    name: "keep-alive-without-pings",
    breaks: "no PINGREQ keeps a quiet connection alive",
    edits: [
      {
        file: LIVENESS,
        find: "  if (c.keepAliveMs == 0) return NO_DEADLINE;\n  const interval",
        replace: "  if (c.keepAliveMs >= 0) return NO_DEADLINE;\n  const interval",
      },
    ],
    expects: ["keep-alive-kept"],
  },
  {
    name: "ping-answer-awaited-too-briefly",
    breaks: "half a second without a PINGRESP counts as silence",
    edits: [
      {
        file: LIVENESS,
        find: "if (c.pingDeadlineMs > 0) return c.pingDeadlineMs;",
        replace: "if (c.pingDeadlineMs == 0) return 500;",
      },
    ],
    expects: ["no-false-alarm"],
  },
  {
    name: "ping-answer-ignored",
    breaks: "a PINGRESP changes nothing",
    edits: [
      {
        file: LIVENESS,
        find: "if (c.ping != Ping.Sent && c.ping != Ping.SentAndOwed) return;",
        replace: "if (c.ping != Ping.None) return;",
      },
    ],
    expects: ["no-false-alarm"],
  },
  {
    name: "silence-never-noticed",
    breaks: "a peer that answers no PINGREQ is waited for for ever",
    edits: [
      {
        file: LIVENESS,
        find: "return c.ping != Ping.None && remainingMs(",
        replace: "return c.ping > <u8>Ping.SentAndOwed && remainingMs(",
      },
      {
        file: LIVENESS,
        find: "return c.ping == Ping.None ? due :",
        replace: "return c.ping <= <u8>Ping.SentAndOwed ? due :",
      },
    ],
    expects: ["dead-link-noticed"],
  },
  {
    name: "held-up-ping-waited-for",
    breaks: "while a full transport holds a PINGREQ up, nothing counts as silence",
    edits: [
      {
        file: LIVENESS,
        find: "return c.ping != Ping.None && remainingMs(",
        replace: "return c.ping > <u8>Ping.Owed && remainingMs(",
      },
      {
        file: LIVENESS,
        find: "return c.ping == Ping.None ? due :",
        replace: "return c.ping <= <u8>Ping.Owed ? due :",
      },
    ],
    expects: ["dead-link-noticed"],
    focus: DEAD_UPLINKS,
  },
  {
    name: "connecting-without-time-out",
    breaks: "a transport or a CONNACK that never comes is waited for for ever",
    edits: [
      {
        file: CONNECTION,
        find: "if (hasElapsed(c.phaseSinceMs, c.connectTimeoutMs, nowMs))\n",
        replace: "if (nowMs != nowMs)\n",
      },
      {
        file: "assembly/client/poll.ts",
        find: "return <i32>remainingMs(c.phaseSinceMs, c.connectTimeoutMs, nowMs);",
        replace: "return NO_DEADLINE;",
      },
    ],
    expects: ["connecting-ends"],
  },
  {
    name: "back-off-without-jitter",
    breaks: "all devices come back at the same moment",
    edits: [
      {
        file: BACKOFF,
        find: "return ceiling == 0 ? 0 : random % ceiling;",
        replace: "return ceiling == 0 ? 0 : (random & 1) + ceiling - 2;",
      },
    ],
    expects: ["back-off"],
  },
  {
    name: "back-off-never-grows",
    breaks: "a broker that stays away is asked again and again, as often as at first",
    edits: [
      {
        file: BACKOFF,
        find: "if (c.attempts < MAX_ATTEMPTS) c.attempts += 1;",
        replace: "if (c.attempts < MAX_ATTEMPTS) c.attempts = 0;",
      },
    ],
    expects: ["back-off"],
  },
  {
    name: "back-off-never-resets",
    breaks: "after many cuts the longest wait comes before every connection",
    edits: [{ file: BACKOFF, find: "  c.attempts = 0;\n", replace: "" }],
    expects: ["back-off"],
  },
  {
    name: "gives-up-after-a-cut",
    breaks: "a connection that the link has ended is followed by no other",
    edits: [
      {
        file: CONNECTION,
        find: "  if (!c.wanted) return false;\n",
        replace: "  if (!c.wanted || reason == CloseReason.Link) return false;\n",
      },
    ],
    expects: ["back-off"],
  },
  {
    name: "publish-before-connack",
    breaks: "messages leave before the broker has accepted the connection",
    edits: [
      {
        file: NEXT,
        find: "else if (c.phase == Phase.Connected || c.phase",
        replace: "else if (c.phase == Phase.Handshaking || c.phase == Phase.Connected || c.phase",
      },
    ],
    expects: ["connect-comes-first"],
  },
  {
    name: "time-kept-across-a-sleep",
    breaks: "after a sleep the wait for the next connection still counts by the clock before it",
    edits: [
      {
        file: CONNECTION,
        find: "  wait(c, wasWaiting && c.phaseMs > sleptMs ? c.phaseMs - sleptMs : 0, nowMs);",
        replace:
          "  c.phase = <u8>Phase.Waiting;\n  c.phaseMs = wasWaiting && c.phaseMs > sleptMs ? c.phaseMs - sleptMs : 1;",
      },
    ],
    expects: ["back-off"],
  },
  {
    name: "transport-kept-across-a-sleep",
    breaks: "a device that wakes believes in the connection it had",
    edits: [
      {
        file: CONNECTION,
        find: "  if (c.phase == Phase.Idle) return;\n  const wasWaiting",
        replace: "  if (c.phase == Phase.Idle || c.phase == Phase.Connected) return;\n  const wasWaiting",
      },
    ],
    expects: ["back-off"],
  },
];
