// Owns what a caller does with MQTT 5: prepares properties and uses them, publishes and subscribes with more than before,
// authenticates, writes and reads properties. Knows nothing of when.
import type { RandomStream } from "../../host-sim/random/random.ts";
import { METHOD, randomProperties } from "./properties.ts";
import type { Argument, Step } from "./subject.ts";
import type { Values } from "./values.ts";

const CONNECT = 1;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
const DISCONNECT = 14;
const AUTH = 15;
const TYPES: readonly number[] = [0, CONNECT, SUBSCRIBE, UNSUBSCRIBE, DISCONNECT, AUTH];
const MAY_LOWER = 256;
const LIMITS: readonly number[] = [0, 0, 2, 30, 64, 128, 1000, 0xffffffff];
const IDS: readonly number[] = [
  0x01, 0x02, 0x03, 0x0b, 0x11, 0x15, 0x17, 0x21, 0x23, 0x24, 0x26, 0x27, 0, 255,
];
const NUMBERS: readonly number[] = [0, 1, 2, 127, 128, 255, 256, 16384, 65535, 65536, 268435455, 268435456];

export class FiveSteps {
  readonly #random: RandomStream;
  readonly #values: Values;
  /** The properties prepared last, by type. */
  readonly #prepared = new Map<number, number>();

  constructor(random: RandomStream, values: Values) {
    this.#random = random;
    this.#values = values;
  }

  /** How a client begins that may speak MQTT 5. */
  beginnings(): readonly Step[] {
    const random = this.#random;
    this.#prepared.clear();
    const version = call("setVersion", random.pick([3, 4, 5, 5, 5, 5]));
    const steps = [version];
    if (random.chance(0.5))
      steps.push(call("setIntake", random.pick(LIMITS), random.pick([0, 1, 2, 3, 255])));
    if (random.chance(0.3)) steps.push(call("setSessionExpiry", random.pick([0, 1, 600, 0xffffffff])));
    if (random.chance(0.4)) steps.push(this.#prepare(CONNECT));
    return steps;
  }

  /** What follows from a step that was taken. */
  after({ name, values }: Step, answer: number): readonly Step[] {
    if (name === "prepareProperties" && answer > 0) {
      this.#prepared.set(Number(values[0]), answer);
      return this.#random.chance(0.8) ? this.#usesOf(Number(values[0]), answer) : [];
    }
    // the way from one property to the next
    if (name === "nextProperty" && answer > 0)
      return [call("propertyLength", answer), call("nextProperty", answer)];
    return [];
  }

  /** What can be asked about the event that was just polled. */
  questions(): readonly Step[] {
    return this.#random.chance(0.3) ? [call("eventReason"), call("nextProperty", 0)] : [];
  }

  use(nowMs: number): Step {
    const random = this.#random;
    const kind = random.unit();
    if (kind < 0.4) return this.#publishWith(nowMs);
    if (kind < 0.45) return this.#partsWith(nowMs);
    if (kind < 0.55) return this.#subscribeWith();
    if (kind < 0.7) return this.#prepare(random.pick(TYPES));
    if (kind < 0.8) return call("authenticate", this.#text(AUTH));
    if (kind < 0.86) return this.#write();
    return this.#set();
  }

  /** Ends a connection with a reason. */
  leave(nowMs: number): Step {
    const reason = this.#random.pick([0, 4, 4, 0x80, 0x82, 0x98, 1, 255]);
    const wait = this.#random.pick([0, 1000, 86_400_000]);
    return call("disconnectWith", reason, this.#text(DISCONNECT), wait, nowMs);
  }

  #usesOf(type: number, text: number): readonly Step[] {
    if (type === CONNECT) return [call("setConnectProperties", text)];
    if (type === 0) return [call("setWillProperties", text)];
    if (type === SUBSCRIBE || type === UNSUBSCRIBE) return [call("setRequestProperties", type, text)];
    return type === AUTH ? [call("authenticate", text)] : [];
  }

  #prepare(type: number): Step {
    const random = this.#random;
    const isMethods = (type === CONNECT || type === AUTH) && random.chance(0.7);
    const more = isMethods && random.chance(0.7) ? Buffer.alloc(0) : randomProperties(random, type);
    const properties = Buffer.concat([isMethods ? METHOD : Buffer.alloc(0), more]);
    return call("prepareProperties", type, properties, properties.length);
  }

  /** Properties for this type of packet, or whatever else. */
  #text(type: number): number {
    return this.#random.chance(0.1) ? this.#values.handle() : (this.#prepared.get(type) ?? 0);
  }

  #publishWith(nowMs: number): Step {
    const random = this.#random;
    const handle = random.chance(0.6) ? this.#values.handle() : 0;
    const topic = this.#values.topic();
    const properties = randomProperties(random, 3);
    const payload = this.#values.payload(2 + topic.length + 2 + properties.length);
    const options = this.#values.options() | (random.chance(0.3) ? MAY_LOWER : 0);
    return call(
      "publishWith",
      handle,
      topic,
      topic.length,
      properties,
      properties.length,
      payload,
      payload.length,
      options,
      nowMs,
    );
  }

  #partsWith(nowMs: number): Step {
    const topic = this.#values.topic();
    const properties = randomProperties(this.#random, 3);
    const length = this.#values.payloadLength();
    const head = [this.#values.handle(), topic, topic.length, properties, properties.length] as const;
    return call("publishPartsWith", ...head, length, this.#values.options(), nowMs);
  }

  #subscribeWith(): Step {
    const random = this.#random;
    const shared = random.chance(0.1)
      ? Buffer.from(random.pick(["$share/g/a", "$share//a", "$share/g/"]))
      : null;
    const filter = shared === null ? this.#values.filter() : [shared, shared.length];
    const options = random.pick([0, 1, 2, 3]) | random.pick([0, 0, 4, 8, 16, 32, 48, 64]);
    return call("subscribeWith", ...filter, options, random.pick([0, 0, 1, 127, 128, 268435455, 268435456]));
  }

  #write(): Step {
    const random = this.#random;
    const room = random.pick([0, 1, 2, 3, 5, 6, 7, 10, 100]);
    const id = random.pick(IDS);
    const text = Buffer.from(random.pick(["", "a", "é", "\0", "x".repeat(90)]));
    return random.pick([
      () => call("writeNumber", "room", room, id, random.pick(NUMBERS)),
      () => call("writeBytes", "room", room, id, text, text.length),
      () => call("writePair", "room", room, text, text.length, text, text.length),
    ])();
  }

  #set(): Step {
    const random = this.#random;
    const type = random.pick([0, CONNECT, SUBSCRIBE, UNSUBSCRIBE, AUTH]);
    return random.pick([
      () => call("setIntake", random.pick(LIMITS), random.pick([0, 1, 3, 255, 256])),
      () => call("setSessionExpiry", random.pick([0, 1, 600, 0xffffffff])),
      () => this.#usesOf(type, this.#text(type))[0] as Step,
      () => call("setRequestProperties", random.pick([SUBSCRIBE, UNSUBSCRIBE, 3]), this.#values.handle()),
      () => call("hasFive"),
    ])();
  }
}

function call(name: string, ...values: readonly Argument[]): Step {
  return { name, values };
}
