// Owns the typed model of a portable program: what a back end needs to write it in another language. Knows no
// TypeScript syntax, no rule of the subset and no target.
//
// What holds everywhere in it:
// - Every name is resolved: a reference is the declared object itself, so two files may use one name.
// - Every expression has its AssemblyScript type, and its value lies in that type's range.
// - Every conversion is a `convert` node. The operands of one operator have one type.
// - Parentheses are gone: the tree is the grouping.

export type Scalar = "bool" | "u8" | "u16" | "u32" | "i32" | "usize";

/** A struct is its own type: a reference to one of these, which lies somewhere in the block. */
export type Type = Scalar | Struct;

/** Where something stands in the source: file as the reader was given it, line and column counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface Declared {
  readonly name: string;
  readonly at: Place;
  readonly exported: boolean;
}

export interface Enumeration extends Declared {
  readonly kind: "enumeration";
  readonly members: readonly EnumerationMember[];
}

export interface EnumerationMember {
  readonly name: string;
  readonly value: number;
}

export interface Struct extends Declared {
  readonly kind: "struct";
  readonly fields: readonly Field[];
  /** What `offsetof<T>()` answers: where the last field ends. */
  readonly bytes: number;
  /** The widest field's size, 1 without fields. */
  readonly alignment: number;
}

export interface Field {
  readonly name: string;
  readonly at: Place;
  readonly type: Scalar;
  /** The const enum it was declared with; its type is then i32. */
  readonly enumeration: Enumeration | null;
  readonly offset: number;
  readonly bytes: number;
}

export interface Constant extends Declared {
  readonly kind: "constant";
  readonly type: Scalar;
  readonly initializer: Expression;
  /** A number in its type's range, or the constant bytes whose address it is. */
  readonly value: number | readonly number[];
}

/** A parameter or a local variable. */
export interface Local {
  readonly kind: "variable";
  readonly name: string;
  readonly at: Place;
  readonly type: Type;
  readonly enumeration: Enumeration | null;
  readonly isParameter: boolean;
  readonly isConstant: boolean;
}

export interface Callable extends Declared {
  readonly kind: "function";
  readonly parameters: readonly Local[];
  readonly returns: Type | "void";
  readonly role: Role;
  /** Empty for what the device provides. */
  readonly body: readonly Statement[];
}

/**
 * What a back end may do with a function besides translating its body.
 * - `table`: answers row `offset` of a table of structs in the block; a target with objects keeps an array.
 * - `byteAddress`: answers where a byte of the block is; a target with one byte array answers an index.
 * - `elapsed`: the only subtraction that may wrap.
 * - `device`: provided by the board, under the module's name.
 */
export type Role =
  | { readonly kind: "plain" }
  | { readonly kind: "table"; readonly row: Struct; readonly base: Local; readonly offset: Expression }
  | { readonly kind: "byteAddress"; readonly base: Local; readonly offset: Expression | null }
  | { readonly kind: "elapsed" }
  | { readonly kind: "device"; readonly module: string };

export type Declaration = Enumeration | Struct | Constant | Callable;

export interface SourceUnit {
  readonly file: string;
  readonly declarations: readonly Declaration[];
  /** What other modules and the host may name, re-exports included. */
  readonly exports: ReadonlyMap<string, Declaration>;
}

export interface Program {
  readonly units: readonly SourceUnit[];
}

// ── expressions

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>" | ">>>";
export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";

interface Typed<T extends Type | "void" = Type> {
  readonly at: Place;
  readonly type: T;
}

/** A literal; `true` and `false` are 1 and 0 of type bool. */
export interface NumberExpression extends Typed<Scalar> {
  readonly kind: "number";
  readonly value: number;
}

export interface LocalExpression extends Typed {
  readonly kind: "local";
  readonly local: Local;
}

export interface ConstantExpression extends Typed<Scalar> {
  readonly kind: "constant";
  readonly constant: Constant;
}

export interface MemberExpression extends Typed<"i32"> {
  readonly kind: "member";
  readonly enumeration: Enumeration;
  readonly member: EnumerationMember;
}

export interface FieldExpression extends Typed<Scalar> {
  readonly kind: "field";
  readonly object: Expression;
  readonly field: Field;
}

export interface UnaryExpression extends Typed<Scalar> {
  readonly kind: "unary";
  /** `!` takes a scalar of any type and answers a bool. */
  readonly operator: "-" | "~" | "!";
  readonly operand: Expression;
}

/** Arithmetic that wraps at its type. `>>` is on i32 only: on unsigned types it arrives as `>>>`. */
export interface BinaryExpression extends Typed<Scalar> {
  readonly kind: "binary";
  readonly operator: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface CompareExpression extends Typed<"bool"> {
  readonly kind: "compare";
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** In a condition the operands are scalars of any type; where the value is used they are bools. */
export interface LogicalExpression extends Typed<"bool"> {
  readonly kind: "logical";
  readonly operator: "&&" | "||";
  readonly left: Expression;
  readonly right: Expression;
}

export interface ConditionalExpression extends Typed {
  readonly kind: "conditional";
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
}

/** To bool: whether it is not 0. To a narrower type: its low bits. Else the same bits, read as the new type. */
export interface ConvertExpression extends Typed<Scalar> {
  readonly kind: "convert";
  readonly operand: Expression;
  /** Written as a cast, not implied by where it stands. */
  readonly isExplicit: boolean;
}

export type Target = LocalExpression | FieldExpression;

/** `=` when `operator` is null, else a compound assignment. Its value is the target's new one. */
export interface AssignExpression extends Typed {
  readonly kind: "assign";
  readonly target: Target;
  readonly operator: ArithmeticOperator | null;
  readonly value: Expression;
}

export interface StepExpression extends Typed<Scalar> {
  readonly kind: "step";
  readonly target: Target;
  readonly operator: "++" | "--";
  readonly isPrefix: boolean;
}

export interface CallExpression extends Typed<Type | "void"> {
  readonly kind: "call";
  readonly callee: Callable;
  readonly arguments: readonly Expression[];
}

export interface LoadExpression extends Typed<"u8"> {
  readonly kind: "load";
  readonly address: Expression;
}

/** Stores the low eight bits of `value`, whatever its type. */
export interface StoreExpression extends Typed<"void"> {
  readonly kind: "store";
  readonly address: Expression;
  readonly value: Expression;
}

/** The ranges may overlap. */
export interface CopyExpression extends Typed<"void"> {
  readonly kind: "copy";
  readonly to: Expression;
  readonly from: Expression;
  readonly length: Expression;
}

export interface FillExpression extends Typed<"void"> {
  readonly kind: "fill";
  readonly to: Expression;
  readonly value: Expression;
  readonly length: Expression;
}

export interface ExtremeExpression extends Typed<Scalar> {
  readonly kind: "extreme";
  readonly operator: "min" | "max";
  readonly left: Expression;
  readonly right: Expression;
}

/** `offsetof<T>()`: the bytes of a struct. */
export interface SizeExpression extends Typed<Scalar> {
  readonly kind: "size";
  readonly struct: Struct;
}

/** The address of constant bytes. */
export interface DataExpression extends Typed<"usize"> {
  readonly kind: "data";
  readonly bytes: readonly number[];
}

/** `changetype<usize>(struct)`. */
export interface AddressExpression extends Typed<"usize"> {
  readonly kind: "address";
  readonly object: Expression;
}

/** `changetype<Struct>(address)`. */
export interface ViewExpression extends Typed<Struct> {
  readonly kind: "view";
  readonly address: Expression;
}

export type Expression =
  | NumberExpression
  | LocalExpression
  | ConstantExpression
  | MemberExpression
  | FieldExpression
  | UnaryExpression
  | BinaryExpression
  | CompareExpression
  | LogicalExpression
  | ConditionalExpression
  | ConvertExpression
  | AssignExpression
  | StepExpression
  | CallExpression
  | LoadExpression
  | StoreExpression
  | CopyExpression
  | FillExpression
  | ExtremeExpression
  | SizeExpression
  | DataExpression
  | AddressExpression
  | ViewExpression;

// ── statements

export interface LocalStatement {
  readonly kind: "declare";
  readonly at: Place;
  readonly local: Local;
  readonly initializer: Expression;
}

/** A clause's trailing `break` is gone: a clause never runs into the next. */
export interface SwitchClause {
  readonly values: readonly Expression[];
  readonly body: readonly Statement[];
}

export type Statement =
  | LocalStatement
  | { readonly kind: "expression"; readonly at: Place; readonly expression: Expression }
  | { readonly kind: "block"; readonly at: Place; readonly body: readonly Statement[] }
  | {
      readonly kind: "if";
      readonly at: Place;
      readonly condition: Expression;
      readonly whenTrue: readonly Statement[];
      readonly whenFalse: readonly Statement[];
    }
  | {
      readonly kind: "while" | "doWhile";
      readonly at: Place;
      readonly condition: Expression;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: "for";
      readonly at: Place;
      readonly initializers: readonly Statement[];
      readonly condition: Expression | null;
      readonly update: Expression | null;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: "switch";
      readonly at: Place;
      readonly subject: Expression;
      readonly clauses: readonly SwitchClause[];
      /** The default clause, which stands last; null without one. */
      readonly otherwise: readonly Statement[] | null;
    }
  | { readonly kind: "break"; readonly at: Place; readonly leaves: "loop" | "switch" }
  | { readonly kind: "continue"; readonly at: Place }
  | { readonly kind: "return"; readonly at: Place; readonly value: Expression | null };
