// Owns text of others as it may stand on a terminal. Knows neither the terminal nor the others.

/** What moves a cursor, sets a title or ends a line; also those of eight bits, which some terminals obey. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/g;

/** The same with each control character as `\xNN`, to be seen and not obeyed. */
export function printable(text: string): string {
  return text.replace(CONTROLS, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
