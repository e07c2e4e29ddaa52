// Owns what a comparison yields: figures of several contestants side by side, and their ratios to the first. Measures nothing.

export interface Figure {
  /** What one reads in the table; the unit is part of it. */
  readonly label: string;
  /** null: not measured, which is not 0. */
  readonly value: number | null;
  readonly digits?: number;
}

export interface Row {
  readonly contestant: string;
  readonly version: string;
  readonly figures: readonly Figure[];
}

export interface Comparison {
  readonly name: string;
  readonly setting: string;
  /** The first is what the others are compared with; rows that measure one thing have the same labels. */
  readonly rows: readonly Row[];
}

/** How many times the first row's value each figure is; null where one is missing or the first is 0. */
export function ratiosToFirst({ rows }: Comparison): readonly (readonly (number | null)[])[] {
  const first = rows[0]?.figures ?? [];
  return rows.map(({ figures }) => figures.map(({ value }, i) => ratio(value, first[i]?.value ?? null)));
}

function ratio(value: number | null, base: number | null): number | null {
  return value === null || base === null || base === 0 ? null : value / base;
}

export function asJson(comparison: Comparison): unknown {
  const ratios = ratiosToFirst(comparison);
  const rows = comparison.rows.map(({ contestant, version, figures }, row) => ({
    contestant,
    version,
    figures: Object.fromEntries(figures.map(({ label, value }) => [label, value])),
    ratiosToFirst: Object.fromEntries(figures.map(({ label }, i) => [label, ratios[row]?.[i] ?? null])),
  }));
  return { name: comparison.name, setting: comparison.setting, rows };
}

export function asText(comparison: Comparison): string {
  const labels = comparison.rows[0]?.figures.map(({ label }) => label) ?? [];
  const ratios = ratiosToFirst(comparison);
  const rows = comparison.rows.map(({ contestant, version, figures }, row) => [
    `${contestant} ${version}`,
    ...figures.map((figure, i) => cell(figure, row === 0 ? null : (ratios[row]?.[i] ?? null))),
  ]);
  return `${comparison.name}: ${comparison.setting}\n${table([["", ...labels], ...rows])}\n`;
}

function cell({ value, digits = 0 }: Figure, timesFirst: number | null): string {
  if (value === null) return "–";
  return `${value.toFixed(digits)}${timesFirst === null ? "" : ` (×${Number(timesFirst.toPrecision(3))})`}`;
}

/** Names to the left, figures to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join("  ");
  return rows.map((row) => `  ${line(row)}`.trimEnd()).join("\n");
}
