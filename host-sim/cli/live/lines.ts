// A run as calm lines, for where there is no terminal: each says what has changed. Knows no cursor.

import { closingInWords, refusalInWords } from "../../scenario/refusal.ts";
import type { Happening } from "../../trace/happening.ts";
import { protocolName } from "../../words/protocol.ts";
import { createPicture, type Picture } from "./picture.ts";
import type { Subject, View } from "./view.ts";
import { celsius, FALLEN_BACK_WORDS, lateness, SESSION_WORDS, seconds } from "./words.ts";

export function createLines(subject: Subject, say: (line: string) => void): View {
  const picture = createPicture();
  const { names, board, link, where, seed } = subject;
  const [only] = names;
  say(
    `${names.length === 1 ? `${only}: ` : `${names.length} × `}${board}, ${link} to ${where}, seed ${seed}`,
  );
  return {
    see(happening) {
      picture.see(happening);
      const words = inWords(happening, picture);
      if (words === null) return;
      const who = "device" in happening && names.length > 1 ? ` ${names[happening.device - 1]}` : "";
      say(`${seconds(happening.atMs).padStart(8)} ${who} ${words}`);
    },
    close: () => undefined,
  };
}

/** Null for what is no news to people. */
function inWords(happening: Happening, picture: Picture): string | null {
  switch (happening.kind) {
    case "link":
      return happening.downWhy === null ? "link up" : `link down: ${happening.downWhy}`;
    case "power":
      return happening.isOn ? "power on" : "power off";
    case "fault":
      return `fault ${happening.fault}`;
    case "connected":
      return `connected, MQTT ${protocolName(happening.version)}, ${SESSION_WORDS[happening.session]}`;
    case "closed":
      return closedInWords(happening);
    case "refused":
      return refusalInWords(happening.returnCode, happening.said);
    case "readingEnded":
      return isArriving(happening.end) ? null : `reading ${happening.seq} dropped: ${happening.end}`;
    case "reading":
      return happening.refusal === null ? null : `reading ${happening.seq} refused: ${happening.refusal}`;
    case "output":
      return `output ${happening.output} ${happening.isOn ? "on" : "off"}`;
    case "secondDevice":
      return "another device seems to use this client id";
    case "samplingEnded":
      return "no more readings are taken; what waits may drain";
    case "seen":
      return seenInWords(happening, picture);
    default:
      return null;
  }
}

/** Null for what the client did for its own sake, and for what was told before. */
function closedInWords(closed: Extract<Happening, { readonly kind: "closed" }>): string | null {
  const { reason } = closed;
  if (reason === "olderVersion") return `the broker ${FALLEN_BACK_WORDS}`;
  if (reason === "sessionCleared" || reason === "goodbye" || reason === "refused") return null;
  return `connection lost: ${closingInWords(closed)}`;
}

function isArriving(end: string): boolean {
  return end === "published" || end === "handedOver";
}

type Seen = Extract<Happening, { readonly kind: "seen" }>;

function seenInWords({ level, payload, device, isRetained, atMs }: Seen, picture: Picture): string | null {
  if (level === "status") {
    const { statusSinceMs, isLeaving } = picture.of(device);
    if (statusSinceMs !== atMs) return null;
    const isWill = payload === "offline" && !isLeaving && !isRetained;
    return `status ${payload}${isWill ? " (the will fired)" : ""}`;
  }
  if (level === "error") return `error: ${payload}`;
  const last = picture.of(device).received.at(-1);
  if (level !== "reading" || last === undefined) return null;
  const { seq, lateMs, wasDown, isRepeated } = last;
  return `reading ${seq}: ${celsius(payload)}, ${isRepeated ? "again" : lateness(lateMs, wasDown)}`;
}
