// Owns the JavaScript of a whole image: its memory, what the translator adds, and its routines. Not minified, and not yet
// joined with what uses it.
import type { Callable } from "../../portable/model.ts";
import type { Arrangement } from "../tree/arrange.ts";
import type { Image, Routine } from "../tree/image.ts";
import { LAY_FUNCTION, quoteBytes, runsOf } from "./laid-bytes.ts";
import { writeRoutine, writeShared } from "./statements.ts";
import { WIDE_VIEWS } from "./views.ts";

export interface ImageText {
  readonly image: Image;
  readonly arrangement: Arrangement;
  /** Of the one array, a multiple of 4. */
  readonly memoryBytes: number;
  readonly memory: MemoryKind;
  readonly isChecked: boolean;
  /** Text behind the image that uses its views. */
  readonly uses: string;
  /** What makes the client's block fresh. */
  readonly fresh: FreshBlock | null;
  /** JavaScript that begins each routine. */
  readonly onEntry?: (callable: Callable) => string;
}

/**
 * `given`: whoever runs the text has `bytes`, a Uint8Array of so many or more. `shared`: `bytesText` is the same memory as a
 * string, which Espruino cuts faster than an array.
 */
export type MemoryKind = "own" | "given" | "shared";

/** A block after its `init`, whose text takes the place of the routine. */
export interface FreshBlock {
  readonly init: Callable;
  readonly at: number;
  readonly bytes: Uint8Array;
}

export function writeImage(text: ImageText): string {
  const { isChecked } = text;
  const routines = writeRoutines(text);
  const body = [...(isChecked ? CHECKED_HELPERS : HELPERS), ...routines].join("");
  const memory = MEMORY[text.memory](text.memoryBytes);
  const views = [...WIDE_VIEWS]
    .filter(([name]) => `${body}${text.uses}`.includes(`${name}[`))
    .map(([name, kind]) => `var ${name}=new ${kind}(bytes.buffer,bytes.byteOffset);\n`);
  return [memory, ...views, body, LAY_FUNCTION, layAll(text)].join("");
}

function writeRoutines({ image, arrangement, isChecked, fresh, onEntry }: ImageText): readonly string[] {
  const around = { image, calls: arrangement.calls, isChecked };
  const alone = arrangement.alone.map((routine) =>
    routine.callable === fresh?.init
      ? writeInit(routine, fresh)
      : writeRoutine(around, routine, onEntry?.(routine.callable) ?? ""),
  );
  return [...alone, ...arrangement.shared.map((each) => writeShared(around, each))];
}

const MEMORY: Readonly<Record<MemoryKind, (bytes: number) => string>> = {
  given: () => "",
  own: (bytes) => `var bytes=new Uint8Array(${bytes});\n`,
  shared: (bytes) =>
    `var bytesText=E.toString(new Uint8Array(${bytes})),bytes=new Uint8Array(E.toArrayBuffer(bytesText));\n`,
};

/** The data are laid once, the block whenever it is made fresh. */
function layAll({ image, fresh }: ImageText): string {
  const { at, bytes } = image.data;
  const data = new Uint8Array(at + bytes.length);
  data.set(bytes, at);
  const laid = bytes.length > 0 ? `$lay(${quoteBytes(runsOf(data))});\n` : "";
  return fresh === null ? laid : `${laid}${image.routines.get(fresh.init)?.name}();\n`;
}

function writeInit({ name }: Routine, { at, bytes }: FreshBlock): string {
  const block = new Uint8Array(at + bytes.length);
  block.set(bytes, at);
  const laid = `bytes.fill(0,${at},${at + bytes.length});$lay(${quoteBytes(runsOf(block))});`;
  return `function ${name}(){${laid}return ${bytes.length};}\n`;
}

const HELPERS: readonly string[] = [
  "function $copy($t,$f,$n){bytes.set(bytes.subarray($f,$f+$n),$t)}\n",
  "function $fill($t,$v,$n){bytes.fill($v,$t,$t+$n)}\n",
];

const CHECKED_HELPERS: readonly string[] = [
  `function $in($v,$l,$h,$p){if($v===true||$v===false)$v=+$v;if(!($v>=$l&&$v<=$h)||Math.floor($v)!==$v)throw new Error($p+": "+$v+" is outside "+$l+" to "+$h);return $v}\n`,
  `function $at($a,$p){return $in($a,0,bytes.length-1,$p)}\n`,
  `function $span($a,$n){if($n>0){$at($a,"copy");$at($a+$n-1,"copy")}else $in($n,0,0,"copy")}\n`,
  "function $copy($t,$f,$n){$span($t,$n);$span($f,$n);bytes.set(bytes.subarray($f,$f+$n),$t)}\n",
  "function $fill($t,$v,$n){$span($t,$n);bytes.fill($v,$t,$t+$n)}\n",
];
