// Owns how one expression of an image is written in JavaScript, and which of its results need their bits cut. It relies on
// what the subset promises, that sums and products stay in their type; check mode asserts it. Parentheses are generous:
// the minifier takes them away.
import { constantValue } from "../../portable/constant-value.ts";
import type {
  ArithmeticOperator,
  AssignExpression,
  Callable,
  CallExpression,
  ConvertExpression,
  Expression,
  FieldExpression,
  Place,
  Scalar,
  StepExpression,
  Struct,
} from "../../portable/model.ts";
import { holds, isScalar, isSigned, rangeOf } from "../../portable/scalars.ts";
import type { Called } from "../tree/arrange.ts";
import { hasEffects } from "../tree/effects.ts";
import type { Image } from "../tree/image.ts";
import { rangeOfExpression } from "../tree/ranges.ts";
import { placeText } from "../tree/settle.ts";
import type { LocalNames } from "./local-names.ts";
import { indexFromRow, indexText } from "./row-index.ts";
import { indexAt, stepOf, viewOf } from "./views.ts";

export interface Writing {
  readonly image: Image;
  readonly calls: ReadonlyMap<Callable, Called>;
  readonly locals: LocalNames;
  /** Every result that may leave its type goes through `$in`, every address through `$at`. */
  readonly isChecked: boolean;
}

export function writeExpression(writing: Writing, expression: Expression): string {
  const write = (part: Expression) => writeExpression(writing, part);
  switch (expression.kind) {
    case "number":
      return numberText(expression.value);
    case "local":
      return writing.locals.nameOf(expression.local);
    case "field":
      return writeField(writing, expression);
    case "unary":
      return writeUnary(writing, expression);
    case "binary": {
      const { operator, type, left, right, at } = expression;
      return writeOperation(writing, operator, type, [write(left), write(right)], expression, at);
    }
    case "compare":
      return `(${write(expression.left)}${expression.operator}${write(expression.right)})`;
    case "logical":
      return `(${write(expression.left)}${expression.operator}${write(expression.right)})`;
    case "conditional":
      return `(${writeCondition(writing, expression.condition)}?${write(expression.whenTrue)}:${write(expression.whenFalse)})`;
    case "convert":
      return writeConversion(writing, expression);
    case "assign":
      return writeAssignment(writing, expression);
    case "step":
      return writeStep(writing, expression);
    case "call":
      return writeCall(writing, expression);
    case "load":
      return `bytes[${writeAddress(writing, expression.address, expression.at)}]`;
    case "store":
      return `bytes[${writeAddress(writing, expression.address, expression.at)}]=${writeStored(writing, expression.value, "u8")}`;
    case "copy":
      return `$copy(${write(expression.to)},${write(expression.from)},${write(expression.length)})`;
    case "fill":
      return `$fill(${write(expression.to)},${write(expression.value)},${write(expression.length)})`;
    case "extreme":
      return `Math.${expression.operator}(${write(expression.left)},${write(expression.right)})`;
    case "view":
      return writeRow(writing, expression.type, expression.address);
    default:
      throw new Error(`${placeText(expression.at)}: ${expression.kind} is not settled`);
  }
}

/** An expression of which only counts whether it is 0, where every character that is read takes time: `x!=0` is `x`. */
export function writeCondition(writing: Writing, expression: Expression): string {
  const condition = (part: Expression) => writeCondition(writing, part);
  if (expression.kind === "logical") {
    return `(${condition(expression.left)}${expression.operator}${condition(expression.right)})`;
  }
  if (expression.kind === "convert" && expression.type === "bool") return condition(expression.operand);
  if (expression.kind !== "compare" || constantValue(expression.right) !== 0) {
    return writeExpression(writing, expression);
  }
  const { operator, left } = expression;
  if (operator === "==") return `!${condition(left)}`;
  const isNot = operator === "!=" || (operator === ">" && isUnsigned(left));
  return isNot ? condition(left) : writeExpression(writing, expression);
}

function isUnsigned({ type }: Expression): boolean {
  return isScalar(type) && !isSigned(type);
}

function numberText(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}

function writeAddress(writing: Writing, address: Expression, at: Place): string {
  const text = writeExpression(writing, address);
  return writing.isChecked ? `$at(${text},${quoted(at)})` : text;
}

function quoted(at: Place): string {
  return JSON.stringify(placeText(at));
}

// ── arithmetic

/** `whole` is the operation as an expression, which says between which numbers its result lies. */
function writeOperation(
  writing: Writing,
  operator: ArithmeticOperator,
  type: Scalar,
  [left, right]: readonly [string, string],
  whole: Expression,
  at: Place,
): string {
  const plain = `(${left}${operator}${right})`;
  switch (operator) {
    case "+":
    case "-":
    case "*":
      return asserted(writing, plain, type, at);
    case "/":
      return `(${left}/${right}>>>0)`;
    case "%":
    case ">>":
    case ">>>":
      return plain;
    case "<<":
      return writing.isChecked
        ? asserted(writing, `(${left}*Math.pow(2,${right}))`, type, at)
        : unsigned(plain, type, whole);
    default:
      return unsigned(plain, type, whole);
  }
}

/** The bit operators answer a signed number; of one that fits 31 bits nobody sees it. */
function unsigned(text: string, type: Scalar, whole: Expression): string {
  if (isSigned(type) || rangeOfExpression(whole).highest <= 0x7fffffff) return text;
  return `(${text}>>>0)`;
}

function asserted(writing: Writing, text: string, type: Scalar, at: Place): string {
  if (!writing.isChecked) return text;
  const { lowest, highest } = rangeOf(type);
  return `$in(${text},${numberText(lowest)},${highest},${quoted(at)})`;
}

function writeUnary(writing: Writing, expression: Extract<Expression, { kind: "unary" }>): string {
  const { operator, operand, type, at } = expression;
  if (operator === "!") return `!${writeCondition(writing, operand)}`;
  const text = writeExpression(writing, operand);
  switch (operator) {
    case "-":
      return asserted(writing, `(-${text})`, type, at);
    case "~":
      return isSigned(type) ? `(~${text})` : cut(`(~${text})`, type);
  }
}

/** The low bits that `type` keeps. */
function cut(text: string, type: Scalar): string {
  const { highest } = rangeOf(type);
  if (isSigned(type)) return `(${text}|0)`;
  return highest === 0xffffffff ? `(${text}>>>0)` : `(${text}&${highest})`;
}

function writeConversion(writing: Writing, { operand, type, at }: ConvertExpression): string {
  const text = writeExpression(writing, operand);
  const from = operand.type as Scalar;
  if (type === "bool") return from === "bool" ? text : `(${text}!=0)`;
  if (from === "bool") return isTruth(operand) ? `(${writeCondition(writing, operand)}?1:0)` : text;
  const { lowest, highest } = rangeOfExpression(operand);
  if (holds(type, lowest) && holds(type, highest)) return text;
  // Between words of different sign the subset keeps the value; elapsedMs alone reads other bits.
  return rangeOf(type).highest >= 0x7fffffff ? asserted(writing, text, type, at) : cut(text, type);
}

/** Whether JavaScript has `true` or `false` here, not 1 or 0. */
function isTruth(expression: Expression): boolean {
  return expression.kind !== "number" && expression.kind !== "field";
}

// ── fields and rows

function writeField(writing: Writing, { object, field }: FieldExpression): string {
  const struct = object.type as Struct;
  const base = writing.image.bases.get(struct);
  if (base !== undefined) return `${viewOf(field.type)}[${indexAt(base, field)}]`;
  const write = (part: Expression) => writeExpression(writing, part);
  const { offset, bytes } = field;
  const index =
    object.kind === "view"
      ? indexText(object.address, offset, bytes, write)
      : indexFromRow(object, stepOf(struct), offset, bytes, write);
  return `${viewOf(field.type)}[${index}]`;
}

function writeRow(writing: Writing, row: Struct, address: Expression): string {
  return `(${indexText(address, 0, stepOf(row), (part) => writeExpression(writing, part))})`;
}

// ── changes

function writeAssignment(writing: Writing, expression: AssignExpression): string {
  const { target, operator, value, at } = expression;
  const place = writeExpression(writing, target);
  if (operator === null) {
    const stored = target.kind === "field" ? writeStored(writing, value, target.field.type) : null;
    return `${place}=${stored ?? writeExpression(writing, value)}`;
  }
  const type = target.type as Scalar;
  const whole: Expression = { kind: "binary", at, type, operator, left: target, right: value };
  const right = writeExpression(writing, value);
  const result = writeOperation(writing, operator, type, [place, right], whole, at);
  if (result === `(${place}${operator}${right})`) return `${place}${operator}=${right}`;
  refuseTwice(target);
  return `${place}=${result}`;
}

/** A target that is written out twice is evaluated twice. */
function refuseTwice(target: Expression): void {
  if (hasEffects(target)) throw new Error(`${placeText(target.at)}: a row with effects is changed in place`);
}

/** A typed array keeps the low bits by itself. */
function writeStored(writing: Writing, value: Expression, type: Scalar): string {
  if (value.kind === "convert" && value.type === type && type !== "bool" && !writing.isChecked) {
    const from = value.operand.type as Scalar;
    if (isScalar(from) && from !== "bool") return writeExpression(writing, value.operand);
  }
  return writeExpression(writing, value);
}

function writeStep(writing: Writing, { target, operator, isPrefix, at }: StepExpression): string {
  const place = writeExpression(writing, target);
  if (!writing.isChecked) return isPrefix ? `${operator}${place}` : `${place}${operator}`;
  refuseTwice(target);
  const sign = operator === "++" ? "+" : "-";
  const stepped = `(${place}=${asserted(writing, `(${place}${sign}1)`, target.type as Scalar, at)})`;
  return isPrefix ? stepped : `(${stepped}${operator === "++" ? "-" : "+"}1)`;
}

function writeCall(writing: Writing, { callee, arguments: given }: CallExpression): string {
  const values = given.map((value) => writeExpression(writing, value));
  if (callee.role.kind === "elapsed") return `(${values[1]}-${values[0]}|0)`;
  if (callee.role.kind === "device") return `${callee.name}(${values.join()})`;
  const called = writing.calls.get(callee);
  if (called === undefined) throw new Error(`${callee.name} is called and not in the image`);
  return `${called.name}(${[...(called.number === null ? [] : [called.number]), ...values].join()})`;
}
