// Owns what the console's tests say and read in MQTT 5 alone. Refuses to know what is claimed.
import type { Packet } from "mqtt-packet";
import type { Script, ScriptedBroker } from "../../../../client/__tests__/support/scripted-broker.ts";
import { connectTo } from "./console-world.ts";

export function connectFive(broker: ScriptedBroker, fields: object = {}) {
  return connectTo(broker, { version: 5, ...fields });
}

export function accepting(properties: object, more: object = {}): Script {
  return (packet, peer) => {
    if (packet.cmd !== "connect") return false;
    peer.send({ cmd: "connack", reasonCode: 0, sessionPresent: false, ...more, properties } as Packet);
    return true;
  };
}

/** mqtt-packet's objects have no prototype. */
export function plain(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Buffer.isBuffer(value) || Array.isArray(value))
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, plain(own)]));
}
