// Owns defects that a translator might have, each made in the text that this one writes. Knows nothing of how they are found.

export interface Defect {
  readonly name: string;
  /** Throws an Error when there is nothing left to break: the translator writes something else by now. */
  readonly change: (code: string) => string;
}

export const DEFECTS: readonly Defect[] = [
  replacing("a wrong shift", /<<8\)/, "<<7)"),
  replacing("a lost mask", /&15\)/, ")"),
  replacing(
    "a copy that starts at the wrong end",
    /bytes\.set\(bytes\.subarray\(\$f,\$f\+\$n\),\$t\)/,
    "while($n--)bytes[$t+$n]=bytes[$f+$n]",
  ),
  replacing("a clock that does not wrap", /-([\w$]+(?:\[\d+\])?)\|0\)/g, "-$1)"),
  replacing("a field of the wrong width", /\$w\[(\d+)\]=/g, (_, index) => `$h[${Number(index) * 2}]=`),
  replacing("a row one step too far", /\*9\+152\b/, "*9+161"),
  replacing("a branch that is always taken", /==65535\)\?1:/g, "==65535)||1?1:"),
  replacing("a place in the outbox that may not be filled", /(kept\$\d+)>=bytes\$(\d+)/g, "$1>bytes$$$2"),
  replacing("an outbox that may not be filled", /-(end(?:\$\d+)?)\)>=/g, "-$1)>"),
  replacing("a pool of texts that may not be filled", /(bytes\$2)>\((\d+)-/g, "$1>=($2-"),
  replacing("a condition whose truth was lost", /if\(!(\$?\w+\[\d+\])\)/, "if($1)"),
  replacing("a number where a truth is kept", /=\(\((\w+\$?\d*&8)\)!=0\)/g, "=($1)"),
  replacing("a first state that is not quite it", /\$lay\("(..........)/, (text) =>
    text.replace(/x(\d)/, "x3"),
  ),
  replacing("arguments in the wrong order", /\$copy\(([^,()]+),([^,()]+),/, "$copy($2,$1,"),
];

function replacing(
  name: string,
  pattern: RegExp,
  replacement: string | ((match: string, ...groups: readonly (string | undefined)[]) => string),
): Defect {
  const change = (code: string): string => {
    const broken =
      typeof replacement === "string"
        ? code.replace(pattern, replacement)
        : code.replace(pattern, replacement);
    if (broken === code) throw new Error(`${name}: the text has no ${pattern.source}`);
    return broken;
  };
  return { name, change };
}
