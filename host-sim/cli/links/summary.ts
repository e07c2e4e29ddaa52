// What a link is in one line: the figures that people compare links by. Knows profiles; not how the line is printed.

import type { Quantile } from "../../net/link/delay.ts";
import { parseLink } from "../../net/link/overlay.ts";
import { type LinkProfile, profileNames } from "../../net/link/profile.ts";
import { durationWords } from "./quantity-words.ts";

export interface LinkSummary {
  readonly name: string;
  readonly title: string;
  readonly kind: LinkProfile["kind"];
  /** What half of the round trips take at most; null for messages. */
  readonly rttMsMedian: number | null;
  /** Without bursts. */
  readonly lossPerThousand: number | null;
  readonly hasBursts: boolean;
  /** Null: not limited, or messages. */
  readonly upBitsPerSecond: number | null;
  readonly downBitsPerSecond: number | null;
  /** Of a message; null for packets. */
  readonly upBytes: number | null;
  readonly downBytes: number | null;
}

export function linkSummaries(): readonly LinkSummary[] {
  return profileNames().map((name) => summaryOf(parseLink(name)));
}

function summaryOf(link: LinkProfile): LinkSummary {
  const { name, title, kind, upBitsPerSecond, downBitsPerSecond, gateway } = link;
  const carriesPackets = kind === "tcp";
  return {
    name,
    title,
    kind,
    rttMsMedian: carriesPackets
      ? medianOf(link.upDelayMsQuantiles) + medianOf(link.downDelayMsQuantiles)
      : null,
    lossPerThousand: carriesPackets ? link.lossPerThousand : null,
    hasBursts: link.burstLoss !== null,
    upBitsPerSecond,
    downBitsPerSecond,
    upBytes: gateway?.upBytes ?? null,
    downBytes: gateway?.downBytes ?? null,
  };
}

/** Name, round trip, loss, up/down, title: the last without bound, the others as short as they are. */
export function summaryWords(link: LinkSummary): readonly [string, string, string, string, string] {
  const rtt = link.rttMsMedian === null ? "" : durationWords(rounded(link.rttMsMedian));
  const loss = link.lossPerThousand === null ? "" : `${link.lossPerThousand / 10} %`;
  return [link.name, rtt, link.hasBursts ? `${loss}+` : loss, upDownWords(link), link.title];
}

export const SUMMARY_HEADS = ["link", "rtt", "loss", "up/down", "what it is"] as const;

function upDownWords({ upBitsPerSecond, downBitsPerSecond, upBytes, downBytes }: LinkSummary): string {
  if (upBytes !== null) return `${upBytes}/${downBytes} B`;
  if (upBitsPerSecond === null || downBitsPerSecond === null) return "";
  const [size, unit] = downBitsPerSecond >= 1_000_000 ? [1_000_000, "M"] : [1_000, "k"];
  return `${upBitsPerSecond / size}/${downBitsPerSecond / size} ${unit}`;
}

/** Two digits suffice to compare. */
function rounded(ms: number): number {
  return Number(ms.toPrecision(2));
}

function medianOf(table: readonly Quantile[]): number {
  const upper = table.findIndex(([p]) => p >= 0.5);
  const [toP, toMs] = table[upper] as Quantile;
  const [fromP, fromMs] = table[upper - 1] as Quantile;
  return fromMs + ((toMs - fromMs) * (0.5 - fromP)) / (toP - fromP);
}
