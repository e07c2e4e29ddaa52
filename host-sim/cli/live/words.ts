// The words for what happens to a device and its readings. Knows no place on the screen.

export function celsius(payload: string): string {
  const value = /"celsius":(-?[\d.]+|null)/.exec(payload)?.[1];
  return value === undefined || value === "null" ? "no value" : `${value} °C`;
}

/** The number that the firmware gives a reading; null for anything else. */
export function seqOf(payload: string): number | null {
  const digits = /"seq":(\d+)/.exec(payload)?.[1];
  return digits === undefined ? null : Number(digits);
}

export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

/** Such as `1 min 05 s`: whole seconds, for what is watched as it grows. */
export function clockTime(durationMs: number): string {
  const whole = Math.floor(durationMs / 1000);
  const minutes = Math.floor(whole / 60);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** Under a second is how long a reading takes; more is a story. */
const HELD_MS = 1000;

/** How late a reading came, and whether the link was to blame. */
export function lateness(lateMs: number, wasDown: boolean): string {
  if (lateMs < HELD_MS) return `${Math.round(lateMs)} ms`;
  return wasDown ? `held ${seconds(lateMs)} while the link was down` : `${seconds(lateMs)} late`;
}

/** Only a clear word of the broker leads there, and 5 is tried again after a day. */
export const FALLEN_BACK_WORDS = "does not speak MQTT 5, so 3.1.1 is spoken";

export const SESSION_WORDS = {
  fresh: "a fresh session",
  resumed: "session resumed",
  lost: "the broker had forgotten the session",
  cleared: "a fresh session",
} as const;
