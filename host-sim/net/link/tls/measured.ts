// Owns the TLS figures that were measured, by version. Refuses to know how; each number's source stands in the file.

import { readFileSync } from "node:fs";
import type { TlsFigures, TlsVersion } from "./figures.ts";

interface MeasuredFile extends Readonly<Record<TlsVersion, TlsFigures>> {
  readonly sources: Readonly<Record<string, string>>;
}

export const TLS_VERSIONS: readonly TlsVersion[] = ["1.2", "1.3"];

/** Read when first asked for: most links have no TLS. */
let file: MeasuredFile | undefined;

export function tlsFigures(version: TlsVersion): TlsFigures {
  return measured()[version];
}

function measured(): MeasuredFile {
  file ??= JSON.parse(readFileSync(new URL("./measured.json", import.meta.url), "utf8")) as MeasuredFile;
  return file;
}
