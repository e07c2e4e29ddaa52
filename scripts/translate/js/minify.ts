// Owns how the text of an image gets short without becoming what Espruino does not run, or runs slowly. Knows nothing of
// what is in it.
import { minify as terser } from "terser";

/** Names that Espruino, or a pin of a board, has already: what an image defines at the top would hide them. */
const TAKEN: readonly string[] = ["of", "E", ...pins()];

function pins(): readonly string[] {
  return [..."ABCDEFGH"].flatMap((port) => Array.from({ length: 100 }, (_, number) => `${port}${number}`));
}

/** Names that a port leaves free stay, such as `exports`; all others are shortened, those at the top too. */
export async function minify(text: string): Promise<string> {
  const { code } = await terser(text, {
    ecma: 5,
    toplevel: true,
    parse: { bare_returns: true },
    compress: {
      passes: 2,
      ecma: 5,
      toplevel: true,
      // a function made at each call costs Espruino the parsing of it
      reduce_funcs: false,
      reduce_vars: false,
      inline: 1,
      // what is not run is passed over token by token in a block, but is parsed in an expression
      conditionals: false,
      sequences: false,
      booleans_as_integers: false,
      hoist_funs: false,
      keep_infinity: true,
      typeofs: false,
      pure_getters: true,
    },
    mangle: { toplevel: true, reserved: [...TAKEN] },
    format: { ecma: 5, ascii_only: true, semicolons: true },
  });
  if (code === undefined) throw new Error("the minifier answered nothing");
  return code;
}
