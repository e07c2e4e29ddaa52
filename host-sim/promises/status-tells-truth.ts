// Owns the promise that the retained status says what became of a device, once things are quiet. Refuses to know how a status is
// kept.

import type { Agreed } from "./agreed.ts";
import { faultSpan } from "./fault-spans.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, OfKind, RunEnd, RunFacts, Verdicts } from "./promise.ts";

interface Device {
  /** As the subscriber knows it. */
  status: string | null;
  statusMs: number;
  connectedMs: number | null;
  /** Since when it is not connected; null while it is, or before it ever was. */
  goneMs: number | null;
  /** So soon the broker notices, on the connection that was last. */
  missedWithinMs: number;
  lastInMs: number;
  isLeaving: boolean;
  /** The broker has acknowledged `offline` as its last word. */
  hasLeft: boolean;
  /** The broker does not take what the device says of itself on this connection. */
  isRefused: boolean;
  /** Said once for as long as it stays wrong. */
  isReported: boolean;
}

/** A window full of late acknowledgements holds the status up; this is longer than any such fault. */
const ONLINE_WITHIN_MS = 15 * 60_000;
/** [MQTT3-3.1.2-24] A broker waits one and a half times the keep-alive; what it heard last may have been on its way as long as this. */
const KEEP_ALIVES = 1.5;
const ON_ITS_WAY_MS = 100_000;

export const statusTellsTruth: KeptPromise = {
  name: "status-tells-truth",
  claim:
    "Once things are quiet a connected device shows online, and one that left or is gone shows offline within 1.5 keep-alives.",
  observe: (run, verdicts, agreed) => new StatusObserver(run, verdicts, agreed).observer,
};

class StatusObserver {
  readonly #run: RunFacts;
  readonly #verdicts: Verdicts;
  readonly #agreed: Agreed;
  /** A broker that reads slowly hears late what was sent long ago. */
  readonly #throttle = faultSpan("throttle");
  #brokerIsUp = true;
  #brokerUpMs = 0;
  #forgotMs = -1;
  readonly #devices = perDevice(
    (): Device => ({
      status: null,
      statusMs: 0,
      connectedMs: null,
      goneMs: null,
      missedWithinMs: 0,
      lastInMs: 0,
      isLeaving: false,
      hasLeft: false,
      isRefused: false,
      isReported: false,
    }),
  );

  constructor(run: RunFacts, verdicts: Verdicts, agreed: Agreed) {
    this.#run = run;
    this.#verdicts = verdicts;
    this.#agreed = agreed;
  }

  get observer(): Observer {
    return {
      seen: (happening) => this.#read(happening),
      packet: ({ way, atMs, device }) => {
        if (way === "in") this.#hear(atMs, device);
      },
      connected: ({ atMs, device }) => this.#connect(atMs, device),
      closed: ({ atMs, device }) => this.#miss(atMs, device),
      power: ({ atMs, device, isOn }) => {
        if (!isOn) this.#miss(atMs, device);
        this.#devices(device).isLeaving = false;
      },
      goodbye: ({ device }) => {
        this.#devices(device).isLeaving = true;
      },
      status: ({ device, status }) => {
        this.#devices(device).hasLeft = status === "offline";
      },
      statusRefused: ({ device }) => {
        this.#devices(device).isRefused = true;
      },
      broker: ({ atMs, isUp, hasForgotten }) => {
        this.#brokerIsUp = isUp;
        if (isUp) this.#brokerUpMs = atMs;
        if (hasForgotten) this.#forgotMs = atMs;
      },
      fault: this.#throttle.see,
      end: (end) => this.#end(end),
    };
  }

  #read({ level, payload, isRetained, atMs, device }: OfKind<"seen">): void {
    // one from before this run says nothing about it
    if (level !== "status" || isRetained) return;
    const of = this.#devices(device);
    if (payload !== "online" && payload !== "offline") {
      this.#verdicts.broken(atMs, device, `its status is ${JSON.stringify(payload)}`);
    }
    if (of.status === "online" && payload === "offline") this.#judgeGone(atMs, device, of);
    if (payload === "online" && of.connectedMs !== null && of.status !== "online") this.#verdicts.held();
    of.status = payload;
    of.statusMs = atMs;
    of.isReported = false;
  }

  #hear(atMs: number, device: number): void {
    const of = this.#devices(device);
    of.lastInMs = atMs;
    if (of.connectedMs === null || of.status === "online" || of.isLeaving || of.isReported) return;
    if (atMs - Math.max(of.connectedMs, of.statusMs) <= ONLINE_WITHIN_MS) return;
    of.isReported = true;
    if (of.isRefused) this.#verdicts.excused("status-refused");
    else this.#complain(atMs, device, `it is connected and its status is ${of.status ?? "unknown"}`);
  }

  #connect(atMs: number, device: number): void {
    const of = this.#devices(device);
    if (of.status === "online") this.#judgeGone(atMs, device, of);
    of.connectedMs = atMs;
    of.goneMs = null;
    of.hasLeft = false;
    of.isRefused = false;
    of.isReported = false;
  }

  #miss(atMs: number, device: number): void {
    const of = this.#devices(device);
    if (of.connectedMs === null) return;
    of.connectedMs = null;
    of.goneMs = atMs;
    const { keepAliveMs } = this.#agreed(device);
    // without a keep-alive a broker never misses a device
    of.missedWithinMs =
      keepAliveMs === 0 ? Number.POSITIVE_INFINITY : keepAliveMs * KEEP_ALIVES + ON_ITS_WAY_MS;
  }

  /** It is gone, and until this moment its status was `online`. */
  #judgeGone(atMs: number, device: number, of: Device): void {
    if (of.goneMs === null || of.isReported || !this.#brokerIsUp) return;
    const dueMs = Math.max(of.goneMs, of.statusMs, this.#brokerUpMs) + of.missedWithinMs;
    if (atMs <= dueMs) {
      this.#verdicts.held();
      return;
    }
    if (this.#throttle.lastedSince(of.goneMs)) return;
    of.isReported = true;
    if (this.#forgotMs >= of.statusMs) this.#verdicts.excused("broker-forgot-will");
    else this.#complain(dueMs, device, "it is gone and its status stayed online");
  }

  #complain(atMs: number, device: number, what: string): void {
    if (this.#run.isGateway) this.#verdicts.excused("gateway");
    else this.#verdicts.broken(atMs, device, what);
  }

  #end({ atMs }: RunEnd): void {
    for (let device = 1; device <= this.#run.devices; device += 1) {
      const of = this.#devices(device);
      if (of.hasLeft && of.status !== "offline") {
        this.#complain(atMs, device, `it has left and its status is ${of.status ?? "unknown"}`);
      } else if (of.hasLeft) {
        this.#verdicts.held();
      } else if (of.status === "online" && of.goneMs !== null) {
        this.#judgeGone(atMs, device, of);
      }
    }
  }
}
