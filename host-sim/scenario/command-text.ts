// Owns the text of a command that the firmware obeys and that tells its number. Refuses to know how it gets there.

const WORDS = "output on";

/**
 * Switches an output on. The number stands in the capitals: the firmware reads words in either case. Eight letters tell 256
 * commands apart, more than are ever on their way.
 */
export function commandText(number: number): string {
  let bits = number & 0xff;
  const cased = [...WORDS].map((letter) => {
    if (letter === " ") return letter;
    const isCapital = (bits & 1) !== 0;
    bits >>= 1;
    return isCapital ? letter.toUpperCase() : letter;
  });
  return cased.join("").replace(" ", ` ${number % 4} `);
}
