// What a run came to, in sentences. Knows the report; not where it is printed.
import type { DeviceRecord } from "../../scenario/ledger.ts";
import type { Report } from "../../scenario/report.ts";

export function summaryOf(report: Report, devices: readonly DeviceRecord[]): string {
  const sentences = [readings(report), troubles(report), goodbye(devices), `Seed ${report.seed}.`];
  return [...sentences.filter((sentence) => sentence !== ""), ...broken(report)].join("\n");
}

/** More would only hide the first. */
const MOST_SHOWN = 10;

function broken({ violations }: Report): readonly string[] {
  const [first] = violations;
  if (first === undefined) return [];
  const shown = violations
    .slice(0, MOST_SHOWN)
    .map(
      ({ promise, device, atMs, what }) =>
        `Broken: ${promise}, device ${device} at ${seconds(atMs)}: ${what}`,
    );
  const hidden = violations.length - shown.length;
  return [...shown, ...(hidden > 0 ? [`and ${hidden} more`] : []), `Run it again: ${first.replay}`];
}

function readings(report: Report): string {
  const { dropped, lost, lostQos0, refused, pending, outcomeUnknown, duplicates, latencyMs } = report;
  const missing: readonly (readonly [count: number, what: string])[] = [
    [lost + lostQos0, "lost"],
    [refused, "refused"],
    [dropped.expired + dropped.superseded + dropped.overflow + dropped.sessionLost, "dropped"],
    [outcomeUnknown, "of unknown outcome"],
    [pending, "still waiting"],
    [duplicates, duplicates === 1 ? "duplicate" : "duplicates"],
  ];
  const parts = missing.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const rest = parts.length === 0 ? "none lost" : parts.join(", ");
  const latest =
    latencyMs.max === null ? "" : `\nThe latest came ${seconds(latencyMs.max)} after it was taken.`;
  return `${report.readings} readings taken, ${report.delivered} received, ${rest}.${latest}`;
}

function troubles({ connections, willsFired, devices }: Report): string {
  const again = connections - devices;
  if (again <= 0 && willsFired === 0) return "";
  return `Connected again ${times(Math.max(again, 0))}; the will fired ${times(willsFired)}.`;
}

function goodbye(devices: readonly DeviceRecord[]): string {
  if (devices.every(({ connections }) => connections === 0)) return "";
  const hasLeft = devices.every(
    ({ leftMs, lastStatus }) => leftMs !== null && lastStatus?.status === "offline",
  );
  return hasLeft
    ? "Said goodbye: the status is offline."
    : "The goodbye did not get through: the will speaks.";
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function seconds(durationMs: number): string {
  return durationMs < 1000 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1000).toFixed(1)} s`;
}
