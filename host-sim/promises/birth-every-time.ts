// Owns the promise that the status goes out after every CONNACK, before messages that were never sent. Refuses to know what the
// broker makes of it.

import { agreements } from "./agreed.ts";
import { PacketType } from "./packet-type.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, OfKind } from "./promise.ts";

interface Device {
  connectedMs: number | null;
  isBorn: boolean;
  /** Messages that may still go first: those of a lost session are published again as new, in their places. */
  mayPrecede: number;
  lastInMs: number;
}

/** A window full of messages whose acknowledgements come late holds the status up; this is longer than any such fault. */
const PATIENCE_MS = 15 * 60_000;

export const birthEveryTime: KeptPromise = {
  name: "birth-every-time",
  claim: "The retained status follows every accepted CONNECT, and goes before messages that were never sent.",
  observe(run, verdicts) {
    const agreed = agreements(run);
    const devices = perDevice(
      (): Device => ({ connectedMs: null, isBorn: false, mayPrecede: 0, lastInMs: 0 }),
    );

    function leave({ atMs, device }: OfKind<"closed"> | OfKind<"power">): void {
      const of = devices(device);
      if (of.connectedMs !== null && !of.isBorn && of.lastInMs - of.connectedMs > PATIENCE_MS) {
        if (run.isGateway) verdicts.excused("gateway");
        else verdicts.broken(atMs, device, "a connection ended without the status");
      }
      of.connectedMs = null;
    }

    return {
      packet(packet) {
        agreed.see(packet);
        const { way, type, isStatus, isRetain, isDup, atMs, device } = packet;
        const of = devices(device);
        if (way === "in") of.lastInMs = atMs;
        else if (type === PacketType.Publish && of.connectedMs !== null && !of.isBorn) {
          if (!isStatus && (isDup || of.mayPrecede > 0)) {
            of.mayPrecede -= 1;
            return;
          }
          of.isBorn = true;
          if (!isStatus) verdicts.broken(atMs, device, "a message went before the status");
          else if (isRetain || !agreed.of(device).retains) verdicts.held();
          else verdicts.broken(atMs, device, "the status is not to be retained");
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
