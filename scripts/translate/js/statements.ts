// Owns how statements and routines of an image are written in JavaScript. Of expressions it knows only how to ask.
import type { Statement } from "../../portable/model.ts";
import type { SharedFunction } from "../tree/arrange.ts";
import { isSingle, type Routine } from "../tree/image.ts";
import { type Writing, writeCondition, writeExpression } from "./expressions.ts";
import { LocalNames } from "./local-names.ts";

/** What is the same for all routines of an image. */
export type Around = Omit<Writing, "locals">;

/** `beginning` stands before all that the routine does. */
export function writeRoutine(around: Around, routine: Routine, beginning: string): string {
  const writing: Writing = { ...around, locals: new LocalNames(namesOutside(around)) };
  const parameters = routine.parameters.map((each) => writing.locals.nameOf(each));
  return `function ${routine.name}(${parameters.join()}){${beginning}${writeList(writing, routine.body)}}\n`;
}

/** Takes the number of the routine, and then its parameters. */
export function writeShared(around: Around, { name, routines }: SharedFunction): string {
  const count = Math.max(...routines.map(({ parameters }) => parameters.length));
  // no two declare the same name: the minifier would leave out one of the two declarations
  const locals = new LocalNames(namesOutside(around));
  const bodies = routines.map(({ parameters, body }, number) => {
    for (const [index, parameter] of parameters.entries()) locals.call(parameter, sharedParameter(index));
    const text = writeList({ ...around, locals }, body);
    const end = body.at(-1)?.kind === "return" ? "" : "return;";
    return number < routines.length - 1 ? `if(${NUMBER}==${number}){${text}${end}}\n` : text;
  });
  return `function ${name}(${sharedParameters(count)}){${bodies.join("")}}\n`;
}

const NUMBER = "$number";

function sharedParameter(index: number): string {
  return `$given${index}`;
}

function sharedParameters(count: number): string {
  return [NUMBER, ...Array.from({ length: count }, (_, index) => sharedParameter(index))].join();
}

function namesOutside({ image }: Around): readonly string[] {
  return [...image.routines.values()].map(({ name }) => name);
}

function writeList(writing: Writing, statements: readonly Statement[]): string {
  return statements.map((statement) => writeStatement(writing, statement)).join("");
}

function writeStatement(writing: Writing, statement: Statement): string {
  const list = (inner: readonly Statement[]) => `{${writeList(writing, inner)}}`;
  const write = (part: Parameters<typeof writeExpression>[1]) => writeExpression(writing, part);
  const condition = (part: Parameters<typeof writeExpression>[1]) => writeCondition(writing, part);
  switch (statement.kind) {
    case "declare":
      return `var ${writing.locals.nameOf(statement.local)}=${write(statement.initializer)};`;
    case "expression":
      return `${write(statement.expression)};`;
    case "block":
      return writeList(writing, statement.body);
    case "if": {
      const otherwise = statement.whenFalse.length > 0 ? `else${list(statement.whenFalse)}` : "";
      return `if(${condition(statement.condition)})${list(statement.whenTrue)}${otherwise}`;
    }
    case "while":
      return `while(${condition(statement.condition)})${list(statement.body)}`;
    case "doWhile":
      return `do${list(statement.body)}while(${condition(statement.condition)});`;
    case "for": {
      const lasts = statement.condition === null ? "" : condition(statement.condition);
      const update = statement.update === null ? "" : write(statement.update);
      return `${writeList(writing, statement.initializers)}for(;${lasts};${update})${list(statement.body)}`;
    }
    case "switch":
      return `switch(${write(statement.subject)}){${writeClauses(writing, statement)}}`;
    case "break":
      return "break;";
    case "continue":
      return "continue;";
    case "return":
      return writeReturn(writing, statement);
  }
}

function writeClauses(writing: Writing, statement: Extract<Statement, { kind: "switch" }>): string {
  const clauses = statement.clauses.map(({ values, body }) => {
    const cases = values.map((value) => `case ${writeExpression(writing, value)}:`).join("");
    return `${cases}${writeList(writing, body)}break;`;
  });
  const otherwise = statement.otherwise === null ? "" : `default:${writeList(writing, statement.otherwise)}`;
  return clauses.join("") + otherwise;
}

/** What there is one of is nowhere handed about, so nobody takes it from a return. */
function writeReturn(writing: Writing, { value }: Extract<Statement, { kind: "return" }>): string {
  if (value === null || (value.type !== "void" && isSingle(writing.image, value.type))) return "return;";
  return `return ${writeExpression(writing, value)};`;
}
