// Owns what a bare client is set up with, and how that gets into its block. Knows no port and no event.
import { type Capacities, type Core, capacityList } from "../../device/core.ts";
import { type LossPolicy, Status } from "../../device/layout.generated.ts";
import type { Dialer } from "../../net/stream.ts";
import type { RandomStream } from "../../random/random.ts";

export type QoS = 0 | 1 | 2;

/** At QoS 1, retained. */
export interface Will {
  readonly topic: string;
  readonly payload: string;
}

export interface StatusCell {
  readonly topic: string;
  readonly status: string;
  readonly goodbye: string;
}

export interface BareClientOptions {
  /** A port on loopback, or another way to a broker. */
  readonly to: number | Dialer;
  readonly clientId?: string;
  readonly version?: 3 | 4 | 5;
  /** False unless told: most claims are about sessions. */
  readonly clean?: boolean;
  readonly keepAliveSeconds?: number;
  readonly username?: string;
  readonly password?: string;
  readonly will?: Will;
  readonly status?: StatusCell;
  readonly lossPolicy?: LossPolicy | 0;
  readonly takesParts?: boolean;
  /** Of its own accord, after every end. */
  readonly reconnects?: boolean;
  readonly backoffMs?: { readonly base: number; readonly max: number };
  readonly pingDeadlineMs?: number;
  /** How long an acknowledgement may take before the link is doubted. */
  readonly retransmitMs?: number;
  readonly capacities?: Partial<Capacities>;
  /** Spreads the reconnections; drawn anew unless told. */
  readonly random?: Pick<RandomStream, "u32">;
}

/** The client refused a call. */
export class Refused extends Error {
  readonly status: number;

  constructor(call: string, status: number) {
    const word = Object.entries(Status).find(([, value]) => value === status)?.[0];
    super(`${call} was refused: ${word ?? status}`);
    this.status = status;
  }
}

/** So long that a machine which is held up is not taken for a dead link. */
const CONNECT_TIMEOUT_MS = 30_000;
const RETRANSMIT_MS = 30_000;
const RETAIN = 4;

const usualCapacities: Capacities = {
  receiveBytes: 1024,
  outboxBytes: 8192,
  entries: 64,
  window: 16,
  inboundIds: 32,
  texts: 16,
  textBytes: 1024,
  filters: 8,
};

/** The answer of a call. Throws `Refused`. */
export function allowed(call: string, answer: number): number {
  if (answer < 0) throw new Refused(call, answer);
  return answer;
}

/** A block with these settings that has not begun to connect. Throws `Refused`. */
export function createBareBlock(
  core: Core,
  options: BareClientOptions & { readonly clientId: string },
): number {
  const capacities = capacityList({ ...usualCapacities, ...options.capacities });
  const block = core.allocate(allowed("blockBytes", core.exports.blockBytes(...capacities)));
  allowed("init", core.exports.init(block, ...capacities));
  const prepare: Prepare = (kind, text) => {
    const length = core.put(core.inbox, text);
    return allowed(`prepare${kind}`, core.exports[`prepare${kind}`](block, core.inbox, length));
  };
  allowed("setClientId", core.exports.setClientId(block, prepare("String", options.clientId)));
  applySession(core, block, options);
  applyTiming(core, block, options);
  applyTexts(core, block, options, prepare);
  return block;
}

type Prepare = (kind: "Topic" | "String" | "Bytes", text: string) => number;

function applySession({ exports }: Core, block: number, options: BareClientOptions): void {
  const { version = 4, clean = false, lossPolicy, takesParts = true } = options;
  allowed("setVersion", exports.setVersion(block, version));
  allowed("setClean", exports.setClean(block, Number(clean)));
  allowed("setTakesParts", exports.setTakesParts(block, Number(takesParts)));
  if (lossPolicy !== undefined) allowed("setLossPolicy", exports.setLossPolicy(block, lossPolicy));
}

function applyTiming({ exports }: Core, block: number, options: BareClientOptions): void {
  const { keepAliveSeconds = 60, pingDeadlineMs = 0, retransmitMs = RETRANSMIT_MS } = options;
  const { reconnects = true } = options;
  const { base, max } = options.backoffMs ?? { base: 16, max: 256 };
  allowed("setKeepAlive", exports.setKeepAlive(block, keepAliveSeconds));
  allowed("setLiveness", exports.setLiveness(block, pingDeadlineMs, retransmitMs));
  allowed("setReconnect", exports.setReconnect(block, Number(reconnects), base, max, CONNECT_TIMEOUT_MS));
}

function applyTexts({ exports }: Core, block: number, options: BareClientOptions, prepare: Prepare): void {
  const { username, password, will, status } = options;
  if (username !== undefined) {
    const secret = password === undefined ? 0 : prepare("Bytes", password);
    allowed("setCredentials", exports.setCredentials(block, prepare("String", username), secret));
  }
  if (will !== undefined) {
    const topic = prepare("Topic", will.topic);
    allowed("setWill", exports.setWill(block, topic, prepare("Bytes", will.payload), 1 | RETAIN));
  }
  if (status !== undefined) {
    const topic = prepare("Topic", status.topic);
    allowed("setStatusTopic", exports.setStatusTopic(block, topic, prepare("Bytes", status.goodbye)));
    allowed("setStatus", exports.setStatus(block, prepare("Bytes", status.status)));
  }
}
