// Owns the reading of a function's statements and the scopes of its locals. Of expressions it knows only how to ask.
import ts from "typescript";
import { expressionScope } from "./expressions.ts";
import type { Expression, Local, Place, Statement, SwitchClause, Type } from "./model.ts";
import { collecting, type Refusal, Refused, refuse } from "./refusal.ts";
import { wordsFor } from "./refused-syntax.ts";
import { coerce, declaredType, type Named, placeIn, type Scope, scalarType } from "./scope.ts";

interface Body {
  readonly scope: Scope;
  /** The locals of each open block; null for one whose declaration was refused. */
  readonly blocks: Map<string, Local | null>[];
  /** What encloses the statement, innermost last. */
  readonly enclosing: ("loop" | "switch")[];
  readonly returns: Type | "void";
  readonly refusals: Refusal[];
}

/** Reads a function's block. A statement that is refused is left out, and reading goes on behind it. */
export function lowerBody(
  source: ts.SourceFile,
  lookUp: (name: string) => Named | null,
  block: ts.Block,
  parameters: readonly Local[],
  returns: Type | "void",
  refusals: Refusal[],
): readonly Statement[] {
  const blocks: Map<string, Local | null>[] = [new Map(parameters.map((local) => [local.name, local]))];
  const find = (name: string): Named | null => {
    const local = blocks.findLast((locals) => locals.has(name))?.get(name);
    if (local === null) throw new Refused(null);
    return local ?? lookUp(name);
  };
  const body: Body = { scope: expressionScope(source, find), blocks, enclosing: [], returns, refusals };
  return lowerList(body, block.statements);
}

function lowerList(body: Body, statements: readonly ts.Statement[]): readonly Statement[] {
  return statements.flatMap(
    (statement) => collecting(body.refusals, () => lowerStatement(body, statement)) ?? [],
  );
}

/** Reads with a new scope for locals. */
function inBlock<T>(body: Body, read: () => T): T {
  body.blocks.push(new Map());
  try {
    return read();
  } finally {
    body.blocks.pop();
  }
}

function inside<T>(body: Body, what: "loop" | "switch", read: () => T): T {
  body.enclosing.push(what);
  try {
    return read();
  } finally {
    body.enclosing.pop();
  }
}

/** A statement where a list may stand: a block's braces are not a block of their own there. */
function lowerBranch(body: Body, node: ts.Statement): readonly Statement[] {
  return inBlock(body, () => lowerList(body, ts.isBlock(node) ? node.statements : [node]));
}

function lowerStatement(body: Body, node: ts.Statement): readonly Statement[] {
  if (ts.isVariableStatement(node)) return lowerLocals(body, node.declarationList);
  const at = placeIn(body.scope, node);
  if (ts.isExpressionStatement(node)) {
    return [{ kind: "expression", at, expression: lowerEffect(body, node.expression) }];
  }
  if (ts.isBlock(node)) return [{ kind: "block", at, body: lowerBranch(body, node) }];
  if (ts.isIfStatement(node)) return [lowerIf(body, node, at)];
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) {
    const condition = body.scope.condition(node.expression, "bool");
    const statements = inside(body, "loop", () => lowerBranch(body, node.statement));
    return [{ kind: ts.isDoStatement(node) ? "doWhile" : "while", at, condition, body: statements }];
  }
  if (ts.isForStatement(node)) return [inBlock(body, () => lowerFor(body, node, at))];
  if (ts.isSwitchStatement(node)) return [inside(body, "switch", () => lowerSwitch(body, node, at))];
  if (ts.isReturnStatement(node)) return [lowerReturn(body, node, at)];
  if (ts.isBreakOrContinueStatement(node)) return [lowerJump(body, node, at)];
  refuse(at, ...wordsFor(node));
}

function lowerLocals(body: Body, list: ts.VariableDeclarationList): readonly Statement[] {
  const at = placeIn(body.scope, list);
  if ((list.flags & ts.NodeFlags.BlockScoped) === 0) refuse(at, "var", "write let or const");
  const isConstant = (list.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Const;
  return list.declarations.map((declaration) => lowerLocal(body, declaration, isConstant));
}

function lowerLocal(body: Body, node: ts.VariableDeclaration, isConstant: boolean): Statement {
  const { scope } = body;
  const at = placeIn(scope, node);
  if (!ts.isIdentifier(node.name)) refuse(at, "destructuring", "declare each name");
  const name = node.name.text;
  // Known before it is read: one refusal does not become many about an unknown name.
  body.blocks.at(-1)?.set(name, null);
  const { type, enumeration } = declaredType(scope, node.type, node.name);
  const local: Local = { kind: "variable", name, at, type, enumeration, isParameter: false, isConstant };
  body.blocks.at(-1)?.set(name, local);
  if (node.initializer === undefined) {
    refuse(at, `\`${name}\` without a value`, "C leaves it undefined: give it one");
  }
  return { kind: "declare", at, local, initializer: coerce(scope.lower(node.initializer, type), type) };
}

/** An expression for what it does, not for its value. */
function lowerEffect(body: Body, node: ts.Expression): Expression {
  const expression = body.scope.lower(node, null);
  switch (expression.kind) {
    case "assign":
    case "step":
    case "call":
    case "store":
    case "copy":
    case "fill":
      return expression;
    default:
      return refuse(
        expression.at,
        "a value that nobody takes",
        "a statement is a call, an assignment, ++ or --",
      );
  }
}

function lowerIf(body: Body, node: ts.IfStatement, at: Place): Statement {
  const condition = body.scope.condition(node.expression, "bool");
  const whenTrue = lowerBranch(body, node.thenStatement);
  const whenFalse = node.elseStatement === undefined ? [] : lowerBranch(body, node.elseStatement);
  return { kind: "if", at, condition, whenTrue, whenFalse };
}

function lowerFor(body: Body, node: ts.ForStatement, at: Place): Statement {
  const initializers = node.initializer === undefined ? [] : lowerInitializer(body, node.initializer);
  const condition = node.condition === undefined ? null : body.scope.condition(node.condition, "bool");
  const update = node.incrementor === undefined ? null : lowerEffect(body, node.incrementor);
  const statements = inside(body, "loop", () => lowerBranch(body, node.statement));
  return { kind: "for", at, initializers, condition, update, body: statements };
}

function lowerInitializer(body: Body, node: ts.ForInitializer): readonly Statement[] {
  if (ts.isVariableDeclarationList(node)) return lowerLocals(body, node);
  return [{ kind: "expression", at: placeIn(body.scope, node), expression: lowerEffect(body, node) }];
}

function lowerReturn(body: Body, node: ts.ReturnStatement, at: Place): Statement {
  if (node.expression === undefined) {
    if (body.returns !== "void") refuse(at, "a return without a value", "the function has a result");
    return { kind: "return", at, value: null };
  }
  if (body.returns === "void") refuse(at, "a return with a value", "the function is void: call, then return");
  const value = coerce(body.scope.lower(node.expression, body.returns), body.returns);
  return { kind: "return", at, value };
}

function lowerJump(body: Body, node: ts.BreakOrContinueStatement, at: Place): Statement {
  if (node.label !== undefined) refuse(at, "a label", "return from a function of its own");
  if (ts.isContinueStatement(node)) return { kind: "continue", at };
  const leaves = body.enclosing.at(-1);
  if (leaves === undefined) refuse(at, "break outside a loop", "return");
  return { kind: "break", at, leaves };
}

// ── switch

function lowerSwitch(body: Body, node: ts.SwitchStatement, at: Place): Statement {
  const subject = body.scope.lower(node.expression, null);
  const type = scalarType(subject);
  const clauses: SwitchClause[] = [];
  let otherwise: readonly Statement[] | null = null;
  let values: Expression[] = [];
  for (const clause of node.caseBlock.clauses) {
    const isLast = clause === node.caseBlock.clauses.at(-1);
    const clauseAt = placeIn(body.scope, clause);
    if (ts.isDefaultClause(clause)) {
      if (!isLast) refuse(clauseAt, "a default that is not last", "Espruino never reaches a case behind it");
      if (values.length > 0) refuse(clauseAt, "a case that shares default's body", "remove the case");
      otherwise = lowerClause(body, clause, clauseAt, isLast);
    } else {
      values.push(coerce(body.scope.lower(clause.expression, type), type));
      if (clause.statements.length === 0 && !isLast) continue;
      clauses.push({ values, body: lowerClause(body, clause, clauseAt, isLast) });
      values = [];
    }
  }
  return { kind: "switch", at, subject, clauses, otherwise };
}

function lowerClause(
  body: Body,
  clause: ts.CaseOrDefaultClause,
  at: Place,
  isLast: boolean,
): readonly Statement[] {
  const [only, ...others] = clause.statements;
  const list =
    only !== undefined && ts.isBlock(only) && others.length === 0 ? only.statements : clause.statements;
  const statements = inBlock(body, () => lowerList(body, list));
  // A statement that was refused is left out, so how the clause ends is judged from the source.
  const end = list.at(-1);
  if (!isLast && (end === undefined || !leaves(end))) {
    refuse(at, "a case that runs into the next", "end it with break or return");
  }
  const last = statements.at(-1);
  return last?.kind === "break" && last.leaves === "switch" ? statements.slice(0, -1) : statements;
}

/** Whether control never runs past the end of `node`. */
function leaves(node: ts.Statement): boolean {
  if (ts.isBlock(node)) {
    const end = node.statements.at(-1);
    return end !== undefined && leaves(end);
  }
  if (ts.isIfStatement(node)) {
    return node.elseStatement !== undefined && leaves(node.thenStatement) && leaves(node.elseStatement);
  }
  return ts.isReturnStatement(node) || ts.isBreakOrContinueStatement(node) || ts.isThrowStatement(node);
}
