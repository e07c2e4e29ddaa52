// Owns how an image gets its first bytes into its memory: a text of runs, for an interpreter that keeps texts in flash.
// Knows nothing of what the bytes are.

/** Zeros of so many between two runs cost more than a new run. */
const LONGEST_GAP = 2;
const MOST = 255;

/** JavaScript that lays a text of runs: how many bytes on, how many bytes, and these. */
export const LAY_FUNCTION =
  "function $lay($s){var $i=0,$a=0,$n;while($i<$s.length){$a+=$s.charCodeAt($i++);" +
  "for($n=$s.charCodeAt($i++);$n>0;$n--)bytes[$a++]=$s.charCodeAt($i++);}}\n";

/** The runs that make `bytes`, from their first index on, of memory that is 0. */
export function runsOf(bytes: Uint8Array): string {
  let text = "";
  let end = 0;
  for (let start = nextByte(bytes, 0); start < bytes.length; start = nextByte(bytes, end)) {
    let gap = start - end;
    for (; gap > MOST; gap -= MOST) text += String.fromCharCode(MOST, 0);
    end = runEnd(bytes, start);
    text += String.fromCharCode(gap, end - start, ...bytes.subarray(start, end));
  }
  return text;
}

function nextByte(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] === 0) at += 1;
  return at;
}

function runEnd(bytes: Uint8Array, start: number): number {
  let end = start + 1;
  for (let at = end; at < bytes.length && at - end <= LONGEST_GAP && end - start < MOST; at += 1) {
    if (bytes[at] !== 0) end = Math.min(at + 1, start + MOST);
  }
  return end;
}

/** The text as JavaScript writes it, in ASCII. */
export function quoteBytes(text: string): string {
  const escaped = [...text].map((character) => {
    const code = character.charCodeAt(0);
    if (character === '"' || character === "\\") return `\\${character}`;
    return code >= 32 && code < 127 ? character : `\\x${code.toString(16).padStart(2, "0")}`;
  });
  return `"${escaped.join("")}"`;
}
