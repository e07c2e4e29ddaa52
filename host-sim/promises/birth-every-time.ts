// Owns the promise that the status goes out after every CONNACK, before messages that were never sent, and stays as long as the
// will does. Refuses to know what the broker makes of it.

import { PacketType } from "./packet-type.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, OfKind } from "./promise.ts";

interface Device {
  /** The will that CONNECT has set is not to be retained. */
  hasPassingWill: boolean;
  connectedMs: number | null;
  isBorn: boolean;
  /** Messages that may still go first: those of a lost session are published again as new, in their places. */
  mayPrecede: number;
  lastInMs: number;
}

/** A window full of messages whose acknowledgements come late holds the status up; this is longer than any such fault. */
const PATIENCE_MS = 15 * 60_000;

const WILL = 0x04;
const WILL_RETAIN = 0x20;

export const birthEveryTime: KeptPromise = {
  name: "birth-every-time",
  claim:
    "The status follows every accepted CONNECT, and goes before messages that were never sent. It is retained, unless the broker takes none such, or its will is not.",
  observe(run, verdicts, agreed) {
    const devices = perDevice(
      (): Device => ({ hasPassingWill: false, connectedMs: null, isBorn: false, mayPrecede: 0, lastInMs: 0 }),
    );

    function leave({ atMs, device }: OfKind<"closed"> | OfKind<"power">): void {
      const of = devices(device);
      if (of.connectedMs !== null && !of.isBorn && of.lastInMs - of.connectedMs > PATIENCE_MS) {
        if (run.isGateway) verdicts.excused("gateway");
        else verdicts.broken(atMs, device, "a connection ended without the status");
      }
      of.connectedMs = null;
    }

    function judge({ isStatus, isRetain, atMs, device }: OfKind<"packet">): void {
      const isKept = !devices(device).hasPassingWill;
      if (!isStatus) verdicts.broken(atMs, device, "a message went before the status");
      else if (isRetain === isKept || (!isRetain && !agreed(device).retains)) verdicts.held();
      else if (isKept) verdicts.broken(atMs, device, "the status is not to be retained");
      else verdicts.broken(atMs, device, "the status is to be retained, and its will is not");
    }

    return {
      packet(packet) {
        const { way, type, isStatus, isDup, code, atMs, device } = packet;
        const of = devices(device);
        if (way === "in") of.lastInMs = atMs;
        else if (type === PacketType.Connect) of.hasPassingWill = (code & (WILL | WILL_RETAIN)) === WILL;
        else if (type === PacketType.Publish && of.connectedMs !== null && !of.isBorn) {
          if (!isStatus && (isDup || of.mayPrecede > 0)) {
            of.mayPrecede -= 1;
            return;
          }
          of.isBorn = true;
          judge(packet);
        }
      },
      connected({ atMs, device, session }) {
        const of = devices(device);
        of.connectedMs = atMs;
        of.isBorn = false;
        of.mayPrecede = session === "lost" ? run.window : 0;
      },
      closed: leave,
      power: leave,
    };
  },
};
