// Owns the order of the model's parts: what an expression, a statement and a function are made of. Judges nothing.
import type { Callable, Declaration, Expression, Program, Statement } from "./model.ts";

/** The expressions directly inside one, in the order they are evaluated. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "field":
    case "address":
      return [expression.object];
    case "unary":
    case "convert":
      return [expression.operand];
    case "binary":
    case "compare":
    case "logical":
    case "extreme":
      return [expression.left, expression.right];
    case "conditional":
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    case "assign":
      return [expression.target, expression.value];
    case "step":
      return [expression.target];
    case "call":
      return expression.arguments;
    case "load":
    case "view":
      return [expression.address];
    case "store":
      return [expression.address, expression.value];
    case "copy":
      return [expression.to, expression.from, expression.length];
    case "fill":
      return [expression.to, expression.value, expression.length];
    case "number":
    case "local":
    case "constant":
    case "member":
    case "size":
    case "data":
      return [];
  }
}

/** The expression and everything in it, outermost first. */
export function* expressionsIn(expression: Expression): Generator<Expression> {
  yield expression;
  for (const part of partsOf(expression)) yield* expressionsIn(part);
}

/** The outermost expressions of a statement, without those of the statements inside it. */
export function ownExpressions(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case "declare":
      return [statement.initializer];
    case "expression":
      return [statement.expression];
    case "if":
    case "while":
    case "doWhile":
      return [statement.condition];
    case "for":
      return [statement.condition, statement.update].filter((part) => part !== null);
    case "switch":
      return [statement.subject, ...statement.clauses.flatMap((clause) => clause.values)];
    case "return":
      return statement.value === null ? [] : [statement.value];
    case "block":
    case "break":
    case "continue":
      return [];
  }
}

function innerStatements(statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case "block":
    case "while":
    case "doWhile":
      return statement.body;
    case "if":
      return [...statement.whenTrue, ...statement.whenFalse];
    case "for":
      return [...statement.initializers, ...statement.body];
    case "switch":
      return [...statement.clauses.flatMap((clause) => clause.body), ...(statement.otherwise ?? [])];
    case "declare":
    case "expression":
    case "break":
    case "continue":
    case "return":
      return [];
  }
}

/** Every statement in the list, and those inside them. */
export function* statementsIn(statements: readonly Statement[]): Generator<Statement> {
  for (const statement of statements) {
    yield statement;
    yield* statementsIn(innerStatements(statement));
  }
}

/** Every outermost expression of a function: each is evaluated on its own. */
export function* wholeExpressions(callable: Callable): Generator<Expression> {
  for (const statement of statementsIn(callable.body)) yield* ownExpressions(statement);
}

export function* declarationsIn(program: Program): Generator<Declaration> {
  for (const unit of program.units) yield* unit.declarations;
}
