// The lines by which a board says how it fares: `motekit: …`. Knows their form and which of them are an end; prints none.

import { FIRST_FAILURE, reasonName } from "../../words/reason-codes.ts";

export type Report =
  | { readonly kind: "started"; readonly name: string }
  | { readonly kind: "connected" }
  | { readonly kind: "error"; readonly code: string; readonly sentence: string }
  /** Anything else it says of itself: joining the WiFi, a closed connection. */
  | { readonly kind: "remark"; readonly words: string };

const PREFIX = "motekit: ";

/** What MQTT 5 says with numbers that 3.1.1 has too, and boards have words for. */
const WORDS_OF_REFUSALS: Readonly<Record<string, string>> = {
  132: "version",
  133: "client-id",
  134: "credentials",
  135: "not-authorised",
  136: "unavailable",
};

/** undefined: the line is not of this kind. */
export function parseReport(line: string): Report | undefined {
  const at = line.indexOf(PREFIX);
  if (at < 0) return undefined;
  const words = line.slice(at + PREFIX.length).trim();
  if (words === "connected") return { kind: "connected" };
  const start = /^start (.+)$/.exec(words)?.[1];
  if (start !== undefined) return { kind: "started", name: start };
  const error = /^error (\S+) ?(.*)$/.exec(words);
  if (error !== null) return errorOf(error[1] as string, error[2] as string);
  return { kind: "remark", words: words.replace(/^closed server-(\d+)/, closedWords) };
}

/** A board has no room for the names of MQTT 5's reason codes: it prints their numbers. */
function errorOf(code: string, sentence: string): Report {
  const number = /^broker-refused-(\d+)$/.exec(code)?.[1];
  if (number === undefined || Number(number) < FIRST_FAILURE) return { kind: "error", code, sentence };
  const word = WORDS_OF_REFUSALS[number] ?? number;
  const name = reasonName(Number(number));
  return { kind: "error", code: `broker-refused-${word}`, sentence: `the broker refuses: ${name}` };
}

function closedWords(_words: string, code: string): string {
  return `closed by the broker: ${reasonName(Number(code))}`;
}

/** What nobody on the board will change, however long one waits; by the beginning of the code. */
const FINAL = [
  "settings-",
  "tls-",
  "wifi-no-module",
  "wifi-bad-password",
  "broker-refused-",
  "memory",
] as const;

export function isFinal(code: string): boolean {
  return FINAL.some((beginning) => code.startsWith(beginning));
}

interface Remedy {
  readonly code: string;
  readonly remedy: string;
}

const REMEDIES: readonly Remedy[] = [
  {
    code: "settings-",
    remedy: "Correct the settings, then: npx motekit flash … --settings FILE",
  },
  { code: "tls-", remedy: "Use a listener of the broker without TLS, or a board that has it" },
  { code: "wifi-no-module", remedy: "Put the interpreter's build for this board on it: --interpreter IMAGE" },
  { code: "wifi-bad-password", remedy: "Correct /wifi/password in the settings and flash again" },
  {
    code: "wifi-not-found",
    remedy: "Check /wifi/ssid, and that the access point sends at 2.4 GHz and is in range",
  },
  { code: "wifi-no-address", remedy: "Check the access point's DHCP server" },
  {
    code: "broker-not-found",
    remedy: "Check /broker/host in the settings, and that the board's network can resolve it",
  },
  {
    code: "broker-unreachable",
    remedy:
      "Check /broker/host and /broker/port, that the broker listens beyond its own machine, and its firewall",
  },
  {
    code: "broker-refused-credentials",
    remedy: "Correct /broker/username and /broker/password in the settings",
  },
  { code: "broker-refused-not-authorised", remedy: "Give this client the right to connect, at the broker" },
  { code: "broker-refused-client-id", remedy: "Set another /name in the settings" },
  { code: "second-device", remedy: "Give each device a /name of its own" },
  { code: "memory", remedy: "Build with smaller capacities, or for a board with more memory" },
];

export function remedyFor(code: string): string {
  const found = REMEDIES.find((entry) => code.startsWith(entry.code));
  return found?.remedy ?? "See docs/espruino.md, troubleshooting";
}
