// Owns the text of a command that the firmware obeys and that tells its number. Refuses to know how it gets there.

const LETTERS = "outputon";
const OUTPUT_LETTERS = "output".length;
const OUTPUTS = 4;
const BLANKS = [" ", "\t"] as const;

/** Whoever goes on from 0 meets the first text again after so many: more than wait anywhere, also in a satellite's mailbox. */
export const COMMAND_TEXTS = OUTPUTS * 2 ** LETTERS.length * BLANKS.length ** 2;

/**
 * Switches an output on. The number stands in the output, in the capitals and in the blanks: the firmware reads words in either
 * case, and any blank between them.
 */
export function commandText(number: number): string {
  const output = number % OUTPUTS;
  let rest = Math.floor(number / OUTPUTS);
  const nextBit = (): number => {
    const bit = rest % 2;
    rest = Math.floor(rest / 2);
    return bit;
  };
  const cased = [...LETTERS].map((letter) => (nextBit() === 1 ? letter.toUpperCase() : letter)).join("");
  const [before, behind] = [BLANKS[nextBit()], BLANKS[nextBit()]];
  return `${cased.slice(0, OUTPUT_LETTERS)}${before}${output}${behind}${cased.slice(OUTPUT_LETTERS)}`;
}
