// Owns stories of a device, told step by step, and what the promises say of them. Refuses to know which promise a story is about.

import type { Happening } from "../../../trace/happening.ts";
import { createPromises, PROMISES, type PromiseReport } from "../../all.ts";
import type { ExcuseId } from "../../excuses.ts";
import { PacketType } from "../../packet-type.ts";
import type { KeptPromise, OfKind, RunEnd, RunFacts } from "../../promise.ts";
import { samplesOnTime } from "../../samples-on-time.ts";

const FACTS: RunFacts = {
  qos: 1,
  protocol: "3.1.1",
  sessionExpirySeconds: 604_800,
  readingExpirySeconds: null,
  isHonestBroker: true,
  lateMs: 50,
  devices: 1,
  everyMs: 1000,
  keepAliveSeconds: 60,
  window: 4,
  entries: 15,
  isGateway: false,
  pace: {
    keepAliveSeconds: 60,
    pingDeadlineMs: 0,
    connectTimeoutMs: 30_000,
    backoffBaseMs: 1000,
    backoffMaxMs: 120_000,
  },
};

/** Out of the way of the messages' ids. */
const REQUEST_ID = 40_000;

/** It would dictate when every other story takes its readings; its own tests name it. */
const OTHERS: readonly KeptPromise[] = PROMISES.filter((promise) => promise !== samplesOnTime);

type Packet = Partial<Omit<OfKind<"packet">, "kind" | "way" | "type">>;
type Untold<H> = H extends { readonly device: number }
  ? Omit<H, "atMs" | "device" | "life">
  : Omit<H, "atMs">;

export interface Sentence {
  /** Names of the promises that were broken. */
  readonly broken: readonly string[];
  readonly whats: readonly string[];
  /** Times of the breaches. */
  readonly atMs: readonly number[];
  /** As `name: excuse`, with repetitions. */
  readonly excused: readonly string[];
  checked(name: string): number;
}

export class Story {
  readonly facts: RunFacts;
  readonly #happenings: Happening[] = [];
  #nowMs = 0;
  #device = 1;
  #life = 1;
  #connection = 0;
  #packetId = 0;

  constructor(facts: Partial<RunFacts> = {}) {
    this.facts = { ...FACTS, ...facts };
  }

  get packetId(): number {
    return this.#packetId;
  }

  wait(ms: number): this {
    this.#nowMs += ms;
    return this;
  }

  /** From here on another device's story. */
  ofDevice(device: number): this {
    this.#device = device;
    return this;
  }

  tell(happening: Untold<Happening>): this {
    const { device, life } = { device: this.#device, life: this.#life };
    this.#happenings.push({ atMs: this.#nowMs, device, life, ...happening } as Happening);
    return this;
  }

  out(type: number, packet: Packet = {}): this {
    return this.#packet("out", type, packet);
  }

  in(type: number, packet: Packet = {}): this {
    return this.#packet("in", type, packet);
  }

  powerOn(cause: OfKind<"power">["cause"] = "cold"): this {
    return this.tell({ kind: "power", isOn: true, cause });
  }

  /** But for a sleep, another life follows. */
  powerOff(cause: OfKind<"power">["cause"] = "cold"): this {
    this.tell({ kind: "power", isOn: false, cause });
    if (cause !== "sleep") this.#life += 1;
    return this;
  }

  open(connect: Packet = {}): this {
    this.#connection += 1;
    return this.tell({ kind: "opening" }).out(PacketType.Connect, { code: 0x2c, ...connect });
  }

  /** With the subscriptions of a session that has none. */
  accept(session: OfKind<"connected">["session"]): this {
    const isSessionPresent = session === "resumed";
    return this.tell({ kind: "session", what: isSessionPresent ? "resumed" : "created" })
      .in(PacketType.Connack, { isSessionPresent })
      .mean(session);
  }

  /** What the device makes of the CONNACK. */
  mean(session: OfKind<"connected">["session"]): this {
    this.tell({ kind: "connected", session, version: 4 });
    return session === "resumed" ? this : this.subscribe();
  }

  /** The retained status, with a new packet id. */
  birth(text: "online" | "offline" = "online"): this {
    const packetId = this.nextId();
    return this.out(PacketType.Publish, { qos: 1, packetId, isRetain: true, isStatus: true })
      .tell({ kind: "seen", level: "status", payload: text, isRetained: false })
      .in(PacketType.Puback, { packetId })
      .tell({ kind: "status", status: text });
  }

  subscribe(): this {
    return this.out(PacketType.Subscribe, { packetId: REQUEST_ID }).in(PacketType.Suback, {
      packetId: REQUEST_ID,
      code: 1,
    });
  }

  connect(session: OfKind<"connected">["session"] = "fresh"): this {
    return this.open().accept(session).birth();
  }

  start(): this {
    return this.powerOn().connect();
  }

  close(reason: OfKind<"closed">["reason"] = "link", by: OfKind<"closed">["by"] = "link"): this {
    return this.tell({ kind: "closed", reason, by, error: null, code: null, said: null });
  }

  nextId(): number {
    this.#packetId += 1;
    return this.#packetId;
  }

  take(seq: number, refusal: OfKind<"reading">["refusal"] = null): this {
    return this.tell({ kind: "reading", seq, thousandths: 21_000, refusal });
  }

  /** Sends a reading for the first time, at the run's QoS. */
  send(packet: Packet = {}): this {
    const { qos } = this.facts;
    return this.out(PacketType.Publish, { qos, packetId: qos === 0 ? null : this.nextId(), ...packet });
  }

  arrive(seq: number): this {
    return this.tell({
      kind: "seen",
      level: "reading",
      payload: `{"seq":${seq},"celsius":21.00}`,
      isRetained: false,
    });
  }

  /** Everything between a reading's first byte and its end, for the id that was taken last. */
  acknowledge(packetId = this.#packetId): this {
    const { qos } = this.facts;
    if (qos === 1) return this.in(PacketType.Puback, { packetId });
    if (qos === 0) return this;
    return this.in(PacketType.Pubrec, { packetId })
      .out(PacketType.Pubrel, { packetId })
      .in(PacketType.Pubcomp, { packetId });
  }

  end(
    seq: number,
    end: OfKind<"readingEnded">["end"] = this.facts.qos === 0 ? "handedOver" : "published",
  ): this {
    return this.tell({ kind: "readingEnded", seq, end });
  }

  /** A reading from beginning to end. */
  whole(seq: number): this {
    return this.take(seq).send().arrive(seq).acknowledge().end(seq);
  }

  leave(): this {
    return this.tell({ kind: "goodbye" })
      .birth("offline")
      .out(PacketType.Disconnect)
      .close("goodbye", "client")
      .tell({ kind: "left" });
  }

  command(number: number, qos: 0 | 1 | 2): this {
    return this.tell({ kind: "commanded", number, qos, isRetained: false, payload: `output ${number} on` });
  }

  /** The firmware gets a command, and does it. */
  obey(number: number): this {
    if (number < 4) this.tell({ kind: "output", output: number, isOn: true });
    return this.tell({ kind: "message", topic: "motekit/one/command", payload: `output ${number} on` });
  }

  /** What all promises, or those given, say of it. */
  judged(end: Partial<RunEnd> = {}, promises = OTHERS): Sentence {
    const judges = createPromises(this.facts, promises);
    for (const happening of this.#happenings) judges.see(happening);
    const reports = judges.end({ atMs: this.#nowMs, memoryGrowthBytes: 0, waiting: [], ...end });
    return sentenceOf(reports);
  }

  #packet(way: "out" | "in", type: number, packet: Packet): this {
    return this.tell({
      kind: "packet",
      way,
      connection: this.#connection,
      type,
      packetId: null,
      qos: 0,
      isDup: false,
      isRetain: false,
      isStatus: false,
      code: 0,
      isSessionPresent: false,
      level: 0,
      properties: null,
      bytes: 40,
      ...packet,
    });
  }
}

function sentenceOf(reports: readonly PromiseReport[]): Sentence {
  const broken = reports.filter(({ brokenCount }) => brokenCount > 0);
  return {
    broken: broken.map(({ name }) => name),
    whats: broken.flatMap((report) => report.broken.map(({ what }) => what)),
    atMs: broken.flatMap((report) => report.broken.map(({ atMs }) => atMs)),
    excused: reports.flatMap(({ name, excused }) =>
      (Object.entries(excused) as [ExcuseId, number][]).flatMap(([excuse, count]) =>
        Array.from({ length: count }, () => `${name}: ${excuse}`),
      ),
    ),
    checked: (name) => reports.find((report) => report.name === name)?.checked ?? 0,
  };
}
