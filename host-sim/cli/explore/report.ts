// What a search through many worlds came to, as JSON and in words. Knows sums; plays nothing.

import { PROMISE_NAMES } from "../../promises/all.ts";
import type { Broken, Sum } from "../../scenario/explore/outcome.ts";
import type { Paint } from "../output.ts";

export interface Search {
  readonly start: number;
  /** That were asked for; `sum.seeds` were explored. */
  readonly seeds: number;
  readonly image: string;
  readonly wallMs: number;
  readonly sum: Sum;
  readonly crashed: readonly { readonly seed: number; readonly why: string }[];
  readonly replayOf: (seed: number) => string;
}

const HOUR_MS = 3_600_000;
/** More would only hide the first. */
const MOST_SHOWN = 20;

/** With the names of `sim --json` where they mean the same, summed over all worlds. */
export function searchAsJson({ start, image, wallMs, sum, crashed, replayOf }: Search): object {
  const { counts } = sum;
  return {
    seeds: sum.seeds,
    start,
    image,
    simulatedMs: Math.round(sum.deviceMs),
    wallMs: Math.round(wallMs),
    readings: counts.readings,
    accepted: { qos0: counts.acceptedQos0, qos1: counts.acceptedQos1, qos2: counts.acceptedQos2 },
    refused: counts.refused,
    delivered: counts.delivered,
    rejected: counts.rejected,
    lost: counts.lost,
    lostQos0: counts.lostQos0,
    pending: counts.pending,
    outcomeUnknown: counts.outcomeUnknown,
    duplicates: counts.duplicates,
    dropped: {
      expired: counts.expired,
      superseded: counts.superseded,
      overflow: counts.overflow,
      sessionLost: counts.sessionLost,
      notSupported: counts.notSupported,
    },
    checked: Object.fromEntries(sum.checked),
    excused: Object.fromEntries([...sum.excused].map(([name, byCause]) => [name, total(byCause)])),
    excuses: Object.fromEntries(
      [...sum.excused].map(([name, byCause]) => [name, Object.fromEntries(byCause)]),
    ),
    connections: counts.connections,
    willsFired: counts.willsFired,
    bytesUp: counts.bytesUp,
    bytesDown: counts.bytesDown,
    memoryGrowthBytes: counts.memoryGrowthBytes,
    violations: [
      ...sum.broken.map(({ seed, promise, atMs, device, what }) => ({
        promise,
        atMs: Math.round(atMs),
        device,
        what,
        seed,
        replay: replayOf(seed),
      })),
      ...crashed.map(({ seed, why }) => ({
        promise: "runs-to-its-end",
        atMs: 0,
        device: 0,
        what: why,
        seed,
        replay: replayOf(seed),
      })),
    ],
  };
}

export function searchInWords(search: Search, paint: Paint): string {
  return [
    promiseTable(search.sum, paint),
    "",
    readingsInWords(search.sum),
    speedInWords(search),
    ...brokenInWords(search, paint),
  ].join("\n");
}

function promiseTable({ checked, excused, broken }: Sum, paint: Paint): string {
  const rows = PROMISE_NAMES.map((name) => {
    const byCause = excused.get(name) ?? new Map<string, number>();
    const count = broken.filter(({ promise }) => promise === name).length;
    const words = [`${name.padEnd(24)}${number(checked.get(name) ?? 0)}${number(total(byCause))}`];
    words.push(count === 0 ? number(0) : paint.red(number(count)));
    return [words.join(""), ...causes(byCause)].join("\n");
  });
  const head = `${"promise".padEnd(24)}${"checked".padStart(12)}${"excused".padStart(12)}${"broken".padStart(12)}`;
  return [paint.bold(head), ...rows].join("\n");
}

function causes(byCause: ReadonlyMap<string, number>): readonly string[] {
  return [...byCause]
    .sort(([a], [b]) => a.localeCompare(b, "en"))
    .map(([cause, count]) => `${" ".repeat(24)}${" ".repeat(12)}${number(count)}  ${cause}`);
}

function number(value: number): string {
  return value.toLocaleString("en").padStart(12);
}

function readingsInWords({ counts }: Sum): string {
  const parts = [
    ["lost", counts.lost],
    ["lost at QoS 0", counts.lostQos0],
    ["refused", counts.refused],
    ["dropped: outbox full", counts.overflow],
    ["superseded", counts.superseded],
    ["dropped: session lost", counts.sessionLost],
    ["of unknown outcome", counts.outcomeUnknown],
    ["still waiting", counts.pending],
    ["duplicates", counts.duplicates],
  ] as const;
  const rest = parts
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count.toLocaleString("en")} ${what}`);
  const { readings, delivered } = counts;
  return `${readings.toLocaleString("en")} readings taken, ${[`${delivered.toLocaleString("en")} received`, ...rest].join(", ")}.`;
}

function speedInWords({ start, seeds, sum, wallMs, crashed }: Search): string {
  const explored = sum.seeds + crashed.length;
  const of = explored === seeds ? "" : ` of ${seeds}`;
  const hours = sum.deviceMs / HOUR_MS;
  const seconds = Math.max(wallMs, 1) / 1000;
  return (
    `${explored}${of} worlds from seed ${start} in ${seconds.toFixed(1)} s: ${Math.round(hours).toLocaleString("en")} hours ` +
    `of devices, ${Math.round(hours / seconds).toLocaleString("en")} a second.`
  );
}

function brokenInWords({ sum, crashed, replayOf }: Search, paint: Paint): readonly string[] {
  const all = [
    ...sum.broken.map(sentence),
    ...crashed.map(({ seed, why }) => ({ seed, text: `The world of seed ${seed} crashed: ${why}` })),
  ];
  const shown = all
    .slice(0, MOST_SHOWN)
    .flatMap(({ seed, text }) => [paint.red(text), `  ${replayOf(seed)}`]);
  const hidden = all.length - MOST_SHOWN;
  return hidden > 0 ? [...shown, `and ${hidden} more, which --json has`] : shown;
}

function sentence({ seed, promise, atMs, device, what }: Broken): {
  readonly seed: number;
  readonly text: string;
} {
  return { seed, text: `Broken: ${promise}, device ${device} at ${(atMs / 1000).toFixed(1)} s: ${what}` };
}

function total(byCause: ReadonlyMap<string, number>): number {
  return [...byCause.values()].reduce((sum, count) => sum + count, 0);
}
