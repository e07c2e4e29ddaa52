// Owns topics that a server may and may not publish to, and what makes a text a string or a topic's name.

const WILDCARDS = ["+", "#", "a/#", "a/+/b", "a#", "+a", "a/b+"];
const NAMES = [
  "",
  "a",
  "/",
  "a//b",
  "$SYS/x",
  "\ufeffa",
  "ü/漢/𝄞",
  "\u0001",
  "\uffff",
  "t".repeat(90),
  "t".repeat(300),
];
const WITH_NUL = ["\0", "a\0", "\0a", `${"t".repeat(60)}\0`];

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A string of MQTT; null if it is none. Node's own decoder refuses what is ill-formed, surrogates among it. */
function textOf(bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

export function isWellFormed(bytes: Buffer): boolean {
  return textOf(bytes)?.includes("\0") === false;
}

export function isTopicName(bytes: Buffer): boolean {
  const text = textOf(bytes);
  return text !== null && text !== "" && !/[\0+#]/.test(text);
}

export const TOPICS: readonly Buffer[] = [...NAMES, ...WILDCARDS, ...WITH_NUL].map((text) =>
  Buffer.from(text),
);

/** Lone continuations, sequences cut short, overlong forms, surrogates, and what lies beyond U+10FFFF. */
export const ILL_FORMED = [
  ...["80", "bf", "c3", "e282", "f09f92", "c080", "c1bf", "e080af", "e09fbf", "f08080af", "f08fbfbf"],
  ...[
    "eda080",
    "edadbf",
    "edb080",
    "edbfbf",
    "f4908080",
    "f5808080",
    "f888808080",
    "fe",
    "ff",
    "c328",
    "e228a1",
  ],
];

/** Each at the front, in the middle and at the end. */
export const NOT_UTF8_TOPICS: readonly Buffer[] = ILL_FORMED.flatMap((hex) => {
  const bad = Buffer.from(hex, "hex");
  const good = Buffer.from("a/b");
  return [Buffer.concat([bad, good]), Buffer.concat([good, bad, good]), Buffer.concat([good, bad])];
});
