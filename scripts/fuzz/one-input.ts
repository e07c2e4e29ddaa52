// Owns what becomes of one input: the calls, bytes, times and cuts that its bytes choose, one after the other, and what must hold
// after each. Knows nothing of where inputs come from.
import assert from "node:assert/strict";
import { checkInvariants } from "../../host-sim/device/__tests__/support/invariants.ts";
import { Event } from "../../host-sim/device/layout.generated.ts";
import { CAPACITIES } from "../equivalence/lives.ts";
import { Steps } from "../equivalence/steps.ts";
import type { Step } from "../equivalence/subject.ts";
import { ByteStream } from "./byte-stream.ts";
import { FuzzedClient } from "./fuzzed-client.ts";
import type { Instrumented } from "./instrument.ts";

/** Polls that may tell something one after the other without a new cause: more than there are things to tell in any block. */
const MOST_EVENTS = 2000;
const MOST_STEPS = 2000;
const INVARIANTS_EVERY = 16;
/** Of a block that is a client. */
const MAGIC = 0x6d;

export interface Tried {
  readonly reached: Buffer;
  readonly steps: number;
  /** Why it must not be so, and at which step; null when all is well. */
  readonly crash: string | null;
}

/** The input's first byte chooses the block's capacities. */
export function tryInput(image: Instrumented, input: Uint8Array): Tried {
  const choices = CAPACITIES.client;
  const capacities = choices[(input[0] ?? 0) % choices.length] as readonly number[];
  const life = new Life(new FuzzedClient(image, capacities), new ByteStream(input, 1), capacities);
  const crash = life.live();
  return { reached: life.client.reached, steps: life.steps, crash };
}

class Life {
  readonly client: FuzzedClient;
  readonly #stream: ByteStream;
  readonly #source: Steps;
  steps = 0;
  #eventsInRow = 0;
  /** What came on this connection. */
  #heard = Buffer.alloc(0);
  #last = "";

  constructor(client: FuzzedClient, stream: ByteStream, capacities: readonly number[]) {
    this.client = client;
    this.#stream = stream;
    this.#source = new Steps(stream, "client", capacities);
  }

  live(): string | null {
    try {
      let sight = { receiveRoom: 0, deadlineMs: -1 };
      while (!this.#stream.isOver && this.steps < MOST_STEPS) {
        this.#take(this.#source.next(sight));
        const receiveRoom = this.client.call(this.#source.room()) >>> 0;
        sight = { receiveRoom, deadlineMs: this.client.call(this.#source.deadline()) };
      }
      this.#checkTables();
      return null;
    } catch (error) {
      const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
      return `${why}, at step ${this.steps}: ${this.#last}`;
    }
  }

  /** Before `init` there are none. */
  #checkTables(): void {
    if (this.client.field("magic") === MAGIC) checkInvariants(this.client);
  }

  #take(step: Step): void {
    this.steps += 1;
    this.#last = step.name;
    const answer = this.client.call(step);
    if (step.incoming !== undefined) this.#heard = Buffer.concat([this.#heard, step.incoming]);
    if (step.name === "closed" || step.name === "restore" || step.name === "init")
      this.#heard = Buffer.alloc(0);
    if (step.name === "poll") this.#told(answer);
    else if (step.name !== "nextMatching") this.#eventsInRow = 0;
    assert.ok(this.client.areGuardsIntact(), "a byte outside the block was written");
    assert.ok(!this.client.hasGrown, "the memory has grown");
    if (this.steps % INVARIANTS_EVERY === 0) this.#checkTables();
    const hasSent = step.name === "collect" || step.name === "publishNow";
    this.#source.took(
      step,
      answer,
      hasSent ? Buffer.from(this.client.written(Math.max(0, answer))) : NOTHING,
    );
  }

  #told(event: number): void {
    this.#eventsInRow = event === Event.None ? 0 : this.#eventsInRow + 1;
    assert.ok(this.#eventsInRow < MOST_EVENTS, "there is no end of events");
    if (event !== Event.Message) return;
    const { client } = this;
    const [at, length] = [client.field("eventPayloadAt"), client.field("eventPayloadLength")];
    assert.ok(at + length <= client.bytes, "a message is told of bytes outside the block");
    assert.ok(this.#heard.includes(client.inside(at, length)), "a message is told of bytes that never came");
  }
}

const NOTHING = Buffer.alloc(0);
