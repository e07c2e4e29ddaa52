// Owns how the values of a line are written, and how they are read back. Refuses to know which lines there are.

export type ValueKind = "number" | "qos" | "flag" | "word" | "text";

/** What may be null has a question mark. */
export type ValueFormat = ValueKind | `${ValueKind}?`;

export function isNullable(format: ValueFormat): boolean {
  return format.endsWith("?");
}

export function kindOf(format: ValueFormat): ValueKind {
  return (isNullable(format) ? format.slice(0, -1) : format) as ValueKind;
}

/** The format that a type of values calls for: what may hold anything is quoted, a closed list of words is not. */
export type FormatOf<Value> = `${KindOf<NonNullable<Value>>}${null extends Value ? "?" : ""}`;

type KindOf<Value> = [Value] extends [boolean]
  ? "flag"
  : [Value] extends [0 | 1 | 2]
    ? "qos"
    : [Value] extends [number]
      ? "number"
      : string extends Value
        ? "text"
        : "word";

const NULL = "null";

/** Most texts: nothing in them that JSON escapes, and nothing that is not ASCII. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * What JSON leaves as it is, although it ends lines or steers terminals: the C1 controls, and Unicode's invisible and
 * bidirectional format characters. A list, because Unicode's own classes grow with each version of Node.
 */
const UNSAFE = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Nearly all others: JSON escapes something of them, and nothing else is amiss. */
const PRINTABLE = /^[ -~]*$/;

/** Any text, from anybody, as JSON on one line that is safe to print. */
export function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  const json = JSON.stringify(text);
  return PRINTABLE.test(text) ? json : json.replace(UNSAFE, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const SHAPES: Readonly<Record<ValueKind, RegExp>> = {
  number: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/,
  qos: /^[012]$/,
  flag: /^(true|false)$/,
  // whose words they are is not known here, and more are added: only their shape is checked
  word: /^[a-z][A-Za-z0-9]*$/,
  text: /^".*"$/,
};

/** The value that was written so; undefined where none is. */
export function readValue(format: ValueFormat, written: string): unknown {
  if (isNullable(format) && written === NULL) return null;
  const kind = kindOf(format);
  if (written === NULL || !SHAPES[kind].test(written)) return undefined;
  if (kind === "text") return parsedJson(written);
  if (kind === "flag") return written === "true";
  return kind === "word" ? written : Number(written);
}

function parsedJson(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}

/** Where the value that begins at `from` ends: before the next space, or after the closing quote. */
export function endOfValue(line: string, from: number): number {
  if (line.charCodeAt(from) !== QUOTE) return orEnd(line.indexOf(" ", from), line);
  for (let at = from + 1; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at += 1;
  }
  return line.length;
}

const QUOTE = 34;
const BACKSLASH = 92;

function orEnd(at: number, line: string): number {
  return at < 0 ? line.length : at;
}
