// Why devices could not connect, in words. Knows what a ledger keeps about it; not who is told.
import type { DeviceRecord } from "../../scenario/ledger.ts";
import { closingInWords, refusalInWords } from "../../scenario/refusal.ts";

const CLOSED: Readonly<Record<string, string>> = {
  connectTimeout: "no answer in time",
  link: "the link broke before the broker answered",
  server: "the broker closed the connection at once",
};

/** Of the first device that knows. */
export function troubleInWords(devices: readonly DeviceRecord[]): string {
  const trouble = devices.find(({ lastTrouble }) => lastTrouble !== null)?.lastTrouble;
  if (trouble === undefined || trouble === null) return "no answer in time";
  if (trouble.kind === "refused") return refusalInWords(trouble.returnCode, trouble.said);
  if (trouble.code !== null) return closingInWords(trouble);
  return trouble.error ?? CLOSED[trouble.reason] ?? `the connection ended: ${trouble.reason}`;
}
