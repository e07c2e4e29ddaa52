// Owns the view of each MQTT packet that goes over a device's transports. Refuses to know what becomes of them.

import type { Dialer } from "../net/stream.ts";
import { tappedDialer } from "../net/tapped-dialer.ts";
import { type Dialect, type PacketHead, PacketHeads } from "./packet-heads.ts";

/** The head is reused: copy what is kept. Connections are numbered from 1. */
export type PacketWatcher = (way: "out" | "in", connection: number, head: PacketHead) => void;

/** A packet is told when its head was given to the transport, or before its last byte is handed to the device. */
export function tapPackets(inner: Dialer, watcher: PacketWatcher): Dialer {
  let connections = 0;
  return tappedDialer(inner, () => {
    connections += 1;
    const connection = connections;
    const dialect: Dialect = { level: 0 };
    const outgoing = new PacketHeads((head) => watcher("out", connection, head), true, dialect);
    const incoming = new PacketHeads((head) => watcher("in", connection, head), false, dialect);
    return {
      out: (bytes) => outgoing.read(bytes),
      in: (bytes) => incoming.read(bytes),
    };
  });
}
