// Owns the values of model expressions, computed as plainly as the model describes them: what a back end has to match.
import type { BinaryExpression, CompareExpression, Expression, Local } from "../../portable/model.ts";
import { wrap } from "../../portable/scalars.ts";

export type Environment = ReadonlyMap<Local, number>;

export function evaluate(expression: Expression, environment: Environment): number {
  const value = (part: Expression) => evaluate(part, environment);
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "member":
      return expression.member.value;
    case "size":
      return expression.struct.bytes;
    case "constant":
      return value(expression.constant.initializer);
    case "local":
      return environment.get(expression.local) ?? assertNever("an unknown local");
    case "convert":
      return expression.type === "bool"
        ? Number(value(expression.operand) !== 0)
        : wrap(expression.type, value(expression.operand));
    case "unary": {
      const operand = value(expression.operand);
      if (expression.operator === "!") return Number(operand === 0);
      return wrap(expression.type, expression.operator === "-" ? -operand : ~operand);
    }
    case "binary":
      return wrap(
        expression.type,
        operate(expression.operator, value(expression.left), value(expression.right)),
      );
    case "compare":
      return Number(compare(expression.operator, value(expression.left), value(expression.right)));
    case "logical": {
      const left = value(expression.left) !== 0;
      const isDecided = left === (expression.operator === "||");
      return Number(isDecided ? left : value(expression.right) !== 0);
    }
    case "conditional":
      return value(value(expression.condition) === 0 ? expression.whenFalse : expression.whenTrue);
    case "extreme":
      return Math[expression.operator](value(expression.left), value(expression.right));
    default:
      return assertNever(expression.kind);
  }
}

function operate(operator: BinaryExpression["operator"], left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return Math.imul(left, right);
    case "/":
      return Math.trunc(left / right);
    case "%":
      return left % right;
    case "&":
      return left & right;
    case "|":
      return left | right;
    case "^":
      return left ^ right;
    case "<<":
      return left << right;
    case ">>":
      return left >> right;
    case ">>>":
      return left >>> right;
  }
}

function compare(operator: CompareExpression["operator"], left: number, right: number): boolean {
  switch (operator) {
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
  }
}

function assertNever(what: string): never {
  throw new Error(`no value for ${what}`);
}
