// Owns the form of a vector file: Markdown in which every heading of the second level is a claim and the fenced block
// `vector` under it is the evidence. Knows nothing of running one.
//
//   client version=4 clean=1 receive=64     how the client is made; every setting has a usual value
//   each code: 1 | 2 | 3                    the vector is run once for each, with {code} replaced
//   do publish "a" "x" qos=1                a call; unless there is a `do connect`, the client is connected to begin with,
//                                           with a session of its own if `clean=0`
//   < CONNACK sp=0 code=0                   a packet from the server
//   > PUBACK id=1                           a packet that the client must send
//   = Message "a" "x" qos=1                 an event that it must report
//   ---                                     from here on, the server's packets are the bytes that are split and cut

export type Step =
  | { readonly kind: "do"; readonly line: string }
  | { readonly kind: "receive"; readonly line: string };

export interface Vector {
  readonly title: string;
  readonly settings: string;
  readonly before: readonly Step[];
  /** The packets that are given whole, split at every byte, and cut at every byte. */
  readonly packets: readonly string[];
  /** Events and packets, in their order. */
  readonly expected: readonly string[];
}

/** Every vector of a file. Throws when a heading has none, or a line is of no known kind. */
export function vectorsOf(markdown: string): readonly Vector[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const title = section.slice(0, section.indexOf("\n")).trim();
      const block = /^```vector\n([\s\S]*?)^```$/m.exec(section)?.[1];
      if (block === undefined) throw new Error(`no vector under "${title}"`);
      return expanded(title, block.trimEnd().split("\n"));
    });
}

function expanded(title: string, lines: readonly string[]): readonly Vector[] {
  const at = lines.findIndex((line) => line.startsWith("each "));
  if (at < 0) return [parsed(title, lines)];
  const [, hole = "", values = ""] = /^each (\w+): (.*)$/.exec(lines[at] ?? "") ?? [];
  const others = lines.filter((_, i) => i !== at);
  return values.split(" | ").flatMap((value) => {
    const filled = others.map((line) => line.replaceAll(`{${hole}}`, value));
    return expanded(`${title} (${value})`, filled);
  });
}

function parsed(title: string, lines: readonly string[]): Vector {
  const divider = lines.indexOf("---");
  if (divider < 0) throw new Error(`"${title}" has no --- before the bytes it is about`);
  const before = lines.slice(0, divider).flatMap((line) => stepOf(title, line));
  const packets = lines.slice(divider + 1).flatMap((line) => stepOf(title, line));
  if (packets.some(({ kind }) => kind === "do")) throw new Error(`"${title}" calls while bytes come`);
  return {
    title,
    settings: lines.find((line) => line.startsWith("client "))?.slice(7) ?? "",
    before,
    packets: packets.map(({ line }) => line),
    expected: lines.filter((line) => /^[=>] /.test(line)),
  };
}

function stepOf(title: string, line: string): readonly Step[] {
  if (line.startsWith("< ")) return [{ kind: "receive", line: line.slice(2) }];
  if (line.startsWith("do ")) return [{ kind: "do", line: line.slice(3) }];
  if (/^([=>] |client )/.test(line)) return [];
  throw new Error(`"${title}" has a line of no known kind: ${line}`);
}
