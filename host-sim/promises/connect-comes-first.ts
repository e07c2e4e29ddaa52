// Owns the promise about the ends of a connection: nothing but CONNECT before the CONNACK, nothing after DISCONNECT. Refuses to
// know what lies between.

import { PacketType } from "./packet-type.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, OfKind } from "./promise.ts";

interface Device {
  connection: number;
  stage: "opened" | "asked" | "accepted" | "left";
}

export const connectComesFirst: KeptPromise = {
  name: "connect-comes-first",
  claim: "CONNECT is sent first and once, nothing else before its CONNACK, and nothing after DISCONNECT.",
  observe(_run, verdicts) {
    const devices = perDevice((): Device => ({ connection: 0, stage: "opened" }));
    return {
      packet(happening) {
        const { way, connection, type, atMs, device, code } = happening;
        const of = devices(device);
        if (connection > of.connection) {
          of.connection = connection;
          of.stage = "opened";
        }
        if (way === "in") {
          if (type === PacketType.Connack && code === 0 && of.stage === "asked") of.stage = "accepted";
          return;
        }
        const fault = faultIn(happening, of);
        if (fault !== null) verdicts.broken(atMs, device, fault);
        else if (type === PacketType.Connect) verdicts.held();
        if (type === PacketType.Connect && of.stage === "opened") of.stage = "asked";
        if (type === PacketType.Disconnect) of.stage = "left";
      },
    };
  },
};

/** [MQTT3-3.1.0-1] [MQTT3-3.1.0-2] [MQTT3-3.14.4-2] */
function faultIn(
  { type, connection }: OfKind<"packet">,
  { stage, connection: newest }: Device,
): string | null {
  if (connection < newest) return "a packet was sent on an earlier connection";
  if (stage === "left") return `packet type ${type} was sent after DISCONNECT`;
  if (type === PacketType.Connect) return stage === "opened" ? null : "CONNECT was sent twice";
  return stage === "accepted" ? null : `packet type ${type} was sent before CONNACK`;
}
