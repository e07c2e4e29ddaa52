// Owns the run of one vector against a block, in chunks of the runner's choosing. Knows nothing of what was expected.

import type { Capacities } from "../../core.ts";
import { ClosedBy, CloseReason, Event, Phase } from "../../layout.generated.ts";
import { type BlockUnderTest, type Seen, smallCapacities } from "./block-under-test.ts";
import { eventLine, optionsOf, packetBytes, packetLines, textOf, type Version, wordsOf } from "./notation.ts";
import type { Step, Vector } from "./vector.ts";

/** What the outside saw: events and packets, a line each, in their order; and what the client keeps. */
export interface Outcome {
  readonly log: readonly string[];
  readonly state: Readonly<Record<string, number>>;
}

/** What outlasts a connection. */
const KEPT = [
  "inflight",
  "inboundCount",
  "outboxUsed",
  "freeCount",
  "nextPacketId",
  "owedFilters",
  "requestId",
  "hasSession",
  "cleared",
  "ackCount",
  "receiveMode",
  "textBytesUsed",
  "attempts",
  "kicks",
] as const;

export function capacitiesOf(vector: Vector): Capacities {
  const options = optionsOf(wordsOf(vector.settings));
  const value = (name: string, usual: number) => Number(options.get(name) ?? usual);
  return {
    ...smallCapacities,
    receiveBytes: value("receive", smallCapacities.receiveBytes),
    window: value("window", smallCapacities.window),
    inboundIds: value("inbound", smallCapacities.inboundIds),
  };
}

/** Whose packets it speaks. */
export function versionOf(vector: Vector): Version {
  return optionsOf(wordsOf(vector.settings)).get("version") === "5" ? 5 : 4;
}

export class VectorRun {
  readonly #vector: Vector;
  readonly #version: Version;
  readonly #block: BlockUnderTest;
  readonly #tickets: number[] = [];
  #log: string[] = [];
  #sent: Buffer[] = [];

  constructor(vector: Vector, block: BlockUnderTest) {
    this.#vector = vector;
    this.#version = versionOf(vector);
    this.#block = block;
    block.renew();
    this.#settle(optionsOf(wordsOf(vector.settings)));
  }

  /** Everything up to the bytes that the vector is about. */
  prepare(): void {
    const { before } = this.#vector;
    const connects = before.some(({ line }) => line === "connect");
    if (!connects) this.#connect();
    for (const step of before) this.#step(step);
  }

  /** A session that is kept begins with a connection of its own before 5. */
  #connect(): void {
    this.#step({ kind: "do", line: "connect" });
    for (let i = 0; i < 2 && this.#block.phase !== Phase.Connected; i++)
      this.#step({ kind: "receive", line: "CONNACK sp=0 code=0" });
    this.#log = [];
  }

  /** Gives bytes as one chunk, and does all that follows from it. What comes after a close never arrives. */
  receive(bytes: Uint8Array): void {
    let left = bytes;
    for (;;) {
      const taken = this.#block.feed(left);
      left = left.subarray(taken);
      const hasMoved = this.#pump();
      if (left.length === 0 || (taken === 0 && !hasMoved)) return;
    }
  }

  cut(): void {
    this.#block.closed(ClosedBy.Link);
    this.#pump();
  }

  outcome(): Outcome {
    const kept = KEPT.map((name) => [name, this.#block.field(name)] as const);
    const unread = this.#block.field("receiveEnd") - this.#block.field("receiveStart");
    return { log: this.#log, state: { ...Object.fromEntries(kept), unread } };
  }

  #settle(options: ReadonlyMap<string, string>): void {
    const { exports } = this.#block.core;
    const { client } = this.#block;
    const value = (name: string, usual: number) => Number(options.get(name) ?? usual);
    exports.setVersion(client, value("version", 4));
    exports.setClean(client, value("clean", 1));
    exports.setTakesParts(client, value("parts", 0));
    exports.setLossPolicy(client, value("republish", 1));
    exports.setClientId(client, this.#block.text("device", "String"));
  }

  #step(step: Step): void {
    if (step.kind === "receive") {
      this.receive(packetBytes(step.line, this.#version));
      return;
    }
    const [call, ...words] = wordsOf(step.line);
    const texts = words.filter((word) => word.startsWith('"'));
    const qos = Number(optionsOf(words).get("qos") ?? 0);
    this.#call(call ?? "", texts, qos);
    this.#pump();
  }

  #call(call: string, texts: readonly string[], qos: number): void {
    const block = this.#block;
    const { exports } = block.core;
    const [first = "", second = ""] = texts.map(textOf);
    if (call === "connect") exports.connect(block.client, block.nowMs);
    else if (call === "publish") this.#tickets.push(block.publish(first, second, qos));
    else if (call === "subscribe") for (const filter of texts) block.subscribe(textOf(filter), qos);
    else if (call === "unsubscribe") for (const filter of texts) block.unsubscribe(textOf(filter));
    else if (call === "disconnect") exports.disconnect(block.client, 1000, block.nowMs);
    else if (call === "cut") block.closed(ClosedBy.Link);
    else if (call === "wait") block.nowMs += 200_000;
    else throw new Error(`no such call: ${call}`);
  }

  /** Events, then bytes, until there is neither. True if there was any. */
  #pump(): boolean {
    let hasMoved = false;
    for (;;) {
      const seen = this.#block.events();
      for (const one of seen) this.#take(one);
      const bytes = this.#block.collect();
      this.#sent.push(bytes);
      if (seen.length === 0 && bytes.length === 0) break;
      hasMoved = true;
    }
    this.#noteSent();
    return hasMoved;
  }

  /** What was sent since the last event: whole packets, because the link takes all there is. */
  #noteSent(): void {
    const sent = Buffer.concat(this.#sent);
    this.#sent = [];
    this.#log.push(...packetLines(sent, this.#version).map((line) => `> ${line}`));
  }

  #take(seen: Seen): void {
    this.#noteSent();
    if (seen.event === Event.CloseTransport) {
      this.#block.closed(ClosedBy.Client);
      return;
    }
    const line = eventLine(seen, (ticket) => this.#tickets.lastIndexOf(ticket) + 1);
    this.#log.push(`= ${line}`);
    if (seen.event === Event.OpenTransport) this.#block.core.exports.opened(this.#block.client);
    if (seen.event === Event.Closed && seen.code === CloseReason.None)
      throw new Error("closed without a reason");
  }
}
