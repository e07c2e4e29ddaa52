// Owns what was sent to one device and has not arrived, and what lately did. Refuses to know whether it had to.

import type { OfKind } from "./promise.ts";

export interface CommandSent {
  readonly number: number;
  readonly atMs: number;
  readonly payload: string;
  readonly qos: 0 | 1 | 2;
  readonly isRetained: boolean;
  /** Numbers the connections; null until it was delivered. */
  deliveredOn: number | null;
}

export interface Delivered {
  /** Sent before it above QoS 0, and not delivered. */
  readonly overtaken: readonly CommandSent[];
  /** Null: nobody sent it. */
  readonly command: CommandSent | null;
  readonly isAgain: boolean;
}

export class Downlink {
  connectedMs: number | null = null;
  lastInMs = 0;
  /** Connections that ended for want of room, since a command came or the session began. */
  fullInARow = 0;
  /** It was switched off or slept at least once, and its modem with it. */
  hasBeenOff = false;
  #connections = 0;
  readonly #awaited: CommandSent[] = [];
  /** By payload: the latest. The payloads repeat after some thousand commands. */
  readonly #known = new Map<string, CommandSent>();

  get isUsed(): boolean {
    return this.#known.size > 0;
  }

  begin(atMs: number): void {
    this.connectedMs = atMs;
    this.#connections += 1;
  }

  send({ number, atMs, payload, qos, isRetained }: OfKind<"commanded">): void {
    const command = { number, atMs, payload, qos, isRetained, deliveredOn: null };
    this.#known.set(payload, command);
    if (qos > 0) this.#awaited.push(command);
  }

  deliver(payload: string): Delivered {
    const command = this.#known.get(payload) ?? null;
    if (command === null) return { overtaken: [], command, isAgain: false };
    const at = this.#awaited.indexOf(command);
    const overtaken = at < 0 ? [] : this.#awaited.splice(0, at + 1).slice(0, -1);
    const isAgain = command.deliveredOn !== null;
    command.deliveredOn ??= this.#connections;
    return { overtaken, command, isAgain };
  }

  isFromEarlierConnection({ deliveredOn }: CommandSent): boolean {
    return deliveredOn !== null && deliveredOn < this.#connections;
  }

  /** Takes out those for which the device has heard the broker for so long, on one connection, without getting them. */
  overdue(patienceMs: number): readonly CommandSent[] {
    const { connectedMs, lastInMs } = this;
    if (connectedMs === null) return [];
    const late = this.#awaited.filter(({ atMs }) => lastInMs - Math.max(atMs, connectedMs) > patienceMs);
    this.#awaited.splice(0, late.length);
    return late;
  }

  /** Answers how many were still awaited. */
  endSession(): number {
    this.fullInARow = 0;
    return this.#awaited.splice(0).length;
  }
}
