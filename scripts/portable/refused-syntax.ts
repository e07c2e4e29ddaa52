// Owns the words for syntax that the subset has no place for. Knows where none of it stands.
import ts from "typescript";

const kind = ts.SyntaxKind;

type Words = readonly [what: string, instead: string];

const NO_CLOSURES: Words = [
  "a function value",
  "declare the function at the top level and call it by its name",
];
const NO_STRINGS: Words = ["a string", "bytes that never change come from memory.data<u8>([…])"];
const NO_ARRAYS: Words = [
  "an array",
  "use a table of structs in the block, or memory.data<u8>([…]) for constants",
];
const NO_EXCEPTIONS: Words = ["an exception", "return a negative status"];
const NO_METHODS: Words = ["an object", "a struct has fields only; pass it to a function"];
const NO_ASYNC: Words = ["a suspended function", "keep the state in the block and return"];
const NO_ITERATION: Words = ["a loop over a collection", "count with `for (let i: u32 = 0; i < n; i++)`"];

const WORDS: ReadonlyMap<ts.SyntaxKind, Words> = new Map([
  [kind.ArrowFunction, NO_CLOSURES],
  [kind.FunctionExpression, NO_CLOSURES],
  [kind.FunctionDeclaration, NO_CLOSURES],
  [kind.StringLiteral, NO_STRINGS],
  [kind.NoSubstitutionTemplateLiteral, NO_STRINGS],
  [kind.TemplateExpression, NO_STRINGS],
  [kind.TaggedTemplateExpression, NO_STRINGS],
  [kind.RegularExpressionLiteral, ["a regular expression", "compare bytes"]],
  [kind.ArrayLiteralExpression, NO_ARRAYS],
  [kind.ElementAccessExpression, NO_ARRAYS],
  [kind.ObjectLiteralExpression, NO_METHODS],
  [kind.ClassDeclaration, ["a class inside a function", "declare the struct at the top level"]],
  [kind.ClassExpression, NO_METHODS],
  [kind.ThisKeyword, NO_METHODS],
  [kind.SuperKeyword, NO_METHODS],
  [kind.NewExpression, ["an allocation", "nothing is allocated: structs and bytes lie in the block"]],
  [kind.BigIntLiteral, ["a 64-bit number", "integers have at most 32 bits"]],
  [kind.AsExpression, ["an `as` cast", "write <u8>x"]],
  [kind.SatisfiesExpression, ["`satisfies`", "write the type where the name is declared"]],
  [kind.NonNullExpression, ["a non-null assertion", "nothing can be null"]],
  [kind.NullKeyword, ["null", "use index 0 or a flag for nothing"]],
  [kind.AwaitExpression, NO_ASYNC],
  [kind.YieldExpression, NO_ASYNC],
  [kind.SpreadElement, ["a spread", "pass each argument"]],
  [kind.TypeOfExpression, ["typeof", "every type is known"]],
  [kind.VoidExpression, ["the void operator", "write the call as a statement"]],
  [kind.DeleteExpression, ["delete", "set the field to 0"]],
  [kind.ThrowStatement, NO_EXCEPTIONS],
  [kind.TryStatement, NO_EXCEPTIONS],
  [kind.ForOfStatement, NO_ITERATION],
  [kind.ForInStatement, NO_ITERATION],
  [kind.LabeledStatement, ["a label", "return from a function of its own"]],
  [kind.WithStatement, ["with", "name the struct"]],
  [kind.DebuggerStatement, ["debugger", "remove it"]],
  [kind.EmptyStatement, ["an empty statement", "remove it, or write {} for a body without statements"]],
  [kind.TypeAliasDeclaration, ["a type alias", "write the type itself"]],
  [kind.InterfaceDeclaration, ["an interface", "use an @unmanaged class with fields only"]],
  [kind.ModuleDeclaration, ["a namespace", "use a file"]],
  [kind.ExportAssignment, ["a default export", "export by name"]],
  [kind.ImportEqualsDeclaration, ["import =", "import by name"]],
]);

export function wordsFor(node: ts.Node): Words {
  return WORDS.get(node.kind) ?? [`\`${ts.SyntaxKind[node.kind]}\``, "the subset has no such construct"];
}
