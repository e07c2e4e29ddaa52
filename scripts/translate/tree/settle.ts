// Owns how a portable program becomes an image: the client and the firmware that there is one of get a fixed place, so
// nobody is handed a pointer to them, and every address becomes a number of bytes into one run. Knows no target language.
import { constantValue } from "../../portable/constant-value.ts";
import type {
  Callable,
  CallExpression,
  Expression,
  Local,
  NumberExpression,
  Place,
  Program,
  Statement,
  Struct,
  ViewExpression,
} from "../../portable/model.ts";
import { expressionsIn } from "../../portable/walk.ts";
import { expressionsOf, type Image, isSingle, type Routine } from "./image.ts";
import { rewriteExpression, withStatementParts } from "./rewrite.ts";

export interface Settling {
  /** The files whose exports may be roots. What the last one's functions take first lies at 0. */
  readonly entries: readonly string[];
  /** Which of their exports are roots; null for all. */
  readonly wanted: ReadonlySet<string> | null;
  /** What the parameters of these names are, in every root that takes them all. */
  readonly pinned: ReadonlyMap<string, number>;
  /** Functions whose bodies the image has in another way. They take no parameters. */
  readonly replaced: ReadonlySet<Callable>;
  /** Where constant bytes begin. */
  readonly dataAt: number;
}

/** Throws an Error for a program that is not a client, or a firmware that holds one. */
export function settle(program: Program, settling: Settling): Image {
  const exported = exportsOf(program, settling.entries);
  const bases = placeSingles(program, exported);
  const roots = new Map([...exported].filter(([name]) => settling.wanted?.has(name) ?? true));
  const data = new ConstantPool(settling.dataAt);
  const names = new Names(exported);
  const routines = new Map<Callable, Routine>();
  const isRoot = new Set(roots.values());
  const work = [...isRoot];
  for (let callable = work.pop(); callable !== undefined; callable = work.pop()) {
    if (routines.has(callable) || callable.role.kind === "device") continue;
    const settler = new Settler(bases, data, pinnedIn(callable, settling, isRoot), settling.replaced);
    const routine = settler.routine(callable, names.of(callable));
    routines.set(callable, routine);
    work.push(...calleesOf(routine));
  }
  return { routines, roots, bases, data: { at: data.at, bytes: data.bytes } };
}

const NOTHING_PINNED: ReadonlyMap<string, number> = new Map();

function pinnedIn(
  callable: Callable,
  { pinned }: Settling,
  isRoot: ReadonlySet<Callable>,
): ReadonlyMap<string, number> {
  const names = new Set(callable.parameters.map(({ name }) => name));
  const takesAll = [...pinned.keys()].every((name) => names.has(name));
  return isRoot.has(callable) && takesAll ? pinned : NOTHING_PINNED;
}

export function calleesOf(routine: Routine): readonly Callable[] {
  return [...expressionsOf(routine)]
    .flatMap((whole) => [...expressionsIn(whole)])
    .flatMap((expression) => (expression.kind === "call" ? [expression.callee] : []));
}

function exportsOf(program: Program, entries: readonly string[]): ReadonlyMap<string, Callable> {
  const exported = new Map<string, Callable>();
  for (const entry of entries) {
    const unit = program.units.find(({ file }) => file === entry);
    if (unit === undefined) throw new Error(`the program has no ${entry}`);
    for (const [name, declaration] of unit.exports) {
      if (declaration.kind === "function") exported.set(name, declaration);
    }
  }
  return exported;
}

/** What exported functions take first is what there is one of. One that lies inside another is found by its accessor. */
function placeSingles(
  program: Program,
  exported: ReadonlyMap<string, Callable>,
): ReadonlyMap<Struct, number> {
  const bases = new Map<Struct, number>();
  for (const { parameters } of exported.values()) {
    const type = parameters[0]?.type;
    if (type !== undefined && typeof type !== "string") bases.set(type, 0);
  }
  for (const { declarations } of program.units) {
    for (const declaration of declarations) {
      if (declaration.kind !== "function" || declaration.role.kind !== "table") continue;
      const { row, base, offset } = declaration.role;
      const at = constantValue(offset);
      if (bases.has(row) && isSingle({ bases }, base.type) && at !== null) bases.set(row, at);
    }
  }
  return bases;
}

/** An exported name is the export's; a namesake in another file gets a number. */
class Names {
  readonly #exported: ReadonlyMap<string, Callable>;
  readonly #used = new Map<string, number>();

  constructor(exported: ReadonlyMap<string, Callable>) {
    this.#exported = exported;
  }

  of(callable: Callable): string {
    const { name } = callable;
    const owner = this.#exported.get(name);
    if (owner === callable) return name;
    const count = this.#used.get(name) ?? 0;
    this.#used.set(name, count + 1);
    return count === 0 && owner === undefined ? name : `${name}$${count + 1}`;
  }
}

class ConstantPool {
  readonly at: number;
  readonly bytes: number[] = [];
  readonly #places = new Map<string, number>();

  constructor(at: number) {
    this.at = at;
  }

  placeOf(bytes: readonly number[]): number {
    const key = bytes.join();
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.at + this.bytes.length;
    this.bytes.push(...bytes);
    this.#places.set(key, place);
    return place;
  }
}

class Settler {
  readonly #bases: ReadonlyMap<Struct, number>;
  readonly #data: ConstantPool;
  readonly #pinned: ReadonlyMap<string, number>;
  readonly #replaced: ReadonlySet<Callable>;

  constructor(
    bases: ReadonlyMap<Struct, number>,
    data: ConstantPool,
    pinned: ReadonlyMap<string, number>,
    replaced: ReadonlySet<Callable>,
  ) {
    this.#bases = bases;
    this.#data = data;
    this.#pinned = pinned;
    this.#replaced = replaced;
  }

  routine(callable: Callable, name: string): Routine {
    if (this.#replaced.has(callable)) return { callable, name, parameters: [], body: [] };
    const parameters = callable.parameters.filter(
      (each) => !this.#isSingle(each) && !this.#pinned.has(each.name),
    );
    return { callable, name, parameters, body: this.#list(callable.body) };
  }

  #isSingle({ type }: Local): boolean {
    return isSingle({ bases: this.#bases }, type);
  }

  readonly #list = (statements: readonly Statement[]): readonly Statement[] =>
    statements
      .filter((statement) => statement.kind !== "declare" || !this.#isSingle(statement.local))
      .map((statement) => withStatementParts(statement, { expression: this.#whole, list: this.#list }));

  readonly #whole = (whole: Expression): Expression => rewriteExpression(whole, this.#settled);

  /** Its parts are settled already. */
  readonly #settled = (expression: Expression): Expression => {
    const { at, type } = expression;
    if (type !== "void" && typeof type !== "string" && this.#bases.has(type)) {
      return viewAt(type, number(this.#bases.get(type) ?? 0, at));
    }
    switch (expression.kind) {
      case "local":
        return this.#pinnedLocal(expression.local, expression);
      case "constant": {
        const { value } = expression.constant;
        return typeof value === "number"
          ? { kind: "number", at, type: expression.type, value }
          : number(this.#data.placeOf(value), at);
      }
      case "data":
        return number(this.#data.placeOf(expression.bytes), at);
      case "member":
        return { kind: "number", at, type: "i32", value: expression.member.value };
      case "size":
        return { kind: "number", at, type: expression.type, value: expression.struct.bytes };
      case "address":
        if (expression.object.kind === "view") return expression.object.address;
        throw new Error(`${placeText(at)}: the address of a row`);
      case "call":
        return this.#call(expression);
      default:
        return expression;
    }
  };

  #pinnedLocal(local: Local, expression: Expression): Expression {
    const value = local.isParameter ? this.#pinned.get(local.name) : undefined;
    return value === undefined || typeof local.type !== "string"
      ? expression
      : { kind: "number", at: expression.at, type: local.type, value };
  }

  #call(call: CallExpression): Expression {
    const { callee } = call;
    const { role } = callee;
    if (role.kind === "table") {
      return viewAt(role.row, this.#placeIn(call, role.base, role.offset), call.at);
    }
    if (role.kind === "byteAddress") return this.#placeIn(call, role.base, role.offset);
    if (this.#replaced.has(callee)) return { ...call, arguments: [] };
    const kept = call.arguments.filter((_, index) => {
      const parameter = callee.parameters[index];
      return parameter !== undefined && !this.#isSingle(parameter);
    });
    return kept.length === call.arguments.length ? call : { ...call, arguments: kept };
  }

  /** The accessor's sum, with the call's arguments in it. */
  #placeIn(call: CallExpression, base: Local, offset: Expression | null): Expression {
    const start = number(this.#bases.get(base.type as Struct) ?? 0, call.at);
    if (offset === null) return start;
    const given = new Map(call.callee.parameters.map((each, index) => [each, call.arguments[index]]));
    const seen = new Set<Local>();
    const inPlace = rewriteExpression(offset, (part) => {
      if (part.kind !== "local") return this.#settled(part);
      const value = given.get(part.local);
      if (value === undefined || seen.has(part.local)) {
        throw new Error(`${placeText(part.at)}: an accessor that does not use each parameter once`);
      }
      if (!this.#isSingle(part.local)) seen.add(part.local);
      return value;
    });
    return { kind: "binary", at: call.at, type: "usize", operator: "+", left: start, right: inPlace };
  }
}

function number(value: number, at: Place): NumberExpression {
  return { kind: "number", at, type: "usize", value };
}

function viewAt(type: Struct, address: Expression, at: Place = address.at): ViewExpression {
  return { kind: "view", at, type, address };
}

export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
