// Topic names and topic filters as text: whether they are right, and which match. Knows no packets.
// (MQTT 3.1.1, section 4.7; the client checks again, in bytes.)

import { usageFailure } from "../failure.ts";

const MOST_BYTES = 65_535;

/** Why this is no topic name to publish to, or undefined. */
export function topicNameProblem(topic: string): string | undefined {
  if (/[+#]/.test(topic)) return "a topic to publish to holds no + or #"; // [MQTT3-3.3.2-2]
  return textProblem(topic);
}

/** Why this is no topic filter, or undefined. */
export function topicFilterProblem(filter: string): string | undefined {
  const levels = filter.split("/");
  if (levels.slice(0, -1).some((level) => level.includes("#"))) return "# may only be the last level"; // [MQTT3-4.7.1-2]
  if (levels.some((level) => /[+#]/.test(level) && level.length > 1)) return "+ and # fill a whole level"; // [MQTT3-4.7.1-3]
  return textProblem(filter);
}

/** Throws a usage `Failure` when there is a problem. `what` names the option. */
export function checkTopic(what: string, topic: string, problem: string | undefined): void {
  if (problem === undefined) return;
  throw usageFailure(
    `${what} '${topic}' is wrong: ${problem}`,
    "Accepted: levels such as home/kitchen/temperature",
  );
}

function textProblem(text: string): string | undefined {
  if (text === "") return "it is empty"; // [MQTT3-4.7.3-1]
  if (text.includes("\0")) return "it holds the character U+0000"; // [MQTT3-4.7.3-2]
  if (Buffer.byteLength(text) > MOST_BYTES) return `it is longer than ${MOST_BYTES} bytes`; // [MQTT3-4.7.3-3]
  return undefined;
}

export function matches(filter: string, topic: string): boolean {
  // [MQTT3-4.7.2-1] a wildcard in the first level does not match a topic that begins with $
  if (topic.startsWith("$") && /^[+#]/.test(filter)) return false;
  const levels = topic.split("/");
  const wanted = filter.split("/");
  for (const [index, level] of wanted.entries()) {
    // `#` stands for the parent level too: a/# matches a.
    if (level === "#") return true;
    if (level !== "+" && level !== levels[index]) return false;
    if (index >= levels.length) return false;
  }
  return wanted.length === levels.length;
}
