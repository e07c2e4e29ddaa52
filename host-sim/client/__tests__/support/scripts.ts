// Owns the scripts that several tests give to a scripted broker. Knows no client.
import type { Packet } from "mqtt-packet";
import type { Script } from "./scripted-broker.ts";

/** Never acknowledges a PUBLISH on the first `count` connections. */
export function keepsSilentFor(count: number): Script {
  return (packet, peer) => packet.cmd === "publish" && peer.connection < count;
}

/** Answers packets of one kind with this. */
export function answering(cmd: Packet["cmd"], answer: (packet: never) => object): Script {
  return (packet, peer) => {
    if (packet.cmd !== cmd) return false;
    peer.send(answer(packet as never) as Packet);
    return true;
  };
}
