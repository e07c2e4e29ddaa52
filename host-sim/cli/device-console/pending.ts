// Owns which requests still wait for the broker, and under which tag. Knows no packets and prints nothing.
import type { Tag } from "./request.ts";

interface FilterRequest {
  readonly verb: "subscribe" | "unsubscribe";
  readonly tag: Tag;
  readonly handles: readonly number[];
  readonly codes: Map<number, number>;
}

export interface Answered {
  readonly tag: Tag;
  readonly reasonCodes: readonly number[];
}

export interface Source {
  readonly tag: Tag;
  /** Of a message in parts: all of it. */
  readonly payload: Uint8Array | null;
}

export class PendingRequests {
  readonly #messages = new Map<number, Source>();
  #filters: FilterRequest[] = [];

  get isEmpty(): boolean {
    return this.#messages.size === 0 && this.#filters.length === 0;
  }

  /** The message with this ticket. */
  publishing(ticket: number, source: Source): void {
    this.#messages.set(ticket, source);
  }

  source(ticket: number): Source | undefined {
    return this.#messages.get(ticket);
  }

  /** The tag of a message that has ended. */
  ended(ticket: number): Tag {
    const tag = this.#messages.get(ticket)?.tag;
    this.#messages.delete(ticket);
    return tag;
  }

  asking(verb: FilterRequest["verb"], handles: readonly number[], tag: Tag): void {
    this.#filters.push({ verb, tag, handles, codes: new Map() });
  }

  isAsking(handle: number): boolean {
    return this.#filters.some(({ handles }) => handles.includes(handle));
  }

  /** The request that is complete with this answer to one of its filters; null while others are awaited. */
  answered(verb: FilterRequest["verb"], handle: number, code: number): Answered | null {
    const request = this.#filters.find((one) => one.verb === verb && one.handles.includes(handle));
    if (request === undefined) return null;
    request.codes.set(handle, code);
    if (request.handles.some((one) => !request.codes.has(one))) return null;
    this.#filters = this.#filters.filter((one) => one !== request);
    // A filter that was named twice has one answer.
    return { tag: request.tag, reasonCodes: request.handles.map((one) => request.codes.get(one) as number) };
  }

  /** The tags of all, in their order; none waits any more. */
  forgetAll(): readonly Tag[] {
    const sources = [...this.#messages.values(), ...this.#filters];
    this.#messages.clear();
    this.#filters = [];
    return sources.map(({ tag }) => tag);
  }
}
