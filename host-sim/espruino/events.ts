// Owns `on` and `emit`, which every object of Espruino's has: listeners lie on the object, and are called later, when nothing
// else runs. Knows no event.

export type Listener = (this: object, ...args: unknown[]) => void;

/** Runs it once the interpreter has nothing else to do. */
export type Later = (run: () => void) => void;

/** What Espruino puts before an event's name: under that an object holds one function, or an array of them. */
const PREFIX = "#on";

export class Events {
  readonly #later: Later;

  constructor(later: Later) {
    this.#later = later;
  }

  on(object: object, name: string, listener: Listener): void {
    const others = this.#of(object, name);
    const value = others.length === 0 ? listener : [...others, listener];
    Object.defineProperty(object, PREFIX + name, { value, configurable: true });
  }

  removeAll(object: object, name?: string): void {
    const keys = Object.getOwnPropertyNames(object).filter((key) => key.startsWith(PREFIX));
    for (const key of name === undefined ? keys : [PREFIX + name]) Reflect.deleteProperty(object, key);
  }

  has(object: object, name: string): boolean {
    return this.#of(object, name).length > 0;
  }

  /** Those that listen now are called later. */
  emit(object: object, name: string, ...args: unknown[]): void {
    for (const listener of this.#of(object, name)) this.#later(() => listener.apply(object, args));
  }

  /** As the interpreter itself does for what came over a socket: while it is at it. */
  call(object: object, name: string, ...args: unknown[]): void {
    for (const listener of this.#of(object, name)) listener.apply(object, args);
  }

  /** Gives every object of the realm its methods. */
  install(prototype: object): void {
    const { on, emit, removeAll } = methodsOf(this);
    for (const [name, value] of Object.entries({ on, emit, removeAllListeners: removeAll }))
      Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }

  #of(object: object, name: string): readonly Listener[] {
    const value = (object as Readonly<Record<string, unknown>>)[PREFIX + name];
    if (value === undefined) return [];
    return Array.isArray(value) ? value : [value as Listener];
  }
}

function methodsOf(events: Events) {
  return {
    on(this: object, name: string, listener: Listener) {
      events.on(this, name, listener);
    },
    emit(this: object, name: string, ...args: unknown[]) {
      events.emit(this, name, ...args);
    },
    removeAll(this: object, name?: string) {
      events.removeAll(this, name);
    },
  };
}
