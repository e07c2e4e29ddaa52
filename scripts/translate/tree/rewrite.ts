// Owns how a tree of the model is made anew with some of its parts replaced. Decides nothing about what to replace.
import type { Expression, Statement, SwitchClause, Target } from "../../portable/model.ts";

type Replace = (part: Expression) => Expression;

/** The same expression with each of its direct parts replaced; itself when nothing changed. */
export function withParts(expression: Expression, replace: Replace): Expression {
  switch (expression.kind) {
    case "field":
    case "address":
      return replaced(expression, { object: replace(expression.object) });
    case "unary":
    case "convert":
      return replaced(expression, { operand: replace(expression.operand) });
    case "binary":
    case "compare":
    case "logical":
    case "extreme":
      return replaced(expression, { left: replace(expression.left), right: replace(expression.right) });
    case "conditional":
      return replaced(expression, {
        condition: replace(expression.condition),
        whenTrue: replace(expression.whenTrue),
        whenFalse: replace(expression.whenFalse),
      });
    case "assign":
      return replaced(expression, {
        target: replace(expression.target) as Target,
        value: replace(expression.value),
      });
    case "step":
      return replaced(expression, { target: replace(expression.target) as Target });
    case "call":
      return withArguments(expression, expression.arguments.map(replace));
    case "load":
    case "view":
      return replaced(expression, { address: replace(expression.address) });
    case "store":
      return replaced(expression, { address: replace(expression.address), value: replace(expression.value) });
    case "copy":
      return replaced(expression, {
        to: replace(expression.to),
        from: replace(expression.from),
        length: replace(expression.length),
      });
    case "fill":
      return replaced(expression, {
        to: replace(expression.to),
        value: replace(expression.value),
        length: replace(expression.length),
      });
    case "number":
    case "local":
    case "constant":
    case "member":
    case "size":
    case "data":
      return expression;
  }
}

function replaced<T extends Expression>(expression: T, parts: Partial<T>): T {
  const keys = Object.keys(parts) as (keyof T)[];
  return keys.every((key) => parts[key] === expression[key]) ? expression : { ...expression, ...parts };
}

function withArguments(
  call: Extract<Expression, { kind: "call" }>,
  values: readonly Expression[],
): Expression {
  return values.every((value, index) => value === call.arguments[index])
    ? call
    : { ...call, arguments: values };
}

/** The expression with every part replaced, innermost first. */
export function rewriteExpression(expression: Expression, replace: Replace): Expression {
  return replace(withParts(expression, (part) => rewriteExpression(part, replace)));
}

export interface StatementParts {
  readonly expression: (outermost: Expression) => Expression;
  readonly list: (statements: readonly Statement[]) => readonly Statement[];
}

/** The same statement with its own expressions and the lists inside it replaced. */
export function withStatementParts(statement: Statement, { expression, list }: StatementParts): Statement {
  switch (statement.kind) {
    case "declare":
      return { ...statement, initializer: expression(statement.initializer) };
    case "expression":
      return { ...statement, expression: expression(statement.expression) };
    case "block":
      return { ...statement, body: list(statement.body) };
    case "if":
      return {
        ...statement,
        condition: expression(statement.condition),
        whenTrue: list(statement.whenTrue),
        whenFalse: list(statement.whenFalse),
      };
    case "while":
    case "doWhile":
      return { ...statement, condition: expression(statement.condition), body: list(statement.body) };
    case "for":
      return {
        ...statement,
        initializers: list(statement.initializers),
        condition: statement.condition === null ? null : expression(statement.condition),
        update: statement.update === null ? null : expression(statement.update),
        body: list(statement.body),
      };
    case "switch":
      return {
        ...statement,
        subject: expression(statement.subject),
        clauses: statement.clauses.map(
          ({ values, body }): SwitchClause => ({ values: values.map(expression), body: list(body) }),
        ),
        otherwise: statement.otherwise === null ? null : list(statement.otherwise),
      };
    case "return":
      return statement.value === null ? statement : { ...statement, value: expression(statement.value) };
    case "break":
    case "continue":
      return statement;
  }
}

/** Every outermost expression in the list and below replaced. */
export function rewriteStatements(
  statements: readonly Statement[],
  expression: (outermost: Expression) => Expression,
): readonly Statement[] {
  const list = (inner: readonly Statement[]) => rewriteStatements(inner, expression);
  return statements.map((statement) => withStatementParts(statement, { expression, list }));
}
