// Owns what is done next to the subjects: a port's calls and a caller's, most of them sensible, at the edges of what there
// is. Sees of the client what any caller sees.
import type { RandomStream } from "../../host-sim/random/random.ts";
import { Fits } from "./fits.ts";
import { Peer } from "./peer.ts";
import { FiveSteps } from "./steps-five.ts";
import type { Argument, Step } from "./subject.ts";
import { LARGE, LENGTHS, Values, WILD } from "./values.ts";

/** What the next step may depend on: the same for all subjects. */
export interface Sight {
  readonly receiveRoom: number;
  readonly deadlineMs: number;
}

const WRAP = 2 ** 32;
/** Calls whose bytes the outbox keeps. */
const STORING: ReadonlySet<string> = new Set(["publish", "publishTo", "publishWith"]);
/** Of the events. */
const MESSAGE = 6;
export class Steps {
  readonly #random: RandomStream;
  readonly #peer: Peer;
  readonly #firmware: "client" | "sensor";
  readonly #fits: Fits;
  readonly #values: Values;
  readonly #five: FiveSteps;
  #nowMs: number;
  #queue: Step[] = [];
  #ticket = 0;
  /** The topic that was told at once last, its length before it. */
  #front: Buffer = Buffer.alloc(0);

  /** Capacities as `init` takes them. */
  constructor(random: RandomStream, firmware: "client" | "sensor", capacities: readonly number[]) {
    this.#random = random;
    this.#firmware = firmware;
    this.#fits = new Fits(random, capacities);
    this.#peer = new Peer(random, this.#fits);
    this.#values = new Values(random, this.#fits, (topic) => this.#peer.heard(topic));
    this.#five = new FiveSteps(random, this.#values);
    this.#nowMs = random.chance(0.5)
      ? WRAP - Math.floor(random.between(0, 200_000))
      : Math.floor(random.between(0, WRAP));
    this.#queue = this.#beginnings();
  }

  /** What a step that was taken has brought. `sent` are the bytes that left. */
  took(step: Step, answer: number, sent: Uint8Array): void {
    if (sent.length > 0) this.#peer.take(sent);
    if (step.name === "closed") this.#peer.reset();
    if (step.name.startsWith("publish") && answer > 0) this.#ticket = answer;
    if (STORING.has(step.name) && answer > 0) this.#fits.stored(bytesGiven(step));
    this.#queue.unshift(...this.#five.after(step, answer));
    const isPoll = step.name === this.#poll;
    if (isPoll && answer === 1) this.#queue.push(this.#opening());
    // the topic that it matches is there until the next poll
    if (isPoll && answer === MESSAGE)
      this.#queue.push(call("nextMatching", this.#random.pick([0, 0, 1, 2, 255])));
    if (isPoll && answer === 2) this.#queue.push(this.#close());
    if (isPoll && answer !== 0) this.#queue.push(...this.#five.questions());
    if (isPoll && answer !== 0 && this.#random.chance(0.9)) this.#queue.push(this.#now(this.#poll));
    if (step.name === "readNow" && step.incoming !== undefined) this.#readNow(step.incoming, answer);
    if (step.name === "collect" && answer > 0 && this.#random.chance(0.8)) this.#queue.push(this.#collect());
  }

  room(): Step {
    return call("receiveRoom");
  }

  deadline(): Step {
    return this.#now(this.#firmware === "sensor" ? "sensorDeadlineMs" : "deadlineMs");
  }

  next(sight: Sight): Step {
    const queued = this.#queue.shift();
    if (queued !== undefined) return queued;
    this.#passTime(sight.deadlineMs);
    const random = this.#random;
    if (this.#peer.owes && random.chance(0.6)) return this.#deliver(sight.receiveRoom);
    const kind = random.unit();
    if (kind < 0.3) return this.#now(this.#poll);
    if (kind < 0.5) return this.#collect();
    if (kind < 0.58) {
      this.#peer.act();
      return this.#deliver(sight.receiveRoom);
    }
    if (kind < 0.92) return this.#use();
    return this.#disturb();
  }

  get #poll(): string {
    return this.#firmware === "sensor" ? "sensorPoll" : "poll";
  }

  #beginnings(): Step[] {
    if (this.#firmware === "sensor") {
      const made = call(
        "sensorInit",
        this.#random.pick([0, 1, 2]),
        this.#random.pick([1, 50, 5000, 60000, 86400000]),
      );
      const clean = call("setClean", Number(this.#random.chance(0.2)));
      return [made, clean, ...this.#five.beginnings(), this.#now("sensorStart")];
    }
    const random = this.#random;
    const topics = ["a", "b/c", "sensor/1"].map((topic) => call("prepareTopic", ...bytes(topic)));
    const settings = random.chance(0.9)
      ? [call("prepareString", ...bytes("c1")), call("setClientId", 1)]
      : [];
    const status = random.chance(0.3)
      ? [call("prepareBytes", ...bytes("on")), call("setStatusTopic", 2, 0), call("setStatus", 5)]
      : [];
    const filter = call("subscribe", ...bytes(random.pick(["#", "a/#", "b/c"])), random.pick([0, 1, 2]));
    const clean = call("setClean", Number(random.chance(0.4)));
    const prepared = random.chance(0.8) ? topics : [];
    const five = this.#five.beginnings();
    return [call("init"), ...settings, ...prepared, ...status, clean, filter, ...five, this.#now("connect")];
  }

  /** Little, much, to the deadline, or to just before or after it. */
  #passTime(deadlineMs: number): void {
    const random = this.#random;
    const kind = random.unit();
    let passed = 0;
    if (kind > 0.7) passed = random.pick([1, 10, 200]);
    if (kind > 0.93 && deadlineMs >= 0) passed = Math.max(0, deadlineMs + random.pick([-1, 0, 0, 1]));
    if (kind > 0.998) passed = random.pick([1000, 60_000, 3_600_000, 86_400_000]);
    this.#nowMs = (this.#nowMs + passed) % WRAP;
  }

  #now(name: string, ...values: readonly Argument[]): Step {
    return call(name, ...values, this.#nowMs);
  }

  #collect(): Step {
    return this.#now("collect", "room", this.#random.pick([0, 1, 2, 3, 7, 20, 64, 536, 1460, 20_000]));
  }

  #opening(): Step {
    return this.#random.chance(0.85) ? call("opened") : this.#close();
  }

  #close(): Step {
    return this.#now("closed", this.#random.pick([0, 1, 2]), this.#random.u32());
  }

  #deliver(room: number): Step {
    const incoming = this.#peer.give(room);
    if (this.#random.chance(0.6)) return this.#received(incoming);
    const isKnown = incoming.subarray(2, 2 + this.#front.length).equals(this.#front);
    const known = isKnown ? this.#front.length : 0;
    return { name: "readNow", values: [incoming.length, known, this.#nowMs], incoming };
  }

  #received(incoming: Uint8Array): Step {
    return { name: "received", values: [incoming.length, this.#nowMs], incoming };
  }

  /** What was not told at once is received; what was told is followed by what its listener may ask. */
  #readNow(incoming: Uint8Array, answer: number): void {
    const rest = incoming.subarray(answer);
    if (rest.length > 0) this.#queue.unshift(this.#received(rest));
    if (answer === 0) return;
    this.#front = Buffer.from(incoming.subarray(2, 4 + (incoming[2] ?? 0) * 256 + (incoming[3] ?? 0)));
    if (this.#random.chance(0.2)) this.#queue.unshift(call("nextMatching", 0));
  }

  /** What a caller asks of the client. */
  #use(): Step {
    const random = this.#random;
    const kind = random.unit();
    if (this.#firmware === "sensor" && kind < 0.6) return this.#useSensor();
    if (kind < 0.2) return this.#five.use(this.#nowMs);
    if (kind < 0.4) return this.#publish();
    if (kind < 0.5) return this.#publishTo();
    if (kind < 0.6) return this.#publishNow();
    if (kind < 0.66) return this.#parts();
    if (kind < 0.74) return call("subscribe", ...this.#values.filter(), random.pick([0, 1, 2, 2, 3]));
    if (kind < 0.78) return call("unsubscribe", ...this.#values.filter());
    if (kind < 0.81) return call("cancel", random.chance(0.7) ? this.#ticket : random.pick(WILD));
    if (kind < 0.9) return this.#prepare();
    return this.#set();
  }

  #useSensor(): Step {
    const random = this.#random;
    return random.pick([
      () => this.#now("sensorDeadlineMs"),
      () => this.#now("sensorPoll"),
      () => (random.chance(0.05) ? call("sensorPause") : this.#now("sensorPoll")),
      () => (random.chance(0.1) ? this.#now("sensorStart") : this.#now("sensorDeadlineMs")),
    ])();
  }

  #publish(): Step {
    const payload = this.#values.payload();
    return call("publish", this.#values.handle(), payload, payload.length, this.#values.options());
  }

  #publishTo(): Step {
    const topic = this.#random.chance(0.03) ? Buffer.alloc(this.#fits.topic(), "t") : this.#values.topic();
    const payload = this.#values.payload(2 + topic.length);
    return call("publishTo", topic, topic.length, payload, payload.length, this.#values.options());
  }

  #publishNow(): Step {
    const payload = this.#values.payload();
    const exact = Math.min(20_000, this.#fits.room(payload.length + this.#random.pick([1, 3, 8])));
    const capacity = this.#random.pick([10, 128, 300, 20_000, exact, exact]);
    return this.#now(
      "publishNow",
      this.#values.handle(),
      payload,
      payload.length,
      this.#values.options() & 0x3c,
      "room",
      capacity,
    );
  }

  #parts(): Step {
    const random = this.#random;
    const topic = this.#values.topic();
    if (random.chance(0.5)) {
      const handle = random.chance(0.5) ? this.#values.handle() : 0;
      return call(
        "publishParts",
        handle,
        topic,
        topic.length,
        random.pick([...LENGTHS, ...LARGE]),
        this.#values.options(),
      );
    }
    const payload = this.#values.payload();
    return call("supply", this.#ticket, payload, payload.length);
  }

  #prepare(): Step {
    const topic = this.#random.chance(0.1) ? Buffer.alloc(this.#fits.text(), "t") : this.#values.topic();
    const name = this.#random.pick(["prepareTopic", "prepareTopic", "prepareString", "prepareBytes"]);
    return call(name, topic, topic.length);
  }

  #set(): Step {
    const random = this.#random;
    const flag = Number(random.chance(0.5));
    return random.pick([
      () => call("setVersion", random.pick([3, 4, 5])),
      () => call("setClean", flag),
      () => call("setClientId", this.#values.handle()),
      () => call("setCredentials", this.#values.handle(), this.#values.handle()),
      () => call("setWill", this.#values.handle(), this.#values.handle(), this.#values.options()),
      () => call("setStatusTopic", this.#values.handle(), this.#values.handle()),
      () => call("setStatus", this.#values.handle()),
      () => call("setKeepAlive", random.pick([0, 1, 10, 60, 65535, 65536])),
      () => call("setLiveness", random.pick(WILD), random.pick(WILD)),
      () => call("setReconnect", flag, random.pick([0, 1, 1000]), random.pick(WILD), random.pick(WILD)),
      () => call("setLossPolicy", random.pick([0, 1, 2, 3, 4])),
      () => call("setTakesParts", flag),
      () => call("assumeSession"),
      () => call("forget", this.#values.handle()),
    ])();
  }

  /** What ends or moves a connection. */
  #disturb(): Step {
    const random = this.#random;
    const kind = random.unit();
    if (kind < 0.3) return this.#isSensorAnd(0.5) ? this.#now("sensorStart") : this.#now("connect");
    if (kind < 0.33) return this.#now("disconnect", random.pick([0, 1000, 86400000]));
    if (kind < 0.36) return this.#five.leave(this.#nowMs);
    if (kind < 0.5) return this.#close();
    if (kind < 0.55)
      return this.#now(
        this.#isSensorAnd(1) ? "sensorRestore" : "restore",
        random.pick([0, 1, 60_000, 0xffffffff]),
      );
    if (kind < 0.6) return call("toSend");
    if (kind < 0.65) return call("sendAddress");
    if (kind < 0.7) return call("receiveAddress");
    if (kind < 0.75) return this.#now("sent", random.pick([0, 1, 2, 16]));
    if (kind < 0.78 && this.#isSensorAnd(1)) return this.#now("sensorStop", random.pick([0, 1000]));
    if (kind < 0.785) this.#queue.push(...this.#beginnings());
    return this.#now("deadlineMs");
  }

  #isSensorAnd(p: number): boolean {
    return this.#firmware === "sensor" && this.#random.chance(p);
  }
}

/** Of the caller's, in a call. */
function bytesGiven({ values }: Step): number {
  return values.reduce<number>((sum, value) => sum + (typeof value === "object" ? value.length : 0), 0);
}

function call(name: string, ...values: readonly Argument[]): Step {
  return { name, values };
}

function bytes(text: string): readonly Argument[] {
  return [Buffer.from(text), text.length];
}
