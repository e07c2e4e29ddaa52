// Owns what can be known before anything runs: constant values, and the branches that are never taken. Knows no target
// language. It relies on sums that never leave their type, which the subset's rules ask for and check mode asserts.
import { constantValue } from "../../portable/constant-value.ts";
import type {
  BinaryExpression,
  Expression,
  Field,
  Local,
  Scalar,
  Statement,
  Target,
} from "../../portable/model.ts";
import { isScalar } from "../../portable/scalars.ts";
import { hasEffects } from "./effects.ts";
import { withParts, withStatementParts } from "./rewrite.ts";

/** Fields and locals that are known to have one value. */
export interface Known {
  readonly fields: ReadonlyMap<Field, number>;
  readonly locals: ReadonlyMap<Local, number>;
}

export function foldStatements(statements: readonly Statement[], known: Known): readonly Statement[] {
  const list = (inner: readonly Statement[]) => foldStatements(inner, known);
  const expression = (whole: Expression) => foldExpression(whole, known);
  const folded: Statement[] = [];
  for (const statement of statements) {
    folded.push(...takenOnly(withStatementParts(statement, { expression, list })));
    if (isEnd(folded.at(-1))) break;
  }
  return folded;
}

/** Whether what follows in the same list never runs. */
function isEnd(statement: Statement | undefined): boolean {
  if (statement === undefined) return false;
  if (statement.kind === "if") return isEnd(statement.whenTrue.at(-1)) && isEnd(statement.whenFalse.at(-1));
  return statement.kind === "return" || statement.kind === "break" || statement.kind === "continue";
}

function takenOnly(statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case "block":
      return statement.body.some(({ kind }) => kind === "declare") ? [statement] : statement.body;
    case "if": {
      const value = constantValue(statement.condition);
      if (value !== null) return value === 0 ? statement.whenFalse : statement.whenTrue;
      if (statement.whenTrue.length > 0 || statement.whenFalse.length > 0) return [statement];
      return effectOf(statement.condition);
    }
    case "while":
      return constantValue(statement.condition) === 0 ? [] : [statement];
    case "expression":
      return hasEffects(statement.expression) ? [statement] : [];
    default:
      return [statement];
  }
}

function effectOf(expression: Expression): readonly Statement[] {
  return hasEffects(expression) ? [{ kind: "expression", at: expression.at, expression }] : [];
}

export function foldExpression(expression: Expression, known: Known): Expression {
  const fold = (part: Expression) => foldExpression(part, known);
  if (expression.kind !== "assign" && expression.kind !== "step") {
    return foldOne(withParts(expression, fold), known);
  }
  // What is written to stays a place, whatever is known of its value.
  const target = withParts(expression.target, fold) as Target;
  return expression.kind === "step"
    ? { ...expression, target }
    : { ...expression, target, value: fold(expression.value) };
}

/** Its parts are folded already. */
function foldOne(expression: Expression, known: Known): Expression {
  if (expression.kind === "field") {
    const value = known.fields.get(expression.field);
    return value === undefined ? expression : numberLike(expression, value);
  }
  if (expression.kind === "local") {
    const value = known.locals.get(expression.local);
    return value === undefined ? expression : numberLike(expression, value);
  }
  if (expression.kind === "number" || !isScalar(expression.type)) {
    return expression.kind === "conditional" ? foldConditional(expression) : expression;
  }
  const value = constantValue(expression) ?? compared(expression);
  if (value !== null) return numberLike(expression, value);
  switch (expression.kind) {
    case "binary":
      return foldBinary(expression);
    case "logical":
      return foldLogical(expression);
    case "conditional":
      return foldConditional(expression);
    case "convert":
      return foldConversion(expression);
    case "extreme":
      return foldExtreme(expression);
    default:
      return expression;
  }
}

function numberLike(expression: Expression, value: number): Expression {
  return { kind: "number", at: expression.at, type: expression.type as Scalar, value };
}

function compared(expression: Expression): number | null {
  if (expression.kind !== "compare") return null;
  const left = constantValue(expression.left);
  const right = constantValue(expression.right);
  if (left === null || right === null) return null;
  switch (expression.operator) {
    case "==":
      return Number(left === right);
    case "!=":
      return Number(left !== right);
    case "<":
      return Number(left < right);
    case "<=":
      return Number(left <= right);
    case ">":
      return Number(left > right);
    case ">=":
      return Number(left >= right);
  }
}

function foldBinary(expression: BinaryExpression): Expression {
  const { operator, left, right } = expression;
  if (operator === "+") return foldSum(expression);
  const leftValue = constantValue(left);
  const rightValue = constantValue(right);
  if (rightValue === 0 && ["-", "<<", ">>", ">>>", "|", "^"].includes(operator)) return left;
  if (leftValue === 0 && ["|", "^"].includes(operator)) return right;
  if (rightValue === 1 && (operator === "*" || operator === "/")) return left;
  if (leftValue === 1 && operator === "*") return right;
  const isNothing = (leftValue === 0 && !hasEffects(right)) || (rightValue === 0 && !hasEffects(left));
  if (isNothing && (operator === "*" || operator === "&")) return numberLike(expression, 0);
  if (operator === "-" && rightValue !== null && left.kind === "binary" && left.operator === "+") {
    const added = constantValue(left.right);
    if (added !== null && added >= rightValue) return sum(left.left, added - rightValue, expression);
  }
  return expression;
}

/** `a + 3 + (b + 4)` becomes `a + b + 7`: constants come last and once. */
function foldSum(expression: BinaryExpression): Expression {
  const terms: Expression[] = [];
  let constant = 0;
  const collect = (term: Expression): void => {
    const value = constantValue(term);
    const inner = sumBeneath(term);
    if (value !== null) constant += value;
    else if (inner !== null && inner.type === term.type) {
      collect(inner.left);
      collect(inner.right);
    } else if (inner !== null && isWidening(term)) {
      collect(widened(inner.left, term.type as Scalar));
      collect(widened(inner.right, term.type as Scalar));
    } else terms.push(term);
  };
  collect(expression.left);
  collect(expression.right);
  const [first, ...others] = terms;
  if (first === undefined) return numberLike(expression, constant);
  const variable = others.reduce<Expression>((left, right) => ({ ...expression, left, right }), first);
  return sum(variable, constant, expression);
}

/** Between u32 and usize a value stays what it is, so a sum may be taken apart through the conversion. */
function sumBeneath(term: Expression): BinaryExpression | null {
  const bare = isWidening(term) ? term.operand : term;
  return bare.kind === "binary" && bare.operator === "+" ? bare : null;
}

type Conversion = Extract<Expression, { kind: "convert" }>;

function isWidening(term: Expression): term is Conversion {
  if (term.kind !== "convert") return false;
  return isWord(term.type) && isScalar(term.operand.type) && isWord(term.operand.type);
}

function isWord(type: Scalar): boolean {
  return type === "u32" || type === "usize";
}

function widened(operand: Expression, type: Scalar): Expression {
  const value = constantValue(operand);
  if (value !== null) return { kind: "number", at: operand.at, type, value };
  return { kind: "convert", at: operand.at, type, operand, isExplicit: false };
}

function sum(variable: Expression, constant: number, like: BinaryExpression): Expression {
  if (constant === 0) return variable;
  return { ...like, operator: "+", left: variable, right: numberLike(like, constant) };
}

function foldLogical(expression: Extract<Expression, { kind: "logical" }>): Expression {
  const { operator, left, right } = expression;
  const value = constantValue(left);
  if (value !== null) {
    const isDecided = (value !== 0) === (operator === "||");
    return isDecided ? numberLike(expression, Number(value !== 0)) : truth(right);
  }
  const last = constantValue(right);
  if (last === null) return expression;
  const keepsLeft = (last !== 0) === (operator === "&&");
  if (keepsLeft) return truth(left);
  return hasEffects(left) ? expression : numberLike(expression, Number(last !== 0));
}

/** An operand of a condition may be a number of which only "0 or not" counts. */
function truth(operand: Expression): Expression {
  if (operand.type === "bool") return operand;
  return { kind: "convert", at: operand.at, type: "bool", operand, isExplicit: false };
}

function foldConditional(expression: Extract<Expression, { kind: "conditional" }>): Expression {
  const value = constantValue(expression.condition);
  if (value === null) return expression;
  return value === 0 ? expression.whenFalse : expression.whenTrue;
}

/** A conversion of a conversion that only widened. */
function foldConversion(expression: Conversion): Expression {
  const { operand, type } = expression;
  if (operand.type === type) return operand;
  return expression;
}

function foldExtreme(expression: Extract<Expression, { kind: "extreme" }>): Expression {
  const left = constantValue(expression.left);
  const right = constantValue(expression.right);
  if (left === null || right === null) return expression;
  return numberLike(expression, Math[expression.operator](left, right));
}
