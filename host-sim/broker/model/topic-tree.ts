// Owns which topic filters match a topic. Refuses to know who subscribed, and to what end.

export interface Match<Owner, Value> {
  readonly owner: Owner;
  readonly value: Value;
}

/** Topics whose matches are remembered: devices publish to the same few again and again. */
const REMEMBERED = 16_384;

/** Filters of `Owner`s, each with a `Value`. */
export class TopicTree<Owner, Value> {
  readonly #root = new Level<Owner, Value>();
  readonly #remembered = new Map<string, readonly Match<Owner, Value>[]>();

  set(filter: string, owner: Owner, value: Value): void {
    this.#remembered.clear();
    let level = this.#root;
    for (const name of filter.split("/")) level = level.below(name);
    level.put(owner, value);
  }

  delete(filter: string, owner: Owner): void {
    this.#remembered.clear();
    remove(this.#root, filter.split("/"), 0, owner);
  }

  /** An owner with several filters that match is there once for each. */
  match(topic: string): readonly Match<Owner, Value>[] {
    const known = this.#remembered.get(topic);
    if (known !== undefined) return known;
    const found: Match<Owner, Value>[] = [];
    // [MQTT3-4.7.2-1] A filter that begins with a wildcard does not match the topics that begin with $.
    walk(this.#root, topic.split("/"), 0, topic.startsWith("$"), found);
    if (this.#remembered.size === REMEMBERED) this.#remembered.clear();
    this.#remembered.set(topic, found);
    return found;
  }
}

/** Most levels have one of the two alone, so each is made when it is needed. */
class Level<Owner, Value> {
  children: Map<string, Level<Owner, Value>> | null = null;
  values: Map<Owner, Value> | null = null;

  get isEmpty(): boolean {
    return !this.children?.size && !this.values?.size;
  }

  put(owner: Owner, value: Value): void {
    this.values ??= new Map();
    this.values.set(owner, value);
  }

  child(name: string): Level<Owner, Value> | undefined {
    return this.children?.get(name);
  }

  below(name: string): Level<Owner, Value> {
    let child = this.child(name);
    if (child === undefined) {
      child = new Level();
      this.children ??= new Map();
      this.children.set(name, child);
    }
    return child;
  }
}

function walk<Owner, Value>(
  level: Level<Owner, Value>,
  names: readonly string[],
  depth: number,
  isHidden: boolean,
  found: Match<Owner, Value>[],
): void {
  if (!isHidden) {
    // the parent of # matches too
    collect(level.child("#"), found);
    const any = level.child("+");
    if (any !== undefined && depth < names.length) walk(any, names, depth + 1, false, found);
  }
  if (depth === names.length) return collect(level, found);
  const named = level.child(names[depth] as string);
  if (named !== undefined) walk(named, names, depth + 1, false, found);
}

function collect<Owner, Value>(level: Level<Owner, Value> | undefined, found: Match<Owner, Value>[]): void {
  if (level === undefined || level.values === null) return;
  for (const [owner, value] of level.values) found.push({ owner, value });
}

/** Levels that hold nothing any more go too, or a broker of many short-lived clients would grow. */
function remove<Owner, Value>(
  level: Level<Owner, Value>,
  names: readonly string[],
  depth: number,
  owner: Owner,
): void {
  if (depth === names.length) {
    level.values?.delete(owner);
    return;
  }
  const name = names[depth] as string;
  const child = level.child(name);
  if (child === undefined) return;
  remove(child, names, depth + 1, owner);
  if (child.isEmpty) level.children?.delete(name);
}

/** Whether one filter matches one topic. */
export function isMatch(filter: string, topic: string): boolean {
  const tree = new TopicTree<null, null>();
  tree.set(filter, null, null);
  return tree.match(topic).length > 0;
}
