// Owns which calls become the body they would run, and how a body gets into another's place. Knows no target language.
import type { Callable, CallExpression, Expression, Local, Statement } from "../../portable/model.ts";
import { expressionsIn } from "../../portable/walk.ts";
import { type PureRoutines, pureRoutines } from "./effects.ts";
import { expressionsOf, type Heat, heatAt, type Image, localsOf, type Routine } from "./image.ts";
import { countCalls, isSimple } from "./inline-expressions.ts";
import { assign, declare, effect, liftCall } from "./lift.ts";
import { hasReturn, withoutReturns } from "./returns.ts";
import { rewriteExpression, rewriteStatements, withStatementParts } from "./rewrite.ts";
import { nodesInStatements } from "./sizes.ts";

/** So many nodes all copies together may have: a routine costs an interpreter memory, text only flash. */
const WORTH_COPIES = 90;
/** What a routine's memory is worth, in nodes that are passed over for want of it. */
const ROUTINE_NODES = 60;
/** What hardly ever runs shares a function with others: so much of it costs its taker no more than the call. */
const RARE_NODES = 20;
/** A call takes an interpreter as long as so many nodes, and each parameter as so many more. */
const CALL_NODES = 25;
const PARAMETER_NODES = 6;
/** Each local is made anew whenever it is declared, and every name behind it is found later. */
const MOST_LOCALS = 16;
const MOST_LOCALS_RARELY = 40;

/** One routine after the other takes in what it calls; what is taken in has taken in its own before. */
export function inlineStatements(image: Image, heat: Heat | null): Image {
  return new Inliner(image, heat).run();
}

class Inliner {
  readonly #image: Image;
  readonly #pure: PureRoutines;
  readonly #calls: ReadonlyMap<Callable, number>;
  readonly #roots: ReadonlySet<Callable>;
  readonly #heat: Heat | null;
  readonly #done = new Map<Callable, Routine>();
  readonly #open = new Set<Callable>();
  /** The routine that takes in. */
  #into: Callable | null = null;

  constructor(image: Image, heat: Heat | null) {
    this.#heat = heat;
    this.#image = image;
    this.#pure = pureRoutines(image);
    this.#calls = countCalls(image);
    this.#roots = new Set(image.roots.values());
  }

  run(): Image {
    const routines = new Map([...this.#image.routines.keys()].map((each) => [each, this.#routine(each)]));
    return { ...this.#image, routines };
  }

  #routine(callable: Callable): Routine {
    const known = this.#done.get(callable) ?? this.#image.routines.get(callable);
    if (known === undefined) throw new Error(`${callable.name} is not in the image`);
    if (this.#done.has(callable) || this.#open.has(callable)) return known;
    this.#open.add(callable);
    const around = this.#into;
    this.#into = callable;
    const routine = { ...known, body: this.#list(known.body, known.callable.returns === "void") };
    this.#open.delete(callable);
    this.#into = around;
    this.#done.set(callable, routine);
    return routine;
  }

  /** `isEnd`: nothing of the routine runs after the list, and it answers nothing. */
  #list(statements: readonly Statement[], isEnd: boolean): readonly Statement[] {
    return statements.flatMap((statement, index) =>
      this.#statement(statement, isEnd && index === statements.length - 1),
    );
  }

  #statement(statement: Statement, isLast: boolean): readonly Statement[] {
    const before = this.#lifted(statement);
    if (before !== null) return this.#list(before, isLast);
    const replaced = this.#replaced(statement, isLast);
    if (replaced !== null) return replaced;
    const list = (inner: readonly Statement[]) => this.#list(inner, isLast && statement.kind === "if");
    return [withStatementParts(statement, { expression: (outermost) => outermost, list })];
  }

  /** The statement with a call before it that stood in the middle of it. */
  #lifted(statement: Statement): readonly Statement[] | null {
    const whole = evaluatedFirst(statement);
    if (whole === null || (whole.kind === "call" && isBare(statement) && this.#takesIn(whole))) return null;
    const lifted = liftCall(whole, { pure: this.#pure, wants: (call) => this.#takesIn(call) });
    if (lifted === null) return null;
    let isReplaced = false;
    const replace = (outermost: Expression): Expression => {
      if (outermost !== whole || isReplaced) return outermost;
      isReplaced = true;
      return lifted.expression;
    };
    return [...lifted.before, withStatementParts(statement, { expression: replace, list: (inner) => inner })];
  }

  /** A statement that is a call, and nothing else, becomes the body. */
  #replaced(statement: Statement, isLast: boolean): readonly Statement[] | null {
    const call = evaluatedFirst(statement);
    if (call?.kind !== "call" || !isBare(statement) || !this.#takesIn(call)) return null;
    const body = copyOf(this.#routine(call.callee), call);
    if (statement.kind === "return") return body;
    if (statement.kind === "declare") return declaredBy(body, statement.local);
    if (isLast && call.callee.returns === "void") return body;
    return withoutReturns(body, (value) => (value === null ? [] : [effect(value)]));
  }

  /** Whether the body costs its taker less than the call does, which passes over it whenever it does not run it. */
  #isWorthwhile(routine: Routine): boolean {
    const locals = localsOf(routine).length + routine.parameters.length;
    const runs = heatAt(this.#heat, this.#into);
    const nodes = nodesInStatements(routine.body);
    if (runs === 0) return locals < MOST_LOCALS_RARELY;
    if (heatAt(this.#heat, routine.callable) === 0) return nodes <= RARE_NODES;
    const share = Math.min(1, heatAt(this.#heat, routine.callable) / runs);
    const spared = share * (CALL_NODES + PARAMETER_NODES * routine.parameters.length);
    const passed = (1 - share) * nodes;
    return locals <= MOST_LOCALS && passed < spared + ROUTINE_NODES;
  }

  #takesIn({ callee }: CallExpression): boolean {
    if (this.#roots.has(callee) || this.#open.has(callee)) return false;
    if (callee.role.kind === "device" || callee.role.kind === "elapsed") return false;
    const known = this.#image.routines.get(callee);
    if (known === undefined || known.body.length === 0) return false;
    const copies = (this.#calls.get(callee) ?? 0) - 1;
    if (copies * nodesInStatements(known.body) > WORTH_COPIES) return false;
    const done = this.#routine(callee);
    return this.#isWorthwhile(done) && withoutReturns(done.body, () => []) !== null;
  }
}

/** The statement's expression that is evaluated before all else in it, once. */
function evaluatedFirst(statement: Statement): Expression | null {
  switch (statement.kind) {
    case "declare":
      return statement.initializer;
    case "expression":
      return statement.expression;
    case "if":
      return statement.condition;
    case "switch":
      return statement.subject;
    case "return":
      return statement.value;
    default:
      return null;
  }
}

function isBare({ kind }: Statement): boolean {
  return kind === "declare" || kind === "expression" || kind === "return";
}

/** The body, with what it returned in the local. */
function declaredBy(body: readonly Statement[], local: Local): readonly Statement[] | null {
  const last = body.at(-1);
  if (last?.kind === "return" && last.value !== null && !hasReturn(body.slice(0, -1))) {
    return [...body.slice(0, -1), declare(local, last.value)];
  }
  const rest = withoutReturns(body, (value) => (value === null ? [] : [effect(assign(local, value))]));
  const nothing: Expression = { kind: "number", at: local.at, type: "u32", value: 0 };
  return rest === null ? null : [declare(local, nothing), ...rest];
}

/** The routine's body with the arguments in it and locals of its own. */
function copyOf(routine: Routine, call: CallExpression): readonly Statement[] {
  const changed = changedLocals(routine);
  const copies = new Map<Local, Expression | Local>();
  const given: Statement[] = [];
  for (const [index, parameter] of routine.parameters.entries()) {
    const value = call.arguments[index];
    if (value === undefined) throw new Error(`${routine.name} is called without ${parameter.name}`);
    if (isSimple(value) && !changed.has(parameter)) {
      copies.set(parameter, value);
      continue;
    }
    const local = { ...parameter, isParameter: false };
    copies.set(parameter, local);
    given.push(declare(local, value));
  }
  for (const local of localsOf(routine)) copies.set(local, { ...local });
  const renamed = (expression: Expression): Expression => {
    if (expression.kind !== "local") return expression;
    const copy = copies.get(expression.local) ?? expression.local;
    return copy.kind === "variable" ? { ...expression, local: copy } : copy;
  };
  const body = rewriteStatements(routine.body, (whole) => rewriteExpression(whole, renamed));
  return [...given, ...redeclared(body, (local) => localCopy(copies, local))];
}

function localCopy(copies: ReadonlyMap<Local, Expression | Local>, local: Local): Local {
  const copy = copies.get(local);
  return copy?.kind === "variable" ? copy : local;
}

function changedLocals(routine: Routine): ReadonlySet<Local> {
  const changed = new Set<Local>();
  for (const whole of expressionsOf(routine)) {
    for (const expression of expressionsIn(whole)) {
      const isChange = expression.kind === "assign" || expression.kind === "step";
      if (isChange && expression.target.kind === "local") changed.add(expression.target.local);
    }
  }
  return changed;
}

function redeclared(statements: readonly Statement[], copy: (local: Local) => Local): readonly Statement[] {
  const list = (inner: readonly Statement[]) => redeclared(inner, copy);
  return statements.map((statement) => {
    const whole = withStatementParts(statement, { expression: (outermost) => outermost, list });
    return whole.kind === "declare" ? { ...whole, local: copy(whole.local) } : whole;
  });
}
